// An emergency in a house without a signal, from the score to the answer; the times of a visit; and whose screens a phone
// shows before it knows whose it is.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { accessible, goes, openBrowser, openPage, until } from './kit.mjs'
import { openDoors } from './practice-kit.mjs'
import { answer, couldNotCall, goTo, lock, offlineReady, openPhone, purpose, save, saved, setUp, syncNow, unlock } from './app-kit.mjs'

/** @typedef {import('playwright-core').Page} Page */

/** @type {any} */ let stand
/** @type {any} */ let browser
before(async () => { stand = await startStand(null); browser = await openBrowser() })
after(async () => { await browser?.close(); await stand?.close() })

const alarm = (/** @type {Page} */ page) => page.getByRole('region', { name: 'Nobody has answered yet' })

// U2, U9, U25, U30, U4
test('an emergency that nobody could be told of stands on every screen, the lock screen too, until somebody was reached', async t => {
  await stand.reset()
  await openDoors(stand)
  const page = await openPhone(t, browser, stand, 'nia', { worker: true })
  await offlineReady(page)
  await page.context().setOffline(true)
  await page.getByRole('link', { name: /AMES/ }).first().click()
  await page.getByRole('link', { name: 'Record a visit' }).click()
  const about = page.getByRole('group', { name: 'Who this is about' })
  assert.match(await about.innerText(), /AMES, Harold[\s\S]*born \d+ \w+ \d{4} · (\d{3} \d{3} \d{4}|NHS number not known)/, 'two identifiers')
  await page.getByText(/^Planned for .*Wound care/).waitFor()
  await page.getByLabel('Visit done').check()
  await page.getByText('Arrived', { exact: true }).click()
  await page.getByRole('button', { name: 'Arrived: 30 min ago' }).click()
  for (const [label, value] of [['Respiration rate', '26'], ['Oxygen saturation', '91'], ['Systolic blood pressure', '104'], ['Pulse', '112'], ['Temperature', '38,6']]) await page.getByLabel(label).fill(value)
  await page.getByLabel('Breathing air').check()
  await page.getByRole('radio', { name: 'Alert', exact: true }).check()
  await page.getByText('NEWS2 10').waitFor()
  assert.equal(await page.locator('.app-vitals > [role=status] + .app-call').count(), 1, '“Call first” stands at the score')
  assert.equal(await alarm(page).count(), 0, 'nothing stands before it is saved')
  await couldNotCall(page)
  await page.getByLabel('Left: another time').evaluate(e => { // a time that has not come
    const input = /** @type {HTMLInputElement} */ (e)
    input.value = '2031-01-01T10:00'
    input.dispatchEvent(new Event('change'))
  })
  await save(page)
  await page.getByRole('link', { name: 'This time has not come yet' }).waitFor()
  await page.getByRole('button', { name: 'Left: Now' }).click()
  await accessible(page, 'an emergency, nobody reached')
  await save(page)
  await saved(page)
  for (const hash of ['#/today', '#/items', '#/settings', '#/help', `#/person/${stand.patients.Birch}`, `#/visit?person=${stand.patients.Birch}`]) {
    await goTo(page, hash)
    await alarm(page).getByText('AMES, Harold').waitFor()
    assert.match(await alarm(page).innerText(), /Emergency[\s\S]*Not sent/, hash)
    assert.equal(await alarm(page).getByRole('link', { name: 'Ring 999' }).getAttribute('href'), 'tel:999', hash)
  }
  await accessible(page, 'the alarm over a form')
  await lock(page)
  assert.match(await alarm(page).innerText(), /Emergency[\s\S]*Nobody had answered when this phone locked/)
  assert.doesNotMatch(await page.locator('body').innerText(), /AMES|Harold/, 'the lock screen names nobody')
  await accessible(page, 'the alarm on the lock screen')
  await page.reload()
  await alarm(page).waitFor()
  await unlock(page)
  await page.context().setOffline(false)
  await page.getByText('Everything sent').waitFor()
  await alarm(page).getByText(/Sent\. Nobody has answered yet/).waitFor()
  const [row] = await stand.query(`SELECT v.status, v.purpose, v.time_entered_at, v.started_at, v.ended_at, h.called, h.called_why, h.called_999, h.called_999_why, h.state
    FROM handovers h JOIN visits v ON v.id = h.visit WHERE h.patient = ?`, stand.patients.Ames)
  assert.deepEqual([row.status, row.purpose, row.called, row.called_why, row.called_999, row.called_999_why], ['completed', 'wound_care', 'could_not', 'no signal', 'could_not', 'no signal'])
  assert.ok(row.time_entered_at && Date.parse(row.ended_at) - Date.parse(row.started_at) >= 29 * 60_000, `from ${row.started_at} to ${row.ended_at}, entered ${row.time_entered_at}`)
  assert.equal((await stand.query("SELECT id FROM visits WHERE patient = ? AND status <> 'planned' AND purpose = 'wound_care'", stand.patients.Ames)).length, 1, 'the planned visit, and no second one')

  const inbox = await openPage(t, browser, stand, '/practice/', { as: 'guy' })
  await inbox.locator('a[data-row]').first().click()
  await inbox.locator('.pi-detail').waitFor()
  const read = await inbox.locator('.pi-detail').innerText()
  assert.match(read, /999 could not be called at \d\d:\d\d: no signal\./)
  assert.match(read, /They could not be rung at \d\d:\d\d: no signal\./)
  assert.match(read, /Time entered by the nurse at \d\d:\d\d/)
  assert.doesNotMatch(read, /999 has been called, or/)

  await alarm(page).getByRole('link', { name: 'I have called now' }).click()
  await page.getByRole('heading', { name: 'I have called now' }).waitFor()
  await answer(page, 'Did you ring the practice?', 'Yes')
  await save(page)
  await page.getByText('Say who you spoke to').waitFor()
  await page.getByLabel('Who did you speak to?').fill('Dr Guy')
  await accessible(page, 'I have called now')
  await save(page)
  await alarm(page).waitFor({ state: 'detached' })
  await page.getByText(/They were rung at \d\d:\d\d: spoke to Dr Guy\./).first().waitFor()
  await syncNow(page)
  await until('the call is the receipt', async () => (await stand.query('SELECT state FROM handovers WHERE patient = ?', stand.patients.Ames))[0].state === 'acknowledged')
  await lock(page)
  await goes(alarm(page)) // nothing stands on the lock screen any more
})

