// One phone of a run: a client on storage that dies at a commit, behind a network that loses, repeats and delays, with a
// clock that is wrong; and what is watched while it works.
import { changes, openClient, patientOfSeen, ServerError } from '../../pb_public/shared/sync/client.js'
import { MemoryStorage } from '../../pb_public/shared/sync/storage.js'
import { mistaken } from './mistakes.mjs'

const rank = { saved: 0, sent: 1, needs_you: 2 }
class Killed extends Error {}

export class Phone {
  life = 0
  dead = false
  working = false // kills may happen
  /** @type {Set<{ at: number, work: () => void }>} */ timers = new Set()
  /** @type {any} the last answer that reached it, and of what */ heard = null
  /** @type {Map<string, any>} keys of its outbox after the last commit */ queued = new Map()
  /** @type {Map<string, string>} */ states = new Map()
  /** @type {any[]} forms somebody left open */ forms = []
  /** @type {Map<string, any>} what its author saw, by key of the change */ saw = new Map()
  /** @type {Set<string>} keys of what is, or was, safe on it */ recorded = new Set()
  /** @type {any} a backup of it */ copy = null
  recording = false
  /** @type {any} the change of a recording that was killed after its commit: it is safe, though nobody was told */ untold = null

  /** @param {import('./world.mjs').World} world @param {string} name @param {string} who */
  constructor(world, name, who) {
    this.world = world
    this.name = name
    this.staff = world.stand.staff[who]
    this.storage = new MemoryStorage()
    this.skew = world.chance.in100(20) ? (world.chance.below(96) - 48) * 3600_000 : world.chance.below(120_000) - 60_000
  }

  now() { return this.world.began + this.world.elapsed + this.skew }

  /** Starts the app: a new life on what its storage holds. */
  async open() {
    const { world } = this
    const life = ++this.life
    this.dead = false
    this.heard = null
    this.timers.clear()
    const alive = () => {
      if (life !== this.life || this.dead) throw new Killed('killed')
    }
    const storage = {
      load: (/** @type {any} */ visit) => this.storage.load(visit),
      commit: async (/** @type {any} */ writes) => {
        alive()
        const roll = this.working && !world.healing ? world.chance.below(120) : 9
        if (roll > 0) await this.storage.commit(writes)
        if (roll <= 1) {
          this.dead = true
          if (roll === 1 && this.recording) this.untold = writes.find((/** @type {any} */ w) => w.table === 'outbox')?.value ?? null
          world.note(this.name, `† killed ${roll ? 'after' : 'before'} a commit`)
          throw new Killed('killed')
        }
      },
    }
    this.client = await openClient(mistaken({
      storage, server: world.stand.url, name: this.name, platform: 'test', app: '1', pageRows: 50, digestEvery: world.digestEvery,
      now: () => this.now(), monotonic: () => world.elapsed + 1e6, random: bytes => world.chance.fill(bytes),
      timers: {
        set: (work, ms) => {
          const timer = { at: world.elapsed + ms, work }
          if (life === this.life) this.timers.add(timer)
          return timer
        },
        clear: timer => { this.timers.delete(timer) },
      },
      fetch: async (input, init) => {
        alive()
        const answer = await world.carry(this, String(input), init ?? {})
        alive()
        return answer
      },
    }, world.mistakes))
    this.queued = new Map(this.client.debugState().outbox.map(c => [c.key, c]))
    this.client.changed(c => this.#watch(c))
    this.client.start()
  }

  /** Opens the app again if it died, and signs in if that is asked for. */
  async revive() {
    if (this.dead) await this.open()
    if (this.client.needsSignIn && (this.world.healing || this.world.chance.in100(30))) await this.signIn()
  }

  async signIn() {
    this.working = true
    try {
      await this.client.signIn({ identity: this.staff.email, password: this.world.stand.password })
      this.world.note(this.name, 'signed in')
    } catch (e) {
      if (e instanceof ServerError && e.status < 500 && e.code !== 'code_invalid' && e.status !== 401 && e.status !== 429) this.world.fail(`${this.name} cannot sign in: ${e.status} ${e.code}`)
      this.world.note(this.name, `sign-in failed: ${e.message}`)
    }
    this.working = false
  }

  /** Lets due timers work. */
  async tick() {
    for (let i = 0; i < 50; i++) {
      const due = [...this.timers].filter(t => t.at <= this.world.elapsed).sort((a, b) => a.at - b.at)[0]
      if (!due) return
      this.timers.delete(due)
      this.working = true
      due.work()
      await this.client.idle()
      this.working = false
      if (this.dead) await this.open()
    }
    this.world.fail(`${this.name}: its timer goes off again and again`)
  }

  /** What must hold after every commit. @param {import('../../pb_public/shared/sync/client.js').Changed} c */
  #watch({ records, receipts }) {
    const { world, client, heard } = this
    if (!client) return
    if (records?.size && !this.recording && heard?.what === 'pull' && heard.body.more && !heard.body.scopes?.some(e => e.id === '*')) {
      world.fail(`${this.name} shows ${[...records][0]} in the middle of a pull`)
    }
    if (!receipts) return
    const now = new Map(client.debugState().outbox.map(q => [q.key, q]))
    const aside = new Set(client.debugState().aside.map(q => q.key))
    for (const [key, q] of this.queued) {
      if (now.has(key) || aside.has(key) || (heard?.what === 'pull' && !heard.body.more && heard.body.last_mid >= q.mid)) continue
      world.fail(`${this.name} dropped change ${key} (mid ${q.mid}) which no finished pull had confirmed`)
    }
    this.queued = now
    for (const { key, state } of client.debugState().items) {
      const before = this.states.get(key)
      if (before && rank[before] > rank[state]) world.fail(`${this.name}: change ${key} went back from ${before} to ${state}`)
      this.states.set(key, state)
    }
  }

