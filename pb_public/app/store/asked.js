// @ts-check
// IndexedDB with answers to wait for.

/** What a request comes to. @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
export const answer = request => new Promise((done, fail) => {
  request.onsuccess = () => done(request.result)
  request.onerror = () => fail(request.error)
})

/** When a transaction has ended: rejects where nothing of it was kept. @param {IDBTransaction} tx @returns {Promise<void>} */
export const ended = tx => new Promise((done, fail) => {
  tx.oncomplete = () => done()
  tx.onerror = tx.onabort = () => fail(tx.error ?? new DOMException('aborted', 'AbortError'))
})

/** A store or an index. An index only tells. */
export class Asked {
  #at

  /** @param {any} at */
  constructor(at) { this.#at = at }

  /** @param {any} key @returns {Promise<any>} */ get(key) { return answer(this.#at.get(key)) }
  /** @param {any} [range] @param {number} [most] @returns {Promise<any[]>} */
  getAll(range, most) { return answer(this.#at.getAll(range, most)) }
  /** @param {any} key @returns {Promise<number>} */ count(key) { return answer(this.#at.count(key)) }
  /** @param {any} row @returns {Promise<unknown>} */ put(row) { return answer(this.#at.put(row)) }
  /** @param {any} key @returns {Promise<void>} */ delete(key) { return answer(this.#at.delete(key)) }
  /** @returns {Promise<void>} */ clear() { return answer(this.#at.clear()) }
  /** @param {string} name */ index(name) { return new Asked(this.#at.index(name)) }
}
