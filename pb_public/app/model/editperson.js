// @ts-check
// What a nurse may put right about a person at the door: what the form begins with, and what of it was changed.
import { dutyOf } from '../../shared/duties.js'
import { day } from '../../shared/ui/format.js'

/**
 * @typedef {object} EditForm
 * @property {Record<string, string>} text what stands in boxes, by field
 * @property {string[]} needs communication needs, as they are stored
 * @property {'1' | '2'} scale
 * @property {string} reason why that scale
 */

/** The boxes, and how many lines each has. @type {[string, number][]} */
export const boxes = [['access_notes', 3], ['risk_note', 2], ['phone', 0], ['address', 2], ['preferred_name', 0], ['died_on', 0]]

/** Whether somebody in this role decides the SpO2 scale of a person. @param {string} role */
export const decidesScale = role => dutyOf(role).scale === true

/** @param {Record<string, any>} stored @returns {EditForm} */
export const formOf = stored => ({ text: Object.fromEntries(boxes.map(([f]) => [f, stored[f] ?? ''])),
  needs: [...stored.communication_needs ?? []], scale: scaleOf(stored), reason: '' })

/** @param {Record<string, any>} stored @returns {'1' | '2'} */
const scaleOf = stored => (stored.spo2_scale?.scale === 2 ? '2' : '1')

/**
 * What keeps a form from being saved, by field; '' for nothing.
 * @param {Record<string, any>} stored @param {EditForm} form @param {number} now ms
 * @returns {{ field: '' | 'died_on' | 'reason', why: '' | 'ahead' | 'before' | 'reason' }}
 */
export function wrongIn(stored, form, now) {
  const died = form.text.died_on
  if (died && died > day(now)) return { field: 'died_on', why: 'ahead' }
  if (died && stored.date_of_birth && died < stored.date_of_birth) return { field: 'died_on', why: 'before' }
  if (form.scale !== scaleOf(stored) && !form.reason.trim()) return { field: 'reason', why: 'reason' }
  return { field: '', why: '' }
}

/**
 * The fields that were changed, as they are to be stored: of the scale with who decided, when and why.
 * @param {Record<string, any>} stored @param {EditForm} form @param {{ id: string, role: string }} me @param {number} now ms
 */
export function changesOf(stored, form, me, now) {
  const set = /** @type {Record<string, any>} */ ({})
  for (const [f] of boxes) {
    const text = form.text[f].trim()
    if (text !== (stored[f] ?? '')) set[f] = text || null
  }
  if ([...form.needs].sort().join('\n') !== [...stored.communication_needs ?? []].sort().join('\n')) set.communication_needs = form.needs
  if (form.scale !== scaleOf(stored)) {
    set.spo2_scale = { scale: Number(form.scale), author: me.id, role: me.role, date: day(now), reason: form.reason.trim() }
  }
  return set
}
