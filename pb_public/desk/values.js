// @ts-check
// How the values of a record are read, and how they are typed: by the kind of the field.
import { readings } from '../shared/readings.js'
import { html, live } from '../shared/ui/html.js'
import { detailLines } from '../shared/ui/details.js'
import { birth, nhsNumber, when } from '../shared/ui/format.js'
import { optionsOf, unitOf, valueText } from '../shared/ui/readings.js'
import { fill, word, words } from './words.js'
import { select, textArea, textInput } from './parts.js'

const w = words.desk
const isID = /^[0-9a-hjkmnp-tv-z]{26}$/

/** @param {string} text */
const capital = text => text.charAt(0).toUpperCase() + text.slice(1)

/** @param {string} field */
const isReading = field => readings.some(r => r.name === field)

/** @param {string} field */
const readingOptions = field => readings.filter(r => r.name === field).map(optionsOf)[0]

/** @param {string} collection */
export const collectionLabel = collection => word(w.collections, collection)

/** @param {string} name */
export const fieldLabel = name => {
  const known = /** @type {Record<string, string>} */ ({ ...words.common.readings, ...w.fields })
  return capital(word(known, name))
}

/** @param {string} field @param {string} code */
const codeLabel = (field, code) => {
  if (isReading(field)) return valueText(field, code)
  if (field === 'class') return word(words.common.classes, code)
  return capital(word(w.codes, code))
}

/**
 * A value as people read it. Never raw JSON where the kind is known.
 * @param {import('./desk-context.js').DeskContext} desk @param {string} collection @param {string} field @param {any} value
 * @returns {any}
 */
export function readable(desk, collection, field, value) {
  if (value === null || value === undefined || value === '') return html`<span class="ds-soft">${w.value.none}</span>`
  const info = desk.fieldsByName.get(`${collection}.${field}`)
  if (field === 'nhs_number' && typeof value === 'string') return nhsNumber(value)
  if (typeof value === 'boolean') return isReading(field) ? valueText(field, value) : value ? w.value.yes : w.value.no
  if (Array.isArray(value) && value.every(v => typeof v === 'string')) return value.length
    ? value.map(v => (isID.test(v) ? refName(desk, field, v) : codeLabel(field, v))).join(', ')
    : html`<span class="ds-soft">${w.value.none}</span>`
  if (field === 'details' && Array.isArray(value)) return html`<span class="ds-pre">${detailLines(value).join('\n')}</span>`
  if (typeof value === 'object') return objectValue(value)
  if (typeof value === 'number') return isReading(field) ? valueText(field, value) : String(value)
  switch (info?.kind) {
    case 'enum': return info.values?.includes(value) ? codeLabel(field, value) : fill(w.value.quoted, { text: value })
    case 'time': return Number.isNaN(Date.parse(value)) ? fill(w.value.quoted, { text: value }) : when(value)
    case 'date': return birth(value) || value
    case 'int': case 'decimal': case 'bool': return fill(w.value.quoted, { text: value })
    case 'ref': return refName(desk, field, value)
  }
  return html`<span class="ds-pre">${String(value)}</span>`
}

/** @param {object} value @returns {any} */
const objectValue = value =>
  html`<ul class="nhsuk-list dk-tight">${Object.entries(value).map(([k, v]) => html`<li>${capital(k.replaceAll('_', ' '))}:
  ${v !== null && typeof v === 'object' ? objectValue(v) : String(v ?? w.value.none)}</li>`)}</ul>`

/** @param {import('./desk-context.js').DeskContext} desk @param {string} field @param {string} id */
function refName(desk, field, id) {
  return desk.members.get(id)?.name ?? desk.teamsById.get(id)?.name ?? desk.partnersById.get(id)?.name
    ?? (field === 'patient' ? w.value.somebody : w.value.another)
}

/**
 * Inputs for a value by the kind of its field. `typed` is what is in the inputs now; `valueOf` makes a value of it.
 * @param {{ desk: import('./desk-context.js').DeskContext, id: string, collection: string, field: string, typed: any, input: (typed: any)
 *   => void, label?: string, hint?: any, error?: string,
 *   people?: { id: string, text: string }[] }} o
 */
