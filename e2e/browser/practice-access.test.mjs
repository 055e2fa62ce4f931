// The inbox for everybody: axe on every state, the criteria axe does not know, hostile text.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scores8 } from './handset.mjs'
import { accessible, accessibleInEveryLook, doubleText, walkByTab } from './kit.mjs'
import { becomes, inbox, loaded, names, press } from './practice-kit.mjs'

const here = inbox({ own: true }) // the clipboard
const short = '<img src=x onerror="document.title=1">{{6*7919}}'
const evil = `${short}<script>document.title=2</script>$\{6*7919}"'><a href="javascript:alert(1)">x</a>`

/** Handovers of every kind. */
async function fill() {
  const { stand, nia } = here
  const p = stand.patients
  await nia.readings({ patient: p.Ames, ...scores8 }, { minutesAgo: 188 })
  await nia.handOver({ patient: p.Ames, class: 'R', situation: 'Daughter asks for a call' })
  await nia.readings({ patient: p.Calder, ...scores8, temperature: null, pulse: null }, { minutesAgo: 5 })
  await nia.handOver({ patient: p.Eastwood, class: 'SD', situation: 'Wound broken down', background: 'Diabetic', assessment: 'Infected' })
}

test('axe finds nothing on any state: wide and narrow, light and dark', async t => {
  const page = await here.page(t, 'guy')
  await loaded(page)
  await accessibleInEveryLook(page, 'the empty list')
  await fill()
  await page.reload()
  await becomes(() => page.locator('[data-group]').count(), 3)
  await accessibleInEveryLook(page, 'the list')
  await page.locator('a[data-row]').first().click()
  await page.locator('.pi-detail').waitFor()
  await accessibleInEveryLook(page, 'an emergency with readings')
  for (const [button, name] of [['Answer', 'the answer'], ['Hand on', 'handing on'], ['Record a call', 'a call'], ['Decline', 'declining'], ['Stand down', 'standing down'], ['Confirm', 'confirming']]) {
    await press(page, button)
    await page.locator('.pi-form button[type=submit]').waitFor()
    if (button !== 'Confirm') {
      await page.locator('.pi-form button[type=submit]').click()
      await page.locator('#problems').waitFor()
    }
    await accessibleInEveryLook(page, `the form of ${name}`)
    await page.getByRole('button', { name: 'Cancel' }).click()
  }
  await page.keyboard.press('?')
  await page.locator('dialog[open]').waitFor()
  await accessibleInEveryLook(page, 'help')
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: 'Back to the list' }).click()
  await page.getByRole('button', { name: /^Acknowledge/ }).first().click()
  await page.getByRole('button', { name: 'Undo' }).waitFor()
  await accessibleInEveryLook(page, 'with an offer to undo')
  await page.getByRole('button', { name: 'Closed' }).click()
  await page.getByText('Nothing has been closed yet.').waitFor()
  await accessibleInEveryLook(page, 'nothing closed')
  await page.route('**/api/care/v1/**', r => r.abort())
  await page.getByRole('button', { name: 'All open' }).click()
  await page.evaluate(() => dispatchEvent(new Event('offline')))
  await page.getByText(/^Connection lost since/).first().waitFor()
  await page.getByRole('button', { name: /^Acknowledge/ }).first().click()
  await page.locator('#notice').waitFor()
  await accessibleInEveryLook(page, 'a lost connection and something not sent')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await accessibleInEveryLook(page, 'signing in')
})

test('focus is never covered, and always shown; help is in the same place', async t => {
  await fill()
  for (const width of [1280, 390]) {
    const page = await here.page(t, 'rita', { width, height: 700 })
    await loaded(page)
    const help = await page.getByRole('button', { name: 'Help and keyboard' }).boundingBox()
    await page.getByRole('button', { name: /^Acknowledge/ }).last().click() // with the offer to undo over the page
    const list = await walkByTab(page)
    assert.ok(list.some(name => /AMES/.test(name)) && list.some(name => /Undo/.test(name)) && list.some(name => /Skip to main/.test(name)), list.join('\n'))
    await page.locator('a[data-row]').first().click()
    await page.locator('.pi-detail').waitFor()
    assert.ok((await walkByTab(page)).length > 8)
    assert.deepEqual(await page.evaluate(() => (window.scrollTo(0, 0), true)) && await page.getByRole('button', { name: 'Help and keyboard' }).boundingBox(), help, 'help has not moved')
  }
})