// U26
test('a visit that nobody planned has a purpose, and asks what belongs to it', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia')
  await goTo(page, `#/visit?person=${stand.patients.Ames}`)
  await page.getByRole('link', { name: 'This is another visit, one that was not planned' }).click()
  await page.getByLabel('What is the visit for?').waitFor()
  await page.getByLabel('Visit done').check()
  await save(page)
  await page.getByRole('link', { name: 'Say what the visit is for' }).waitFor()
  await purpose(page, 'catheter')
  await page.getByLabel('Size').fill('160')
  await page.getByText('Unusual. Please check it.').waitFor()
  await page.getByLabel('Size').fill('16')
  await page.getByRole('group', { name: 'Changed today' }).getByLabel('Yes').check()
  await accessible(page, 'the questions of a purpose')
  await save(page)
  await saved(page)
  await page.getByText('Everything sent').waitFor()
  const [made] = await stand.query("SELECT id, status, details FROM visits WHERE patient = ? AND staff <> '' AND status = 'completed' AND purpose = 'catheter'", stand.patients.Ames)
  assert.deepEqual(JSON.parse(made.details), [{ code: 'catheter_size', label: 'Size', value: '16', unit: 'Ch' }, { code: 'catheter_changed', label: 'Changed today', value: 'Yes' }])
  await goTo(page, `#/visit-read/${made.id}`)
  await page.getByText('Size: 16 Ch').waitFor()
})

// U8
test('nobody sees another role’s screens while the phone is set up, also where the names are lost', async t => {
  await stand.reset()
  const page = await openPage(t, browser, stand, '/app/', { width: 360, height: 740, touch: true })
  await page.route('**/sync/v1/names', r => r.abort())
  await page.evaluate(() => {
    const seen = new Set()
    Object.assign(globalThis, { headings: seen })
    new MutationObserver(() => { for (const h of document.querySelectorAll('h1')) seen.add(h.textContent) }).observe(document.body, { childList: true, subtree: true, characterData: true })
  })
  await setUp(page, stand, 'nia')
  await page.getByRole('heading', { name: /^Today, / }).waitFor()
  const headings = await page.evaluate(() => [.../** @type {any} */ (globalThis).headings])
  assert.ok(!headings.some(h => /My week/.test(h)), headings.join(' | '))
  await page.getByRole('link', { name: /AMES/ }).first().click()
  await page.getByRole('link', { name: 'Record a visit' }).waitFor()
})

// U4
test('a volunteer says when they were there', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'val')
  await page.getByRole('link', { name: 'Record', exact: true }).first().click()
  await page.getByRole('group', { name: 'Did you see or speak to them?' }).getByLabel('Yes').check()
  await page.getByText('When was it?', { exact: true }).click()
  const another = page.getByLabel('another time') // a time that is taken away in part is asked about, not dropped
  await another.focus()
  await page.keyboard.press('Delete')
  await save(page)
  await page.locator('#happened_at-error', { hasText: 'This is not whole yet' }).waitFor()
  assert.ok(await another.evaluate(e => e === document.activeElement && /** @type {any} */ (e).validity.badInput), 'what was typed stays')
  await page.getByRole('button', { name: 'When was it?: 2 hours ago' }).click()
  await page.locator('#happened_at-error').waitFor({ state: 'detached' })
  await page.getByText('When was it?', { exact: true }).click()
  await accessible(page, 'a check-in with its time')
  await save(page)
  await saved(page)
  /** @type {any[]} */ let rows = []
  await until('the check-in is sent', async () => {
    rows = await stand.query("SELECT happened_at, time_entered_at FROM checkins WHERE time_entered_at <> ''")
    return rows.length === 1
  })
  assert.ok(Math.abs(Date.parse(rows[0].time_entered_at) - Date.parse(rows[0].happened_at) - 2 * 3_600_000) < 60_000, JSON.stringify(rows[0]))
})
