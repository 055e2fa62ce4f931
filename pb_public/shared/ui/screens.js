// @ts-check
// Which pages are for a role: links between them, and what is said to somebody on a page that is not for theirs.
import { dutyOf } from '../duties.js'
import { html, nothing } from './render.js'
import { screens as w } from '../words/en-GB-screens.js'
import { fill, word, words } from './words.js'

/** @typedef {'practice' | 'desk' | 'app' | 'board'} Screen */

/** The pages of a role, by what they are called in addresses. @param {string | undefined} role @returns {Screen[]} */
export function screensOf(role) {
  const duty = dutyOf(role)
  /** @type {Screen[]} */ const list = []
  if (duty.inbox) list.push('practice')
  if (duty.desk || duty.accounts || duty.rules) list.push('desk')
  if (duty.device) list.push('app')
  if (duty.figures) list.push('board')
  return list
}

/** Links to the pages where the same sign-in holds, for whoever has both. @param {string} role @param {Screen} here */
export const screensView = (role, here) => screensOf(role).includes(here)
  ? screensOf(role).filter(s => s !== here && s !== 'app').map(s => html`<a href=${`/${s}/`}>${w[s]}</a>`) : nothing

/** What is true for a role that has nothing on this page. @param {string | undefined} role @param {Screen} here */
export function noScreen(role, here) {
  const name = word(words.common.roles, role), list = screensOf(role).filter(s => s !== here)
  return html`<h1 class="nhsuk-heading-l" tabindex="-1" data-focus="h1">${w.notHere[here]}</h1>
    <p>${fill(list.length ? w.elsewhere : w.nowhere, { role: name })}</p>
    ${list.map(s => html`<p><a href=${`/${s}/`}>${w.go[s]}</a></p>`)}`
}
