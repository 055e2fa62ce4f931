// Stories between the client and the real server that the seeded days do not tell: people, desks, codes, held pulls.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { changes, openClient, ServerError } from '../../pb_public/shared/sync/client.js'
import { webKeys } from '../../pb_public/shared/sync/key.js'
import { LockedSender } from '../../pb_public/shared/sync/locked.js'
import { seal, suite } from '../../pb_public/app/vault/hpke.js'
import { MemoryStorage } from '../../pb_public/shared/sync/storage.js'
import { startStand } from '../stand/stand.mjs'

/** @type {import('../stand/stand.mjs').Stand} */
let stand
before(async () => { stand = await startStand(null) })
after(() => stand.close())

/** @param {string} who @param {object} [options] */
async function phone(who, options = {}) {
  const client = await openClient({ storage: new MemoryStorage(), server: stand.url, name: `phone of ${who}`, platform: 'node', app: '1', ...options })
  await client.signIn({ identity: stand.staff[who].email, password: stand.password })
  assert.equal(await client.sync(), null)
  return client
}

/** @param {import('../../pb_public/shared/sync/client.js').Client} client @param {any} form @param {Record<string, unknown>} values */
const save = (client, form, values) => client.record([{ op: 'update', collection: form.collection, id: form.id, seen: form, set: changes(form, values) }])

/** Waits for a change of a client. @param {import('../../pb_public/shared/sync/client.js').Client} client @param {() => boolean} so */
function until(client, so) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('it never came')), 120_000)
    const end = client.changed(look)
    function look() {
      if (!so()) return
      clearTimeout(late)
      end()
      resolve(undefined)
    }
    look()
  })
}

test('two nurses edit one note without seeing each other: one conflict, both see it, one decides, both agree', async () => {
  const nia = await phone('nia'), ned = await phone('ned')
  const id = stand.patients.Birch
  await save(nia, nia.open('patients', id), { access_notes: 'ring twice' })
  const { key } = await save(ned, ned.open('patients', id), { access_notes: 'key under the mat' })
  assert.deepEqual([await nia.sync(), await ned.sync()], [null, null])
  assert.equal(ned.item(key)?.state, 'needs_you')
  assert.equal(ned.item(key)?.result?.conflicts?.[0].yours, 'key under the mat')
  await nia.sync()
  for (const c of [nia, ned]) {
    assert.deepEqual(c.issues().map(i => [i.values.kind, i.values.kept, i.values.lost]), [['conflict', 'ring twice', 'key under the mat']])
    assert.equal(c.view('patients', id)?.values.access_notes, 'ring twice')
  }
  await ned.record([{ op: 'resolve', issue: ned.issues()[0].id, set: { access_notes: 'ring twice; key under the mat' } }])
  for (const c of [ned, nia]) {
    assert.equal(await c.sync(), null)
    assert.equal(c.view('patients', id)?.values.access_notes, 'ring twice; key under the mat')
    assert.deepEqual(c.issues(), [])
  }
})

test('a lead shows a code, and the phone is enrolled without a password', async () => {
  const { code } = await stand.care('lea', 'POST', '/api/sync/v1/sign-in-codes', { staff: stand.staff.sue.id })
  const client = await openClient({ storage: new MemoryStorage(), server: stand.url, name: 'new phone', platform: 'node', app: '1' })
  await assert.rejects(client.signInWithCode({ code: 'wrong-code', staff: stand.staff.sue.id }), ServerError)
  assert.equal(client.needsSignIn, true)
  await client.signInWithCode({ code, staff: stand.staff.sue.id })
  assert.equal(await client.sync(), null)
  assert.ok(client.list('patients').length > 0)
})

test('a key that cannot be read out enrols and syncs', async () => {
  const pairs = new Map()
  const keys = webKeys({ get: async n => pairs.get(n), put: async (n, p) => { pairs.set(n, p) }, delete: async n => { pairs.delete(n) } })
  const client = await phone('ned', { keys })
  assert.equal(pairs.size, 1)
  await client.signOut()
  assert.equal(pairs.size, 0)
})

test('an urgent reading: the nurse sees that the practice has seen it', async () => {
  const nia = await phone('nia')
  const patient = stand.patients.Ames, visit = nia.newID(), at = new Date().toISOString()
  const { key } = await nia.record([
    { op: 'create', collection: 'visits', id: visit, set: { patient, status: 'completed', started_at: at, ended_at: at, note: 'Breathless' } },
    { op: 'create', collection: 'observations', set: { patient, visit, taken_at: at, respiration_rate: 26, spo2: 90, on_oxygen: false, systolic: 98, pulse: 118, acvpu: 'A', temperature: 38.6 } },
  ])
  await nia.sync()
  await nia.sync()
  const receipt = nia.item(key)
  assert.deepEqual([receipt?.state, receipt?.seen, receipt?.handovers.length], ['sent', false, 1])
  const handover = receipt?.handovers[0].id
  const shown = await stand.care('rita', 'GET', `/handovers/${handover}`)
  await stand.care('rita', 'POST', `/handovers/${handover}/acknowledge`, { version: shown.version })
  await nia.sync()
  assert.equal(nia.item(key)?.seen, true)
})

test('a volunteer holds no clinical field', async () => {
  const val = await phone('val')
  assert.ok(val.list('patients').length > 0)
  for (const p of val.list('patients')) assert.deepEqual(Object.keys(p.values).filter(f => ['access_notes', 'nhs_number', 'date_of_birth', 'spo2_scale'].includes(f)), [])
  assert.deepEqual([val.list('visits'), val.list('observations')], [[], []])
})

