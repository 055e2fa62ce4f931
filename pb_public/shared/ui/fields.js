// @ts-check
// What is around every form field of every page: its label, a hint, what is wrong with it, and how a screen reader hears
// of both.
import { isHalfTyped } from './half-typed.js'
import { html, ifDefined, nothing } from './render.js'
import { words } from './words.js'

/**
 * @typedef {object} Around
 * @property {string} id of the input, the text area or the select
 * @property {any} [hint]
 * @property {string} [error] what is wrong, '' when nothing is
 * @property {string} [warn] what to look at again; it may stay as it is
 */

/** What is wrong with a field: what its form says, or that a date was not typed to its end. @param {Pick<Around, 'id' | 'error'>} o */
export const wrongOf = ({ id, error }) => error || (isHalfTyped(id) ? words.common.halfTyped : '')

/** The ids that describe a field, for aria-describedby; undefined where nothing does. @param {Around} o */
export const described = ({ id, hint, error, warn }) =>
  [hint && `${id}-hint`, wrongOf({ id, error }) && `${id}-error`, warn && `${id}-warn`].filter(Boolean).join(' ') || undefined

/** @param {Pick<Around, 'id' | 'hint'>} o */
export const hintOf = ({ id, hint }) => (hint ? html`<div class="nhsuk-hint" id="${id}-hint">${hint}</div>` : nothing)

/** @param {Pick<Around, 'id' | 'error'>} o */
export const errorOf = o => (wrongOf(o) ? html`<span class="nhsuk-error-message" id="${o.id}-error">
    <span class="nhsuk-u-visually-hidden">${words.common.error}</span> ${wrongOf(o)}</span>` : nothing)

/** A field with all that belongs to it. @param {Around & { label: any, bold?: boolean, control: any }} o */
export const fieldGroup = o => html`<div class="nhsuk-form-group ${wrongOf(o) ? 'nhsuk-form-group--error' : ''}">
  <label class="nhsuk-label ${o.bold ? 'nhsuk-u-font-weight-bold' : ''}" for=${ifDefined(o.id)}>${o.label}</label>
  ${hintOf(o)}${errorOf(o)}${o.control}
  ${o.warn ? html`<p class="app-warn" id="${o.id}-warn">${o.warn}</p>` : nothing}</div>`
