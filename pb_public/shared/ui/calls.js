// @ts-check
// What was said of the calls of a handover, and when times were entered by hand, in sentences that every page and every text
// uses. Nothing that nobody said is said here.
import { clockSaid, when } from './format.js'
import { fill, words } from './words.js'

/**
 * One call as a page has it.
 * @typedef {{ answer?: string, at?: string, name?: string, role?: string, read_back?: boolean | null, why?: string }} Call
 */

/** A call to whoever a handover goes to. @param {Call} c @param {number} now */
export function callText(c, now) {
  const w = words.common.calls, at = when(c.at, now)
  switch (c.answer) {
    case 'yes': return [fill(c.role ? w.reachedRole : w.reached, { at, name: c.name || w.somebody, role: c.role ?? '' }),
      back(c)].filter(Boolean).join(' ')
    case 'could_not': return fill(c.why ? w.vainWhy : w.vain, { at, why: c.why ?? '' })
    case 'not_needed': return w.notNeeded
  }
  return ''
}

/** A call to 999. @param {Call} c @param {number} now */
export function call999Text(c, now) {
  const w = words.common.calls, at = when(c.at, now)
  switch (c.answer) {
    case 'yes': return [fill(c.name ? w.called999Name : w.called999, { at, name: c.name ?? '' }), back(c)].filter(Boolean).join(' ')
    case 'could_not': return fill(c.why ? w.vain999Why : w.vain999, { at, why: c.why ?? '' })
    case 'not_needed': return w.notNeeded999
  }
  return ''
}

/** @param {Call} c */
const back = c => (c.read_back === true ? words.common.calls.readBack : c.read_back === false ? words.common.calls.notReadBack : '')

/** Both calls of a handover as a phone holds it; nothing of what nobody said. @param {any} h @param {number} now @returns {string[]} */
export function callLines(h, now) {
  const answer = h.called || (h.called_at ? (h.reached ? 'yes' : 'could_not') : '')
  return [call999Text({ answer: h.called_999, at: h.called_999_at, name: h.called_999_name, read_back: h.called_999_read_back,
    why: h.called_999_why }, now),
    callText({ answer, at: h.called_at, name: h.called_name, role: h.called_role, read_back: h.read_back, why: h.called_why },
      now)].filter(Boolean)
}

/**
 * "time entered by the nurse at 18:04", "" where the times are those of the form. The record has what the clock of the phone
 * said under `said`, or under the field itself with the true time in `corrected`.
 * @param {any} record @param {number} now @param {string} [by] the role of who entered it
 */
export function enteredText(record, now, by = '') {
  const at = record?.corrected?.time_entered_at ?? record?.time_entered_at
  if (!at) return ''
  const w = words.common.calls
  const said = clockSaid(at, record.said?.time_entered_at)
  return fill(w.entered, { who: by || w.theAuthor, at: when(at, now) }) + (said && ` (${said})`)
}
