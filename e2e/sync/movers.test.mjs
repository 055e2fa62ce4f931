// Every move from any role to any other, and out of the service, with work on the phone that was refused, that is unsent,
// that no request can carry, and in an open form. What was written while access was held is taken in and raises its alarm;
// what was written after is kept; nothing clinical stays where it may not; the phone ends like a new one of the new role,
// or drains. The reference client of Go is held to the same in internal/acceptance.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { dutyOf } from '../../pb_public/shared/duties.js'
import { changes, openClient } from '../../pb_public/shared/sync/client.js'
import { MemoryStorage } from '../../pb_public/shared/sync/storage.js'
import { startStand } from '../stand/stand.mjs'
import { newPhone, unlike } from './anew.mjs'
import { text as bodyOf } from './mistakes.mjs'

const left = 'left'
const clinical = ['as it was', 'key safe under the bench', 'through the garden']

/** @type {import('../stand/stand.mjs').Stand} */
let stand
let ahead = 0 // ms that the clocks of the server and of all phones are ahead of this machine's
/** @type {string[]} */ let roles
before(async () => {
  stand = await startStand(null)
  const [{ fields }] = await stand.query(`SELECT fields FROM _collections WHERE name = 'staff'`)
  roles = JSON.parse(fields).find((/** @type {any} */ f) => f.name === 'role').values
})
after(() => stand.close())

let ids = 0
const newID = () => '01jz2' + String(++ids).padStart(21, '0')
const text = (/** @type {unknown} */ value) => value === null ? 'NULL' : `'${String(value).replaceAll("'", "''")}'`
/** @param {string} table @param {Record<string, unknown>[]} rows */
const insert = (table, rows) => stand.exec(`INSERT INTO ${table} (${Object.keys(rows[0]).map(c => `"${c}"`)}) VALUES ${rows.map(r => `(${Object.values(r).map(text)})`)}`)
/** @param {number} ms */
const pass = ms => stand.clock(ahead += ms)
const clocks = { now: () => Date.now() + ahead, monotonic: () => performance.now() + ahead }
const voluntary = (/** @type {string} */ role) => role === 'volunteer' || role === 'volunteer_coordinator'

class Mover {
  id = newID()
  person = newID() // lets the voluntary service in
  alone = newID() // does not, unless it is the service that has them at first
  storage = new MemoryStorage()
  reached = true // whether the network is there

  /** @param {string} from @param {string} to @param {boolean} tooBig whether one change is too big for any request */
  constructor(from, to, tooBig) {
    Object.assign(this, { from, to, tooBig })
    this.email = `${from}.${to}@example.org`
    this.writesVisits = dutyOf(from).view === 'clinical'
  }

  async open() {
    this.client = await openClient({ storage: this.storage, server: stand.url, name: this.email, platform: 'node', app: '1', digestEvery: Infinity, ...clocks, fetch: async (input, init) => {
      if (!this.reached) throw new TypeError('fetch failed')
      if (String(input).endsWith('/push') && (await bodyOf(init)).includes('too big')) return Response.json({ code: 'too_large', message: 'too large', retry: 'never' }, { status: 413 })
      return fetch(input, init)
    } })
    await this.client.signIn({ identity: this.email, password: stand.password })
    assert.equal(await this.client.sync(), null)
  }

  /** Notes what somebody of the role notes about a person: readings that raise an alarm, or a check-in. @param {string} patient @param {string} [more] */
  async work(patient, more = '') {
    const at = new Date(clocks.now()).toISOString()
    if (!this.writesVisits) return this.client.record([{ op: 'create', collection: 'checkins', set: { patient, staff: this.id, happened_at: at, seen: true, wellbeing: 'well', ...more && { concern: more } } }])
    const visit = this.client.newID()
    return this.client.record([
      { op: 'create', collection: 'visits', id: visit, set: { patient, status: 'completed', started_at: at, ended_at: at, note: `as it was ${more}` } },
      { op: 'create', collection: 'observations', set: { patient, visit, taken_at: at, respiration_rate: 26, spo2: 90, on_oxygen: false, systolic: 98, pulse: 118, acvpu: 'A', temperature: 38.6 } },
    ])
  }

  /** Leaves work behind in every state there is. @param {string} stranger whom nobody has */
  async write(stranger) {
    const { client } = this
    const { ids: [own] } = await this.work(this.person)
    this.refused = (await this.work(stranger)).key
    assert.equal(await client.sync(), null)
    assert.equal(client.item(this.refused)?.state, 'needs_you')
    this.form = this.writesVisits ? client.open('patients', this.person) : client.open('checkins', own)
    this.reached = false
    this.unsent = (await this.work(this.person)).key
    if (this.tooBig) this.aside = (await this.work(this.person, 'too big')).key
  }

  /** Saves what was opened before, on a phone that knows of nothing. */
  async saveOpenForm() {
    const set = this.writesVisits ? { access_notes: 'through the garden' } : { wellbeing: 'as_usual' }
    this.late = (await this.client.record([{ op: 'update', collection: this.form.collection, id: this.form.id, seen: this.form, set: changes(this.form, set) }])).key
  }

