// @ts-check
// Where the keyboard is after the page was drawn anew: where it was; where that is gone, at the row that took
// its place.

/** @typedef {{ key: string, index: number, where: Element | null }} Place */

const rows = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll('a[data-row]')])

/** Call before drawing. @returns {Place} */
export function placeOf() {
  const at = document.activeElement
  const group = at?.closest('[data-group]')
  return { key: at?.getAttribute('data-focus') ?? '', index: group ? [...document.querySelectorAll('[data-group]')].indexOf(group)
      : -1, where: at }
}

/** Call after drawing. @param {Place} place */
export function keepPlace({ key, index, where }) {
  const at = document.activeElement
  if (!where || where === document.body || at === where && where.isConnected) return
  if (at && at !== document.body && at.isConnected) return // somebody put it elsewhere
  const same = key && document.querySelector(`[data-focus="${CSS.escape(key)}"]`)
  if (same instanceof HTMLElement) return same.focus({ preventScroll: true })
  if (index >= 0) {
    const list = rows()
    if (list.length) return list[Math.min(index, list.length - 1)].focus()
  }
  focusOn('h1')
}

/** @param {string} key */
export function focusOn(key) {
  const at = document.querySelector(`[data-focus="${CSS.escape(key)}"]`)
  if (at instanceof HTMLElement) at.focus()
  return at instanceof HTMLElement
}

/** Which row the keyboard is in; -1 for none. */
export function currentRow() {
  const group = document.activeElement?.closest('[data-group]')
  return group ? [...document.querySelectorAll('[data-group]')].indexOf(group) : -1
}

/** Moves by so many rows; from outside the list to its first. @param {number} by */
export function moveRow(by) {
  const list = rows(), at = currentRow()
  const to = list[at < 0 ? 0 : Math.min(Math.max(at + by, 0), list.length - 1)]
  to?.focus()
  to?.closest('[data-group]')?.scrollIntoView({ block: 'nearest' })
}
