// The inbox as it lives: what arrives while it is open, a server that goes away and comes back, a session that ends,
// and doors that are closed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scores8 } from './handset.mjs'
import { goes, signIn } from './kit.mjs'
import { becomes, inbox, listen, loaded, names, press } from './practice-kit.mjs'

const here = inbox({ own: true }) // the clipboard

test('an urgent handover arrives live: a row, the title, a sentence, and a sound for who wants one', async t => {
  const { stand, nia } = here
  const page = await here.page(t, 'rita')
  await page.addInitScript(() => {
    // Counts what would be heard.
    const made = AudioContext.prototype.createOscillator
    AudioContext.prototype.createOscillator = function () { /** @type {any} */ (window).notes = (/** @type {any} */ (window).notes ?? 0) + 1; return made.call(this) }
  })
  await page.reload()
  await loaded(page)
  const said = await listen(page)
  await nia.handOver({ patient: stand.patients.Calder, class: 'R', situation: 'Review' })
  await becomes(() => names(page), ['CALDER, Mabel'])
  await becomes(() => page.title(), '(1) Inbox – Doorstep')
  await becomes(said, ['New: Routine, CALDER, Mabel'])
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).notes), undefined, 'silent until somebody wants it')
  await page.locator('a[data-row]').focus()
  await page.keyboard.press('?')
  await page.getByLabel('Play a sound when something new arrives').check()
  await page.keyboard.press('Escape')
  const before = await page.evaluate(() => /** @type {any} */ (window).notes)
  assert.equal(before, 1, 'how it sounds')
  await page.locator('a[data-row]').focus()
  await nia.readings({ patient: stand.patients.Ames, ...scores8 }, { minutesAgo: 3 })
  await becomes(() => names(page), ['AMES, Harold', 'CALDER, Mabel'])
  await becomes(() => page.title(), '(2) Inbox – Doorstep')
  await becomes(async () => (await said()).at(-1), 'New: Emergency, AMES, Harold')
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'CALDER, Mabel', 'the focus stays with its row')
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).notes) - before, 2)
  await page.reload()
  await loaded(page)
  await page.keyboard.press('?')
  assert.equal(await page.getByLabel('Play a sound when something new arrives').isChecked(), true, 'it is remembered')
})

test('three hours late, and who recorded it, is said; the scores stand beside the total; the trend is there', async t => {
  const { stand, nia } = here
  await stand.save('patients', { nhs_number: '9990000018' }, stand.patients.Ames)
  await stand.settle()
  await nia.readings({ patient: stand.patients.Ames, ...scores8, diastolic: 62, weight: 71 }, { minutesAgo: 188 })
  const page = await here.page(t, 'guy')
  await loaded(page)
  assert.match(await page.locator('[data-group]').innerText(), /Reached us 3 h \d+ min late/)
  await page.locator('a[data-row]').click()
  await page.getByText(/^Recorded .+ by Nia Evans, District nurse, reached the server .+, 3 h \d+ min late\.$/).waitFor()
  const cells = await page.locator('.pi-table').first().locator('tr').allInnerTexts()
  assert.deepEqual(cells.map(text => text.split('\t').map(c => c.trim())), [['Reading', 'Recorded', 'Score'], ['Respiration rate', '25 a minute', '3'], ['Oxygen saturation', '94 %', '1'], ['Air or oxygen', 'Breathing air', '0'],
    ['Blood pressure', '105/62 mmHg', '1'], ['Pulse', '112 a minute', '2'], ['Consciousness', 'A, Alert', '0'], ['Temperature', '38.4 °C', '1'], ['Weight', '71.0 kg', '–'], ['NEWS2 total', 'High', '8']])
  assert.match(await page.locator('svg.ds-chart').getAttribute('aria-label') ?? '', /NEWS2 over the last 8 sets of readings\. The latest is 8/)
  await page.getByText('Not yet confirmed by a person.').first().waitFor()
  assert.equal(await page.getByRole('link', { name: 'Ring North nurses: 01632 960101' }).getAttribute('href'), 'tel:01632960101')
  const text = await page.locator('pre').innerText()
  for (const part of ['AMES, Harold', 'respiration rate 25/min (3)', 'blood pressure 105/62 mmHg (1)', 'weight 71.0 kg', 'NEWS2 total 8, High', 'SITUATION', 'RECOMMENDATION', 'not yet confirmed by a person', 'HISTORY', 'by Guy Pemberton']) assert.ok(text.includes(part), `the text says ${part}`)
  await page.emulateMedia({ media: 'print' })
  assert.deepEqual([await page.locator('.pi-print').isVisible(), await page.locator('header').isVisible(), await page.getByRole('button', { name: 'Accept' }).isVisible()], [true, false, false])
  // Every sheet has the person at its head: a table's head is repeated on each.
  assert.deepEqual(await page.locator('.pi-print .ds-sheet__head').evaluate(e => [getComputedStyle(e).display, e.textContent]), ['table-header-group', 'AMES, Harold, born 10 Jan 1930, NHS number 999 000 0018'])
  assert.equal(await page.locator('.pi-print__text').innerText(), text)
})

