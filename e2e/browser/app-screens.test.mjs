// Every screen of the app: no barrier that axe finds, light and dark, on the narrowest phone; and each opens
// again with no network at all.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { accessible, openBrowser, openPage } from './kit.mjs'
import { offlineReady, openPhone, passphrase, synced, unlock } from './app-kit.mjs'

/** @type {any} */ let stand
/** @type {any} */ let browser
before(async () => { stand = await startStand(null); browser = await openBrowser() })
after(async () => { await browser?.close(); await stand?.close() })

const shots = process.env.DOORSTEP_SHOTS // a folder: pictures of every screen go there

/** @param {import('playwright-core').Page} page @param {string} name */
async function look(page, name) {
  await accessible(page, name)
  if (shots) await page.screenshot({ path: `${shots}/${name.replaceAll(' ', '-')}.png`, fullPage: true })
}

/** The screens of a nurse: where, and what is on it. @param {any} s */
const nurse = s => /** @type {[string, string, string][]} */ ([
  ['today', '#/today', 'Today,'], ['person', `#/person/${s.patients.Ames}`, 'Last readings'], ['visit', `#/visit?person=${s.patients.Ames}`, 'What happened?'],
  ['edit', `#/edit/${s.patients.Ames}`, 'Change details'], ['help', '#/help', 'call 999'], ['items', '#/items', 'My work'], ['settings', '#/settings', 'Lock now'],
])

for (const [name, how] of /** @type {[string, any][]} */ ([['light, 360 wide', {}], ['dark, 320 wide', { dark: true, width: 320 }]])) {
  test(`a nurse's screens: ${name}`, async t => {
    await stand.reset()
    const page = await openPage(t, browser, stand, '/app/', { width: 360, height: 740, touch: true, ...how })
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await look(page, `${name} sign in`)
    await page.getByLabel('E-mail address').fill(stand.staff.nia.email)
    await page.getByLabel('Password', { exact: true }).fill(stand.password)
    await page.getByRole('button', { name: 'Set up this phone' }).click()
    await page.getByRole('heading', { name: 'Choose a passphrase' }).waitFor()
    await look(page, `${name} passphrase`)
    await page.getByLabel('New passphrase').fill(passphrase)
    await page.getByLabel('The same again').fill(passphrase)
    await page.getByRole('button', { name: 'Use this passphrase' }).click()
    await synced(page)
    for (const [screen, hash, text] of nurse(stand)) {
      await page.evaluate(h => { location.hash = h }, hash)
      await page.getByText(text).first().waitFor()
      await look(page, `${name} ${screen}`)
    }
    await page.getByRole('button', { name: 'Lock now' }).click()
    await page.getByRole('heading', { name: 'Unlock' }).waitFor()
    await look(page, `${name} unlock`)
    await page.getByRole('button', { name: 'I forgot my passphrase' }).click()
    await page.getByRole('heading', { name: 'Forgotten passphrase' }).waitFor()
    await look(page, `${name} forgotten`)
  })
}

test('reload offline at every screen: each opens again with no network', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia')
  await offlineReady(page)
  await page.context().setOffline(true)
  for (const [screen, hash, text] of nurse(stand)) {
    await page.goto(`${stand.url}/app/${hash}`)
    await page.reload()
    await unlock(page)
    await page.getByText(text).first().waitFor()
    assert.equal(new URL(page.url()).hash, hash, screen)
  }
})

test('a volunteer: my week, a check-in with a worry, and nothing clinical', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'val')
  await page.getByRole('heading', { name: 'My week' }).waitFor()
  await look(page, 'volunteer week')
  await page.getByRole('link', { name: 'Record' }).first().click()
  await page.getByRole('group', { name: 'Did you see or speak to them?' }).getByLabel('Yes').check()
  await page.getByLabel('Not their usual self').check()
  await page.getByLabel('Is anything worrying you?').fill('The fridge is empty')
  await page.getByText('Somebody may not be safe').click()
  await look(page, 'volunteer check-in')
  await page.getByLabel('What happened or what you saw').fill('A stranger has her bank card')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('It goes to the safeguarding lead only').first().waitFor()
  await page.getByRole('link', { name: 'My work' }).click()
  await page.getByText('Sent', { exact: false }).and(page.locator('.ds-tag')).first().waitFor()
  await look(page, 'volunteer work')
  const rows = await stand.query("SELECT concern, wellbeing FROM checkins WHERE concern = 'The fridge is empty'")
  assert.equal(rows.length, 1)
  assert.equal(rows[0].wellbeing, 'not_usual_self')
})