test('nothing is dragged; passwords can be pasted and kept; nothing is asked twice', async t => {
  const page = await here.page(t, '', { as: undefined })
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  assert.deepEqual(await page.locator('#username, #password').evaluateAll(list => list.map(e => e.getAttribute('autocomplete'))), ['username', 'current-password'])
  assert.equal(await page.locator('[draggable=true]').count(), 0)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate(() => navigator.clipboard.writeText('correct-horse-battery'))
  await page.getByLabel('Password', { exact: true }).focus()
  await page.keyboard.press('Control+V')
  assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), 'correct-horse-battery')
  await page.getByLabel('E-mail address').fill('guy@example.org')
  await page.keyboard.press('Enter')
  await loaded(page)
  // Redundant entry: no form asks who the person is.
  await here.nia.handOver({ patient: here.stand.patients.Ames, class: 'SD', situation: 'Wound broken down' })
  await page.reload()
  await becomes(() => names(page), ['AMES, Harold'])
  await page.locator('a[data-row]').click()
  for (const button of ['Answer', 'Decline', 'Hand on', 'Record a call']) {
    await press(page, button)
    const labels = await page.locator('.pi-form label, .pi-form legend').allInnerTexts()
    assert.ok(labels.length && !labels.some(l => /born|NHS|address|patient/i.test(l)), labels.join())
    await page.getByRole('button', { name: 'Cancel' }).click()
  }
})

test('text twice as large: all of it is there, nothing scrolls sideways', async t => {
  await fill()
  for (const width of [1280, 360]) {
    const page = await here.page(t, 'guy', { width })
    await becomes(() => page.locator('[data-group]').count(), 3)
    await doubleText(page)
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), true, `the list at ${width}`)
    await page.locator('a[data-row]').first().click()
    await page.locator('.pi-detail').waitFor()
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), true, `a handover at ${width}`)
    const cut = await page.evaluate(() => [...document.querySelectorAll('button')].filter(b => {
      const text = document.createRange()
      text.selectNodeContents(b)
      const [inner, outer] = [text.getBoundingClientRect(), b.getBoundingClientRect()]
      return inner.right > outer.right + 1 || inner.bottom > outer.bottom + 1
    }).map(b => b.textContent))
    assert.deepEqual(cut, [])
  }
})

test('markup in every text a person can write is shown as text, and runs nowhere', async t => {
  const { stand, nia } = here
  const patient = stand.patients.Ames
  await stand.save('patients', { family_name: `Ames${short}`, given_name: short, preferred_name: `${short}b`, address: evil, postcode: '<b>x</b>', phone: '0<b>1</b>', risk_note: evil }, patient)
  await stand.save('staff', { name: `Nia ${short}` }, stand.staff.nia.id)
  await stand.save('teams', { name: `North ${short}`, phone: '<i>1</i>' }, stand.teams.north)
  await stand.save('organisations', { out_of_hours: evil }, stand.organisations.elm)
  await stand.settle()
  const id = await nia.handOver({ patient, class: 'U2', situation: evil, background: evil, assessment: evil, recommendation: evil })
  const h = await here.read(id)
  await stand.care('guy', 'POST', `/handovers/${id}/call`, { version: h.version, name: evil, role: evil.slice(0, 90), reached: true, read_back: true, text: evil })
  const page = await here.page(t, 'guy')
  await loaded(page)
  const safe = async (/** @type {string} */ where) => {
    assert.equal(await page.locator('main img, main script, #page script').count(), 0, `${where}: markup became an element`)
    assert.equal(await page.locator('a[href^="javascript:"]').count(), 0, where)
    assert.match(await page.title(), /Inbox – Doorstep$/, where)
    assert.ok((await page.locator('main').innerText()).includes('<img src=x onerror='), `${where}: it is shown as text`)
    assert.ok(!(await page.locator('main').innerText()).includes('47514'), `${where}: something was worked out`)
  }
  await safe('the list')
  await page.locator('a[data-row]').click()
  await page.locator('.pi-detail').waitFor()
  await safe('the handover')
  await page.keyboard.press('w')
  await page.getByLabel('What happens now?').selectOption('more_work_asked')
  await page.getByLabel('What do you ask the sender to do?').fill(evil)
  await page.getByRole('button', { name: 'Send the answer' }).click()
  await becomes(async () => (await here.read(id)).answer, evil)
  await page.getByText('We ask the sender to do something').first().waitFor()
  await safe('the answered one')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Closed' }).click()
  await page.locator('[data-group]').first().waitFor()
  await safe('the closed list')
  await page.getByLabel('Closed', { exact: true }).waitFor()
})
