// @ts-check
// What can be wrong with the place where things are kept. After any of these nothing of the commit was stored, and
// whoever asked for it still has the change: keep it on the screen and say so.

/**
 * The codes. `full`: no space; `stale`: another tab wrote meanwhile; `cleared`: what was kept was taken away while the app
 * was open; `unavailable`: the browser keeps nothing; `closed`: the app was updated or signed out in another tab; `slow`: the
 * browser has not answered for a while, and may yet; `failed`: it could not be read or written.
 */
export const storeErrors = /** @type {const} */ (['full', 'stale', 'cleared', 'unavailable', 'closed', 'slow', 'failed'])

/** @typedef {typeof storeErrors[number]} StoreErrorCode */

/** An error of the store. Decide by `code`. */
export class StoreError extends Error {
  /** @param {StoreErrorCode} code @param {unknown} [cause] */
  constructor(code, cause) {
    super(`store: ${code}`, cause === undefined ? undefined : { cause })
    this.name = 'StoreError'
    /** @readonly */
    this.code = code
  }
}

/** @type {Record<string, StoreErrorCode>} */
const codes = {
  QuotaExceededError: 'full', VersionError: 'closed', SecurityError: 'unavailable',
}

/** Which of several reasons says most; a database that could not be opened also counts as closed. */
const telling = storeErrors

/**
 * What IndexedDB threw, as a code. The reason may be wrapped.
 * @param {unknown} error
 * @returns {StoreError}
 */
export function storeError(error) {
  const seen = new Set()
  /** @type {StoreErrorCode | undefined} */
  let code
  /** @param {any} e */
  const walk = e => {
    if (!e || typeof e !== 'object' || seen.has(e)) return
    seen.add(e)
    const found = e instanceof StoreError ? e.code : codes[e.name]
    if (found && (!code || telling.indexOf(found) < telling.indexOf(code))) code = found
    walk(e.cause)
  }
  walk(error)
  return error instanceof StoreError ? error : new StoreError(code ?? 'failed', error)
}
