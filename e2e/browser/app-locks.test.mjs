// The locks of the phone: a passkey, the PIN of a shift, and a lease that runs out without a signal.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { goes, openBrowser } from './kit.mjs'
import { goTo, lock, offlineReady, openPhone, phoneWithClock, recordVisit, syncNow, unlock } from './app-kit.mjs'

/** @typedef {import('playwright-core').Page} Page */

/** @type {any} */ let stand
/** @type {any} */ let browser
before(async () => { stand = await startStand(null); browser = await openBrowser() })
after(async () => { await browser?.close(); await stand?.close() })

const hour = 3_600_000
const pin = '274905'

/** What the nurse's organisation says about its phones. @param {Record<string, unknown>} rules */
async function organisationSays(rules) {
  await stand.save('organisations', rules, stand.organisations.trust)
  await stand.settle()
}

/** Sets the PIN of this shift in the settings. @param {Page} page */
async function setPin(page) {
  await goTo(page, '#/settings')
  await page.getByText('Set a PIN for this shift').first().click()
  await page.getByLabel('Six digits').fill(pin)
  await page.getByRole('button', { name: 'Set a PIN for this shift' }).click()
  await page.getByText('The PIN is set for 12 hours.').waitFor()
}

/** @param {Page} page @param {string} digits */
async function tryPin(page, digits) {
  await page.getByLabel('PIN of this shift').fill(digits)
  await page.getByRole('button', { name: 'Unlock' }).first().click()
}

/** Tries the PIN unless the phone, which looks by itself too, has taken it away already: in one step, so that it cannot go in between. @param {Page} page */
const pinIsOver = page => page.evaluate(digits => {
  const input = /** @type {HTMLInputElement | null} */ (document.getElementById('pin'))
  if (!input) return
  input.value = digits
  input.dispatchEvent(new Event('input'))
  input.form?.requestSubmit()
}, pin)

/** A platform authenticator of the browser's own, which answers to PRF. @param {Page} page */
async function authenticator(page) {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options: /** @type {any} */ ({ protocol: 'ctap2', transport: 'internal', hasResidentKey: true,
    hasUserVerification: true, isUserVerified: true, hasPrf: true, automaticPresenceSimulation: true }) })
  return { verified: (/** @type {boolean} */ isUserVerified) => cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }) }
}

test('a passkey unlocks the phone, with no network too; another finger does not; the passphrase goes on working', async t => {
  await stand.reset()
  // A passkey belongs to a name, never to a number: the same server by its name.
  const named = Object.create(stand, { url: { value: stand.url.replace('127.0.0.1', 'localhost') } })
  const page = await openPhone(t, browser, named, 'nia')
  const lockOfThePhone = await authenticator(page)
  await goTo(page, '#/settings')
  await page.reload() // whether the phone can do it is asked when the app opens
  await unlock(page)
  await page.getByRole('button', { name: 'Unlock with this phone’s own lock (passkey)' }).click()
  await page.getByText('The passkey is set. The passphrase goes on working.').waitFor()
  await page.context().setOffline(true)
  await lock(page)
  await page.getByRole('button', { name: 'Use the passkey' }).click()
  await goTo(page, `#/person/${stand.patients.Ames}`)
  await page.getByRole('heading', { name: 'AMES, Harold' }).waitFor()
  await lock(page)
  await lockOfThePhone.verified(false)
  await page.getByRole('button', { name: 'Use the passkey' }).click()
  await page.getByText('The passkey did not work. Use the passphrase.').waitFor()
  assert.equal(await page.getByText('AMES').count(), 0)
  await unlock(page)
  await goTo(page, `#/person/${stand.patients.Ames}`)
  await page.getByRole('heading', { name: 'AMES, Harold' }).waitFor()
})

