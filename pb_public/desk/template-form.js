// @ts-check
// A form template of an organisation as it is edited, and as it is stored.
import { templates } from '../shared/templates.js'
import { changes } from './set-up.js'

/**
 * A question as it is edited: numbers as typed, the answers of a choice a line each.
 * @typedef {{ code: string, label: string, kind: string, unit: string, options: string, min: string, max: string }} Edited
 */
/**
 * @typedef {{ code: string, label: string, kind: string, unit?: string, options?: { text: string }[], min?: number, max?: number }} Stored
 */
/** @typedef {{ purpose: string, name?: string, questions: Stored[] }} Template */

/** How many questions a template asks at most; the server says so too. */
export const most = 12

/**
 * A question as it is edited, an empty one for none: a stored one, or one that ships.
 * @param {{ code?: string, label?: string, kind?: string, unit?: string, options?: readonly (string | { text: string })[], min?: number,
 *   max?: number }} [q]
 * @returns {Edited}
 */
export const edited = (q = {}) => ({ code: q.code ?? '', label: q.label ?? '', kind: q.kind ?? 'text', unit: q.unit ?? '',
  options: (q.options ?? []).map(o => typeof o === 'string' ? o : o.text).join('\n'), min: String(q.min ?? ''), max: String(q.max ?? '') })

/**
 * The questions of a purpose to begin with: those of the organisation, else those that ship.
 * @param {string} purpose @param {Template[]} own
 */
export function startOf(purpose, own) {
  const found = own.find(t => t.purpose === purpose) ?? templates.find(t => t.purpose === purpose)
  return (found?.questions ?? []).map(q => edited(q))
}

/**
 * A code for a question that has none yet: of its words, and none that is taken.
 * @param {string} label @param {Set<string>} taken
 */
export function codeOf(label, taken) {
  const plain = label.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const words = plain.replace(/[^a-z0-9]+/g, '_').slice(0, 50).replace(/^[_0-9]+|_+$/g, '')
  const base = words || 'question'
  let code = base
  for (let n = 2; taken.has(code); n++) code = `${base}_${n}`
  return code
}

/** The number that was typed; undefined for none, NaN for what is no number. @param {string} text */
const number = text => {
  const t = text.trim()
  return t === '' ? undefined : /^[-+]?\d+([.,]\d+)?$/.test(t) ? Number(t.replace(',', '.')) : NaN
}

/**
 * The first limit that is no number, such as "5 mmol".
 * @param {Edited[]} questions
 * @returns {{ at: number, question: Edited, name: 'min' | 'max' } | null} at: its place, from 0
 */
export function wrongLimit(questions) {
  for (const [at, question] of questions.entries()) {
    for (const name of /** @type {const} */ (['min', 'max'])) {
      if (question.kind === 'number' && Number.isNaN(number(question[name]))) return { at, question, name }
    }
  }
  return null
}

/**
 * Whether two lists of templates ask the same for a purpose.
 * @param {string} purpose @param {Template[]} a @param {Template[]} b
 */
export function asksTheSame(purpose, a, b) {
  const of = (/** @type {Template[]} */ list) => ({ asked: list.find(t => t.purpose === purpose) })
  return Object.keys(changes(of(a), of(b))).length === 0
}

/**
 * The templates of an organisation with those questions for a purpose; null where none is left. Their limits are numbers: see
 * wrongLimit.
 * @param {Template[]} own @param {string} purpose @param {Edited[]} questions none: what ships is asked again
 * @returns {Template[] | null}
 */
export function withTemplate(own, purpose, questions) {
  const taken = new Set(questions.map(q => q.code).filter(Boolean))
  const stored = questions.map(q => {
    const code = q.code || codeOf(q.label, taken)
    taken.add(code)
    const isNumber = q.kind === 'number', min = number(q.min), max = number(q.max)
    return { code, label: q.label.trim(), kind: q.kind, ...(isNumber && q.unit.trim() ? { unit: q.unit.trim() } : {}),
      ...(q.kind === 'choice' ? { options: q.options.split('\n').map(t => t.trim()).filter(Boolean).map(text => ({ text })) } : {}),
      ...(isNumber && min !== undefined ? { min } : {}), ...(isNumber && max !== undefined ? { max } : {}) }
  })
  const rest = own.filter(t => t.purpose !== purpose)
  const before = own.find(t => t.purpose === purpose) // what else is known of it, such as its name, stays
  const list = stored.length ? [...rest, { ...before, purpose, questions: stored }] : rest
  return list.length ? list : null
}

/** A list with one of its items a place further. @template T @param {T[]} list @param {number} i @param {number} by @returns {T[]} */
export function moved(list, i, by) {
  const next = [...list], [item] = next.splice(i, 1)
  next.splice(i + by, 0, item)
  return next
}
