// @ts-check
// Forms under way. A draft survives a killed browser, is sealed like everything else, and never leaves the phone
// except in an export of unsent work.

/** @typedef {import('../../shared/sync/storage.js').Json} Json */

/**
 * A draft: which form, when it was last touched (milliseconds of the phone's clock), and what was typed.
 * @typedef {{ at: number, value: Json }} Draft
 */

/** How long typing may go on before it is written, in milliseconds. */
const pause = 400

/** Drafts of this phone, by the form's own key, such as `visit/01jz…`. */
export class Drafts {
  #rows
  #now
  #setTimer
  #clearTimer
  #failed
  /** Typed, not yet written. @type {Map<string, Draft>} */
  #waiting = new Map()
  /** @type {any} */
  #timer
  /** Writes run one after the other. @type {Promise<void>} */
  #last = Promise.resolve()

  /**
   * @param {import('./database.js').Database} database
   * @param {import('../vault/open.js').OpenVault} open
   * @param {object} [ports]
   * @param {() => number} [ports.now]
   * @param {(run: () => void, ms: number) => any} [ports.setTimer]
   * @param {(timer: any) => void} [ports.clearTimer]
   * @param {(error: unknown) => void} [ports.failed] a draft could not be written; it is kept and tried again with the next
   */
  constructor(database, open, { now = Date.now, setTimer = (run, ms) => setTimeout(run, ms), clearTimer = timer => clearTimeout(timer),
        failed = () => {} } = {}) {
    this.#rows = database.sealed(open, 'drafts')
    this.#now = now
    this.#setTimer = setTimer
    this.#clearTimer = clearTimer
    this.#failed = failed
  }

  /** Keeps what was typed; written a moment later, or by `flush`. @param {string} form @param {Json} value */
  keep(form, value) {
    this.#waiting.set(form, { at: this.#now(), value })
    this.#clearTimer(this.#timer)
    this.#timer = this.#setTimer(() => { this.flush().catch(this.#failed) }, pause)
  }

  /**
   * Writes what waits, now: before locking, when the page goes out of sight. Rejects where it could not; what
   * could not be written waits on.
   * @returns {Promise<void>}
   */
  flush() {
    this.#clearTimer(this.#timer)
    return this.#then(async () => {
      for (const [form, draft] of [...this.#waiting]) {
        await this.#rows.put(form, /** @type {any} */ (draft))
        if (this.#waiting.get(form) === draft) this.#waiting.delete(form)
      }
    })
  }

  /** @param {string} form @returns {Promise<Draft | undefined>} */
  async load(form) {
    return this.#waiting.get(form) ?? /** @type {any} */ (await this.#rows.get(form))
  }

  /** Every draft, the latest first. @returns {Promise<{ form: string, draft: Draft }[]>} */
  async all() {
    /** @type {Map<string, Draft>} */
    const drafts = new Map((await this.#rows.all()).map(r => [r.key, /** @type {any} */ (r.value)]))
    for (const [form, draft] of this.#waiting) drafts.set(form, draft)
    return [...drafts].map(([form, draft]) => ({ form, draft })).sort((a, b) => b.draft.at - a.draft.at)
  }

  /** The form was saved or given up. @param {string} form @returns {Promise<void>} */
  drop(form) {
    this.#waiting.delete(form)
    return this.#then(() => this.#rows.delete(form))
  }

  /** @param {() => Promise<void>} write @returns {Promise<void>} */
  #then(write) {
    const done = this.#last.then(write)
    this.#last = done.catch(() => {}) // its caller hears of it
    return done
  }
}
