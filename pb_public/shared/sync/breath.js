// @ts-check
// Long work in short pieces, so that a page can answer a finger in between.

/** How long a piece may take, in milliseconds, and how much of it is done between two looks at the clock. */
const piece = 12, unseen = 128

/** Lets whatever else waits go first. @returns {Promise<void>} */
export const breath = () => /** @type {any} */ (globalThis).scheduler?.yield?.() ?? new Promise(done => { setTimeout(done) })

/**
 * Does something with each. What takes longer than a piece goes on after a breath, and a promise tells when it has ended; what
 * is short has ended when this returns.
 * @template T @param {Iterable<T>} all @param {(one: T) => void} work @returns {Promise<void> | undefined}
 */
export function eachInPieces(all, work) {
  const left = all[Symbol.iterator]()
  /** @returns {Promise<void> | undefined} */
  const go = () => {
    const began = performance.now()
    for (let n = 1, at = left.next(); !at.done; n++, at = left.next()) {
      work(at.value)
      if (n % unseen === 0 && performance.now() - began >= piece) return breath().then(go)
    }
  }
  return go()
}
