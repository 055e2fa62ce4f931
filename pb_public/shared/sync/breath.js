// @ts-check
// Long work in short pieces, so that a page can answer a finger in between.

/**
 * How long a piece may take, in milliseconds, and how much of it is done between two looks at the
 * clock: of work that is waited for, less.
 */
const piece = 12, unseen = 128, together = 8

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

/**
 * The same with work that is waited for: what a browser does beside the page it may have done at once, and then nothing else gets
 * its turn in between.
 * @template T @param {readonly T[]} all @param {(one: T) => Promise<unknown>} work
 */
export async function inPieces(all, work) {
  for (let i = 0, began = performance.now(); i < all.length; i += together) {
    await Promise.all(all.slice(i, i + together).map(work))
    if (performance.now() - began < piece) continue
    await breath()
    began = performance.now()
  }
}
