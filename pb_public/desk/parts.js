// @ts-check
// Pieces that several views draw.
import { described, fieldGroup, wrongOf } from '../shared/ui/fields.js'
import { refuseHalfTyped } from '../shared/ui/half-typed.js'
import { html, ifDefined, live, nothing } from '../shared/ui/html.js'
import { now } from '../shared/ui/now.js'
import { ago, birth, nhsNumber, personName, when } from '../shared/ui/format.js'
import { unreadableTexts } from '../shared/ui/unreadable.js'
import { count, fill, word, words } from './words.js'
import { openIssue } from '../shared/states.js'
import { toLocal } from '../shared/ui/london.js'

const w = words.desk

/** @typedef {{ id: string, name?: string, role?: string, kind?: string } | null | undefined} Named */

/** A name, or that there is none. @param {Named} who @param {string} [none] */
export const nameOf = (who, none = w.nobody) => who ? who.name || w.unknown : none

/** @param {Named} who */
export const roleOf = who => who?.role ? word(words.common.roles, who.role) : ''

/** @param {string} text @param {'bad' | 'warn' | 'good' | 'info' | ''} [kind] */
export const tag = (text, kind = '') => html`<strong class="ds-tag ${kind ? `ds-tag--${kind}` : ''}">${text}</strong>`

/** A deadline: late in words and colour, or how long there is. @param {string | null | undefined} due @param {number} [at] */
export function deadline(due, at = now()) {
  if (!due) return nothing
  const ms = Date.parse(due) - at
  return ms <= 0 ? tag(fill(w.late, { ago: ago(due, at) }), 'bad')
    : html`<span class="ds-soft">${fill(w.due, { at: when(due, at) })}</span>`
}

/** Whether an issue was passed on to the coordinator for want of a decision. @param {any} issue */
export const passedOn = issue => issue.escalated_at && openIssue(issue) ? tag(w.passedOn, 'bad') : nothing

/** A person in one line. @param {any} p */
export const personLine = p => html`<span class="dk-person">${personName(p ?? {})}</span>${p?.died_on
  ? html` ${tag(fill(w.person.diedOn, { date: birth(p.died_on) }))}` : nothing}`

/** Born and number, as far as the desk may know. @param {any} p */
export const bornAndNumber = p => [p?.date_of_birth && fill(w.person.born, { date: birth(p.date_of_birth) }),
  p?.nhs_number && fill(w.person.nhs, { number: nhsNumber(p.nhs_number) })].filter(Boolean).join(', ')

/** Name, birth date and number, for the head of a printed sheet. @param {any} p */
export const whoIs = p => [personName(p ?? {}), bornAndNumber(p)].filter(Boolean).join(', ')

/** Who it is, so that nobody mistakes one for another. @param {any} p */
export function personFacts(p) {
  if (!p) return nothing
  const facts = [p.date_of_birth && fill(w.person.born, { date: birth(p.date_of_birth) }),
      p.nhs_number && fill(w.person.nhs, { number: nhsNumber(p.nhs_number) }),
    p.address && [p.address, p.postcode].filter(Boolean).join(', '), p.phone, p.address_hidden && w.person.hidden,
    ...unreadableTexts(p)].filter(Boolean)
  return html`${p.died_on ? html`<p class="ds-banner ds-banner--warn">${fill(w.person.died, { date: birth(p.died_on) })}</p>` : nothing}
    ${facts.length ? html`<p class="ds-soft dk-facts">${facts.join(' · ')}</p>` : nothing}`
}

/**
 * People who might be somebody, with what they have in common and who has them.
 * @param {any[]} alike as /people/alike answers @param {string} text
 * @param {string} [id] of a person who is registered: the two can be compared and made one
 */
export const mightBe = (alike, text, id = '') => alike.length ? html`<div class="ds-banner ds-banner--warn" role="status"><p>${text}</p>
  <ul>${alike.map(f => html`<li><a href="#/person/${f.person.id}">${personLine(f.person)}</a>${[bornAndNumber(f.person),
    fill(w.people.alikeBy, { parts: f.found_by.map((/** @type {string} */ part) => word(w.people.parts, part)).join(', ') })]
    .filter(Boolean).map(t => html`, ${t}`)} (${[...f.teams, ...f.staff].map(x => x.name).join(', ')})${
      id ? html` <a class="ds-no-print" href="#/merge/${f.person.id}/${id}">${w.merge.link}</a>` : nothing}</li>`)}</ul></div>` : nothing

