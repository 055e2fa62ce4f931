// @ts-check
// What the template of a visit's purpose asks: which it is, what was answered, and what is kept of it.
import { templates } from '../../shared/templates.js'

/** @typedef {import('../../shared/templates.js').Question} Question */
/** @typedef {{ code: string, label: string, value: string, unit?: string }} Detail an answer with its question as it was asked */

/** @typedef {{ purpose: string, questions: (Omit<Question, 'options'> & { options?: { text: string }[] })[] }} Own */

/**
 * What is asked at a visit of a purpose: by the organisation's own template where it has one, else by the one that ships.
 * @param {string} purpose @param {readonly Own[] | null} [own] @returns {readonly Question[]}
 */
export function questionsOf(purpose, own) {
  const theirs = (/** @type {readonly Own[]} */ (Array.isArray(own) ? own : [])).find(t => t.purpose === purpose)
  if (!theirs) return templates.find(t => t.purpose === purpose)?.questions ?? []
  return theirs.questions.map(({ options, ...q }) => ({ ...q, ...(options ? { options: options.map(o => o.text) } : {}) }))
}

/**
 * The answers of a visit by the code of the question.
 * @param {readonly Detail[] | null | undefined} details @returns {Record<string, string>}
 */
export const answersOf = details => Object.fromEntries((Array.isArray(details) ? details : []).map(d => [d.code, d.value]))

/**
 * What is kept: an answer for each question that has one, in their order, and after them what another template asked before.
 * @param {readonly Question[]} questions @param {Record<string, string>} answers
 * @param {readonly Detail[] | null | undefined} before
 * @returns {Detail[] | null}
 */
export function detailsOf(questions, answers, before) {
  const asked = new Set(questions.map(q => q.code))
  const list = questions
    .map(q => ({ code: q.code, label: q.label, value: (answers[q.code] ?? '').trim(), ...(q.unit ? { unit: q.unit } : {}) }))
    .filter(d => d.value)
  const kept = [...list, ...(Array.isArray(before) ? before : []).filter(d => !asked.has(d.code))]
  return kept.length ? kept : null
}

/**
 * A number outside what the question expects; nothing is ever refused.
 * @param {Question} q @param {string | undefined} text
 */
export function unlikely(q, text) {
  const t = (text ?? '').trim().replace(',', '.')
  if (!t || q.kind !== 'number') return false
  const n = Number(t)
  return Number.isNaN(n) || (typeof q.min === 'number' && n < q.min) || (typeof q.max === 'number' && n > q.max)
}