test('a shift PIN opens the phone; five wrong tries and only the passphrase does', async t => {
  await stand.reset()
  const withoutPin = await openPhone(t, browser, stand, 'nia')
  await goTo(withoutPin, '#/settings')
  await withoutPin.getByRole('heading', { name: 'Locking' }).waitFor()
  assert.equal(await withoutPin.getByText('Set a PIN for this shift').count(), 0, 'offered before the organisation allows it')
  await organisationSays({ shift_pin: true })
  const page = await openPhone(t, browser, stand, 'ned', { worker: true })
  await offlineReady(page)
  await setPin(page)
  await page.context().setOffline(true)
  await page.reload()
  await tryPin(page, pin)
  await page.getByRole('heading', { name: 'This phone' }).waitFor()
  await lock(page)
  await tryPin(page, '1234')
  await page.getByText('A PIN is six digits.').waitFor()
  for (const left of ['4 tries left.', '3 tries left.', '2 tries left.', '1 try left.']) {
    await tryPin(page, '975310')
    await page.getByText(`That is not the PIN. ${left}`).waitFor()
    if (left.startsWith('3')) await page.reload() // a killed browser gives no try back
  }
  await tryPin(page, '975310')
  await page.getByText('Too many wrong PINs. Use the passphrase.').waitFor()
  await goes(page.getByLabel('PIN of this shift'))
  await page.reload()
  await page.getByLabel('Passphrase', { exact: true }).waitFor()
  await goes(page.getByLabel('PIN of this shift')) // the PIN came back
  await unlock(page)
  await page.getByRole('heading', { name: 'This phone' }).waitFor()
})

test('a shift PIN is over after twelve hours, and when the clock is set back', async t => {
  await stand.reset()
  await organisationSays({ shift_pin: true })
  const page = await phoneWithClock(t, browser, stand, 'nia')
  await setPin(page)
  await page.context().setOffline(true)
  await page.clock.fastForward(12 * hour - 60_000)
  await page.getByRole('heading', { name: 'Unlock' }).waitFor() // nobody was there
  await tryPin(page, pin)
  await page.getByRole('heading', { name: 'This phone' }).waitFor()
  await lock(page)
  await page.getByLabel('PIN of this shift').waitFor()
  await page.clock.fastForward(60_000)
  await pinIsOver(page)
  await page.getByText('The PIN has run out. Use the passphrase.').waitFor()
  await goes(page.getByLabel('PIN of this shift'))
  await unlock(page)
  await page.getByRole('heading', { name: 'This phone' }).waitFor()
  await setPin(page)
  await lock(page)
  await page.clock.setSystemTime(Date.now() - hour)
  await pinIsOver(page)
  await page.getByText('The PIN has run out. Use the passphrase.').waitFor()
})

test('the offline lease locks the data, never the outbox', async t => {
  await stand.reset()
  await organisationSays({ offline_lease_hours: 24 })
  const page = await phoneWithClock(t, browser, stand, 'nia')
  await page.context().setOffline(true)
  await recordVisit(page, stand.patients.Ames, 'Before the lease ran out')
  await goTo(page, `#/edit/${stand.patients.Birch}`)
  await page.getByLabel('Getting in').fill('Half a senten')
  await page.clock.fastForward(24 * hour + 60_000)
  await unlock(page)
  const closed = page.getByText(/^This phone has not heard from the server since .+ People’s data stays closed until it has\. What you recorded is safe and will be sent\.$/)
  for (const hash of ['#/today', `#/person/${stand.patients.Ames}`, `#/visit?person=${stand.patients.Ames}`, `#/edit/${stand.patients.Ames}`]) {
    await goTo(page, hash)
    await closed.waitFor()
    await page.getByText('1 visit not sent').waitFor()
    assert.doesNotMatch(await page.locator('main').innerText(), /AMES|Harold|Mill Lane|BIRCH/, hash)
  }
  await goTo(page, '#/items')
  await page.getByText('Saved on this phone').first().waitFor()
  assert.doesNotMatch(await page.locator('main').innerText(), /AMES|Harold|BIRCH|lease ran out/, 'who it was about')
  await page.context().setOffline(false)
  await syncNow(page)
  await page.getByText('Everything sent').waitFor()
  assert.deepEqual(await stand.query("SELECT count(*) AS n FROM visits WHERE note = 'Before the lease ran out'"), [{ n: 1 }])
  await goTo(page, `#/person/${stand.patients.Ames}`)
  await page.getByRole('heading', { name: 'AMES, Harold' }).waitFor()
})

test('a session that expired during a week offline loses nothing', async t => {
  await stand.reset()
  t.after(() => stand.clock(0))
  const page = await phoneWithClock(t, browser, stand, 'nia')
  await page.context().setOffline(true)
  await recordVisit(page, stand.patients.Birch, 'Before a week in the hills')
  const week = 7 * 24 * hour
  await stand.clock(week)
  await page.clock.fastForward(week)
  await unlock(page)
  await page.getByText('1 visit not sent').waitFor()
  await page.context().setOffline(false)
  await page.getByText('Everything sent').waitFor()
  const [row] = await stand.query("SELECT count(*) AS n, min(clinical_time) AS at, min(changed ->> '$.note.r') AS got FROM visits WHERE note = 'Before a week in the hills'") // the visit was planned: its record came before
  assert.equal(row.n, 1)
  const late = Date.parse(row.got) - Date.parse(row.at.replace(' ', 'T'))
  assert.ok(Math.abs(late - week) < hour, `it says that it was done ${late / hour} hours before it came`)
  await goTo(page, `#/person/${stand.patients.Birch}`)
  await page.getByRole('heading', { name: 'BIRCH, Ivy' }).waitFor()
})