  /** Records one change as a page would. @param {string} what @param {any[]} ops @param {any[]} [screens] what its author had before their eyes, op by op */
  async record(what, ops, screens = []) {
    const { world } = this
    const shown = ops.map((op, i) => {
      if (screens[i]) return screens[i]
      if (op.op === 'resolve') { // whoever decides has before their eyes what stands in the record now
        const { collection, record } = this.client.view('sync_issues', op.issue)?.values ?? {}
        return collection && record ? this.client.view(collection, record) : null
      }
      return op.id && op.op !== 'create' ? this.client.view(op.collection, op.id) : null
    })
    this.recording = true
    this.untold = null
    const safe = (/** @type {string} */ key, /** @type {string[]} */ ids) => {
      world.note(this.name, `${what} → ${key.slice(-5)}`)
      world.count('changes')
      this.recorded.add(key)
      this.saw.set(key, ops.map((op, i) => ({ op, seen: shown[i] })))
      ops.forEach((op, i) => world.wrote(this, key, ids[i], op, shown[i]))
    }
    try {
      const { key, ids } = await this.client.record(ops)
      safe(key, ids)
    } catch (e) {
      if (!(e instanceof Killed) && e.code !== 'not_signed_in') throw e
      if (this.untold) {
        world.count('recorded, and killed before anybody was told')
        safe(this.untold.key, this.untold.ops.map((/** @type {any} */ op) => op.id ?? op.issue ?? ''))
      } else world.note(this.name, `${what}: not recorded, ${e.message}`)
    } finally {
      this.recording = false
    }
  }

  /** Saves a form: only what was changed. @param {string} what @param {any} form @param {Record<string, unknown>} values */
  save(what, form, values) {
    return this.record(what, [{ op: 'update', collection: form.collection, id: form.id, seen: form, set: changes(form, values) }], [form])
  }

  backup() { this.copy = { storage: this.storage.snapshot(), recorded: new Set(this.recorded) } }

  /** Puts the backup back, as a person does with a new phone. */
  async restore() {
    for (const key of this.recorded) if (!this.copy.recorded.has(key)) this.world.excused.add(key)
    this.recorded = new Set(this.copy.recorded)
    this.storage = this.copy.storage.snapshot()
    this.forms = []
    this.states.clear()
    await this.open()
  }

  people() { return this.client.list('patients') }
  /** @param {any} who */ visitsOf(who) { return this.client.list('visits', { patient: who.id }) }
  patientOf = patientOfSeen
}
