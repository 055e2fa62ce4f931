// @ts-check
// What somebody prefers at this computer, kept across days. Nothing about anybody who is cared for.

const store = 'doorstep-inbox'

/** @typedef {{ sound: boolean, keys: boolean }} Prefs */

/** @returns {Prefs} */
export function readPrefs() {
  try {
    const kept = JSON.parse(localStorage.getItem(store) ?? '{}')
    return { sound: kept.sound === true, keys: kept.keys !== false }
  } catch {
    return { sound: false, keys: true }
  }
}

/** @param {Prefs} prefs */
export function keepPrefs(prefs) {
  try { localStorage.setItem(store, JSON.stringify(prefs)) } catch { /* a browser that may not store anything asks again */ }
}
