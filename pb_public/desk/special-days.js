// @ts-check
// Days on which an organisation has other hours than on that day of the week: a line each.
import { described, errorOf } from '../shared/ui/fields.js'
import { html, ifDefined, live } from '../shared/ui/html.js'
import { fill, words } from './words.js'
import { button } from './parts.js'
import { withPart } from './set-up.js'
import { fieldset, idOf } from './set-up-form.js'

const w = words.administration.fields

/** @type {import('./set-up-form.js').FieldOf} */
export const specialDays = { name: 'special_days', label: w.days, hint: w.daysHint, draw: (form, f) => {
  /** As they stand now: typing does not draw anew. @returns {import('./set-up.js').SpecialDay[]} */ const all = () => form.values[f.name]
      ?? []
  const put = (/** @type {import('./set-up.js').SpecialDay[]} */ next) => form.set(f.name, next.length ? next : null)
  const cell = (/** @type {number} */ i, /** @type {keyof import('./set-up.js').SpecialDay} */ key, /** @type {string} */ label,
      type = 'text') => html`<div>
    <label class="nhsuk-label" for="${idOf(f.name)}-${i}-${key}">${fill(label, { n: i + 1 })}</label>
    ${errorOf({ id: `${idOf(f.name)}-${i}-${key}` })}
    <input class="nhsuk-input" id="${idOf(f.name)}-${i}-${key}" type=${type} autocomplete="off"
      aria-describedby=${ifDefined(described({ id: `${idOf(f.name)}-${i}-${key}` }))} .value=${live(all()[i][key] ?? '')}
      @input=${(/** @type {any} */ e) => { form.values[f.name] = all().map((d, j) => j === i ? withPart(d, key, e.target.value)
          : d) }}></div>`
  return fieldset(form, f, html`${all().map((_, i) => html`<div class="su-days su-day">${cell(i, 'day', w.day, 'date')}${
      cell(i, 'hours', w.dayHours)}${cell(i, 'name', w.dayName)}
      ${button(fill(w.removeDay, { n: i + 1 }), { kind: 'secondary', click: () => put(all().filter((_, j) => j !== i)) })}</div>`)}
    ${button(w.addDay, { kind: 'secondary', click: () => {
      put([...all(), {}])
      requestAnimationFrame(() => document.getElementById(`${idOf(f.name)}-${all().length - 1}-day`)?.focus())
    } })}`)
} }
