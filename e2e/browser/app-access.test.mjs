// The field app for everybody: each screen in each of its states with axe, dark and light, at 320 px, with text twice as
// large and by Tab; and what axe does not know (frontend.md §10): nothing covers what has the focus, nothing is dragged,
// help is always in the same place, nothing is asked twice, passwords may be pasted, and what happens is announced.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { accessible, openBrowser, openPage, usable } from './kit.mjs'
import { answer, couldNotCall, goTo, openPhone, passphrase, synced, unlock } from './app-kit.mjs'
import { create, disagree, phoneOf } from './desk-kit.mjs'

/** @typedef {import('playwright-core').Page} Page */

/** @type {import('../stand/stand.mjs').Stand} */ let stand
/** @type {import('playwright-core').Browser} */ let browser
before(async () => { [stand, browser] = await Promise.all([startStand(null), openBrowser({ own: true })]) })
after(async () => { await browser?.close(); await stand?.close() })

/** @param {Page} page @param {string} name */
const press = (page, name) => page.getByRole('button', { name, exact: true }).click()

/** Everything that is asked of one state of a page. @param {Page} page @param {string} name */
async function check(page, name) {
  await accessible(page, name)
  await page.emulateMedia({ colorScheme: 'dark' })
  await accessible(page, `${name}, dark`, { colours: true })
  await page.emulateMedia({ colorScheme: 'light' })
  await usable(page, name)
  const help = page.getByRole('banner').getByRole('link', { name: 'Help', exact: true })
  assert.equal(await help.getAttribute('href'), '#/help', `${name}: help`)
  assert.equal(await page.getByRole('banner').getByRole('link').last().innerText(), 'Help', `${name}: help is the last of the header`)
}

/** The states of the nurse's app: what it is called, how one gets there, and what is then on the page. @type {[string, (page: Page) => Promise<unknown>, string | RegExp][]} */
const nurse = [
  ['today', page => goTo(page, '#/today'), 'Today,'],
  ['today, nobody found', page => page.getByLabel('Find a person').fill('zzz'), '0 people'],
  ['a person', page => goTo(page, `#/person/${stand.patients.Ames}`), 'Last readings'],
  ['a person who is not on the phone', page => goTo(page, '#/person/01jz1x0000000000000000none'), 'Somebody who is not on this phone'],
  ['a person, each reading over time', async page => { await goTo(page, `#/person/${stand.patients.Ames}`); await page.getByText('Each reading over time').click() }, 'Pulse over time'],
  ['changing details', page => goTo(page, `#/edit/${stand.patients.Ames}`), 'Change details'],
  ['a goal', page => goTo(page, `#/goal?person=${stand.patients.Ames}`), 'What do they want, in their own words?'],
  ['a goal that cannot be saved yet, with a step', async page => { await press(page, 'Add a step'); await press(page, 'Save') }, 'Write down what they want'],
  ['a visit, empty', page => goTo(page, `#/visit?person=${stand.patients.Calder}`), 'What happened?'],
  ['a visit, no access', page => page.getByLabel('Could not get in').check(), 'Why no access?'],
  ['a visit, readings in doubt', async page => {
    await page.getByLabel('Visit done').check()
    for (const [label, value] of [['Respiration rate', '26'], ['Oxygen saturation', '91'], ['Systolic blood pressure', '104'], ['Pulse', '900'], ['Temperature', 'warm']]) await page.getByLabel(label).fill(value)
  }, 'This is not a number'],
  ['a visit, call first', async page => {
    for (const [label, value] of [['Pulse', '132'], ['Temperature', '38,6']]) await page.getByLabel(label).fill(value)
    await page.getByLabel('Breathing air').check()
    await page.getByLabel('Alert').check()
  }, 'Call first: 999'],
  ['a visit that cannot be saved yet', async page => { await press(page, 'Save') }, 'There is a problem'],
  ['a visit, who was spoken to', async page => {
    await couldNotCall(page)
    await answer(page, 'Did you ring the practice?', 'Yes')
    await press(page, 'Save')
  }, 'Say who you spoke to'],
  ['a visit, its times', async page => {
    await page.getByText('Arrived', { exact: true }).click()
    await page.getByRole('button', { name: 'Arrived: 30 min ago' }).click()
    await page.getByText('Arrived', { exact: true }).click()
  }, 'by hand'],
  ['my work, something is not finished', page => goTo(page, '#/items'), 'Not finished'],
  ['my work, two wrote different things, a value was set aside', page => press(page, 'Sync now'), /Two people changed this: note[\s\S]*Could not be stored: pulse/],
  ['a visit as text', async page => { await goTo(page, `#/visit-read/${kept.visit}`) }, 'Copy as text'],
  ['this phone', page => goTo(page, '#/settings'), 'Hand the phone back'],
  ['this phone, changing the passphrase', page => page.getByText('Change the passphrase').first().click(), 'Your passphrase now'],
  ['this phone, a wrong passphrase', async page => {
    await page.getByLabel('Your passphrase now').fill('not at all this one')
    await page.getByLabel('New passphrase').fill('another four words')
    await press(page, 'Change the passphrase')
  }, 'That is not the passphrase.'],
  ['help', page => goTo(page, '#/help'), 'What to do when …'],
  ['no connection', async page => { await page.context().setOffline(true); await press(page, 'Sync now') }, 'No connection.'],
]
const kept = { visit: '' }

