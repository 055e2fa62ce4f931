// @ts-check
// The engine of a client: its state, what it got from outside, and the commits that everything goes through. Pages use
// client.js.

import { Ahead } from './ahead.js'
import { Refusal } from './errors.js'
import { Lock } from './lock.js'
import { page } from './pull.js'
import { Retry } from './retry.js'
import { sealBeside } from './sealed.js'
import { State, Tx } from './state.js'
import { minter } from './ulid.js'
import { Shown } from './view.js'

/** @typedef {import('./step.js').StepKind} StepKind */
/** @typedef {import('./state.js').Change} Change */

const helloEvery = 15 * 60_000 // ms
const clockSlack = 5_000 // ms the two clocks may drift apart before the device's counts as changed

/**
 * Everything a core needs, with nothing left out.
 * @typedef {Required<Omit<import('./client.js').ClientOptions, 'audience' | 'schema' | 'sealing'>> & { audience: string, schema: number,
 *   sealing?: import('./sealed.js').Sealing }} CoreOptions
 */

/**
 * A key of no more use, and who holds it.
 * @typedef {{ keys: import('./key.js').Keys | undefined, key: import('./storage.js').Json }} Dropped
 */

export class Core {
  /** What a kill may forget. */
  pass = { token: '', code: '' } // of the sign-in, until the device is enrolled
  access = { text: '', until: 0, scope: '' } // until: by the monotonic clock
  round = { open: false, pushed: false, pulled: false, failed: false, waitMs: 0, repeats: 0, steps: 0, enrolments: 0,
    compared: false, comparedAgain: 0 }
  retry = new Retry()
  batchMax = 0 // halved by 413; 0 = as the server allows
  /** @type {Change[]} the batch on its way */ sending = []
  digest = { wanted: false, differs: /** @type {string[]} */ ([]),
    last: { differs: /** @type {string[]} */ ([]), moved: /** @type {string[]} */ ([]), repaired: 0 } }
  /** The next page of the pull under way. */ ahead = new Ahead((cursor, how) => page(this, cursor, how))
  refusals = 0 // of our assertion, in a row
  head = 0 // the newest number of the sequence the server named
  /** @type {StepKind} */ phase = 'idle'
  progress = { expected: 0, received: 0 } // records of the pull under way
  /** @type {(change: Published) => void} */ onCommit = () => {}

  #greetedAt = -1 // by the monotonic clock; -1 = never
  #clocks = 0 // device minus monotonic, at the last hello
  #commits = new Lock()
  #stale = false
  /** @type {Promise<void> | null} */ #reading = null
  /** @type {Dropped[]} to destroy once the commit that gives them up is safe */ #dropped = []

  /** @param {CoreOptions} o @param {State} state */
  constructor(o, state) {
    this.storage = o.storage
    this.server = o.server.replace(/\/+$/, '')
    this.fetch = o.fetch
    this.now = o.now
    this.monotonic = o.monotonic
    this.random = o.random
    this.timers = o.timers
    this.keys = o.keys
    this.online = o.online
    this.sealing = o.sealing
    this.sha256 = o.sha256
    this.name = o.name
    this.platform = o.platform
    this.replaces = o.replaces
    this.app = o.app
    this.pageSize = o.pageRows
    this.digestEvery = o.digestEvery
    this.audience = o.audience
    this.schema = o.schema
    this.state = state
    this.shown = new Shown()
    this.mint = minter(o.random)
  }

  /** @param {CoreOptions} o */
  static async open(o) {
    const core = new Core(o, await State.load(o.storage, true))
    await core.shown.rebuild(core.state)
    return core
  }

  /** Whether all that is stored was read. */
  get isWhole() { return this.state.rest === null }