  async check() {
    const { client, to } = this
    const ended = Object.fromEntries((await stand.query('SELECT key, status FROM sync_ledger WHERE key IN (?, ?)', this.unsent, this.late)).map(r => [r.key, r.status]))
    assert.match(ended[this.unsent] ?? 'nowhere', /^(applied|merged)$/, 'what was written while access was held')
    assert.ok(ended[this.late], 'what was in the open form is nowhere')
    if (this.writesVisits) assert.ok((await stand.query('SELECT count(*) AS n FROM handovers WHERE patient = ?', this.person))[0].n > 0, 'the readings raise an alarm')
    const state = client.debugState()
    assert.deepEqual(state.outbox, [], 'the phone drains')
    assert.deepEqual(state.aside.map(c => c.key), this.tooBig ? [this.aside] : [], 'what no request can carry stays, and nothing else with it')
    if (to === left || dutyOf(to).view === 'none') {
      assert.equal(client.directive, this.tooBig ? 'drain' : 'wipe')
      for (const table of ['records', 'scopes', 'staged', 'sentlog']) assert.equal(this.storage.rows.get(/** @type {any} */ (table))?.size, 0, table)
      assert.deepEqual(state.items.map(i => i.key), this.tooBig ? [this.aside] : [], 'receipts')
      return
    }
    if (dutyOf(to).view === 'limited') {
      for (const table of ['records', 'staged', 'outbox', 'items']) {
        for (const row of this.storage.rows.get(/** @type {any} */ (table))?.values() ?? []) for (const words of clinical) assert.ok(!row.includes(words), `${table} holds "${words}": ${row}`)
      }
      assert.deepEqual([client.list('visits'), client.list('observations')], [[], []])
      for (const p of client.list('patients')) for (const field of ['access_notes', 'nhs_number', 'date_of_birth', 'spo2_scale']) assert.equal(p.values[field], undefined, field)
    }
    if (voluntary(to) && !voluntary(this.from)) assert.equal(client.view('patients', this.alone), null, 'a voluntary service has somebody who never let it in')
    const anew = await newPhone(stand, this, clocks)
    let wrong = 'neither has pulled'
    for (let again = 0; wrong && again < 5; again++) { // the server's own jobs go on
      for (const c of [client, anew]) assert.equal(await c.sync(), null)
      wrong = unlike(client, anew)
    }
    assert.equal(wrong, '', 'a new phone')
  }
}

/** @param {Mover[]} movers @param {string} from */
async function settle(movers, from) {
  const { trust, friends } = stand.organisations
  const home = { nurses: newID(), friends: newID() }
  await insert('teams', [{ id: home.nurses, organisation: trust, kind: 'nursing', name: `Nurses of ${from}`, route: 'inbox' },
    { id: home.friends, organisation: friends, kind: 'voluntary', name: `Friends of ${from}`, route: 'inbox' }])
  const consent = JSON.stringify([{ service: friends, given: true }]), stranger = newID(), mate = newID(), silent = newID()
  const person = (/** @type {string} */ id, /** @type {boolean} */ agreed) => ({ id, family_name: 'Person', given_name: 'Test', practice: stand.organisations.elm, phone: '01632 960222', access_notes: clinical[1], consent: agreed ? consent : null })
  await insert('patients', [person(stranger, true), person(mate, true), person(silent, false), ...movers.flatMap(m => [person(m.person, true), person(m.alone, voluntary(from))])])
  const places = (/** @type {string} */ role) => voluntary(role) ? { teams: JSON.stringify([home.friends]), organisation: friends } : { teams: JSON.stringify([home.nurses]), organisation: trust }
  const [{ password }] = await stand.query('SELECT password FROM staff WHERE id = ?', stand.staff.nia.id)
  await insert('staff', movers.map(m => ({ id: m.id, email: m.email, verified: 1, password, tokenKey: `${m.id} token key that nobody guesses`, name: m.email, role: from, ...places(from) })))
  await insert('caseload', [...movers.flatMap(m => [m.person, m.alone].map(patient => ({ id: newID(), patient, staff: m.id, team: '' }))),
    ...[mate, silent].flatMap(patient => [home.nurses, home.friends].map(team => ({ id: newID(), patient, staff: '', team })))])
  await stand.settle()
  return { stranger, places }
}

describe('whoever moves hands in their work and keeps nothing that is not theirs', () => { // O7, O8, O9, O10
  test('from every role that has a phone to every other, and out of the service', async t => {
    const withPhones = roles.filter(r => dutyOf(r).view !== 'none')
    assert.ok(withPhones.length > 8 && roles.length > withPhones.length)
    let n = 0
    for (const from of withPhones) {
      const movers = [...roles.filter(r => r !== from), left].map(to => new Mover(from, to, ++n % 2 === 0))
      const { stranger, places } = await settle(movers, from)
      const all = (/** @type {(m: Mover) => Promise<unknown>} */ what) => Promise.all(movers.map(what))
      await all(m => m.open())
      await all(m => m.write(stranger))
      await pass(60_000)
      for (const m of movers) {
        const set = m.to === left ? { inactive_since: new Date(clocks.now()).toISOString().replace('T', ' ') } : { role: m.to, ...places(m.to) }
        await stand.exec(`UPDATE staff SET ${Object.entries(set).map(([c, v]) => `${c} = ${text(v)}`)} WHERE id = '${m.id}'`)
      }
      await stand.settle()
      await pass(60_000)
      await all(m => m.saveOpenForm())
      await all(async m => {
        m.reached = true
        await m.client.sync() // a draining phone is refused a pull: that is no mistake
      })
      await pass(16 * 60_000) // another hello is due
      await all(m => m.client.sync())
      await all(m => m.client.sync())
      for (const m of movers) await t.test(`from ${from} to ${m.to}${m.tooBig ? ', with a change that is too big' : ''}`, () => m.check())
    }
  })
})
