// @ts-check
// Pieces that screens are put together from: fields with labels and errors, choices as big targets, tags.
import { described, errorOf, fieldGroup, hintOf, wrongOf } from '../../shared/ui/fields.js'
import { html, ifDefined, live, nothing } from '../../shared/ui/render.js'
import { word, words } from '../../shared/ui/words.js'

/** @typedef {import('../context.js').App} App */

/**
 * A line of text or a number. Numbers are text with a number keypad: a browser's own number field turns
 * what it does not understand into nothing.
 * @param {object} o
 * @param {string} o.id @param {string} o.label @param {string} o.value
 * @param {(text: string) => void} o.change
 * @param {string} [o.hint] @param {string} [o.error] @param {string} [o.warn]
 * @param {string} [o.unit] @param {'text' | 'numeric' | 'decimal' | 'tel' | 'email'} [o.mode] @param {string} [o.type]
 * @param {string} [o.autocomplete] @param {number} [o.rows] more than one line
 * @param {string} [o.width] class of the width @param {string} [o.also] id of something else that describes it
 */
export function field({ id, label, value, change, hint, error, warn, unit, also, mode, type = 'text', autocomplete = 'off', rows,
    width = '' }) {
  const about = [described({ id, hint, error, warn }), also].filter(Boolean).join(' ') || undefined
  const input = (/** @type {any} */ e) => change(e.target.value), wrong = wrongOf({ id, error })
  // The unit is seen beside the number, and heard with its name.
  const spoken = unit ? html`${label}<span class="nhsuk-u-visually-hidden"> (${unit})</span>` : label
  return fieldGroup({ id, label: spoken, hint, error, warn, control: rows
    ? html`<textarea class="nhsuk-textarea" id=${id} name=${id} rows=${rows} .value=${live(value)} @input=${input}
        aria-describedby=${ifDefined(about)} aria-invalid=${ifDefined(wrong ? 'true' : undefined)}></textarea>`
    : html`<div class="app-input"><input class="nhsuk-input ${width}" id=${id} name=${id} type=${type} inputmode=${ifDefined(mode)}
        autocomplete=${/** @type {any} */ (autocomplete)} autocapitalize=${type === 'text' && !mode ? 'sentences' : 'none'}
        .value=${live(value)} @input=${input} aria-describedby=${ifDefined(about)}
        aria-invalid=${ifDefined(wrong ? 'true' : undefined)}>${unit
          ? html`<span class="app-unit" aria-hidden="true">${unit}</span>` : nothing}</div>` })
}

/**
 * One of a few, as targets a thumb hits. Pressing the chosen one again takes it back: not answered is an answer.
 * @param {object} o
 * @param {string} o.name @param {string} o.legend @param {Record<string, string>} o.options code → words
 * @param {string | null | undefined} o.value
 * @param {(code: string) => void} o.change
 * @param {string} [o.hint] @param {boolean} [o.inline] @param {string} [o.error] @param {boolean} [o.required] cannot be taken back
 */
export function choice({ name, legend, options, value, change, hint, inline = false, error, required = false }) {
  return html`<fieldset class="nhsuk-fieldset app-choice ${inline ? 'app-choice--inline' : ''} ${error ? 'nhsuk-form-group--error' : ''}"
      aria-describedby=${ifDefined(error ? `${name}-error` : hint ? `${name}-hint` : undefined)}>
    <legend class="nhsuk-fieldset__legend">${legend}</legend>
    ${hintOf({ id: name, hint })}${errorOf({ id: name, error })}
    <div class="app-choice__options">${Object.entries(options)
      .map(([code, text]) => html`<label class="app-pick"><input type="radio" name=${name} value=${code} .checked=${live(value === code)}
      @click=${() => { if (!required && value === code) change('') }} @change=${() => change(code)}><span>${text}</span></label>`)}</div>
  </fieldset>`
}

/**
 * Any of a few.
 * @param {object} o
 * @param {string} o.name @param {string} o.legend @param {Record<string, string>} o.options
 * @param {string[]} o.value @param {(list: string[]) => void} o.change @param {string} [o.hint]
 */
export function choices({ name, legend, options, value, change, hint }) {
  return html`<fieldset class="nhsuk-fieldset app-choice app-choice--inline"
      aria-describedby=${ifDefined(hint ? `${name}-hint` : undefined)}>
    <legend class="nhsuk-fieldset__legend">${legend}</legend>
    ${hintOf({ id: name, hint })}
    <div class="app-choice__options">${Object.entries(options)
      .map(([code, text]) => html`<label class="app-pick"><input type="checkbox" name=${name} value=${code}
          .checked=${live(value.includes(code))}
      @change=${(/** @type {any} */ e) => change(e.target.checked ? [...value, code]
          : value.filter(v => v !== code))}><span>${text}</span></label>`)}</div>
  </fieldset>`
}

/**
 * @param {object} o
 * @param {string} o.id
 * @param {string} o.label
 * @param {[string, string][]} o.options value and words
 * @param {string} o.value
 * @param {(v: string) => void} o.change
 * @param {string} [o.hint]
 * @param {string} [o.error]
 */
export function select({ id, label, options, value, change, hint, error }) {
  return fieldGroup({ id, label, hint, error, control: html`<select class="nhsuk-select app-select" id=${id}
      aria-describedby=${ifDefined(described({ id, hint, error }))} @change=${(/** @type {any} */ e) => change(e.target.value)}>
      ${options.map(([v, text]) => html`<option value=${v} .selected=${v === value}>${text}</option>`)}
    </select>` })
}

/** How urgent, by word and colour. @param {string} cls */
export function classTag(cls) {
  const kind = cls === 'E' || cls === 'SG' ? 'bad' : cls === 'U2' ? 'warn' : 'info'
  return html`<span class="ds-tag ds-tag--${kind}">${word(words.common.classes, cls)}</span>`
}

/**
 * How an own change stands; the sign and the word differ, not only the colour.
 * @param {'saved' | 'sent' | 'seen' | 'needs_you' | string} state @param {string} [text] instead of the word for the state
 */
export function stateTag(state, text = '') {
  const look = /** @type {Record<string, [string, string]>} */ (
    { draft: ['info', '✎'], saved: ['warn', '●'], sent: ['info', '↑'], seen: ['good', '✓'], needs_you: ['bad', '!'] })[state]
    ?? ['info', '']
  return html`<span class="ds-tag ds-tag--${look[0]}"><span aria-hidden="true">${look[1]}</span>
      ${text || word(words.app.itemStates, state)}</span>`
}

/** @param {string} text @param {'bad' | 'warn' | 'good' | ''} [kind] */
export const banner = (text, kind = '') => html`<p class="ds-banner ${kind ? `ds-banner--${kind}` : ''}">${text}</p>`

/** A way back to where one came from. @param {string} href @param {string} text */
export const back = (href, text) => html`<a class="nhsuk-back-link" href=${href}>${text}</a>`