/** What the server refused, in its own plain words. @param {import('../shared/ui/session.js').Refusal} e */
export const refusalBox = e => html`<div class="ds-banner ds-banner--bad" role="alert"><p class="nhsuk-u-margin-0">${e.message}</p></div>`

/** Where focus goes when something was refused. @param {string} id @param {string} text */
export const troubleBox = (id, text) => text ? html`<div class="ds-banner ds-banner--bad" id=${id} role="alert" tabindex="-1">
    <p class="nhsuk-u-margin-0">${text}</p></div>` : nothing

/** @param {{ id: string, label: string, hint?: any, error?: string, control: any }} o */
export const group = o => fieldGroup({ id: o.id, label: o.label, hint: o.hint, error: o.error, control: o.control, bold: true })

/**
 * @param {{ id: string, label: string, value: string, input: (value: string) => void, hint?: any, error?: string, type?: string, required?:
 *   boolean,
 *   autocomplete?: string, inputmode?: string, list?: string, wide?: boolean, maxlength?: number, blur?: () => void }} o
 */
export const textInput = o =>
  group({ ...o, control: html`<input class="nhsuk-input ${o.wide ? '' : 'nhsuk-input--width-20'}" id=${o.id} type=${o.type ?? 'text'}
      .value=${live(o.value)}
  ?required=${o.required} autocomplete=${o.autocomplete ?? 'off'} inputmode=${ifDefined(o.inputmode)} maxlength=${ifDefined(o.maxlength)}
    aria-describedby=${ifDefined(described(o))}
  aria-invalid=${wrongOf(o) ? 'true' : 'false'} @blur=${() => o.blur?.()} @input=${(/** @type {any} */ e) => o.input(e.target.value)}>` })

/**
 * @param {{ id: string, label: string, value: string, input: (value: string) => void, hint?: any, error?: string, rows?: number, required?:
 *   boolean }} o
 */
export const textArea = o =>
  group({ ...o, control: html`<textarea class="nhsuk-textarea" id=${o.id} rows=${o.rows ?? 4} .value=${live(o.value)}
      ?required=${o.required}
  aria-describedby=${ifDefined(described(o))} aria-invalid=${o.error ? 'true' : 'false'}
    @input=${(/** @type {any} */ e) => o.input(e.target.value)}></textarea>` })

/** @typedef {{ value: string, text: string, group?: string }} Option */

/**
 * @param {{ id: string, label: string, value: string, options: Option[], change: (value: string) => void, empty?: string, hint?: any,
 *   error?: string, required?: boolean }} o
 */
export function select(o) {
  const option = (/** @type {Option} */ x) => html`<option value=${x.value} ?selected=${x.value === o.value}>${x.text}</option>`
  const groups = [...new Set(o.options.map(x => x.group ?? ''))]
  return group({ ...o, control: html`<select class="nhsuk-select" id=${o.id} ?required=${o.required} .value=${live(o.value)}
        aria-describedby=${ifDefined(described(o))}
    aria-invalid=${o.error ? 'true' : 'false'} @change=${(/** @type {any} */ e) => o.change(e.target.value)}>
    <option value="" ?selected=${!o.value}>${o.empty ?? w.choose}</option>
    ${groups.map(g => { const some = o.options.filter(x => (x.group ?? '') === g).map(option); return g
          ? html`<optgroup label=${g}>${some}</optgroup>` : some })}
  </select>` })
}

/**
 * A moment, typed as a time in London.
 * @param {{ id: string, label: string, value: string, change: (local: string) => void, hint?: any, error?: string, required?: boolean,
 *   past?: boolean }} o past: what has happened, not what will
 */
export const momentInput =
  o => group({ ...o, control: html`<input class="nhsuk-input dk-moment" id=${o.id} type="datetime-local" .value=${live(o.value)}
      ?required=${o.required}
  min=${ifDefined(o.past ? undefined : toLocal(now()))} max=${ifDefined(o.past ? toLocal(now()) : undefined)}
    aria-describedby=${ifDefined(described(o))} aria-invalid=${wrongOf(o) ? 'true' : 'false'}
    @change=${(/** @type {any} */ e) => o.change(e.target.value)}>` })

