// What goes wrong with phones, as stories: nothing is lost, nothing is shown to the wrong person, and the phone
// says what is going on.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { goes, openBrowser, openPage, until } from './kit.mjs'
import { goTo, offlineReady, openPhone, passphrase, recordVisit as record, save, setUp, synced, syncNow, unlock, purpose } from './app-kit.mjs'

/** @typedef {import('playwright-core').Page} Page */

/** @type {any} */ let stand
/** @type {any} */ let browser
before(async () => { stand = await startStand(null); browser = await openBrowser() })
after(async () => { await browser?.close(); await stand?.close() })

/** Everything this origin has stored, as text: databases, caches, local and session storage. @param {Page} page @returns {Promise<string>} */
function stored(page) {
  return page.evaluate(async () => {
    const parts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)]
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise((done, fail) => { const r = indexedDB.open(/** @type {string} */ (name)); r.onsuccess = () => done(r.result); r.onerror = () => fail(r.error) })
      for (const table of /** @type {any} */ (db).objectStoreNames) {
        const rows = await new Promise((done, fail) => { const r = /** @type {any} */ (db).transaction(table).objectStore(table).getAll(); r.onsuccess = () => done(r.result); r.onerror = () => fail(r.error) })
        parts.push(JSON.stringify(rows, (_, v) => (v instanceof Uint8Array ? [...v].map(b => String.fromCharCode(b)).join('') : v)))
      }
      /** @type {any} */ (db).close()
    }
    for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) if (request.url.includes('/api/')) parts.push(await (await caches.match(request))?.text() ?? '')
    return parts.join('\n')
  })
}

test('nothing about anybody is readable at rest', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia')
  await record(page, stand.patients.Ames, 'A secret about the leg')
  await goTo(page, '#/settings')
  await page.getByRole('button', { name: 'Lock now' }).click()
  await page.getByRole('heading', { name: 'Unlock' }).waitFor()
  const text = await stored(page)
  assert.ok(text.length > 2000, 'the database was not read')
  for (const word of ['Ames', 'AMES', 'Harold', 'Mill Lane', 'secret about', 'Elm Row', 'Nia Evans', passphrase, stand.patients.Ames, stand.password]) assert.ok(!text.includes(word), `"${word}" is readable on a locked phone`)
  await goes(page.getByText('AMES'))
})

test("a volunteer's phone holds no clinical field, decrypted or not", async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'val')
  const held = await page.evaluate(async secret => {
    const [{ Database }, { Vault }, { SealedStorage }] = await Promise.all(['/app/store/database.js', '/app/vault/vault.js', '/app/store/storage.js'].map(m => import(m)))
    const database = new Database(), vault = new Vault({ keyStore: database.keyStore })
    const rows = /** @type {any[]} */ ([])
    await new SealedStorage(database, await vault.unlock({ passphrase: secret })).load((/** @type {any} */ table, /** @type {any} */ key, /** @type {any} */ value) => rows.push({ table, key, value }))
    return rows
  }, passphrase)
  const records = held.filter(r => r.table === 'records')
  assert.ok(records.length > 3, 'nothing was decrypted')
  const text = JSON.stringify(records)
  for (const collection of ['observations', 'visits']) assert.ok(!records.some(r => r.value.collection === collection), collection)
  for (const field of ['nhs_number', 'date_of_birth', 'family_name', 'access_notes', 'spo2', 'news2', 'systolic', 'situation', 'assessment', 'background']) assert.ok(!text.includes(`"${field}"`), field)
  assert.ok(text.includes('"address"'), 'the projection is empty')
})

test('forgotten passphrase: unsent work is saved to a file without it', async t => {
  await stand.reset()
  const org = stand.organisations.trust
  const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits'])
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  await stand.save('organisations', { recovery_key: { kty, crv, x, y } }, org)
  await stand.settle()
  const page = await openPhone(t, browser, stand, 'nia')
  await until("the organisation's key has reached the phone", () => page.evaluate(async () => {
    const { Database } = await import(/** @type {any} */ ('/app/store/database.js'))
    const database = new Database()
    const file = await database.keyStore.get()
    database.close()
    return Boolean(file?.recovery)
  }))
  await page.context().setOffline(true)
  await record(page, stand.patients.Ames, 'Written before she forgot')
  await goTo(page, '#/settings')
  await page.getByRole('button', { name: 'Lock now' }).click()
  await page.getByText('1 change waits.').waitFor()
  await unlock(page, 'not the passphrase at all')
  await page.getByText('That is not the passphrase.').waitFor()
  await page.getByRole('button', { name: 'I forgot my passphrase' }).click()
  await page.context().route('**/api/**', route => route.abort()) // the server cannot be reached: nothing sealed is sent either
  await page.context().setOffline(false) // a download is one for the test's browser, even from memory
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save unsent work to a file' }).click()])
  const path = join(await mkdtemp(join(tmpdir(), 'doorstep-unsent-')), 'file.json')
  t.after(() => rm(dirname(path), { recursive: true }))
  await download.saveAs(path)
  const file = JSON.parse(await readFile(path, 'utf8'))
  assert.equal(file.doorstep_export, 1)
  assert.ok(file.rows.some((/** @type {any} */ r) => r.table === 'outbox'))
  assert.ok(!JSON.stringify(file).includes('before she forgot'))
  await page.getByText('Give it to whoever runs Doorstep').waitFor() // U35: who can open it
})

