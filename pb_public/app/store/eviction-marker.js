// @ts-check
// A note outside the database that tells, when the database is gone, that there was one.

/**
 * Browsers clear databases on their own, and say nothing. A marker outside of it, which they clear by other rules,
 * tells that there was one: which vault, and how much had not been sent when it was last seen. No word about anybody.
 * @typedef {{ vault: string, unsent: number, at: number }} Marker
 */

const markerName = 'doorstep-marker'

/** @typedef {Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'>} Marks `localStorage` */

/** Where the marker lies; a browser that forbids it to the page throws before anything is asked of it. @type {Marks} */
export const marks = {
  getItem: name => localStorage.getItem(name),
  setItem: (name, text) => localStorage.setItem(name, text),
  removeItem: name => localStorage.removeItem(name),
}

/** @param {Marks} marks @param {Marker} marker */
export function setMarker(marks, marker) {
  try {
    marks.setItem(markerName, JSON.stringify(marker))
  } catch {
    // Full or forbidden. It is a witness, not a store: the app works without it.
  }
}

const deviceName = 'doorstep-device'

/**
 * The device that this browser is, by its id. It stays when the phone is emptied, so that who sets it up anew is not shown
 * with two. @param {Marks} marks @param {string} id
 */
export function setDevice(marks, id) {
  try {
    if (marks.getItem(deviceName) !== id) marks.setItem(deviceName, id)
  } catch {
    // as above
  }
}

/** The device that this browser was, '' for none that is known. @param {Marks} marks */
export function deviceBefore(marks) {
  try {
    return marks.getItem(deviceName) ?? ''
  } catch {
    return ''
  }
}

/** Signed out or wiped on purpose. @param {Marks} marks */
export function clearMarker(marks) {
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
export function markerOfLost(marks, vault) {
  try {
    const text = marks.getItem(markerName)
    const marker = text === null ? null : JSON.parse(text)
    return marker && marker.vault !== vault ? marker : null
  } catch {
    return null
  }
}