test('copied as text', async t => {
  const { stand, nia } = here
  await nia.handOver({ patient: stand.patients.Ames, class: 'SD', situation: 'Wound broken down' })
  const page = await here.page(t, 'guy')
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await loaded(page)
  await page.locator('a[data-row]').click()
  await press(page, 'Copy as text')
  await page.getByText('Copied as text.').first().waitFor()
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^HANDOVER \(Same day\)[\s\S]*Wound broken down/)
})

test('the connection is lost, said so, and comes back by itself', async t => {
  const { stand, nia } = here
  const id = await nia.handOver({ patient: stand.patients.Ames, class: 'SD', situation: 'Wound broken down' })
  const page = await here.page(t, 'rita')
  await loaded(page)
  const said = await listen(page)
  await stand.kill()
  await page.evaluate(() => dispatchEvent(new Event('offline')))
  await page.getByText(/^Connection lost since \d\d:\d\d\. What you see may be out of date/).first().waitFor()
  await becomes(async () => (await said()).some(text => /^Connection lost since/.test(text)), true, 'announced')
  assert.deepEqual(await names(page), ['AMES, Harold'], 'what is known stays in sight')
  await page.getByRole('button', { name: 'Acknowledge receipt' }).click()
  await page.locator('#notice').getByText('Not sent: the server cannot be reached. Nothing was changed. Try again.').waitFor()
  await becomes(() => names(page), ['AMES, Harold'], 'the row is back')
  await stand.start()
  await becomes(() => page.getByText(/^Connection lost since/).locator('visible=true').count(), 0, 'the warning goes')
  await becomes(async () => (await said()).includes('Connected again. The list is up to date.'), true, 'announced')
  await nia.handOver({ patient: stand.patients.Calder, class: 'R', situation: 'Review' })
  await becomes(() => names(page), ['AMES, Harold', 'CALDER, Mabel'], 'new ones appear again')
  await page.locator('a[data-row]').first().focus()
  await page.keyboard.press('a')
  await becomes(async () => (await here.read(id)).state, 'acknowledged')
})

