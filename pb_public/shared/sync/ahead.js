// @ts-check
// The next page of a pull, asked for while the one before it is stored.

/** @typedef {import('./state.js').PullAnswer} PullAnswer */

export class Ahead {
  /** @type {{ cursor: string, answer: Promise<PullAnswer>, hand: AbortController } | null} */ #asked = null

  /** @param {string} cursor @param {(signal: AbortSignal) => Promise<PullAnswer>} ask */
  ask(cursor, ask) {
    this.drop()
    const hand = new AbortController()
    const answer = ask(hand.signal)
    answer.catch(() => {}) // whoever takes it hears of it
    this.#asked = { cursor, answer, hand }
  }

  /** The answer to that cursor, where it was asked for. @param {string} cursor @returns {Promise<PullAnswer> | undefined} */
  take(cursor) {
    if (this.#asked?.cursor !== cursor) this.drop()
    const answer = this.#asked?.answer
    this.#asked = null
    return answer
  }

  /** Gives it up: something else was said to the server since, and its answer may have been read before that. */
  drop() {
    this.#asked?.hand.abort()
    this.#asked = null
  }
}
