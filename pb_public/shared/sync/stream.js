// @ts-check
// The stream of nudges (protocol.md §9), read with fetch because an EventSource cannot send a token. Nothing depends on it.

import { basePath } from './exchange.js'

/** @typedef {import('./core.js').Core} Core */
/** @typedef {{ event: string, data: string }} Nudge */

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
      const lines = new Events(n => { if (this.#hand === hand) this.nudged(n) })
      const reader = answer.body.getReader()
      const decoder = new TextDecoder()
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        core.timers.clear(timer)
        timer = core.timers.set(() => hand.abort(), silence)
        lines.take(decoder.decode(value, { stream: true }))
      }
    } finally {
      core.timers.clear(timer)
    }
  }
}

/** Turns text that comes in pieces into server-sent events. */
export class Events {
  #rest = ''
  #event = ''
  #data = ''

  /** @param {(n: Nudge) => void} found */
  constructor(found) { this.found = found }

  /** @param {string} text */
  take(text) {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const raw of lines) this.#line(raw.endsWith('\r') ? raw.slice(0, -1) : raw)
  }

  /** @param {string} line */
  #line(line) {
    if (line === '') {
      if (this.#event || this.#data) this.found({ event: this.#event || 'message', data: this.#data })
      this.#event = this.#data = ''
      return
    }
    const colon = line.indexOf(':')
    if (colon === 0) return // a comment, to keep the line open
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'event') this.#event = value
    if (name === 'data') this.#data = this.#data ? this.#data + '\n' + value : value
  }
}
