// @ts-check
// The next page of a pull, asked for as soon as the one before it says where it begins: that is on its way, or being stored, meanwhile.

/** @typedef {import('./state.js').PullAnswer} PullAnswer */
/** @typedef {(cursor: string, how: { signal: AbortSignal, wait?: number, early: (text: string) => void }) => Promise<PullAnswer>} Ask */
/** @typedef {{ cursor: string, answer: Promise<PullAnswer>, hand: AbortController, next: string, taken: boolean }} Asked */

/** How an answer begins after which there is more to pull (docs/protocol.md §7.2). */
const opening = /^\{"epoch":"[^"]*",(?:"history":"[^"]*",)?"head":\d+,"cursor":"([^"]+)","more":(?:true,|false,"loading":)/

export class Ahead {
  #ask
  /** @type {Asked | null} */ #waits = null

  /** @param {Ask} ask for a page */
  constructor(ask) { this.#ask = ask }

  /**
   * The page after a cursor, asked for before or now. From then on the page after it is asked for.
   * @param {string} cursor @param {{ wait?: number, signal?: AbortSignal }} patience @returns {Promise<PullAnswer>}
   */
  async page(cursor, { wait, signal }) {
    const before = this.#waits?.cursor === cursor ? this.#waits : null
    if (!before) this.drop()
    const asked = before ?? this.#begin(cursor, wait)
    this.#waits = null
    const giveUp = () => asked.hand.abort()
    signal?.addEventListener('abort', giveUp)
    if (signal?.aborted) giveUp()
    asked.taken = true
    this.#follow(asked)
    try {
      const answer = await asked.answer
      if (answer.more || answer.loading) asked.next = answer.cursor
      this.#follow(asked)
      return answer
    } finally {
      signal?.removeEventListener('abort', giveUp)
    }
  }

  /** Gives it up: something else was said to the server since, and its answer may have been read before that. */
  drop() {
    this.#waits?.hand.abort()
    this.#waits = null
  }

  /** @param {string} cursor @param {number} [wait] @returns {Asked} */
  #begin(cursor, wait) {
    const hand = new AbortController()
    /** @type {Asked} */ const asked = { cursor, hand, next: '', taken: false, answer: /** @type {any} */ (null) }
    asked.answer = this.#ask(cursor, { wait, signal: hand.signal, early: text => {
      asked.next ||= opening.exec(text)?.[1] ?? ''
      this.#follow(asked)
    } })
    asked.answer.catch(() => {}) // whoever takes it hears of it
    return asked
  }

  /** Asks for what follows a page that is being taken in, where that is known. @param {Asked} asked */
  #follow({ taken, next, hand }) {
    if (taken && next && !hand.signal.aborted && this.#waits?.cursor !== next) {
      this.drop()
      this.#waits = this.#begin(next)
    }
  }
}
