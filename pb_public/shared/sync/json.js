// @ts-check
// Values as they travel: plain JSON, compared by what they say, frozen once they are shown.

/** @typedef {import('./storage.js').Json} Json */

/**
 * A copy that holds nothing but JSON. What JSON cannot hold is missing, and missing is null.
 * @param {unknown} value @returns {any}
 */
export function plain(value) {
  return value === undefined ? null : JSON.parse(JSON.stringify(value))
}

/** @template T @param {T} value @returns {T} */
export function freeze(value) {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const v of Object.values(value)) freeze(v)
  }
  return value
}

/**
 * Whether two JSON values say the same. The order of names in an object says nothing; null and missing are the same.
 * @param {any} a @param {any} b @returns {boolean}
 */
export function same(a, b) {
  if (a === b || (a ?? null) === (b ?? null)) return true
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object' || Array.isArray(a) !== Array.isArray(b)) return false
  if (Array.isArray(a)) return a.length === b.length && a.every((v, i) => same(v, b[i]))
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (!same(a[name], b[name])) return false
  }
  return true
}