test('a person is reassigned while a note about them is unsent: the note goes up, then they leave the phone', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia')
  await page.context().setOffline(true)
  await record(page, stand.patients.Ames, 'Last words about Ames')
  const rows = await stand.query('SELECT id FROM caseload WHERE patient = ?', stand.patients.Ames)
  for (const { id } of rows) await stand.delete('caseload', id)
  await stand.settle()
  await page.context().setOffline(false)
  await syncNow(page)
  await page.getByText('Everything sent').waitFor()
  await goTo(page, '#/today')
  await page.getByLabel('Find a person').fill('AMES')
  await page.getByText('0 people').waitFor()
  assert.equal((await stand.query("SELECT note FROM visits WHERE note = 'Last words about Ames' UNION SELECT code FROM quarantine WHERE content LIKE '%Last words about Ames%'")).length, 1)
})

test('a phone that was reported lost empties itself at its next contact', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia', { worker: true, expected: [/./] })
  await offlineReady(page)
  const [device] = await stand.query('SELECT id FROM devices WHERE staff = ?', stand.staff.nia.id)
  await page.context().setOffline(true)
  await stand.care('lea', 'POST', `/devices/${device.id}/state`, { state: 'lost' })
  await page.context().setOffline(false) // it asks by itself, sooner than a thumb could
  await page.getByText('This phone was emptied').waitFor()
  const text = await stored(page)
  assert.ok(!text.includes('"t":"records"'), 'sealed rows stayed')
  assert.deepEqual(await page.evaluate(() => caches.keys()), [])
})

test('a phone that is handed back sends what is left, shows nothing new, and empties itself', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia', { expected: [/./] })
  await page.context().setOffline(true)
  await record(page, stand.patients.Birch, 'Still to be handed in')
  const [device] = await stand.query('SELECT id FROM devices WHERE staff = ?', stand.staff.nia.id)
  await stand.care('lea', 'POST', `/devices/${device.id}/state`, { state: 'draining' })
  await page.context().setOffline(false) // it sends by itself, sooner than a thumb could ask for it
  await page.getByText('This phone was emptied').waitFor()
  assert.equal((await stand.query("SELECT id FROM visits WHERE note = 'Still to be handed in'")).length, 1)
})

test('a week offline, and the session long over: everything is still there and goes up after signing in', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia', { expected: [/./] })
  await page.getByText('People on this phone').waitFor() // it knows by now that she is a nurse
  await page.context().setOffline(true)
  await record(page, stand.patients.Birch, 'From a week in the hills')
  const [device] = await stand.query('SELECT id FROM devices WHERE staff = ?', stand.staff.nia.id)
  await stand.care('lea', 'POST', `/devices/${device.id}/state`, { state: 'revoked' })
  await page.context().setOffline(false)
  await syncNow(page)
  await page.getByText('Please sign in again').waitFor()
  await page.getByText('1 visit not sent').waitFor()
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByLabel('E-mail address').fill(stand.staff.nia.email)
  await page.getByLabel('Password', { exact: true }).fill(stand.password)
  await page.getByRole('button', { name: 'Set up this phone' }).click()
  await page.getByText('Everything sent').waitFor()
  assert.equal((await stand.query("SELECT id FROM visits WHERE note = 'From a week in the hills'")).length, 1)
})

test('two tabs: one works, the other offers to take over', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia')
  const second = await openPage(t, browser, stand, '/app/', { context: page.context() })
  await second.getByText('Doorstep is open in another tab').waitFor()
  await second.getByRole('button', { name: 'Work here instead' }).click()
  await second.getByRole('heading', { name: 'Unlock' }).waitFor()
  await unlock(second)
  await synced(second)
  await page.getByText('Doorstep is open in another tab').waitFor()
  await record(second, stand.patients.Birch, 'From the second tab')
  await second.getByText('Everything sent').waitFor()
  assert.equal((await stand.query("SELECT id FROM visits WHERE note = 'From the second tab'")).length, 1)
})