test('a nurse: every screen in each of its states', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia', { width: 320 })
  const [other, ned] = await Promise.all(['nia', 'ned'].map(who => phoneOf(stand, who)))
  kept.visit = await disagree(stand, other, ned, stand.patients.Birch, ['Heel red', 'Heel broken', 'Heel better'])
  await create(other, 'observations', { patient: stand.patients.Birch, taken_at: new Date().toISOString(), pulse: 720 })
  await other.sync()
  for (const [name, open, shows] of nurse) {
    await open(page)
    await page.locator('main').getByText(shows).or(page.getByRole('region', { name: 'Sending' }).getByText(shows)).first().waitFor().catch(e => { throw new Error(`${name}: ${e.message}`) })
    await check(page, name)
  }
})

/** The states before the work and after it. @type {[string, (page: Page) => Promise<unknown>, string][]} */
const gate = [
  ['sign in', async () => {}, 'Set up this phone'],
  ['sign in, refused', async page => {
    await page.getByLabel('E-mail address').fill('nia@example.org')
    await page.getByLabel('Password', { exact: true }).fill('wrong')
    await press(page, 'Set up this phone')
  }, 'The e-mail address or the password is wrong.'],
  ['help before anybody is known', page => page.getByRole('link', { name: 'Help', exact: true }).click(), 'What to do when …'],
  ['the passphrase', async page => {
    await page.getByRole('link', { name: 'Back' }).click()
    await page.getByLabel('E-mail address').fill(stand.staff.nia.email)
    await page.getByLabel('Password', { exact: true }).fill(stand.password)
    await press(page, 'Set up this phone')
  }, 'Choose a passphrase'],
  ['two passphrases that differ', async page => {
    await page.getByLabel('New passphrase').fill(passphrase)
    await page.getByLabel('The same again').fill('another one of them')
    await press(page, 'Use this passphrase')
  }, 'The two are not the same.'],
  ['locked', async page => {
    await page.getByLabel('The same again').fill(passphrase)
    await press(page, 'Use this passphrase')
    await synced(page)
    await goTo(page, '#/settings')
    await press(page, 'Lock now')
  }, 'This phone is set up for NE'],
  ['locked, a wrong passphrase', page => unlock(page, 'not the passphrase at all'), 'That is not the passphrase.'],
  ['the passphrase is forgotten', page => press(page, 'I forgot my passphrase'), 'Nobody can tell you your passphrase.'],
  ['open in another tab', async page => {
    await press(page, 'Back')
    await page.getByLabel('Passphrase', { exact: true }).waitFor()
    const second = await page.context().newPage()
    await second.goto(`${stand.url}/app/`)
    await press(second, 'Work here instead')
    await second.getByRole('heading', { name: 'Unlock' }).waitFor()
  }, 'Doorstep is open in another tab'],
]

test('before the work: every state of the gate', async t => {
  await stand.reset()
  const page = await openPage(t, browser, stand, '/app/', { width: 320, height: 740 })
  for (const [name, open, shows] of gate) {
    await open(page)
    await page.locator('main').getByText(shows).first().waitFor().catch(e => { throw new Error(`${name}: ${e.message}`) })
    await check(page, name)
  }
})

test('a volunteer: every screen in each of its states', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'val', { width: 320 })
  /** @type {[string, () => Promise<unknown>, string][]} */
  const states = [
    ['my week', () => goTo(page, '#/today'), 'People I see'],
    ['a check-in', () => goTo(page, `#/checkin?person=${stand.patients.Calder}`), 'Did you see or speak to them?'],
    ['a check-in that cannot be saved yet', () => press(page, 'Save'), 'Say whether you saw them'],
    ['a check-in, somebody may not be safe', async () => {
      await page.getByRole('group', { name: 'Did you see or speak to them?' }).getByLabel('Yes').check()
      await page.getByText('Somebody may not be safe').click()
    }, 'This goes to the safeguarding lead only'],
    ['my work', () => goTo(page, '#/items'), 'Not finished'],
    ['help', () => goTo(page, '#/help'), 'somebody may not be safe'],
  ]
  for (const [name, open, shows] of states) {
    await open()
    await page.locator('main').getByText(shows).first().waitFor().catch(e => { throw new Error(`${name}: ${e.message}`) })
    await check(page, `a volunteer: ${name}`)
  }
})