test('signing in, a wrong password, signing out; a session that ended loses nothing typed', async t => {
  const { stand, nia } = here
  await nia.handOver({ patient: stand.patients.Ames, class: 'SD', situation: 'Wound broken down' })
  const page = await here.page(t, '', { as: undefined })
  await page.getByLabel('E-mail address').fill('guy@example.org')
  await page.getByLabel('Password', { exact: true }).fill('wrong-wrong-wrong')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('The e-mail address or the password is wrong.').waitFor()
  await becomes(() => page.evaluate(() => document.activeElement?.id), 'signin-problem')
  await signIn(page, stand, 'guy')
  await loaded(page)
  await page.locator('a[data-row]').click()
  await press(page, 'Answer')
  await page.getByLabel('Your answer').fill('Half a sentence')
  await page.route('**/api/care/v1/**', r => r.fulfill({ status: 401, contentType: 'application/json', body: '{"code":"token_invalid","message":"Sign in again.","retry":"never"}' }))
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await page.getByText('Your session has ended.').waitFor()
  assert.equal(await page.getByText('Wound broken down').count(), 0, 'nobody is in sight')
  await page.unroute('**/api/care/v1/**')
  await signIn(page, stand, 'guy')
  await becomes(() => page.getByLabel('Your answer').inputValue(), 'Half a sentence')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await goes(page.getByText('Your session has ended.'))
  assert.equal(await page.evaluate(() => sessionStorage.getItem('doorstep-session')), null)
  await signIn(page, stand, 'rita')
  await loaded(page)
  await goes(page.getByText('Half a sentence')) // nor does the next person get it
})

// U27
test('a role without an inbox is told what is true and where its own page is, and of no lost connection', async t => {
  const page = await here.page(t, 'val')
  await page.getByRole('heading', { name: 'There is no inbox for your role' }).waitFor()
  await page.getByText('You are signed in as Volunteer. What is for you is here:').waitFor()
  assert.equal(await page.getByRole('link', { name: /^The app for visits/ }).getAttribute('href'), '/app/')
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await page.reload()
  await page.getByRole('heading', { name: 'There is no inbox for your role' }).waitFor()
  await page.waitForLoadState('networkidle')
  assert.equal(await page.getByText('Connection lost').count(), 0)
  await here.stand.save('staff', { role: 'privacy_officer' }, here.stand.staff.val.id)
  const again = await here.page(t, 'val')
  await again.getByText('Doorstep has no page for this role yet.').waitFor()
  assert.equal(await again.locator('main a').count(), 0)
})

test('closed doors: until when, and where to turn meanwhile', async t => {
  const { stand } = here
  const week = Object.fromEntries(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map(day => [day, '00:00-24:00']))
  await stand.save('organisations', { opening_hours: week, out_of_hours: 'Ring Riverside out of hours on 01632 960199.' }, stand.organisations.elm)
  await stand.settle()
  const page = await here.page(t, 'rita')
  await loaded(page)
  await goes(page.getByText('Elm Row Surgery is closed.'))
  const hour = new Date(Date.now()).getUTCHours() < 12 ? '22:00-23:00' : '03:00-04:00' // some hours from now either way
  await stand.save('organisations', { opening_hours: Object.fromEntries(Object.keys(week).map(day => [day, hour])) }, stand.organisations.elm)
  await stand.settle()
  await page.reload()
  await page.getByText('Elm Row Surgery is closed.').waitFor()
  assert.match(await page.locator('.ds-banner').first().innerText(), /It opens (\w{3} \d+ \w+ )?0?\d+:00\.\s+Until then: Ring Riverside out of hours on 01632 960199\./)
})

test('what is closed is read page by page', async t => {
  const { stand, nia } = here
  for (let i = 0; i < 53; i++) await nia.handOver({ patient: stand.patients.Ames, class: 'R', situation: `Matter ${i}` })
  const { items } = await stand.care('guy', 'GET', '/handovers?limit=200')
  for (const h of items) await stand.care('guy', 'POST', `/handovers/${h.id}/answer`, { version: h.version, outcome: 'advice_given' })
  const page = await here.page(t, 'guy')
  await loaded(page)
  await page.getByRole('button', { name: 'Closed' }).click()
  await becomes(() => page.locator('[data-group]').count(), 50)
  await page.getByRole('button', { name: 'Show more' }).click()
  await becomes(() => page.locator('[data-group]').count(), 53)
  await goes(page.getByRole('button', { name: 'Show more' }))
})