test('the phone is full: the form stays, and saves once there is space', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia')
  await goTo(page, `#/visit?person=${stand.patients.Ames}`)
  await page.getByLabel('Visit done').check()
  await purpose(page)
  await page.getByLabel('Note').fill('There was no space for this')
  await page.evaluate(() => {
    const put = IDBObjectStore.prototype.put, add = IDBObjectStore.prototype.add
    const full = () => { throw new DOMException('full', 'QuotaExceededError') }
    Object.assign(globalThis, { space: () => Object.assign(IDBObjectStore.prototype, { put, add }) })
    Object.assign(IDBObjectStore.prototype, { put: full, add: full })
  })
  await save(page)
  await page.getByText('This phone is full').first().waitFor()
  assert.equal(await page.getByLabel('Note').inputValue(), 'There was no space for this')
  await page.evaluate(() => /** @type {any} */ (globalThis).space())
  await save(page)
  await page.getByText('Saved on this phone.').first().waitFor()
  await page.getByText('Everything sent').waitFor()
  assert.equal((await stand.query("SELECT id FROM visits WHERE note = 'There was no space for this'")).length, 1)
})

test('hostile markup in every text shows as text', async t => {
  await stand.reset()
  const evil = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>'
  await stand.save('patients', { family_name: evil.slice(0, 90), given_name: evil.slice(0, 90), preferred_name: evil.slice(0, 90), address: evil, access_notes: evil, risk_note: evil, phone: '"><img src=x>', communication_needs: [evil.slice(0, 60)] }, stand.patients.Ames)
  await stand.settle()
  const page = await openPhone(t, browser, stand, 'nia')
  await goTo(page, `#/person/${stand.patients.Ames}`)
  await page.getByText('onerror=').first().waitFor()
  await record(page, stand.patients.Ames, evil)
  await goTo(page, '#/items')
  await page.getByRole('heading', { name: 'My work' }).waitFor()
  assert.equal(await page.title(), 'My work – Doorstep visits')
  assert.equal(await page.locator('img').count(), 0)
})

test('a code from a lead sets up a phone without a password, and stays nowhere', async t => {
  await stand.reset()
  const { code } = await stand.care('lea', 'POST', '/api/sync/v1/sign-in-codes', { staff: stand.staff.nia.id })
  const page = await openPage(t, browser, stand, `/app/#code=${code}&staff=${stand.staff.nia.id}`, { width: 360, height: 740 })
  await page.getByText('You scanned a code').waitFor()
  assert.equal(new URL(page.url()).hash, '')
  await page.getByRole('button', { name: 'Set up this phone' }).click()
  await page.getByLabel('New passphrase').fill(passphrase)
  await page.getByLabel('The same again').fill(passphrase)
  await page.getByRole('button', { name: 'Use this passphrase' }).click()
  await synced(page)
})

test('sign-out is refused while work is unsent, and empties the phone when all is sent', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia')
  page.on('dialog', d => d.accept())
  await page.context().setOffline(true)
  await record(page, stand.patients.Birch, 'Before the shift ends')
  await goTo(page, '#/settings')
  await page.getByText('1 change is not sent').waitFor()
  await goes(page.getByRole('button', { name: 'Sign out and empty this phone' }))
  await page.context().setOffline(false)
  await syncNow(page)
  await page.getByRole('button', { name: 'Sign out and empty this phone' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await setUp(page, stand, 'ned') // another nurse takes the phone
  await goTo(page, '#/items')
  await page.getByText('Nothing recorded on this phone').waitFor()
})

test('two nurses edit one note offline, both see the conflict, the desk resolves it, both phones agree', async t => {
  await stand.reset()
  const nia = await openPhone(t, browser, stand, 'nia'), ned = await openPhone(t, browser, stand, 'ned')
  for (const [page, text] of /** @type {[Page, string][]} */ ([[nia, 'Key with the warden'], [ned, 'Key safe, code 0000']])) {
    await page.context().setOffline(true)
    await goTo(page, `#/edit/${stand.patients.Ames}`)
    await page.getByLabel('Getting in').fill(text)
    await save(page)
    await page.getByText('Saved on this phone.').first().waitFor()
  }
  for (const page of [nia, ned]) {
    await page.context().setOffline(false)
    await syncNow(page)
    await page.getByText('Everything sent').waitFor()
  }
  await syncNow(nia)
  for (const page of [nia, ned]) {
    await goTo(page, '#/items')
    await page.getByText('Two people changed this: getting in').first().waitFor()
    for (const text of ['Key with the warden', 'Key safe, code 0000']) await page.getByText(text).first().waitFor()
  }
  const desk = await openPage(t, browser, stand, '/desk/#/issues', { as: 'lea' })
  await desk.getByRole('link', { name: /Conflict.*AMES, Harold/ }).click()
  await desk.getByLabel('Keep both').check()
  await desk.getByLabel('Both, as one').fill('Key with the warden; key safe as well')
  await desk.getByRole('button', { name: 'Save the decision' }).click()
  await desk.getByText('Decided. Both phones get it').first().waitFor()
  for (const page of [nia, ned]) {
    await syncNow(page)
    await goTo(page, `#/person/${stand.patients.Ames}`)
    await page.getByText('Key with the warden; key safe as well').waitFor()
    await goTo(page, '#/items')
    assert.equal(await page.getByText('Two people changed this').and(page.locator('strong')).count(), 0)
  }
})