/** Tab until what has the focus is called so, or is in a group that is. @param {Page} page @param {RegExp} name */
async function tabTo(page, name) {
  for (let i = 0; i < 150; i++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(() => {
      const e = /** @type {any} */ (document.activeElement)
      return [e?.getAttribute('aria-label'), ...[...e?.labels ?? []].map((/** @type {any} */ l) => l.innerText), e?.closest('fieldset')?.querySelector('legend')?.innerText, /^(A|BUTTON|SUMMARY)$/.test(e?.tagName) && e.innerText].filter(Boolean).join(' | ')
    })
    if (name.test(at)) return
  }
  throw new Error(`the keyboard does not get to ${name}`)
}

test('the whole field flow by keyboard: set up, record an urgent visit, hand over, read it again, lock, unlock', async t => {
  await stand.reset()
  const page = await openPage(t, browser, stand, '/app/', { width: 390, height: 800 })
  const type = async (/** @type {RegExp} */ name, /** @type {string} */ text) => { await tabTo(page, name); await page.keyboard.type(text) }
  const hit = async (/** @type {RegExp} */ name, key = 'Enter') => { await tabTo(page, name); await page.keyboard.press(key) }
  const shown = (/** @type {string | RegExp} */ text) => page.getByText(text).first().waitFor()
  await page.getByLabel('E-mail address').waitFor()
  await type(/E-mail/, stand.staff.nia.email)
  await type(/^Password/, stand.password)
  await page.keyboard.press('Enter')
  await shown('Choose a passphrase')
  await type(/New passphrase/, passphrase)
  await type(/The same again/, passphrase)
  await page.keyboard.press('Enter')
  await shown('last synced')
  await type(/Find a person/, 'ames')
  await shown('1 person')
  await hit(/^AMES, Harold$/)
  await shown('Last readings')
  await hit(/^Record a visit$/)
  await shown('What happened?')
  assert.equal(await page.locator('label, legend').filter({ hasText: /born|address|NHS number|postcode/i }).count(), 0, 'who it is, is never asked again')
  await hit(/What happened\?/, 'Space')
  assert.equal(await page.getByLabel('Visit done').isChecked(), true)
  for (const [label, value] of [['Respiration rate', '26'], ['Oxygen saturation', '91'], ['Systolic blood pressure', '104'], ['Pulse', '112'], ['Temperature', '38.6']]) await type(new RegExp(label), value)
  await hit(/Air or oxygen/, 'Space')
  await hit(/Consciousness/, 'Space')
  await shown('NEWS2 10')
  await hit(/Did you ring 999\?/, 'Space')
  await hit(/Did you ring the practice\?/, 'Space')
  await type(/Who did you speak to\?/, 'Dr Patel')
  await type(/^Note/, 'By keyboard')
  await hit(/^Save$/)
  await page.waitForFunction(() => document.getElementById('announce')?.textContent === 'Saved on this phone.')
  await shown('Everything sent')
  assert.equal(await page.evaluate(() => document.querySelector('.app-status [role=status]')?.textContent?.includes('Everything sent')), true, 'how much is not sent is announced')
  const [row] = await stand.query("SELECT h.class, h.called_name, v.status FROM handovers h JOIN visits v ON v.id = h.visit WHERE v.note = 'By keyboard'")
  assert.deepEqual(row, { class: 'E', called_name: 'Dr Patel', status: 'completed' })
  await page.evaluate(() => document.body.focus())
  await hit(/^My work$/)
  await shown('The last fourteen days')
  await hit(/^This phone$/)
  await hit(/^Lock now$/)
  await page.getByRole('heading', { name: 'Unlock' }).waitFor()
  await type(/^Passphrase/, passphrase)
  await page.keyboard.press('Enter')
  await shown('Everything sent')
})

test('passwords and passphrases may be pasted, and password managers know the fields', async t => {
  await stand.reset()
  const page = await openPage(t, browser, stand, '/app/')
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const paste = async (/** @type {string} */ label) => {
    await page.getByLabel(label, { exact: true }).focus()
    await page.keyboard.press('Control+V')
  }
  await page.getByLabel('E-mail address').waitFor()
  assert.deepEqual(await page.locator('main input').evaluateAll(list => list.map(e => e.getAttribute('autocomplete'))), ['username', 'current-password', 'off'], 'a code that was read out works once: nobody keeps it')
  await page.getByText('I have a code that was read out to me').click() // U38: a code typed by half asks for no passphrase
  await page.getByLabel('Code', { exact: true }).fill('K7QM 2X9T')
  await press(page, 'Use this code')
  await page.getByText('and this has 8. Type all of it').waitFor()
  assert.equal(await page.getByLabel('New passphrase').count(), 0)
  await page.getByLabel('E-mail address').fill(stand.staff.nia.email)
  await page.evaluate(text => navigator.clipboard.writeText(text), stand.password)
  await paste('Password')
  await press(page, 'Set up this phone')
  await page.getByLabel('New passphrase').waitFor()
  assert.deepEqual(await page.locator('main input:not([hidden])').evaluateAll(list => list.map(e => e.getAttribute('autocomplete'))), ['new-password', 'new-password'])
  await page.evaluate(text => navigator.clipboard.writeText(text), passphrase)
  await paste('New passphrase')
  await paste('The same again')
  await press(page, 'Use this passphrase')
  await synced(page)
})