/** All that lies on the phone, as whoever copies its files reads it: bytes as letters, and base64 both ways. @param {Page} page */
const everything = page => page.evaluate(async () => {
  const letters = (/** @type {Uint8Array} */ b) => Array.from(b, n => String.fromCharCode(n)).join('')
  const lies = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })]
  const text = (/** @type {any} */ value) => JSON.stringify(value, (_, v) => (v instanceof Uint8Array ? letters(v) : v instanceof CryptoKey ? `key ${v.type} ${v.extractable}` : v))
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((done, failed) => {
      const asked = indexedDB.open(/** @type {string} */ (name))
      asked.onsuccess = () => done(asked.result)
      asked.onerror = failed
    })
    for (const store of db.objectStoreNames) {
      const rows = await new Promise(done => { const asked = db.transaction(store).objectStore(store).getAll(); asked.onsuccess = () => done(asked.result) })
      lies.push(...rows.map(text))
    }
    db.close()
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const request of await cache.keys()) if (!/\.(js|css|html)$/.test(new URL(request.url).pathname)) lies.push(request.url, await (await cache.match(request)).text())
  }
  const all = lies.join('\n')
  const hidden = (all.match(/[A-Za-z0-9_-]{24,}/g) ?? []).map(b => { try { return atob(b.replaceAll('-', '+').replaceAll('_', '/')) } catch { return '' } })
  return [all, ...hidden].join('\n')
})

// U3: in a pocket the phone is locked, and the network comes back there.
test('a locked phone sends what was saved, and nobody can read it there; unlocked it hears what became of it', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia', { expected: [/./] })
  await page.getByText('People on this phone').waitFor() // it knows by now that she is a nurse
  await page.context().setOffline(true)
  await recordVisit(page, stand.patients.Ames, 'Quetzals in the hallway')
  await lock(page)
  await page.getByText('1 change waits. It is sent while the phone is locked').waitFor()
  const lies = await everything(page)
  assert.match(lies, /"t":"sealed"/, 'nothing is sealed to the server')
  assert.match(lies, /key private false/, 'the key of the locked phone can be read out')
  for (const word of ['Quetzals', 'hallway', 'Harold', 'Mill Lane', stand.patients.Ames, stand.staff.nia.id]) assert.ok(!lies.includes(word), `${word} can be read on a locked phone`)
  await page.context().setOffline(false)
  await page.getByText('1 change was sent while the phone was locked. Unlock to see what became of it.').waitFor()
  const there = () => stand.query("SELECT count(*) AS n FROM visits WHERE note = 'Quetzals in the hallway'")
  assert.deepEqual(await there(), [{ n: 1 }])
  await page.reload() // a killed browser forgets nothing of it
  await page.getByText('1 change was sent while the phone was locked').waitFor()
  await unlock(page)
  await page.getByText('Everything sent').waitFor()
  assert.deepEqual(await there(), [{ n: 1 }])
  assert.doesNotMatch(await everything(page), /"t":"sealed"/, 'what was answered is still kept for the locked phone')
})

// U3: whoever finds a lost phone does not unlock it.
test('a lost phone that stays locked is emptied at its next contact, with what it had not sent', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia', { expected: [/./] })
  await page.getByText('People on this phone').waitFor() // it knows by now that she is a nurse
  await page.context().setOffline(true)
  await recordVisit(page, stand.patients.Birch, 'Lost with the phone')
  await lock(page)
  const [device] = await stand.query('SELECT id FROM devices WHERE staff = ?', stand.staff.nia.id)
  await stand.care('lea', 'POST', `/devices/${device.id}/state`, { state: 'lost' })
  await page.context().setOffline(false)
  await page.getByText('This phone was emptied').waitFor()
  assert.doesNotMatch(await everything(page), /"t":"(records|outbox|sealed|locked|keys)"|key private/)
  assert.deepEqual(await page.evaluate(() => caches.keys()), [])
  assert.deepEqual(await stand.query("SELECT count(*) AS n FROM visits WHERE note = 'Lost with the phone'"), [{ n: 0 }])
})
