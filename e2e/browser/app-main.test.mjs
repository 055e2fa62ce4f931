// The nurse's day with the app, the main way: set up once, record in a house with no signal, send when there is
// one, and see who has it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { accessible, openBrowser, openPage, until } from './kit.mjs'
import { openDoors } from './practice-kit.mjs'
import { answer, couldNotCall, goTo, lock, offlineReady, openPhone, phoneWithClock, purpose, saved, syncNow, unlock } from './app-kit.mjs'

/** @type {any} */ let stand
/** @type {any} */ let browser
before(async () => { stand = await startStand(null); browser = await openBrowser() })
after(async () => { await browser?.close(); await stand?.close() })

/** Records a short visit for somebody on the round. @param {import('playwright-core').Page} page @param {RegExp} who @param {string} note */
async function record(page, who, note) {
  await page.getByRole('link', { name: 'Today', exact: true }).click()
  await page.getByLabel('Find a person').fill(who.source)
  await page.getByRole('list').last().getByRole('link', { name: who }).click()
  await page.getByRole('link', { name: 'Record a visit' }).click()
  await page.getByLabel('Visit done').check()
  await purpose(page)
  await page.getByLabel('Note').fill(note)
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await saved(page)
}

test('three visits recorded with no signal; the server is killed and started again; all three are sent, once', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia', { worker: true })
  await offlineReady(page)
  await page.context().setOffline(true)
  for (const [who, note] of /** @type {const} */ ([[/AMES/, 'First, offline'], [/BIRCH/, 'Second, offline'], [/CALDER/, 'Third, offline']])) await record(page, who, note)
  await page.getByText('3 visits not sent').waitFor()
  await stand.kill()
  await page.context().setOffline(false)
  await page.getByRole('button', { name: 'Sync now' }).click()
  await page.getByText('3 visits not sent').waitFor()
  await stand.start()
  await page.getByRole('button', { name: 'Sync now' }).click()
  await page.getByText('Everything sent').waitFor()
  const rows = await stand.query("SELECT note, count(*) AS n FROM visits WHERE note LIKE '%, offline' GROUP BY note ORDER BY note")
  assert.deepEqual(rows.map(r => [r.note, r.n]), [['First, offline', 1], ['Second, offline', 1], ['Third, offline', 1]])
})

test('an urgent reading: the call comes first, and the phone shows who at the practice has seen it', async t => {
  await stand.reset()
  await openDoors(stand)
  const page = await openPhone(t, browser, stand, 'nia')
  await page.getByRole('link', { name: /AMES/ }).first().click()
  await page.getByRole('link', { name: 'Record a visit' }).click()
  await page.getByLabel('Visit done').check()
  for (const [label, value] of [['Respiration rate', '26'], ['Oxygen saturation', '91'], ['Systolic blood pressure', '104'], ['Pulse', '112'], ['Temperature', '38,6']]) await page.getByLabel(label).fill(value)
  await page.getByLabel('Breathing air').check()
  await page.getByLabel('Alert').check()
  await page.getByText('NEWS2 10').waitFor()
  assert.match(await page.getByLabel('Situation').inputValue(), /seen at home: NEWS2 of 7 or more/)
  assert.match(await page.getByLabel('Assessment').inputValue(), /NEWS2 10/)
  await accessible(page, 'an urgent visit')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('There is a problem').waitFor() // nobody says whether anybody was called
  await answer(page, 'Did you ring 999?', 'Yes')
  await answer(page, 'Did you ring the practice?', 'I could not')
  await answer(page, 'Why could you not ring them?', 'engaged')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await saved(page)
  await page.getByRole('link', { name: 'My work' }).click()
  await page.getByText('Sent', { exact: false }).and(page.locator('.ds-tag')).first().waitFor()
  const [handover] = await stand.query("SELECT id, class, called, called_why, called_999 FROM handovers WHERE patient = ?", stand.patients.Ames)
  assert.deepEqual([handover.class, handover.called, handover.called_why, handover.called_999], ['E', 'could_not', 'engaged', 'yes'])
  await stand.care('rita', 'POST', `/handovers/${handover.id}/see`, {})
  await page.getByRole('button', { name: 'Sync now' }).click()
  await page.getByRole('link', { name: 'My work' }).click()
  await page.getByText(/^✓\s*Seen by Elm Row/).first().waitFor() // U32: by whom it was seen
  await page.getByRole('link', { name: 'Today', exact: true }).click()
  await page.getByRole('link', { name: /AMES/ }).first().click()
  await page.getByText(`Seen by ${stand.staff.rita.name}`).waitFor()
})

