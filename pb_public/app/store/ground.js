// @ts-check
// Whether the ground holds: may this browser hold people's data, will it keep it, and was it taken away.

/**
 * What is known about the browser.
 * @typedef {object} Ground
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
 * @param {Ground} ground
 * @returns {Verdict}
 */
export function mayHoldPeople(ground) {
  if (!ground.crypto) return { ok: false, code: 'no_crypto' }
  if (!ground.indexedDB) return { ok: false, code: 'no_storage' }
  if (ground.ios && !ground.installed) return { ok: false, code: 'ios_tab' }
  return { ok: true, advise: ground.installed || ground.persisted ? null : 'install' }
}

/**
 * Looks at the browser.
 * @param {any} [scope] `globalThis`
 * @returns {Promise<Ground>}
 */
export async function lookAtGround(scope = globalThis) {
  const { navigator } = scope
  // An iPad calls itself a Mac; no Mac has fingers on its screen.
  const ios = /iPhone|iPad|iPod/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1)
  const installed = navigator.standalone === true || scope.matchMedia?.('(display-mode: standalone)').matches === true
  return { ios, installed, indexedDB: Boolean(scope.indexedDB), crypto: Boolean(scope.crypto?.subtle), persisted: await keepForGood(navigator.storage) }
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

/**
 * Browsers clear databases on their own, and say nothing. A marker outside of it, which they clear by other rules,
 * tells that there was one: which vault, and how much had not been sent when it was last seen. No word about anybody.
 * @typedef {{ vault: string, unsent: number, at: number }} Marker
 */

const markerName = 'doorstep-marker'

/** @typedef {Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'>} Marks `localStorage` */

/** @param {Marks} marks @param {Marker} marker */
export function plantMarker(marks, marker) {
  try {
    marks.setItem(markerName, JSON.stringify(marker))
  } catch {
    // Full or forbidden. It is a witness, not a store: the app works without it.
  }
}

/** Signed out or wiped on purpose. @param {Marks} marks */
export function pullMarker(marks) {
  try {
    marks.removeItem(markerName)
  } catch {
    // as above
  }
}

/**
 * The marker of a database that is gone, null where none is missing. `vault` is the id of the vault that is there.
 * @param {Marks} marks @param {string | null} vault
 * @returns {Marker | null}
 */
export function missing(marks, vault) {
  try {
    const text = marks.getItem(markerName)
    const marker = text === null ? null : JSON.parse(text)
    return marker && marker.vault !== vault ? marker : null
  } catch {
    return null
  }
}
