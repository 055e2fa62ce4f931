// @ts-check
// Server-sent events, read from the body of a fetch: an EventSource cannot send a token.

/** @typedef {{ event: string, data: string }} ServerEvent */

/**
 * Reads a stream of events until it ends.
 * @param {ReadableStream<Uint8Array>} body
 * @param {(e: ServerEvent) => void} found
 * @param {() => void} [heard] called with every sign of life, also where it is no event
 */
export async function readEvents(body, found, heard = () => {}) {
  const events = new Events(found)
  const reader = body.getReader()
  const decoder = new TextDecoder()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    heard()
    events.take(decoder.decode(value, { stream: true }))
  }
}

/** Turns text that comes in pieces into server-sent events. */
export class Events {
  #rest = ''
  #event = ''
  #data = ''

  /** @param {(e: ServerEvent) => void} found */
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