test('nobody answers the door: phone and server call it urgent, both to the coordinator, and it is one handover', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia')
  await page.getByRole('link', { name: /AMES/ }).first().click()
  await page.getByRole('link', { name: 'Record a visit' }).click()
  await page.getByLabel('Could not get in').check()
  await page.getByLabel(/^No reply/).check()
  await page.getByText('No reply at the door: Urgent, within 2 hours.').waitFor()
  await page.getByRole('link', { name: /^Ring .*Care coordination$/ }).waitFor()
  assert.equal(await page.getByLabel('To', { exact: true }).evaluate(e => /** @type {HTMLSelectElement} */ (e).selectedOptions[0].text), 'Care coordination')
  await couldNotCall(page, { emergency: false, whom: 'Care coordination' })
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await saved(page)
  await page.getByText('Everything sent').waitFor()
  const rows = await stand.query(`SELECT h.class, h.by_hand, h.rules, t.kind FROM handovers h JOIN teams t ON t.id = h.to_team WHERE h.patient = ?`, stand.patients.Ames)
  assert.deepEqual(rows.map(r => [r.class, r.kind, /no_reply/.test(r.rules)]), [['U2', 'coordination', true]])
})

test("an urgent reading three hours late reaches the inbox live, is acknowledged, and the nurse's phone shows by whom", async t => {
  await stand.reset()
  await openDoors(stand)
  t.after(() => stand.clock(0))
  const phone = await phoneWithClock(t, browser, stand, 'nia')
  await phone.context().setOffline(true)
  await phone.getByRole('link', { name: /AMES/ }).first().click()
  await phone.getByRole('link', { name: 'Record a visit' }).click()
  await phone.getByLabel('Visit done').check()
  for (const [label, value] of [['Respiration rate', '25'], ['Oxygen saturation', '94'], ['Systolic blood pressure', '105'], ['Pulse', '112'], ['Temperature', '38.4']]) await phone.getByLabel(label).fill(value)
  await phone.getByLabel('Breathing air').check()
  await phone.getByRole('radio', { name: 'Alert', exact: true }).check()
  await couldNotCall(phone)
  await phone.getByRole('button', { name: 'Save', exact: true }).click()
  await saved(phone)
  const later = (3 * 60 + 8) * 60_000
  await stand.clock(later)
  await phone.clock.fastForward(later)
  const inbox = await openPage(t, browser, stand, '/practice/', { as: 'rita' })
  await inbox.getByText('Everything has been received. New handovers appear here by themselves.').waitFor()
  await unlock(phone)
  await phone.getByText('1 visit not sent').waitFor()
  await phone.context().setOffline(false)
  const row = inbox.locator('[data-group]')
  await row.getByRole('link', { name: 'AMES, Harold' }).waitFor()
  assert.match(await row.innerText(), /Emergency[\s\S]*NEWS2 of 7 or more[\s\S]*Reached us 3 h \d+ min late/)
  await row.getByRole('link', { name: 'AMES, Harold' }).click()
  await inbox.getByRole('paragraph').filter({ hasText: 'NEWS2 8: respiration rate 25' }).waitFor()
  await inbox.getByRole('link', { name: 'Back to the list' }).click()
  await row.getByRole('button', { name: /^Acknowledge receipt/ }).click()
  await inbox.getByText('Everything has been received.').waitFor()
  await until('the server knows', async () => (await stand.query("SELECT count(*) AS n FROM handovers WHERE state = 'acknowledged'"))[0].n > 0)
  await phone.getByText('Everything sent').waitFor()
  await syncNow(phone)
  await phone.getByRole('link', { name: 'Today', exact: true }).click()
  await phone.getByRole('link', { name: /AMES/ }).first().click()
  await phone.getByText(new RegExp(`^Received by ${stand.staff.rita.name}, `)).waitFor()
})

test('the browser is killed while a form is open: nothing is typed again', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia', { worker: true })
  await offlineReady(page)
  await page.getByRole('link', { name: /AMES/ }).first().click()
  await page.getByRole('link', { name: 'Record a visit' }).click()
  await page.getByLabel('Visit done').check()
  await page.getByLabel('Note').fill('Half a sentence')
  await page.evaluate(async () => { // what a browser says before it is closed, and then the app has written what it must
    const { Drafts } = await import(/** @type {any} */ ('/app/store/drafts.js'))
    const flush = Drafts.prototype.flush
    const written = new Promise((done, fail) => {
      Drafts.prototype.flush = function () {
        const writing = flush.call(this)
        writing.then(done, fail)
        return writing
      }
    })
    dispatchEvent(new Event('pagehide'))
    await written
  })
  const address = page.url()
  await page.context().setOffline(true)
  const again = await page.context().newPage()
  await page.close({ runBeforeUnload: false })
  await again.goto(address)
  await unlock(again)
  await again.getByText('Your draft was kept').waitFor()
  assert.equal(await again.getByLabel('Note').inputValue(), 'Half a sentence')
})