test('a person moves to another team: the unsent note arrives, then they are gone from the phone', async () => {
  const storage = new MemoryStorage()
  const nia = await phone('nia', { storage })
  const patient = stand.patients.Calder
  const { key } = await save(nia, nia.open('patients', patient), { access_notes: 'written before the move' })
  await stand.clock(60_000) // a measured offset is as good as the way was fast: leave no doubt that it was written before
  await stand.care('lea', 'POST', '/caseload/move', { patients: [patient], from: { team: stand.teams.north }, to: { team: stand.teams.south }, reason: 'moved house' })
  assert.equal(await nia.sync(), null)
  assert.equal(nia.item(key)?.state, 'sent')
  assert.equal((await stand.query('SELECT access_notes AS n FROM patients WHERE id = ?', patient))[0].n, 'written before the move')
  assert.equal(nia.view('patients', patient), null)
  for (const [at, text] of storage.rows.get('records') ?? []) {
    if (/^(patients|visits|observations)\//.test(at)) assert.doesNotMatch(text, new RegExp(patient), at)
  }
})

/** @param {string} device @param {string} state */
const setState = (device, state) => stand.care('lea', 'POST', `/devices/${device}/state`, { state, reason: 'test' })

test('the desk drains a phone: what is unsent goes up, then everything is deleted', async () => {
  const ned = await phone('ned')
  await save(ned, ned.open('patients', stand.patients.Dunne), { access_notes: 'last words' })
  await setState(ned.device, 'draining')
  for (let i = 0; i < 3 && ned.directive !== 'wipe'; i++) await ned.sync()
  assert.equal(ned.directive, 'wipe')
  assert.equal(ned.debugState().records.length, 0)
  assert.equal((await stand.query('SELECT access_notes AS n FROM patients WHERE id = ?', stand.patients.Dunne))[0].n, 'last words')
})

test('the desk reports a phone lost: everything is deleted at once, unsent work too', async () => {
  const ned = await phone('ned')
  await save(ned, ned.open('patients', stand.patients.Dunne), { access_notes: 'never sent' })
  await setState(ned.device, 'lost')
  await ned.sync()
  assert.equal(ned.directive, 'wipe')
  assert.deepEqual([ned.debugState().records.length, ned.unsent().count], [0, 0])
})

test('what a colleague writes reaches a running client by itself', async () => {
  const nia = await phone('nia'), ned = await phone('ned')
  const id = stand.patients.Eastwood
  nia.start()
  await nia.sync()
  await nia.sync() // where there is no stream, it is known by now
  await save(ned, ned.open('patients', id), { access_notes: 'by the back door' })
  await ned.sync()
  await until(nia, () => nia.view('patients', id)?.values.access_notes === 'by the back door')
  await nia.stop()
})

test('the server is killed and comes back: a running client sends by its own timer', async () => {
  const nia = await phone('nia')
  nia.start()
  await stand.kill()
  await save(nia, nia.open('patients', stand.patients.Eastwood), { access_notes: 'written while it was down' })
  await nia.sync()
  assert.equal(nia.unsent().count, 1)
  assert.ok(Number(nia.status().nextTry) > 0)
  await stand.start()
  await until(nia, () => nia.unsent().count === 0)
  await nia.stop()
})

// U3. The sealing is the field app's, the opening is the server's.
test('a locked phone sends what it sealed; unlocked it gets the stored answers, and nothing is there twice', async () => {
  const pairs = new Map()
  const keys = webKeys({ get: async n => pairs.get(n), put: async (n, p) => { pairs.set(n, p) }, delete: async n => { pairs.delete(n) } })
  const storage = new MemoryStorage()
  const rows = (/** @type {'sealed' | 'locked'} */ table) => [.../** @type {Map<string, string>} */ (storage.rows.get(table)).values()].map(text => JSON.parse(text))
  const client = await phone('nia', { storage, sealing: { keys, suite, seal } })
  const id = client.newID()
  const { key } = await client.record([{ op: 'create', collection: 'visits', id, set: { patient: stand.patients.Birch, status: 'completed', note: 'Ŵyn â lein, sealed' } }])
  await client.record([{ op: 'update', collection: 'visits', id, set: { outcome: 'care_given' } }])
  assert.ok(!JSON.stringify([rows('sealed'), rows('locked')]).includes(stand.patients.Birch))
  /** @type {string[]} */ const taken = []
  const locked = new LockedSender({ keys, server: stand.url, storage: { load: async () => ({ cover: rows('locked')[0], changes: rows('sealed') }), taken: async keys => { taken.push(...keys) } } })
  for (let i = 1; i <= 2; i++) { // the second answers as to a lost one
    assert.deepEqual(await locked.contact(), { directive: '', stuck: false, error: null, retryAfterMs: 0 })
    assert.equal(taken.length, 2 * i)
  }
  assert.deepEqual(await stand.query('SELECT note FROM visits WHERE id = ?', id), [{ note: 'Ŵyn â lein, sealed' }])
  assert.equal(client.unsent().count, 2)
  assert.equal(await client.sync(), null)
  assert.equal(client.unsent().count, 0)
  assert.equal(client.item(key)?.state, 'sent')
  assert.equal(client.item(key)?.result?.replayed, true)
  assert.deepEqual(rows('sealed'), [])
  const device = client.device
  await stand.care('lea', 'POST', `/devices/${device}/state`, { state: 'lost' })
  assert.equal((await locked.contact()).directive, 'wipe')
})
