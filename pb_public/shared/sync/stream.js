// @ts-check
// The stream of nudges (protocol.md §9), read with fetch because an EventSource cannot send a token. Nothing depends on it.

import { readEvents } from '../events.js'
import { basePath } from './exchange.js'

/** @typedef {import('./core.js').Core} Core */
/** @typedef {import('../events.js').ServerEvent} Nudge */

const silence = 90_000 // ms without a byte after which nobody is believed to be there

export class Stream {
  /** @type {AbortController | null} */ #hand = null
  /** The server has none, or this platform cannot read one: ask with `wait` instead. */
  unavailable = false
  alive = false

  /**
   * @param {Core} core
   * @param {(n: Nudge) => void} nudged
   * @param {() => void} turned it became alive, or ended
   */
  constructor(core, nudged, turned) {
    this.core = core
    this.nudged = nudged
    this.turned = turned
  }

  /** Opens the stream if it is not open, and reads it until it ends. */
  open() {
    if (this.#hand || this.unavailable || !this.core.access.text || !this.core.mayPull()) return
    const hand = this.#hand = new AbortController()
    this.#read(hand).catch(() => {}).then(() => {
      if (this.#hand !== hand) return
      this.#hand = null
      this.alive = false
      this.turned()
    })
  }

  close() {
    this.#hand?.abort()
    this.#hand = null
    this.alive = false
  }

  /** @param {AbortController} hand */
  async #read(hand) {
    const { core } = this
    let timer = core.timers.set(() => hand.abort(), silence)
    try {
      // What came after the last finished pull is told at once; without the cursor every reconnection would cost a pull.
      const { cursor } = core.state.self
      const answer = await core.fetch(core.server + basePath + '/stream' + (cursor && '?' + new URLSearchParams({ cursor })),
          { headers: { Accept: 'text/event-stream', Authorization: 'Bearer ' + core.access.text },
        signal: hand.signal, cache: 'no-store', credentials: 'omit', redirect: 'error' })
      if (answer.status === 404 || (answer.ok && !answer.body)) this.unavailable = true
      if (!answer.ok || !answer.body) {
        await answer.body?.cancel()
        return
      }
      this.alive = this.#hand === hand
      this.turned()
      await readEvents(answer.body, n => { if (this.#hand === hand) this.nudged(n) }, () => {
        core.timers.clear(timer)
        timer = core.timers.set(() => hand.abort(), silence)
      })
    } finally {
      core.timers.clear(timer)
    }
  }
}
