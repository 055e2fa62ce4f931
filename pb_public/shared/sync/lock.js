// @ts-check
// One at a time, in the order of asking.

export class Lock {
  /** @type {Promise<unknown>} */
  #last = Promise.resolve()

  /**
   * Runs work when all that was asked for before has ended, well or not.
   * @template T @param {() => Promise<T>} work @returns {Promise<T>}
   */
  run(work) {
    const result = this.#last.then(work, work)
    this.#last = result.then(() => {}, () => {})
    return result
  }
}
