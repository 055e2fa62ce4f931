// @ts-check
// A form about one organisation, team or account: fields as they are stored, what changed of them, and what the server
// says beside each.
import { html, live, nothing } from '../shared/ui/html.js'
import { described, errorOf, hintOf } from '../shared/ui/fields.js'
import { Refusal } from '../shared/ui/session.js'
import { wrongFields } from '../setup/description.js'
import { changes, withDay } from './set-up.js'
import { words } from './words.js'
import { button, checkbox, select, textInput, troubleBox } from './parts.js'

const w = words.administration

/**
 * A field of the form: an input of one line, or what draw makes of it.
 * @typedef {object} FieldOf
 * @property {string} name
 * @property {string} label
 * @property {any} [hint]
 * @property {string} [type]
 * @property {boolean} [required]
 * @property {number} [maxlength]
 * @property {(values: Record<string, any>) => string} [warn] what to look at again in what is typed; it may stay as it is
 * @property {(form: SetUpForm, field: FieldOf) => any} [draw]
 */

/** The id of the input of a field. @param {string} name */
export const idOf = name => `set-${name.replace(/_/g, '-')}`

export class SetUpForm {
  /** @param {import('./desk-context.js').DeskContext} desk @param {string} path where it is sent @param {Record<string, any>} stored */
  constructor(desk, path, stored) {
    this.desk = desk
    this.path = path
    this.stored = stored
    /** As typed. @type {Record<string, any>} */ this.values = structuredClone(stored)
    /** @type {Map<string, string>} */ this.wrong = new Map()
    this.trouble = ''
    this.busy = false
    /** From when on it holds, a time or ''. */ this.at = ''
    /** Reads what is stored now; none for what is made anew. @type {(() => Promise<Record<string, any> | undefined>) | null} */
    this.read = null
  }

  /** What was changed. @returns {Record<string, any>} */
  changed() { return changes(this.stored, this.values) }

  /**
   * Takes what is stored now; what was typed meanwhile stays as typed.
   * @param {Record<string, any>} stored @param {Record<string, any>} [since] the values from when on meanwhile counts; by itself
   *   those that were stored before
   */
  takeStored(stored, since = this.stored) {
    const typed = Object.keys(changes(since, this.values)).map(name => [name, this.values[name]])
    this.stored = stored
    this.values = { ...structuredClone(stored), ...Object.fromEntries(typed) }
  }

  /**
   * What was changed here, and by somebody else since it was read; what is stored now is then known, so that sending again means it.
   * @returns {Promise<string[]>} names of fields
   */
  async changedMeanwhile() {
    const typed = Object.keys(this.changed()), before = this.stored, now = typed.length && await this.read?.()
    if (!now) return []
    this.takeStored(now)
    return Object.keys(changes(before, now)).filter(name => typed.includes(name) && name in this.changed())
  }

  /** What is sent. @returns {any} */
  body() { return { set: this.changed(), ...(this.at && { at: this.at }) } }

  /** Sends it. @returns {Promise<any>} what the server answered; null when it refused */
  async send() {
    if (this.busy) return null
    Object.assign(this, { busy: true, trouble: '', wrong: new Map() })
    this.desk.redraw()
    try {
      const theirs = await this.changedMeanwhile()
      if (theirs.length) return this.#refuse(w.changedMeanwhile, new Map(theirs.map(name => [name, w.changedHere])))
      return await this.desk.session.post(this.path, this.body())
    } catch (e) {
      if (!(e instanceof Refusal)) throw e
      return this.#refuse(e.message, wrongFields(e.body))
    } finally {
      this.busy = false
      this.desk.redraw()
    }
  }