export function fieldInput(o) {
  const info = o.desk.fieldsByName.get(`${o.collection}.${o.field}`)
  const base = { id: o.id, label: o.label ?? fieldLabel(o.field), hint: o.hint ?? limits(o.field, info), error: o.error }
  switch (info?.kind) {
    case 'int': case 'decimal':
      return textInput({ ...base, value: o.typed ?? '', input: o.input, inputmode: info.kind === 'int' ? 'numeric' : 'decimal' })
    case 'enum':
      return select({ ...base, value: o.typed ?? '', change: o.input, empty: w.value.none,
          options: (info.values ?? []).map(v => ({ value: v, text: codeLabel(o.field, v) })) })
    case 'bool':
      return select({ ...base, value: o.typed ?? '', change: o.input, empty: w.value.none,
        options: Object.entries(readingOptions(o.field) ?? { true: w.value.yes, false: w.value.no })
          .map(([value, text]) => ({ value, text })) })
    case 'time':
      return textInput({ ...base, type: 'datetime-local', value: o.typed ?? '', input: o.input })
    case 'date':
      return textInput({ ...base, type: 'date', value: o.typed ?? '', input: o.input })
    case 'list':
      if (info.values?.length) return listBoxes(o, base.label, info.values)
      return textInput({ ...base, hint: w.value.commas, value: o.typed ?? '', input: o.input, wide: true })
    case 'ref':
      return select({ ...base, value: o.typed ?? '', change: o.input, options: refOptions(o) })
    case 'object':
      return html`<p><strong>${base.label}.</strong> ${w.value.notHere}</p>`
  }
  return (info?.max ?? 0) > 200 ? textArea({ ...base, value: o.typed ?? '', input: o.input, rows: (info?.max ?? 0) > 2000 ? 8 : 4 })
    : textInput({ ...base, value: o.typed ?? '', input: o.input, wide: true })
}

/** @param {any} o @param {string} label @param {string[]} values */
const listBoxes = (o, label, values) => {
  const on = new Set(String(o.typed ?? '').split(',').filter(Boolean))
  return html`<div class="nhsuk-form-group"><fieldset class="nhsuk-fieldset">
      <legend class="nhsuk-fieldset__legend nhsuk-u-font-weight-bold">${label}</legend>
    <div class="nhsuk-checkboxes">${values.map(v => html`<div class="nhsuk-checkboxes__item">
      <input class="nhsuk-checkboxes__input" type="checkbox" id="${o.id}-${v}" .checked=${live(on.has(v))}
        @change=${(/** @type {any} */ e) => { if (e.target.checked) on.add(v); else on.delete(v); o.input([...on].join(',')) }}>
      <label class="nhsuk-label nhsuk-checkboxes__label"
        for="${o.id}-${v}">${codeLabel(o.field, v)}</label></div>`)}</div></fieldset></div>`
}

/** @param {any} o @returns {import('./parts.js').Option[]} */
function refOptions(o) {
  const list = known(o)
  return !o.typed || list.some(x => x.value === o.typed) ? list : [{ value: o.typed, text: refName(o.desk, o.field, o.typed) }, ...list]
}

/** Those whose names are known here. @param {any} o @returns {import('./parts.js').Option[]} */
function known(o) {
  if (o.field === 'patient') return (o.people ?? []).map((/** @type {any} */ p) => ({ value: p.id, text: p.text }))
  if (/team/.test(o.field)) return [...o.desk.teamsById.values()].map((/** @type {any} */ t) => ({ value: t.id, text: t.name }))
  if (/staff|by|registrant|lead/.test(o.field)) return [...o.desk.members.values()].map(
    (/** @type {any} */ m) => ({ value: m.id, text: m.name }))
  return []
}

/** @param {string} field @param {import('./desk-context.js').Field | undefined} info */
function limits(field, info) {
  if (info?.kind === 'int' || info?.kind === 'decimal') {
    const unit = readings.filter(r => r.name === field).map(unitOf).join()
    return fill(w.value.limits, { min: info.min ?? 0, max: info.max ?? '', unit }).trim()
  }
  return info?.kind === 'time' ? w.value.london : undefined
}
