// What was typed stays with whoever typed it: a person leaves the caseload while a form about them is open, and the place
// where the phone keeps things dies, is shut or is emptied while the app is open.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { accessible, goes, openBrowser, openPage, until } from './kit.mjs'
import { goTo, openPhone, save, saved, syncNow } from './app-kit.mjs'

/** @typedef {import('playwright-core').Page} Page */

/** @type {any} */ let stand
/** @type {any} */ let browser
before(async () => { stand = await startStand(null); browser = await openBrowser({ own: true }) }) // the clipboard
after(async () => { await browser?.close(); await stand?.close() })

/** Gives somebody to the other team. @param {string} patient */
async function moveSouth(patient) {
  for (const { id } of await stand.query('SELECT id FROM caseload WHERE patient = ?', patient)) await stand.delete('caseload', id)
  await stand.save('caseload', { patient, team: stand.teams.south, reason: 'moved' })
  await stand.settle()
}

/** A form with something in it. @param {Page} page @param {string} patient */
async function typeVisit(page, patient) {
  await goTo(page, `#/visit?person=${patient}`)
  await page.getByLabel('Visit done').check()
  await page.getByLabel('Pulse').fill('132')
  await page.getByLabel('Note').fill('Grey and sweating')
}

test('a form whose person leaves the caseload can be read, copied and sent to the team that has them now', async t => { // B2
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia')
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await typeVisit(page, stand.patients.Ames)
  await goTo(page, `#/edit/${stand.patients.Ames}`)
  await page.getByLabel('Getting in').fill('Bell is broken')
  await goTo(page, `#/visit?person=${stand.patients.Ames}`)
  await moveSouth(stand.patients.Ames)
  await syncNow(page)
  await page.getByText('This form was not saved and was not sent').waitFor()
  await page.getByRole('heading', { name: 'AMES, Harold' }).waitFor()
  assert.match(await page.locator('#text').innerText(), /Born: [\s\S]*pulse 132\/min[\s\S]*Grey and sweating/)
  await accessible(page, 'a form whose person has left')
  await page.getByRole('button', { name: 'Copy as text' }).click()
  await until('it is copied', async () => /Grey and sweating/.test(await page.evaluate(() => navigator.clipboard.readText())))
  await goTo(page, `#/person/${stand.patients.Ames}`)
  await page.getByText('A form about them is not finished, and was not sent: Visit').waitFor()
  assert.doesNotMatch(await page.locator('main').innerText(), /was sent\./, 'it says "sent" and nobody looked')
  await goTo(page, '#/items')
  await page.getByRole('link', { name: 'Look at it: Visit, AMES, Harold' }).click()
  await page.getByRole('button', { name: 'Send to the team that has them now' }).click()
  await page.getByText('It goes to the team that has them now.').first().waitFor()
  await page.getByText('Everything sent').waitFor()
  await until('the lead of the other team has it', async () => (await stand.query("SELECT id FROM quarantine WHERE content LIKE '%Grey and sweating%' AND owner_team = ?", stand.teams.south)).length === 1)
  await page.getByRole('link', { name: 'Look at it: Details of a person, AMES, Harold' }).click()
  await page.getByText('Getting in: Bell is broken').waitFor()
  await page.getByRole('button', { name: 'Send to the team that has them now' }).click()
  await until('the other form too', async () => (await stand.query("SELECT id FROM quarantine WHERE content LIKE '%Bell is broken%'")).length === 1)
  await page.getByRole('heading', { name: 'My work' }).waitFor()
  await goTo(page, `#/person/${stand.patients.Ames}`)
  await page.getByText('Something you recorded about them needs a decision').waitFor()
  await goTo(page, '#/person/01jz1x0000000000000000none')
  await page.getByText('They are not, or not any more, on your list.').waitFor()
  assert.doesNotMatch(await page.locator('main').innerText(), /sent|recorded/, 'of somebody nobody ever heard of')
})

test('a check-in whose person leaves stays too', async t => { // B2
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'val')
  await goTo(page, `#/checkin?person=${stand.patients.Calder}`)
  await page.getByRole('group', { name: 'Did you see or speak to them?' }).getByLabel('Yes').check()
  await page.getByLabel('Is anything worrying you?').fill('The fridge is empty')
  for (const { id } of await stand.query('SELECT id FROM caseload WHERE patient = ?', stand.patients.Calder)) await stand.delete('caseload', id)
  await stand.settle()
  await syncNow(page)
  await page.getByText('This form was not saved and was not sent').waitFor()
  assert.match(await page.locator('#text').innerText(), /The fridge is empty/)
  await page.getByRole('button', { name: 'Send to the team that has them now' }).click()
  await until('it is kept', async () => (await stand.query("SELECT id FROM quarantine WHERE content LIKE '%The fridge is empty%' UNION SELECT id FROM checkins WHERE concern = 'The fridge is empty'")).length === 1)
})