  /** @param {string} trouble @param {Map<string, string>} wrong */
  #refuse(trouble, wrong) {
    Object.assign(this, { trouble, wrong })
    requestAnimationFrame(() => document.getElementById('set-up-trouble')?.focus())
    return null
  }

  /** @param {string} name @param {any} value */
  set(name, value) {
    this.values[name] = value
    this.desk.redraw()
  }

  /** @param {FieldOf} f */
  around(f) { return { id: idOf(f.name), label: f.label, hint: f.hint, error: this.wrong.get(f.name) ?? '', required: f.required,
      warn: f.warn?.(this.values) } }

  /**
   * @param {FieldOf[]} fields
   * @param {string} text of the button
   * @param {() => void} send
   * @param {any} [more] between the fields and the button
   */
  draw(fields, text, send, more = nothing) {
    return html`${troubleBox('set-up-trouble', this.trouble)}
      <form novalidate @submit=${(/** @type {Event} */ e) => { e.preventDefault(); send() }}>
      ${fields.map(f => f.draw ? f.draw(this, f) : textInput({ ...this.around(f), type: f.type, maxlength: f.maxlength,
          value: this.values[f.name] ?? '', input: v => { this.values[f.name] = v } }))}
      ${more}${button(this.busy ? w.busy : text, { submit: true, busy: this.busy })}</form>`
  }
}

/**
 * A choice of one.
 * @param {string} name @param {string} label @param {{ value: string, text: string }[]} options
 * @param {{ hint?: any, usual?: string, empty?: string, required?: boolean, number?: boolean, changed?: (form: SetUpForm) =>
 *   void }} [more] usual:
 *   what holds where nothing is stored; number: it is stored as a number
 * @returns {FieldOf}
 */
export const choice = (name, label, options, more = {}) => ({ name, label, hint: more.hint, required: more.required, draw: (form, f) =>
    select({
  ...form.around(f), empty: more.empty, options, value: String(form.values[name] ?? more.usual ?? ''), change: v => {
    more.changed?.(form)
    form.set(name, more.number ? (v === '' || v === more.usual ? null : Number(v)) : v)
  } }) })

/** Options of a table of words. @param {Record<string, string>} table */
export const optionsOf = table => Object.entries(table).map(([value, text]) => ({ value, text }))

/** Yes or no. @param {string} name @param {string} label @param {any} hint @returns {FieldOf} */
export const yesOrNo = (name, label, hint) => ({ name, label, hint, draw: (form, f) => select({ ...form.around(f),
    value: String(form.values[name] === true),
  options: [{ value: 'false', text: w.no }, { value: 'true', text: w.yes }], change: v => form.set(name, v === 'true' ? true : null) }) })

/**
 * Any number of a list.
 * @param {string} name
 * @param {string} label
 * @param {{ value: string, text: string }[]} options
 * @param {string} none
 * @param {FieldOf['warn']} [warn]
 * @returns {FieldOf}
 */
export const several = (name, label, options, none, warn) => ({ name, label, warn, draw: (form, f) => fieldset(form, f, options.length
  ? html`<div class="nhsuk-checkboxes">${options.map(o => checkbox({ id: `${idOf(name)}-${o.value}`, text: o.text,
    checked: (form.values[name] ?? []).includes(o.value),
    change: on => form.set(name, [...(form.values[name] ?? []).filter((/** @type {string} */ v) => v !== o.value), ...(on ? [o.value]
        : [])].sort()) }))}</div>`
  : html`<p>${none}</p>`) })

/**
 * The openings of each day.
 * @param {string} name
 * @param {string} label
 * @param {any} hint
 * @param {Record<string, string>} days
 * @returns {FieldOf}
 */
export const week = (name, label, hint, days) => ({ name, label, hint, draw: (form, f) => fieldset(form, f, html`<div class="su-days">${
  Object.entries(days).map(([day, text]) => html`<div><label class="nhsuk-label" for="${idOf(name)}-${day}">${text}</label>
    <input class="nhsuk-input" id="${idOf(name)}-${day}" autocomplete="off" .value=${live(form.values[name]?.[day] ?? '')}
      @input=${(/** @type {any} */ e) => { form.values[name] = withDay(form.values[name], day, e.target.value) }}></div>`)}</div>`) })

/** Several inputs under one name. @param {SetUpForm} form @param {FieldOf} f @param {any} inside */
export function fieldset(form, f, inside) {
  const around = form.around(f)
  return html`<fieldset class="nhsuk-form-group ${around.error ? 'nhsuk-form-group--error' : ''}"
      id=${around.id} aria-describedby=${described(around) ?? ''}>
    <legend class="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">${f.label}</legend>
    ${hintOf(around)}${errorOf(around)}${inside}
    <div role="status">${around.warn ? html`<p class="ds-banner ds-banner--warn" id="${around.id}-warn">${around.warn}</p>` : nothing}</div>
  </fieldset>`
}
