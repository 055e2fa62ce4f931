// @ts-check
// A client of the sync protocol (docs/protocol.md) for pages, React Native and Node: no DOM, no framework, relative imports.
//
//   const client = await openClient({ storage, server: location.origin, name: "Nia's phone", platform: 'web', app: '1' })
//   if (client.needsSignIn) await client.signIn({ identity, password })
//   client.start()                                        // own timer and stream; or client.sync() for one round
//   const stop = client.changed(({ records }) => draw())  // after each commit
//   const form = client.open('patients', id)              // what is on the screen; the form keeps it
//   await client.record([{ op: 'update', collection: 'patients', id, seen: form, set: changes(form, values) }])
//
// What people do goes into the outbox in one commit; what they see is what the server sent with the outbox on top. Nothing
// unsent is ever dropped but by `wipe`. One client per storage at a time: a page holds a Web Lock while its client is open.

import { Core } from './core.js'
import { Refusal, ServerError, Unreachable } from './errors.js'
import { exchange } from './exchange.js'
import { eraseAll } from './directive.js'
import { plain } from './json.js'
import { rowKeys } from './key.js'
import { names } from './names.js'
import { notices } from './notices.js'
import { patientOfSeen } from './overlay.js'
import { changes, record } from './record.js'
import { receiptOf, receipts } from './receipts.js'
import { Runner } from './runner.js'
import { become, needsSignIn } from './signin.js'
import { next, step } from './step.js'

export { changes, patientOfSeen, Refusal, ServerError, Unreachable }

/** @typedef {import('./overlay.js').Seen} Seen */
/** @typedef {import('./record.js').SaidOp} SaidOp */
/** @typedef {import('./receipts.js').Receipt} Receipt */
/** @typedef {import('./state.js').Directive} Directive */

/**
 * @typedef {object} ClientOptions
 * @property {import('./storage.js').Storage} storage
 * @property {string} server base address, such as https://doorstep.example
 * @property {typeof globalThis.fetch} [fetch]
 * @property {() => number} [now] the device's clock, right or wrong, in ms since 1970
 * @property {() => number} [monotonic] a clock that is never set, in ms
 * @property {(bytes: Uint8Array<ArrayBuffer>) => void} [random] fills bytes with chance
 * @property {{ set: (work: () => void, ms: number) => unknown, clear: (id: any) => void }} [timers]
 * @property {import('./key.js').Keys} [keys] who holds the device key; without it the key lies in the row about itself
 * @property {import('./sealed.js').Sealing} [sealing] for phones that lock: leaves work where a locked phone can send it (locked.js)
 * @property {(bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>} [sha256]
 * @property {string} name of the device, for the desk
 * @property {string} platform
 * @property {string} [replaces] the id of the device that this phone was before it was emptied
 * @property {string} app version of the app
 * @property {number} [pageRows] rows asked for in a pull; 0 = what the server allows
 * @property {number} [digestEvery] ms after which what is held is compared with the server; a day unless stated
 * @property {() => boolean} [online] false: the system says that there is no network
 * @property {string} [audience] of assertions
 * @property {number} [schema]
 */

/**
 * What changed: keys `collection/id` of the records whose look may have changed (null: any), whether receipts or the
 * outbox did, and whether only the status did.
 * @typedef {{ records: ReadonlySet<string> | null, receipts: boolean, status: boolean }} Changed
 */

/**
 * How syncing stands. Times are milliseconds of the device's clock.
 * @typedef {object} Status
 * @property {import('./step.js').StepKind} phase what is being done now; `idle` between rounds
 * @property {number} lastSynced when a pull last finished; 0 = never
 * @property {number | null} nextTry when the next round begins; null: not before somebody signs in, or never
 * @property {unknown} error what the last round ended with: a ServerError, Unreachable or an error of the storage; null = it went well
 * @property {{ expected: number, received: number } | null} progress records of the pull under way, as far as the server announced them
 * @property {boolean} loading the first load brings people one after another, and some have not come yet
 * @property {boolean} mustUpdate the server lets this version push, not pull
 * @property {boolean} whole all that is on the device is shown; before, older visits and readings are still being read
 */

/**
 * Opens the client that lives in the storage, or a new one when it is empty.
 * @param {ClientOptions} options @returns {Promise<Client>}
 */
export async function openClient(options) {
  return new Client(await Core.open({
    fetch: (input, init) => globalThis.fetch(input, init),
    now: Date.now,
    monotonic: () => performance.now(),
    random: bytes => { globalThis.crypto.getRandomValues(bytes) },
    timers: { set: (work, ms) => setTimeout(work, Math.min(ms, 2 ** 31 - 1)), clear: id => clearTimeout(id) },
    keys: rowKeys(),
    sha256: async bytes => new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes)),
    replaces: '', pageRows: 0, digestEvery: 24 * 3600_000,
    online: () => globalThis.navigator?.onLine !== false,
    audience: 'doorstep',
    schema: 1,
    ...options,
  }))
}