/** Makes the place where things are kept fail as browsers do. @param {Page} page */
const breakable = page => page.evaluate(() => {
  const objectStore = IDBTransaction.prototype.objectStore, open = IDBFactory.prototype.open
  const lost = () => new DOMException('Connection to Indexed Database server lost. Refresh the page to try again', 'UnknownError')
  /** @type {WeakSet<IDBDatabase>} */ let alive = new WeakSet()
  let all = true, shut = false
  IDBTransaction.prototype.objectStore = function (name) {
    if (!all && !alive.has(this.db)) throw lost()
    return objectStore.call(this, name)
  }
  IDBFactory.prototype.open = function (/** @type {any} */ ...args) {
    if (shut) throw lost()
    const request = open.apply(this, /** @type {any} */ (args))
    request.addEventListener('success', () => alive.add(request.result))
    return request
  }
  Object.assign(globalThis, {
    die() { all = false; alive = new WeakSet() },
    shut(/** @type {boolean} */ now) { shut = now },
  })
})

test('the storage process dies: it is opened again and the visit is saved; while it stays dead that is said, and what was typed can be copied', async t => { // B11, U46
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia', { expected: [/./] })
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await breakable(page)
  await typeVisit(page, stand.patients.Ames)
  await page.evaluate(() => /** @type {any} */ (globalThis).die())
  await page.getByRole('group', { name: 'Hand over to the practice or another team?' }).getByLabel('No').check()
  await save(page)
  await saved(page)
  await page.getByText('Everything sent').waitFor()
  await goes(page.getByText('Nothing can be saved just now'))

  await page.context().setOffline(true)
  await typeVisit(page, stand.patients.Birch)
  await page.evaluate(() => { /** @type {any} */ (globalThis).shut(true); /** @type {any} */ (globalThis).die() })
  await page.getByLabel('Note').fill('Grey and sweating, hands cold')
  await page.getByText('Nothing can be saved just now').waitFor() // nobody pressed anything
  await page.getByText('has stopped working, and could not be started again').waitFor()
  await accessible(page, 'storage that does not work')
  await page.getByRole('group', { name: 'Hand over to the practice or another team?' }).getByLabel('No').check()
  await save(page)
  await page.getByText('It could not be saved. Your form is still here.').waitFor()
  assert.equal(await page.getByText('This phone is full').count(), 0)
  assert.equal(await page.getByLabel('Note').inputValue(), 'Grey and sweating, hands cold')
  await page.getByRole('button', { name: 'Copy what is not saved or not sent' }).click()
  await until('it is copied', async () => /BIRCH, Ivy[\s\S]*hands cold/.test(await page.evaluate(() => navigator.clipboard.readText())))
  await page.getByRole('button', { name: 'Try again' }).evaluate(button => { // in one step: the phone also tries again by itself
    /** @type {any} */ (globalThis).shut(false)
    button.click()
  })
  await page.getByText('Nothing can be saved just now').waitFor({ state: 'detached' })
  await save(page)
  await saved(page)
  await page.context().setOffline(false)
  await until('both visits are sent, once', async () => (await stand.query("SELECT id FROM visits WHERE note LIKE 'Grey and sweating%'")).length === 2)
})

for (const [how, clear] of /** @type {[string, (page: Page) => Promise<unknown>][]} */ ([
  ['somebody', page => page.evaluate(() => new Promise((done, fail) => Object.assign(indexedDB.deleteDatabase('doorstep'), { onsuccess: done, onerror: fail })))],
  ['the browser', async page => (await page.context().newCDPSession(page)).send('Storage.clearDataForOrigin', { origin: stand.url, storageTypes: 'indexeddb' })],
])) {
  test(`${how} deletes what is kept while a form is open: said at once, nothing vanishes from the screen`, async t => { // B11
    await stand.reset()
    const page = await openPhone(t, browser, stand, 'nia', { expected: [/./] })
    await typeVisit(page, stand.patients.Ames)
    await clear(page)
    await page.getByText('was deleted while it was open').first().waitFor()
    assert.equal(await page.getByLabel('Note').inputValue(), 'Grey and sweating')
    await page.getByRole('group', { name: 'Hand over to the practice or another team?' }).getByLabel('No').check()
    await save(page)
    await page.getByText('It could not be saved. Your form is still here.').waitFor()
    await page.getByText('What is not saved or not sent', { exact: true }).click()
    assert.match(await page.locator('#unsent-text').innerText(), /NOT SAVED\nAMES, Harold[\s\S]*Grey and sweating/)
    await page.getByRole('button', { name: 'Load the page again' }).click()
    await page.getByText('This browser has cleared the app’s data').waitFor()
  })
}

test('storage that a browser forbids is said in a sentence; no page stays blank', async t => { // B11
  await stand.reset()
  for (const [path, sentence] of [['/app/', 'This browser cannot be used'], ['/practice/', 'E-mail address'], ['/desk/', 'E-mail address']]) {
    const page = await openPage(t, browser, stand, '/', {})
    await page.addInitScript(() => {
      for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) Object.defineProperty(globalThis, name, { get() { throw new DOMException('denied', 'SecurityError') } })
    })
    await page.goto(stand.url + path)
    await page.getByText(sentence).first().waitFor()
  }
})
