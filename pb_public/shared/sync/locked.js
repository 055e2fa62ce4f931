// @ts-check
// A locked phone: it sends what was sealed while it was unlocked, hears what to do about its own standing, and can read nothing.

import { assertion } from './token.js'
import { ServerError } from './errors.js'
import { exchange } from './exchange.js'
import { minter } from './ulid.js'

/** @typedef {import('./sealed.js').Cover} Cover */
/** @typedef {import('./sealed.js').SealedChange} SealedChange */

/**
 * What of the storage a locked phone can use: the tables `locked` and `sealed`.
 * @typedef {object} LockedStorage
 * @property {() => Promise<{ cover: Cover | undefined, changes: SealedChange[] }>} load the changes by mid, without those that were taken
 * @property {(keys: readonly string[]) => Promise<void>} taken the server has these now; what is read of them later is not sent again
 */

/**
 * How a contact ended. `directive`: '' or what the server ordered, as for an open phone. `stuck`: what waits cannot go before the
 * phone is unlocked. `error` and `retryAfterMs`: it did not get through, or the server asked for patience.
 * @typedef {{ directive: string, stuck: boolean, error: unknown, retryAfterMs: number }} Contact
 */

const mostBytes = 1 << 20 // of sealed text in one request
const mostChanges = 50 // of one request
const maxRepeats = 4 // refusals that we put right by ourselves, in one contact

export class LockedSender {
  #storage; #keys; #audience
  #token = { text: '', until: 0 }
  #offsetMs = 0
  #most = mostChanges

  /**
   * @param {object} o
   * @param {LockedStorage} o.storage
   * @param {import('./key.js').Keys} o.keys that hold the key of `cover`
   * @param {string} o.server
   * @param {typeof globalThis.fetch} [o.fetch]
   * @param {() => number} [o.now] the device's clock, in ms
   * @param {() => number} [o.monotonic]
   * @param {(bytes: Uint8Array<ArrayBuffer>) => void} [o.random]
   * @param {{ set: (work: () => void, ms: number) => unknown, clear: (id: any) => void }} [o.timers]
   * @param {string} [o.audience]
   */
  constructor({ storage, keys, server, fetch = (input, init) => globalThis.fetch(input, init), now = Date.now,
      monotonic = () => performance.now(), random = bytes => { globalThis.crypto.getRandomValues(bytes) },
      timers = { set: (work, ms) => setTimeout(work, ms), clear: id => clearTimeout(id) }, audience = 'doorstep' }) {
    this.#storage = storage
    this.#keys = keys
    this.#audience = audience
    this.server = server.replace(/\/+$/, '')
    this.fetch = fetch
    this.now = now
    this.monotonic = monotonic
    this.timers = timers
    this.mint = minter(random)
  }

  trueTime() { return this.now() + this.#offsetMs }

  /**
   * Sends all that waits, and asks for orders where nothing does. It never rejects.
   * @param {AbortSignal} [signal] the phone is being unlocked
   * @returns {Promise<Contact>}
   */
  async contact(signal) {
    try {
      const { cover, changes } = await this.#storage.load()
      if (!cover) return { directive: '', stuck: changes.length > 0, error: null, retryAfterMs: 0 }
      this.#offsetMs ||= cover.offset_ms
      return await this.#send(cover, changes, signal)
    } catch (error) {
      if (!(error instanceof ServerError)) return { directive: '', stuck: false, error, retryAfterMs: 0 }
      // 429 and from 500 up it is the server's trouble, or the way there; else only an unlocked phone can put it right.
      const later = error.status === 429 || error.status === 408 || error.status >= 500
      return { directive: error.directive, stuck: !later, error, retryAfterMs: error.retryAfterMs }
    }
  }

  /** @param {Cover} cover @param {SealedChange[]} changes @param {AbortSignal | undefined} signal @returns {Promise<Contact>} */
  async #send(cover, changes, signal) {
    let rest = changes
    let directive = ''
    for (;;) {
      const batch = this.#batch(rest)
      const answer = await this.#ask(cover, batch, signal)
      if (answer === null) continue // one half of it next
      directive = answer.directive === 'none' ? '' : answer.directive
      const taken = answer.taken.filter((/** @type {any} */ t) => t.taken).map((/** @type {any} */ t) => t.key)
      if (taken.length > 0) await this.#storage.taken(taken)
      if (taken.length < batch.length) return { directive, stuck: true, error: null, retryAfterMs: 0 }
      rest = rest.slice(batch.length)
      if (rest.length === 0) return { directive, stuck: false, error: null, retryAfterMs: 0 }
    }
  }

  /** The first ones, as far as they are numbered one after the other and fit into a request. @param {SealedChange[]} rest */
  #batch(rest) {
    let n = 0, bytes = 0
    while (n < rest.length && n < this.#most && (n === 0 || rest[n].mid === rest[n - 1].mid + 1)) {
      bytes += rest[n].sealed.length
      if (n > 0 && bytes > mostBytes) break
      n++
    }
    return rest.slice(0, n)
  }

  /**
   * The answer; null: it was too much, ask for less.
   * @param {Cover} cover @param {SealedChange[]} batch @param {AbortSignal | undefined} signal
   */
  async #ask(cover, batch, signal) {
    for (let repeats = 0; ; repeats++) {
      try {
        if (!this.#token.text || this.monotonic() >= this.#token.until) await this.#signIn(cover, signal)
        return await exchange(this, { method: 'POST', path: '/sealed', bearer: this.#token.text, signal,
          body: { client: cover.client, epoch: cover.epoch, changes: batch } })
      } catch (error) {
        if (!(error instanceof ServerError) || error.directive || repeats >= maxRepeats) throw error
        if (error.status === 413 && batch.length > 1) {
          this.#most = Math.max(1, batch.length >> 1)
          return null
        }
        if (error.status !== 401) throw error
        this.#token = { text: '', until: 0 }
        if (error.code === 'clock') {
          const at = Date.parse(error.body.server_time)
          if (Number.isNaN(at)) throw error
          this.#offsetMs = at - this.now()
        }
      }
    }
  }

  /** @param {Cover} cover @param {AbortSignal | undefined} signal */
  async #signIn(cover, signal) {
    const asked = this.monotonic()
    const signed = await assertion({ device: cover.device, audience: this.#audience, id: this.mint(this.trueTime()), at: this.trueTime(),
      sign: bytes => this.#keys.sign(cover.key, bytes) })
    const answer = await exchange(this, { method: 'POST', path: '/token', signal,
      form: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', scope: 'locked', assertion: signed } })
    this.#token = { text: answer.access_token, until: asked + Math.max(answer.expires_in - 60, 10) * 1000 }
  }
}