export class Client {
  #core
  #runner
  /** @type {Set<(c: Changed) => void>} */ #listeners = new Set()

  /** @param {Core} core */
  constructor(core) {
    this.#core = core
    this.#runner = new Runner(core, () => this.#tell({ records: new Set(), receipts: false, status: true }))
    core.onCommit = ({ records, receipts }) => this.#tell({ records, receipts, status: true })
  }

  // —— who

  /** Who is signed in; '' when nobody is. */
  get staff() { return this.#core.state.self.staff }
  /** The id of this device; '' before it is enrolled. */
  get device() { return this.#core.state.self.device }
  /** What it is called on the server; its own name for itself before it is enrolled. */
  get called() { return this.#core.state.self.called || this.#core.name }
  /** The id the outbox is numbered under; '' before the device is enrolled. */
  get id() { return this.#core.state.self.client }
  /** What the server told this device about its standing: '', `wipe`, `drain`, `relogin` or `upgrade`. @returns {Directive} */
  get directive() { return this.#core.state.self.directive }
  /** Whose it is, as the enrolment said: that of GET /names. Null where it did not. @returns {any} */
  get me() { return this.#core.state.self.me ?? null }
  /** Nothing can be sent before somebody signs in. What is on the device stays readable, and work can be recorded. */
  get needsSignIn() { return needsSignIn(this.#core) }
  /** The server's time minus the device's, in ms; null before the first hello. */
  get clockOffset() { return this.#core.state.self.offsetKnown ? this.#core.state.self.offsetMs : null }

  /**
   * Proves who the person is, by e-mail and password, and enrols the device. A ServerError with the code
   * `sign_in_failed` says that one of them is wrong, `too_many_requests` that the account must wait a moment. When only
   * the enrolment got no answer it is tried again by the next round. Refused with `unsent` while work of somebody else is on the device.
   * @param {{ identity: string, password: string }} who
   */
  signIn(who) {
    return this.#runner.converse(async () => {
      const { token, record } = await exchange(this.#core, { method: 'POST', path: '/sign-in', body: who })
      await this.#signedIn(record.id, { token, code: '' })
    })
  }

  /** The same with a staff token that the page got itself. @param {{ token: string, staff: string }} who */
  signInWithToken({ token, staff }) { return this.#runner.converse(() => this.#signedIn(staff, { token, code: '' })) }

  /**
   * The same with a one-time code: one that a lead showed as a picture also names the member of staff. One that was read out
   * and typed does not ('' then), and sets up a device that nobody uses yet.
   * @param {{ code: string, staff: string }} who
   */
  signInWithCode({ code, staff }) { return this.#runner.converse(() => this.#signedIn(staff, { token: '', code })) }

  /** @param {string} staff @param {{ token: string, code: string }} pass */
  async #signedIn(staff, pass) {
    const core = this.#core
    await become(core, staff)
    core.pass = pass
    core.begin()
    try {
      while (next(core) === 'enrol') {
        const { error } = await step(core)
        if (error instanceof Unreachable) break
        if (error) throw error
      }
    } finally {
      this.#runner.arm() // what is still to be done the next round does
    }
  }

  /** Takes everything off the device for somebody else. Refused with `unsent` while anything is unsent or too big to send. */
  signOut() {
    return this.#runner.converse(async () => {
      await this.#core.commit(t => {
        if (this.#core.unsent().length > 0 || t.state.aside.length > 0) throw new Refusal('unsent', 'work on this device is not sent yet')
        eraseAll(t)
      })
    })
  }

  // —— what people do

  /** A new id, for a record that is about to be created. */
  newID() { return this.#core.newID() }

  /**
   * Records one change of one to fifty steps; all of them take effect or none. It is on the device when the promise is
   * fulfilled. Refused with `not_signed_in`, `not_held`, `too_much`, `nothing` or `wiped`; nothing is recorded then.
   * @param {readonly SaidOp[]} ops @param {{ author?: string }} [by]
   * @returns {Promise<{ key: string, ids: string[] }>} the key of its receipt, and the id each step is about
   */
  async record(ops, by) {
    const made = await record(this.#core, ops, by)
    this.#runner.arm()
    return made
  }

  // —— what people see

  /**
   * A record as people see it now; null when the device holds neither it nor own work that creates it.
   * @param {string} collection
   * @param {string} id
   */
  view(collection, id) { return this.#core.shown.view(collection, id) }

  /**
   * A record for a form that is about to be opened: the handle that `record` takes as `seen`, whatever comes meanwhile.
   * Refused with `not_held`.
   * @param {string} collection @param {string} id @returns {Seen}
   */
  open(collection, id) {
    const seen = this.view(collection, id)
    if (!seen) throw new Refusal('not_held', `this device does not hold ${collection} ${id}`)
    return seen
  }

  /**
   * The records of a collection in order of id, without those own work withdraws. The array is the same one until
   * something in it changes; asking by `patient` is fast.
   * @param {string} collection @param {{ readonly [field: string]: unknown }} [where] fields and the values they must have
   * @returns {readonly Seen[]}
   */
  list(collection, where) { return this.#core.shown.list(collection, where) }

  /** Conflicts, values set aside and quarantined changes that wait for somebody. @returns {readonly Seen[]} */
  issues() { return this.list('sync_issues') }

  /** The receipts of the changes of the last fourteen days and of all that is unsent, oldest first. */
  items() { return receipts(this.#core.shown) }

  /** @param {string} key */
  item(key) { return receiptOf(this.#core.shown, key) }

  /**
   * What no answer has come for yet: how many changes, when the oldest was authored (ISO time of the device's clock, '' =
   * none), and how many are too big to be sent. This is what a screen must show: "3 not sent", never "all synced".
   */
  unsent() {
    const { unsent, aside } = this.#core.shown
    const kept = [...unsent, ...aside.filter(c => c.turnedAway)] // what the server had no room for is not sent either
    return { count: kept.length, oldest: kept.map(c => c.authored_at).sort()[0] ?? '',
      tooBig: aside.length - (kept.length - unsent.length) }
  }

  /** @returns {Status} */
  status() {
    const core = this.#core
    const due = this.#runner.due()
    const { pulledAt, minPull, directive, loading } = core.shown.self // synced is what is stored and shown
    const progress = loading ? { expected: loading.of, received: loading.sent } : core.progress
    return {
      phase: core.phase, lastSynced: pulledAt, nextTry: due === null ? null : core.now() + due, error: this.#runner.error,
      progress: progress.expected > 0 ? { ...progress } : null, loading: !!loading,
      mustUpdate: directive === 'upgrade' || minPull > core.schema,
      whole: core.isWhole,
    }
  }

  /** Calls fn after each commit and whenever the status changes. @param {(c: Changed) => void} fn @returns {() => void} ends it */
  changed(fn) {
    this.#listeners.add(fn)
    return () => { this.#listeners.delete(fn) }
  }

  /**
   * Whose device this is, and colleagues by name: GET /names in docs/protocol.md. Null where there is no way to ask now:
   * no token, no network, or a device that hands in only. Keep what was got before.
   * @returns {Promise<{ me: any, staff: any[] } | null>}
   */
  names() { return names(this.#core) }

  /**
   * Notices on this phone: what there is, take them, take none any more. Rejects where there is no way to ask now.
   * @param {{ endpoint: string, p256dh: string, auth: string }} [s] to take, or with an endpoint alone to end
   * @param {boolean} [end] @returns {Promise<any>}
   */
  notices(s, end) {
    return s ? notices(this.#core, 'POST', end ? '/notices/end' : '/notices', end ? { endpoint: s.endpoint } : s)
      : notices(this.#core, 'GET', '/notices')
  }

  // —— syncing

  /**
   * Does a whole round now, whatever the timer says. It never rejects: it resolves to the first error, null when all went
   * well. Whatever happened, nothing unsent is lost, and `status().nextTry` says when it is tried again.
   * @returns {Promise<unknown>}
   */
  sync() { return this.#runner.sync() }

  /** Rounds by the client's own timer from now on, nudged by the stream. */
  start() { this.#runner.start() }

  /** Ends that, and waits for the round under way. */
  stop() { return this.#runner.stop() }

  /** Waits for the round under way, if there is one. */
  idle() { return this.#runner.idle() }

  /** A network came back, or somebody looks: tries soon, unless the server asked for patience. */
  wake() { this.#runner.retrySoon() }

  /** Compares in the next round all that is held with the server. It happens once a day by itself. */
  requestDigest() { this.#core.digest.wanted = true }

  /** The last comparison: the scopes that differed, and how many records it brought. */
  get lastDigest() { return this.#core.digest.last }

  // —— in trouble

  /** All that is not on the server, for an encrypted export: the unanswered changes, and those too big to be sent. */
  exportUnsent() {
    const { self } = this.#core.state
    const { unsent, aside } = this.#core.shown
    return plain({ exported_at: this.#core.stamp(this.#core.now()), clock_offset_ms: self.offsetKnown ? self.offsetMs : null,
        staff: self.staff,
      device: self.device, client: self.client, former_clients: self.former, unsent, too_big: aside })
  }

  /** What the engine holds, for tests and for those who look after a device. */
  debugState() {
    const { state } = this.#core
    return {
      epoch: state.self.epoch, cursor: state.self.cursor, staged: state.staged.length, scopes: [...state.scopes],
        records: [...state.records.values()],
      outbox: [...state.outbox], sentlog: [...state.sentlog], aside: [...state.aside], items: [...state.items.values()],
    }
  }

  /** @param {Changed} change */
  #tell(change) { for (const fn of [...this.#listeners]) fn(change) }
}
