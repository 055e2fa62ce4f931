// @ts-check
// Values of records as people read them: never an id, a code, a stamp of a machine or a dump.
import { detailLines } from '../../shared/ui/details.js'
import { birth, nhsNumber, personName, when } from '../../shared/ui/format.js'
import { valueText as readingText } from '../../shared/ui/readings.js'
import { readings } from '../../shared/readings.js'
import { word, words } from '../../shared/ui/words.js'

/** @typedef {import('../context.js').App} App */

const stamp = /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)/
const wholeStamp = new RegExp(`^${stamp.source}$`)
const id = /^[0-9a-hjkmnp-tv-z]{26}$/

/** Fields in which people write sentences: of two of these both can be kept, one below the other. */
const prose = new Set(['note', 'access_notes', 'risk_note', 'concern', 'situation', 'background', 'assessment', 'recommendation', 'words',
  'safe_words', 'said', 'task'])

/** The words of coded fields. @type {Record<string, () => Record<string, string>>} */
const codes = {
  status: () => words.app.statuses, purpose: () => words.app.purposes,
  outcome: () => ({ ...words.common.outcomes, ...words.app.goals.outcomes, ...words.app.outcomes }),
  critical_medicine: () => words.app.medicine, soft_signs: () => words.app.softSigns, no_access_kind: () => words.app.noAccess,
  wellbeing: () => words.common.wellbeing, communication_needs: () => words.common.needs, class: () => words.common.classes,
  state: () => words.common.states,
}

/** What a field is called inside a sentence. @param {string | null | undefined} field */
export function fieldName(field) {
  if (!field) return words.app.items.record
  const readingName = /** @type {Record<string, string>} */ (words.common.readings)[field]
  return /** @type {Record<string, string>} */ (words.app.fields)[field] ?? readingName?.toLowerCase() ?? field.replaceAll('_', ' ')
}

/** Whether two values of a field can stand one below the other. @param {string} field */
export const isProse = field => prose.has(field)

/** Whether a value is a moment. @param {any} value */
export const isMoment = value => typeof value === 'string' && wholeStamp.test(value)

/** A name for whatever an id stands for. @param {App} app @param {string} value */
function nameOfID(app, value) {
  const person = app.get('patients', value)
  return person ? personName(person) : app.get('teams', value)?.name ?? app.get('organisations', value)?.name
    ?? app.colleagues.find(c => c.id === value)?.name ?? words.app.items.noName
}

/** A value as people write it. @param {App} app @param {string} field @param {any} value @returns {string} */
export function shownValue(app, field, value) {
  if (value === null || value === undefined || value === '') return words.app.items.nothing
  if (field === 'details' && Array.isArray(value)) return detailLines(value).join('\n')
  if (Array.isArray(value)) return value.map(v => shownValue(app, field, v)).join(', ') || words.app.items.nothing
  const reading = readings.find(r => r.name === field)
  if (reading && (typeof value === 'number' || typeof value === 'boolean' || reading.values?.includes(value))) {
    return readingText(field, value)
  }
  if (typeof value === 'boolean') return value ? words.app.visit.yesNo.yes : words.app.visit.yesNo.no
  if (typeof value === 'object') {
    return Object.entries(value).map(([k, v]) => `${fieldName(k)}: ${shownValue(app, k, v)}`).join('\n')
  }
  const text = String(value)
  if (isMoment(text)) return when(text, app.now())
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return birth(text)
  if (field === 'nhs_number') return nhsNumber(text)
  if (id.test(text)) return nameOfID(app, text)
  return codes[field] ? word(codes[field](), text) : text
}

/** What the server says of a field, with the field's name and times as people write them. @param {App} app @param {any} issue */
export function shownMessage(app, { message = '', field }) {
  const text = message.replace(new RegExp(stamp, 'g'), (/** @type {string} */ at) => when(at, app.now()))
  return field ? text.replace(`${field}: `, '').replaceAll(field, `“${fieldName(field)}”`) : text
}

/** Fields that only say where a record belongs. */
const places = new Set(['patient', 'visit', 'team', 'staff', 'from_team', 'from_staff', 'replaces', 'goal'])

/**
 * A change that is kept whole, step by step: what was done, and what it says.
 * @param {App} app @param {any} content a change with its steps, or anything else
 * @returns {{ title: string, lines: string[] }[]}
 */
export function changeLines(app, content) {
  if (!Array.isArray(content?.ops)) return []
  const w = words.app.items
  return content.ops.map((/** @type {any} */ op) => ({
    title: word(op.op === 'create' ? w.made : w.changed, op.collection ?? 'sync_issues'),
    lines: Object.entries(op.set ?? (op.field ? { [op.field]: op.values } : {})).filter(([field]) => !places.has(field))
      .map(([field, value]) => `${fieldName(field)}: ${shownValue(app, field, value)}`),
  }))
}
