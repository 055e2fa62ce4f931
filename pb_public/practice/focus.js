// @ts-check
// Where the keyboard is after the page was drawn anew: where it was; where that is gone, at the row that took
// its place.

/** @typedef {{ key: string, index: number, where: Element | null }} Place */

/** Call before drawing. @returns {Place} */
export function placeOf() {
  const at = document.activeElement
  return { key: at?.getAttribute('data-focus') ?? '', index: currentRow(), where: at }
}

/** Call after drawing. @param {Place} place */
export function keepPlace({ key, index, where }) {
  const at = document.activeElement
  if (!where || where === document.body || at === where && where.isConnected) return
  if (at && at !== document.body && at.isConnected) return // somebody put it elsewhere
  const same = key && document.querySelector(`[data-focus="${CSS.escape(key)}"]`)
  if (same instanceof HTMLElement) return same.focus({ preventScroll: true })
  if (index >= 0 && focusRow(index)) return
  focusOn('h1')
}

/** @param {string} key */
export function focusOn(key) {
  const at = document.querySelector(`[data-focus="${CSS.escape(key)}"]`)
  if (at instanceof HTMLElement) at.focus()
  return at instanceof HTMLElement
}

/** Focuses the row at this place of those that are drawn, or the last one before it. @param {number} index */
export function focusRow(index) {
  const links = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('a[data-row]'))
  let nearest = links[0]
  for (const link of links) if (rowOf(link) <= index) nearest = link
  nearest?.focus()
  return Boolean(nearest)
}

/** @param {Element | null} at */
const rowOf = at => Number(at?.closest('[data-group]')?.getAttribute('data-index') ?? -1)

/** Which row of the list the keyboard is in, of all of them; -1 for none. */
export const currentRow = () => rowOf(document.activeElement)
