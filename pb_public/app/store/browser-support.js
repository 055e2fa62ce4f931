// @ts-check
// May this browser hold people's data, will it keep it, and how much room is left.

/**
 * What is known about the browser.
 * @typedef {object} BrowserSupport
 * @property {boolean} ios iPhone or iPad, whatever the browser calls itself
 * @property {boolean} installed started from the home screen
 * @property {boolean} indexedDB
 * @property {boolean} crypto WebCrypto, which browsers give to secure origins only
 * @property {boolean | null} persisted the browser promised not to clear it when space runs short; null: it cannot say
 */

/** @typedef {{ ok: true, advise: 'install' | null } | { ok: false, code: 'ios_tab' | 'no_storage' | 'no_crypto' }} Verdict */

/**
 * Whether people's data may be kept here. A tab of Safari on a phone loses everything after seven days without a visit,
 * an app on the home screen does not: there the tab is refused, and the page says how to install.
 * @param {BrowserSupport} support
 * @returns {Verdict}
 */
export function mayHoldPeople(support) {
  if (!support.crypto) return { ok: false, code: 'no_crypto' }
  if (!support.indexedDB) return { ok: false, code: 'no_storage' }
  if (support.ios && !support.installed) return { ok: false, code: 'ios_tab' }
  return { ok: true, advise: support.installed || support.persisted ? null : 'install' }
}

/**
 * Looks at the browser.
 * @param {any} [scope] `globalThis`
 * @returns {Promise<BrowserSupport>}
 */
export async function browserSupport(scope = globalThis) {
  const { navigator } = scope
  // An iPad calls itself a Mac; no Mac has fingers on its screen.
  const ios = /iPhone|iPad|iPod/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1)
  const installed = navigator.standalone === true || scope.matchMedia?.('(display-mode: standalone)').matches === true
  return { ios, installed, indexedDB: hasDatabase(scope), crypto: Boolean(scope.crypto?.subtle),
      persisted: await keepForGood(navigator.storage) }
}

/** A browser that forbids it to the page may throw when it is asked for it. @param {any} scope */
function hasDatabase(scope) {
  try { return Boolean(scope.indexedDB) } catch { return false }
}

/**
 * Asks the browser to keep the data when space runs short, and says what it answered; null where it cannot say.
 * To be called at each start: an answer may change.
 * @param {StorageManager | undefined} storage `navigator.storage`
 * @returns {Promise<boolean | null>}
 */
async function keepForGood(storage) {
  try {
    if (!storage?.persisted) return null
    return await storage.persisted() || (storage.persist ? await storage.persist() : false)
  } catch {
    return null // Firefox in a private window
  }
}

/** From which share of the quota on a page warns. */
export const tight = 0.8

/**
 * How much is used, in bytes; null where the browser cannot say.
 * @param {StorageManager | undefined} storage
 * @returns {Promise<{ used: number, quota: number, share: number, tight: boolean } | null>}
 */
export async function room(storage = globalThis.navigator?.storage) {
  try {
    const { usage, quota } = await /** @type {StorageManager} */ (storage).estimate()
    if (usage === undefined || !quota) return null
    return { used: usage, quota, share: usage / quota, tight: usage / quota >= tight }
  } catch {
    return null
  }
}