  /** Reads what the first screen did not need. No round begins, and nothing that the server sent changes, before that is done. */
  async whole() {
    if (!this.isWhole) await (this.#reading ??= this.#readRest().finally(() => { this.#reading = null }))
  }

  async #readRest() {
    const { state } = this
    try {
      await state.rest?.()
    } catch (error) {
      this.#stale = true
      throw error
    }
    await this.#commits.run(async () => {
      if (this.state !== state) return // all of it was read anew meanwhile
      state.rest = null
      await this.shown.rebuild(state)
      this.onCommit({ records: null, receipts: false })
    })
  }

  /** The device's clock put right by the offset the server measured, in ms. */
  trueTime() { return this.now() + this.state.self.offsetMs }

  /** @param {number} ms */
  stamp(ms) { return new Date(ms).toISOString() }

  /** An id; its time is the corrected one, so that ids of a device whose clock is wrong do not scatter. */
  newID() { return this.mint(this.trueTime()) }

  /** A number in [0, 1). */
  chance() {
    const bytes = new Uint8Array(4)
    this.random(bytes)
    return new DataView(bytes.buffer).getUint32(0) / 2 ** 32
  }

  unsent() { return this.state.outbox.filter(c => !c.answered) }

  /** An emergency or an urgent handover is unsent, and the system says that there is a network. */
  pressing() {
    return this.online() && this.unsent().some(c => c.ops.some(op => op.op === 'create' && op.collection === 'handovers'
      && (op.set?.class === 'E' || op.set?.class === 'U2')))
  }

  pageRows() {
    const most = this.state.self.limits.pull_rows
    return this.pageSize > 0 ? Math.min(most, this.pageSize) : most
  }

  mayPull() {
    const { directive, minPull } = this.state.self
    return this.access.scope !== 'push_only' && directive !== 'drain' && directive !== 'upgrade' && minPull <= this.schema
  }

  /**
   * Runs change and stores what it wrote, all or nothing, and then shows it. A commit that fails changes nothing.
   * @template T @param {(t: Tx) => T | Promise<T>} change @returns {Promise<T>}
   */
  commit(change) {
    return this.#commits.run(async () => {
      if (this.#stale) await this.#reload()
      const t = new Tx(this)
      /** @type {Dropped[]} */
      const dropped = this.#dropped = []
      let result
      try {
        result = await change(t)
        await sealBeside(t)
        await this.storage.commit(t.writes())
      } catch (error) {
        if (error instanceof Refusal) throw error // said before anything was changed
        this.#stale = true
        await this.#reload().catch(() => {}) // tried again before the next commit
        throw error
      }
      await this.shown.publish(this.state, t)
      this.onCommit({ records: t.touched, receipts: t.receipts })
      for (const { keys, key } of dropped) await keys?.forget(key).catch(() => {}) // it is of no use to anybody any more
      return result
    })
  }

  async #reload() {
    this.state = await State.load(this.storage)
    this.#stale = false
    await this.shown.rebuild(this.state)
    this.onCommit({ records: null, receipts: true })
  }

  /** Destroys a key when the commit under way is safe. @param {import('./storage.js').Json} key */
  dropKey(key) { if (key !== null) this.#dropped.push({ keys: this.keys, key }) }

  /** The same with the key of a locked phone. @param {import('./storage.js').Json} key */
  dropLockedKey(key) { if (key !== null) this.#dropped.push({ keys: this.sealing?.keys, key }) }

  /** Forgets what only memory holds about the conversation. */
  forget() {
    this.pass = { token: '', code: '' }
    this.access = { text: '', until: 0, scope: '' }
    this.digest = { wanted: false, differs: [], last: { differs: [], moved: [], repaired: 0 } }
    this.batchMax = 0
    this.mustGreet()
  }

  greeted() {
    this.#greetedAt = this.monotonic()
    this.#clocks = this.now() - this.#greetedAt
  }

  mustGreet() { this.#greetedAt = -1 }

  /** Whether the last hello no longer counts: it was long ago, or the clock it measured has changed since. */
  mustSayHello() {
    const now = this.monotonic()
    return this.#greetedAt < 0 || now - this.#greetedAt >= helloEvery || Math.abs(this.now() - now - this.#clocks) > clockSlack
  }

  /** @param {number} rows the server announced */
  expect(rows) { this.progress = { expected: rows, received: this.state.staged.reduce((n, p) => n + p.answer.changes.length, 0) } }

  /** @param {number} rows */
  noteReceived(rows) { this.progress = { ...this.progress, received: this.progress.received + rows } }

  /** Opens a round; does nothing while one is open. */
  begin() {
    if (!this.round.open) this.round = { open: true, pushed: false, pulled: false, failed: false, waitMs: 0, repeats: 0, steps: 0,
        enrolments: 0, compared: false, comparedAgain: 0 }
  }

  /** Closes the round. @param {boolean} failed @param {number} [waitMs] what the server asked for */
  end(failed, waitMs = 0) {
    this.round = { ...this.round, open: false, pushed: true, pulled: true, failed, waitMs: Math.max(this.round.waitMs, waitMs) }
    this.phase = 'idle'
    this.ahead.drop()
    if (!failed) this.progress = { expected: 0, received: 0 }
    this.retry.settle(failed, this.round.waitMs, this.monotonic(), this.chance(), this.state.self.pace, failed && this.pressing())
  }
}

/**
 * What a commit changed. records: keys `collection/id`, null = all; receipts: items or what is unsent.
 * @typedef {{ records: ReadonlySet<string> | null, receipts: boolean }} Published
 */