/**
 * @param {{ name: string, legend: string, value: string, options: { value: string, text: any, hint?: any, more?: any }[], change: (value:
 *   string) => void, hint?: string }} o
 */
export const radios = o => html`<div class="nhsuk-form-group"><fieldset class="nhsuk-fieldset">
  <legend class="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">${o.legend}</legend>
  ${o.hint ? html`<div class="nhsuk-hint">${o.hint}</div>` : nothing}
  <div class="nhsuk-radios">${o.options.map((x, i) => html`<div class="nhsuk-radios__item">
      <input class="nhsuk-radios__input" type="radio" name=${o.name} id="${o.name}-${i}" value=${x.value}
        .checked=${live(o.value === x.value)} @change=${() => o.change(x.value)}
        aria-describedby=${ifDefined(x.hint ? `${o.name}-${i}-hint` : undefined)}>
      <label class="nhsuk-label nhsuk-radios__label" for="${o.name}-${i}">${x.text}</label>
      ${x.hint ? html`<div class="nhsuk-hint nhsuk-radios__hint" id="${o.name}-${i}-hint">${x.hint}</div>` : nothing}
    </div>${x.more && o.value === x.value ? html`<div class="dk-under">${x.more}</div>` : nothing}`)}
  </div></fieldset></div>`

/** @param {{ id: string, text: any, checked: boolean, change: (on: boolean) => void, hint?: any }} o */
export const checkbox = o => html`<div class="nhsuk-checkboxes__item">
  <input class="nhsuk-checkboxes__input" type="checkbox" id=${o.id} .checked=${live(o.checked)}
    @change=${(/** @type {any} */ e) => o.change(e.target.checked)}
    aria-describedby=${ifDefined(o.hint ? `${o.id}-hint` : undefined)}>
  <label class="nhsuk-label nhsuk-checkboxes__label" for=${o.id}>${o.text}</label>
  ${o.hint ? html`<div class="nhsuk-hint nhsuk-checkboxes__hint" id="${o.id}-hint">${o.hint}</div>` : nothing}</div>`

/**
 * A button. A secondary one cancels, opens or looks; any other does something, and so not over a date that is half typed.
 * @param {string} text
 * @param {{ click?: () => void, kind?: 'secondary' | 'warning' | '', submit?: boolean, busy?: boolean, id?: string, label?: string }} [o]
 */
export const button = (text, o = {}) => html`<button type=${o.submit ? 'submit' : 'button'}
    class="nhsuk-button ${o.kind ? `nhsuk-button--${o.kind}` : ''}" id=${ifDefined(o.id)}
  aria-label=${ifDefined(o.label)} aria-disabled=${o.busy ? 'true' : 'false'}
    @click=${(/** @type {any} */ e) => {
      if (o.busy || o.kind !== 'secondary' && refuseHalfTyped(e.currentTarget)) e.preventDefault()
      else o.click?.()
    }}>${text}</button>`

/** Rows of facts; those without a value are left out. @param {[string, any][]} rows */
export const facts = rows =>
  html`<dl class="nhsuk-summary-list">${rows.filter(([, value]) => value !== '' && value !== null && value !== undefined
      && value !== nothing).map(([key, value]) => html`
  <div class="nhsuk-summary-list__row"><dt class="nhsuk-summary-list__key">${key}</dt>
    <dd class="nhsuk-summary-list__value">${value}</dd></div>`)}</dl>`

/** Whether the first day of somebody is still to come: see care.NotBegun. @param {{ inactive_since?: string }} m */
export const notBegun = m => m.inactive_since === '1900-01-01T00:00:00.000Z'

/** What staff there are to choose from. @param {import('./desk-context.js').Member[]} staff @returns {Option[]} */
export const staffOptions = staff => staff.filter(m => !m.inactive_since || Date.parse(m.inactive_since) > now())
  .map(m => ({ value: `staff:${m.id}`, text: `${m.name}, ${word(words.common.roles, m.role)}`, group: w.groups.staff }))

/** @param {import('./desk-context.js').Team[]} teams @returns {Option[]} */
export const teamOptions = teams => teams.map(t => ({ value: `team:${t.id}`, text: t.name, group: w.groups.teams }))

/** {team} or {staff} of such an option. @param {string} value @returns {{ team?: string, staff?: string }} */
export function holderOf(value) {
  const [kind, id] = value.split(':')
  return kind === 'team' ? { team: id } : kind === 'staff' ? { staff: id } : {}
}
