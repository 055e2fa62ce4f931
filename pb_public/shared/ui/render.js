// @ts-check
// The part of lit-html and of announcing that a page needs before anything else: each file more is a wait
// more on a slow phone.
import { html as litHtml, nothing, svg as litSvg } from '../../vendor/lit-html/lit-html.js'
import { bounded, mendReplacedText } from './replaced-text.js'

export { nothing, render } from '../../vendor/lit-html/lit-html.js'
export { live } from '../../vendor/lit-html/directives/live.js'

mendReplacedText()

/** A template whose texts stay true when a translator takes them away: see replaced-text.js. @type {typeof litHtml} */
export const html = (strings, ...values) => litHtml(bounded(strings), ...values)
/** An attribute that is left out where there is no value. @param {any} value */
export const ifDefined = value => value ?? nothing
/** The same as html inside a picture. @type {typeof litSvg} */
export const svg = (strings, ...values) => litSvg(bounded(strings), ...values)

/**
 * Tells people who do not look at the place where something happened. Polite by default; urgent
 * interrupts what a screen reader is saying. Each page has one element for each, put there by `announcers`.
 * @param {string} text
 * @param {{ urgent?: boolean }} [how]
 */
export function announce(text, { urgent = false } = {}) {
  const at = document.getElementById(urgent ? 'announce-now' : 'announce')
  if (!at) return
  at.textContent = ''
  // The same sentence twice is said twice only when it was gone in between.
  requestAnimationFrame(() => { at.textContent = text })
}

/** Puts the two live regions at the end of the page; they must be there before they are filled. */
export function announcers() {
  for (const [id, role] of [['announce', 'status'], ['announce-now', 'alert']]) {
    if (document.getElementById(id)) continue
    const at = document.createElement('div')
    at.id = id
    at.className = 'nhsuk-u-visually-hidden'
    at.setAttribute('role', role)
    document.body.append(at)
  }
  document.body.classList.add('js-enabled', 'nhsuk-frontend-supported')
}
