// Screens of the app as stories: each opens again with no network at all, forms that were begun are found again, and a
// volunteer's own. Whether everybody can use them: app-access.test.mjs.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { openBrowser, until } from './kit.mjs'
import { offlineReady, openPhone, unlock } from './app-kit.mjs'

/** @type {any} */ let stand
/** @type {any} */ let browser
before(async () => { stand = await startStand(null); browser = await openBrowser() })
after(async () => { await browser?.close(); await stand?.close() })

/** The screens of a nurse: where, and what is on it. @param {any} s */
const nurse = s => /** @type {[string, string, string][]} */ ([
  ['today', '#/today', 'Today,'], ['person', `#/person/${s.patients.Ames}`, 'Last readings'], ['visit', `#/visit?person=${s.patients.Ames}`, 'What happened?'],
  ['edit', `#/edit/${s.patients.Ames}`, 'Change details'], ['items', '#/items', 'My work'], ['settings', '#/settings', 'Lock now'],
])

test('reload offline at every screen: each opens again with no network', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia', { worker: true })
  await offlineReady(page)
  await page.context().setOffline(true)
  for (const [screen, hash, text] of nurse(stand)) {
    await page.goto(`${stand.url}/app/${hash}`)
    await page.reload()
    await unlock(page)
    await page.getByText(text).first().waitFor()
    assert.equal(new URL(page.url()).hash, hash, screen)
  }
  await page.goto(`${stand.url}/app/#/help`)
  await page.reload()
  await page.getByText('What to do when …').waitFor() // it names nobody, and asks for no passphrase
})

test('forms that were begun are listed, to go on with or to throw away, also after the phone was locked', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia')
  const [visit] = await stand.query("SELECT id FROM visits WHERE patient = ? AND status = 'planned'", stand.patients.Birch)
  for (const [hash, note] of [[`#/visit?person=${stand.patients.Ames}`, 'Half of this'], [`#/visit/${visit.id}?person=${stand.patients.Birch}`, 'Half of that']]) {
    await page.goto(`${stand.url}/app/${hash}`)
    await page.getByLabel('Visit done').check()
    await page.getByLabel('Note').fill(note)
  }
  await page.goto(`${stand.url}/app/#/edit/${stand.patients.Calder}`)
  await page.getByLabel('Getting in').fill('Knock loudly')
  await page.getByRole('link', { name: 'This phone' }).click()
  await page.getByRole('button', { name: 'Lock now' }).click()
  await unlock(page)
  await page.getByRole('link', { name: 'Today', exact: true }).click()
  await page.getByRole('link', { name: '3 forms are not finished' }).click()
  await page.getByRole('heading', { name: 'Not finished' }).waitFor()
  page.once('dialog', d => d.accept())
  await page.getByRole('button', { name: 'Discard: Visit, BIRCH, Ivy' }).click()
  await page.getByRole('button', { name: 'Discard: Visit, BIRCH, Ivy' }).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'Go on: Details of a person, CALDER, Mabel' }).waitFor()
  await page.getByRole('link', { name: 'Go on: Visit, AMES, Harold' }).click()
  await page.getByText('Your draft was kept').waitFor()
  assert.equal(await page.getByLabel('Note').inputValue(), 'Half of this')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('link', { name: '1 form is not finished' }).waitFor()
  await page.getByText('Everything sent').waitFor()
  assert.deepEqual((await stand.query("SELECT note FROM visits WHERE note LIKE 'Half of %'")).map(r => r.note), ['Half of this'])
})

test('a list of 1,000 people grows to its end as somebody scrolls, and one of them is found', async t => {
  const crowd = await startStand(t, { people: 1000 })
  const page = await openPhone(t, browser, crowd, 'nia')
  await page.getByText('1005 people').waitFor()
  const rows = page.locator('.app-person')
  assert.ok(await rows.count() < 1005, 'all of them are drawn at once')
  await until('the end of the list', async () => {
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
    return await rows.count() === 1005
  })
  await page.getByLabel('Find a person').fill('resident0777')
  await page.getByText('1 person', { exact: true }).waitFor()
})

test('a volunteer: my week, a check-in with a worry, and nothing clinical', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'val')
  await page.getByRole('heading', { name: 'My week' }).waitFor()
  await page.getByRole('link', { name: 'Record' }).first().click()
  await page.getByRole('group', { name: 'Did you see or speak to them?' }).getByLabel('Yes').check()
  await page.getByLabel('Not their usual self').check()
  await page.getByLabel('Is anything worrying you?').fill('The fridge is empty')
  await page.getByText('Somebody may not be safe').click()
  await page.getByLabel('What happened or what you saw').fill('A stranger has her bank card')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('It goes to the safeguarding lead only').first().waitFor()
  await page.getByRole('link', { name: 'My work' }).click()
  await page.getByText('Sent', { exact: false }).and(page.locator('.ds-tag')).first().waitFor()
  const rows = await stand.query("SELECT concern, wellbeing FROM checkins WHERE concern = 'The fridge is empty'")
  assert.equal(rows.length, 1)
  assert.equal(rows[0].wellbeing, 'not_usual_self')
})
