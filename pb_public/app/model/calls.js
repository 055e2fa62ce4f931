// @ts-check
// The two calls of an urgent handover, to 999 and to whoever it goes to: made, tried in vain or not needed, each with
// what there is to say of it. One place for the form of a visit and for "I have called now".

/**
 * What was said of one call.
 * @typedef {object} CallSaid
 * @property {'' | 'yes' | 'could_not' | 'not_needed'} answer
 * @property {string} name who was spoken to @property {string} role @property {string} readBack yes, no or ""
 * @property {string} why a code of words.app.calls.whys, or "other" @property {string} whyText in their own words
 * @property {string} at RFC 3339, corrected
 */

/** @returns {CallSaid} */
const unsaid = () => ({ answer: '', name: '', role: '', readBack: '', why: '', whyText: '', at: '' })

/** @typedef {{ to: CallSaid, emergency: CallSaid }} CallsSaid */

/** @returns {CallsSaid} */
export const noCalls = () => ({ to: unsaid(), emergency: unsaid() })

/** What a draft of an earlier version said with one answer for both. @param {any} call @returns {CallsSaid} */
export function callsOfDraft(call) {
  const calls = noCalls()
  if (!call?.answer) return calls
  const reached = call.answer === 'yes' && call.reached === 'yes'
  Object.assign(calls.to, { answer: reached ? 'yes' : 'could_not', name: call.name ?? '', role: call.role ?? '',
    readBack: call.readBack ?? '',
    why: reached ? '' : call.answer === 'yes' ? 'no_answer' : '', at: call.at ?? '' })
  return calls
}

/** Answers one of the questions. @param {CallSaid} call @param {string} answer @param {number} now ms */
export function answerCall(call, answer, now) {
  call.answer = /** @type {CallSaid['answer']} */ (answer)
  call.at = answer === 'yes' || answer === 'could_not' ? call.at || new Date(now).toISOString() : ''
}

/** Which questions an urgency asks. @param {string} cls */
export const asks999 = cls => cls === 'E'

/**
 * What is missing of the answers, by the id of its field.
 * @param {CallsSaid} calls @param {string} cls @param {number} [now] ms @returns {Record<string, string>}
 */
export function callsToAsk(calls, cls, now = Infinity) {
  /** @type {Record<string, string>} */
  const ask = {}
  const one = (/** @type {string} */ id, /** @type {CallSaid} */ c, /** @type {boolean} */ named) => {
    if (!c.answer) ask[id] = id
    if (c.answer === 'yes' && named && !c.name.trim()) ask[`${id}_name`] = 'called_name'
    if (c.answer === 'could_not' && !c.why) ask[`${id}_why`] = 'called_why'
    if (c.at && Date.parse(c.at) > now + 60_000) ask[`${id}_at`] = 'future'
  }
  if (asks999(cls)) one('called_999', calls.emergency, false)
  one('called', calls.to, true)
  return ask
}

/**
 * What a handover stores of the calls: only what was answered.
 * @param {CallsSaid} calls @param {string} cls @param {Record<string, string>} whys words of the codes of why not
 * @returns {Record<string, any>}
 */
export function callFields({ to, emergency }, cls, whys) {
  const why = (/** @type {CallSaid} */ c) => (c.why === 'other' ? c.whyText.trim() : whys[c.why] ?? c.whyText.trim()) || null
  const said = (/** @type {CallSaid} */ c) => ({ at: c.at || null, name: c.name.trim() || null,
    back: c.readBack ? c.readBack === 'yes' : null })
  /** @type {Record<string, any>} */
  const set = {}
  if (asks999(cls) && emergency.answer) {
    const c = said(emergency), made = emergency.answer === 'yes'
    Object.assign(set, { called_999: emergency.answer, called_999_at: c.at, called_999_name: made ? c.name : null,
      called_999_read_back: made ? c.back : null, called_999_why: emergency.answer === 'could_not' ? why(emergency) : null })
  }
  if (to.answer) {
    const c = said(to), made = to.answer === 'yes'
    Object.assign(set, { called: to.answer, called_at: c.at, called_name: made ? c.name : null,
      called_role: made ? to.role.trim() || null : null,
      reached: to.answer === 'not_needed' ? null : made, read_back: made ? c.back : null,
        called_why: to.answer === 'could_not' ? why(to) : null })
  }
  return set
}

/**
 * "I have called now": the change that records calls on a handover that exists. Null where nothing was answered.
 * @param {{ id: string, patient: string, class: string }} handover @param {CallsSaid} calls @param {Record<string, string>} whys
 * @returns {import('../context.js').Op | null}
 */
export function callOp(handover, calls, whys) {
  const set = callFields(calls, handover.class, whys)
  return Object.keys(set).length ? { op: 'update', collection: 'handovers', id: handover.id, patient: handover.patient, set } : null
}
