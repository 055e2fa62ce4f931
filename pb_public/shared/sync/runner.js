// @ts-check
// The client's own timer: rounds when they are due, the stream or a held pull in between.

import { Lock } from './lock.js'
import { pull } from './pull.js'
import { next, step } from './step.js'
import { needsSignIn } from './signin.js'
import { Stream } from './stream.js'

/** @typedef {import('./core.js').Core} Core */

const heldFor = 25 // seconds the server may hold a pull until there is news
const heldAtLeast = 5_000 // ms; a server that answers sooner does not hold, and is asked no more until the next round
const nudged = 1_000 // ms within which a nudge leads to a round, by chance, so that a fleet does not come at once
const whileNudged = 300_000 // ms between rounds while the stream is open and nothing is to be sent

export class Runner {
  #talk = new Lock()
  /** @type {Promise<unknown> | null} */ #round = null
  /** @type {AbortController | null} */ #held = null
  /** @type {unknown} */ #timer = null
  #endedAt = 0
  started = false
  /** @type {unknown} what the last round ended with; null = it went well */ error = null

  /** @param {Core} core @param {() => void} changed called when the phase of the round or the next try changes */
  constructor(core, changed) {
    this.core = core
    this.changed = changed
    this.stream = new Stream(core, n => this.#nudge(n), () => this.arm())
  }

  /** Whether a round is under way. */
  get busy() { return this.#round !== null }

  /**
   * Does something that no request may cross. A held pull is given up for it.
   * @template T @param {() => Promise<T>} work @returns {Promise<T>}
   */
  converse(work) {
    this.#held?.abort()
    return this.#talk.run(async () => {
      await this.core.whole()
      return work()
    })
  }

  /** Does a whole round, or joins the one under way. Resolves to its first error, null when there was none. @returns {Promise<unknown>} */
  sync() {
    this.#held?.abort()
    return this.#round ??= this.#talk.run(() => this.#conduct()).finally(() => {
      this.#round = null
      this.#endedAt = this.core.monotonic()
      this.arm()
      this.changed()
      this.#listen()
    })
  }

  async #conduct() {
    const { core } = this
    core.begin()
    const unread = await core.whole().then(() => null, error => error)
    this.error = unread
    if (unread) {
      core.end(true)
      return unread
    }
    let first = null
    for (;;) {
      core.phase = next(core)
      this.changed()
      const { kind, error } = await step(core)
      this.error = first ??= error
      if (kind === 'idle') return first
    }
  }

  /** Waits for what is under way, if anything is; a pull that the server holds does not count. */
  async idle() {
    while (this.#round) await this.#round
    if (!this.#held) await this.#talk.run(async () => {})
  }

  start() {
    if (this.started) return
    this.started = true
    this.arm()
  }

  /** Ends the timer, the stream and the held pull, and waits for the round under way. */
  async stop() {
    this.started = false
    this.core.timers.clear(this.#timer)
    this.#timer = null
    this.stream.close()
    this.#held?.abort()
    await this.#talk.run(async () => {})
  }

  /** When the next round begins, in ms from now; null: no try will help before somebody signs in, or ever. */
  due() {
    const { core } = this
    if (core.state.self.directive === 'wipe' || needsSignIn(core)) return null
    let { at } = core.retry
    if (this.stream.alive && core.retry.failures === 0 && core.shown.unsent.length === 0) at = Math.max(at, this.#endedAt + whileNudged)
    return Math.max(at - core.monotonic(), 0)
  }

  /** Sets the timer anew. */
  arm() {
    const { timers } = this.core
    timers.clear(this.#timer)
    this.#timer = null
    const due = this.due()
    if (!this.started || this.busy || due === null) return
    this.#timer = timers.set(() => {
      this.#timer = null
      void this.sync()
    }, due)
  }

  /** There is reason to think that the next try will do better. */
  retrySoon() {
    this.core.retry.retrySoon(this.core.monotonic(), this.core.chance())
    this.stream.close() // it may be a dead one
    this.arm()
    this.changed()
  }

  /** @param {import('./stream.js').Nudge} n */
  #nudge(n) {
    const { core } = this
    if (n.event === 'poke' && headOf(n.data) <= core.head) return
    if (n.event !== 'poke') core.mustGreet() // revoke, wipe, pace, and what may come one day
    if (core.retry.failures > 0) return
    core.retry.at = Math.min(core.retry.at, core.monotonic() + core.chance() * nudged)
    this.#endedAt = -Infinity
    this.arm()
  }

  /** What happens between rounds: the stream, or where there is none a pull that the server holds. */
  #listen() {
    const { core } = this
    if (!this.started || this.error !== null || core.state.self.directive !== '' || needsSignIn(core)) return
    this.stream.open()
    if (this.stream.unavailable) void this.#hold()
  }

  async #hold() {
    const { core } = this
    for (;;) {
      if (this.#held) return
      const hand = this.#held = new AbortController()
      const began = core.monotonic()
      const good = await this.#talk.run(async () => {
        const free = this.started && !this.busy && !hand.signal.aborted && core.unsent().length === 0
        if (!free || !core.access.text || began >= core.access.until || !core.mayPull()) return false
        return pull(core, { wait: heldFor, signal: hand.signal }).then(() => true, () => false)
      }).finally(() => { this.#held = null })
      if (core.state.self.stagedCursor) void this.sync() // more to come
      if (!good || core.monotonic() - began < heldAtLeast) return // the next round finds out
    }
  }
}

/** @param {string} data */
function headOf(data) {
  try {
    const { head } = JSON.parse(data)
    return typeof head === 'number' ? head : Infinity
  } catch {
    return Infinity
  }
}
