// @ts-check
// How the list stays true: the server's stream says that something moved, and then it is read again.
// Where there is no stream it is read every fifteen seconds. No DOM.

import { readEvents } from '../shared/events.js'

/** How the connection stands. @typedef {{ state: 'starting' | 'live' | 'polling' | 'lost', since: number }} Connection */

export const pollEvery = 15_000 // ms
const tryAgain = [1000, 2000, 4000, 5000] // ms, with a quarter of chance on top
const silence = 75_000 // ms; the server speaks at least every half minute

export class Live {
  /**
   * @param {{ session: import('../shared/ui/session.js').Session, refresh: () => Promise<void>, glance: () => Promise<void>, changed: (c:
   *   Connection) => void, fetch?: typeof fetch }} o
   *   refresh reads the list again, glance what stands beside it; both throw when they cannot.
   */
  constructor({ session, refresh, glance, changed, fetch: ask }) {
    this.session = session
    this.refreshNow = refresh
    this.glance = glance
    this.changed = changed
    this.fetch = ask ?? ((...a) => fetch(...a))
    /** @type {Connection} */ this.connection = { state: 'starting', since: Date.now() }
    this.stopped = true
    this.streaming = false
    this.tries = 0
    /** @type {AbortController | undefined} */ this.abort = undefined
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.timer = undefined
    /** @type {Promise<boolean> | undefined} */ this.running = undefined
    this.again = false
  }

  start() {
    if (!this.stopped) return
    this.stopped = false
    this.tries = 0
    this.tick()
  }

  stop() {
    this.stopped = true
    clearTimeout(this.timer)
    this.abort?.abort()
    this.streaming = false
  }

  /** Now rather than in a while: somebody pressed the button, or the device says that it is connected. */
  hurry() {
    if (this.stopped) return
    clearTimeout(this.timer)
    this.tick()
  }

  /** Reads everything again, once at a time; what moved while it was read is read after it. */
  async refresh() {
    if (this.running) {
      this.again = true
      return this.running
    }
    this.running = (async () => {
      let good = false
      do {
        this.again = false
        good = await this.#read()
      } while (this.again && good && !this.stopped)
      return good
    })()
    try {
      return await this.running
    } finally {
      this.running = undefined
    }
  }

  async #read() {
    try {
      await this.refreshNow()
    } catch {
      this.#note('lost')
      return false
    }
    this.#note(this.streaming ? 'live' : 'polling')
    return true
  }

  async tick() {
    if (this.stopped) return
    const good = this.streaming && this.connection.state === 'live'
      ? await this.glance().then(() => true, () => { this.abort?.abort(); return false }) : await this.refresh()
    if (this.stopped) return
    if (good) {
      this.tries = 0
      if (!this.streaming) this.#listen()
    } else {
      this.#note('lost')
    }
    const wait = good ? pollEvery : tryAgain[Math.min(this.tries++, tryAgain.length - 1)]
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.tick(), wait * (1 + Math.random() / 4))
  }

  async #listen() {
    const abort = this.abort = new AbortController()
    this.streaming = true
    let opened = false
    /** @type {ReturnType<typeof setTimeout> | undefined} */ let quiet
    const heard = () => {
      clearTimeout(quiet)
      quiet = setTimeout(() => abort.abort(), silence)
    }
    try {
      heard()
      const answer = await this.fetch('/api/care/v1/stream',
          { headers: { Authorization: `Bearer ${this.session.token}`, Accept: 'text/event-stream' }, signal: abort.signal,
            cache: 'no-store', credentials: 'omit' })
      if (!answer.ok || !answer.body || !/^text\/event-stream/.test(answer.headers.get('Content-Type') ?? '')) throw new Error('no stream')
      opened = true
      // What moved before the stream began is not told by it.
      this.refresh()
      await readEvents(answer.body, () => { if (this.abort === abort) this.refresh() }, heard)
    } catch { /* it ended, or there is none */ }
    clearTimeout(quiet)
    if (this.abort !== abort) return
    this.streaming = false
    if (this.stopped) return
    // It ended: is the server still there? Where there never was one, the list is read now and then.
    if (opened) this.hurry()
    else this.#note(this.connection.state === 'lost' ? 'lost' : 'polling')
  }

  /** @param {Connection['state']} state */
  #note(state) {
    if (state === 'lost' && this.connection.state === 'lost') return
    if (state === 'polling' || state !== this.connection.state) {
      this.connection = { state, since: Date.now() }
      this.changed(this.connection)
    }
  }
}
