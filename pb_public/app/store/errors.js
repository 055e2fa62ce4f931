// @ts-check
// What can be wrong with the place where things are kept. After any of these nothing of the commit was stored, and
// whoever asked for it still has the change: keep it on the screen and say so.

const messages = {
  full: 'This phone is full. Nothing was lost, and nothing was saved: free some space, then save again.',
  stale: 'Doorstep was used in another tab meanwhile. It reads again what is stored.',
  unavailable: 'This browser does not let Doorstep keep anything. Private windows do not work.',
  closed: 'Doorstep was updated or signed out in another tab. Load the page again.',
  failed: 'This phone could not save it. Nothing was lost: save again.',
}

/** @typedef {keyof typeof messages} StoreErrorCode */

/** An error of the store. Decide by `code`. */
export class StoreError extends Error {
  /** @param {StoreErrorCode} code @param {unknown} [cause] */
  constructor(code, cause) {
    super(messages[code], cause === undefined ? undefined : { cause })
    this.name = 'StoreError'
    /** @readonly */
    this.code = code
  }
}

/** @type {Record<string, StoreErrorCode>} */
const codes = {
  QuotaExceededError: 'full',
  DatabaseClosedError: 'closed', VersionError: 'closed', VersionChangeError: 'closed',
  MissingAPIError: 'unavailable', OpenFailedError: 'unavailable', SecurityError: 'unavailable', InvalidStateError: 'unavailable',
}

/** Which of several reasons says most; a database that could not be opened also counts as closed. @type {StoreErrorCode[]} */
const telling = ['full', 'stale', 'unavailable', 'closed', 'failed']

/**
 * What IndexedDB and Dexie threw, as a code. The reason is often wrapped: an aborted transaction names it inside.
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
    for (const inner of [e.inner, e.cause, ...(Array.isArray(e.failures) ? e.failures : [])]) walk(inner)
  }
  walk(error)
  return error instanceof StoreError ? error : new StoreError(code ?? 'failed', error)
}
