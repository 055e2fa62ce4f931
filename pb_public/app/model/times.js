// @ts-check
// When it was: filled in from when a form was opened and finished, and put right with one thumb. A time that somebody
// entered by hand is told as such to whoever reads it.

const minute = 60_000, hour = 60 * minute
const slack = minute // a form shows whole minutes, so that a time of this minute may lie a little ahead

/** What is offered with one press, in minutes ago. */
export const agos = [0, 15, 30, 60, 120]
/** From this age a time is asked about once more, in ms. */
export const oldAfter = 24 * hour
/** So long no visit takes: a form that was open for longer asks when the visit ended, in ms. */
export const longest = 3 * hour

/**
 * The times of a form as somebody put them in; "" where it is as it happened.
 * @typedef {object} Entered
 * @property {string} started_at @property {string} ended_at @property {string} taken_at of the readings
 * @property {string} at when the last of them was entered
 * @property {boolean} sure an old one is right
 */

/** @returns {Entered} */
export const noTimes = () => ({ started_at: '', ended_at: '', taken_at: '', at: '', sure: false })

/**
 * What is doubtful of a time that was entered: it has not come yet, or is more than a day ago.
 * @param {string | undefined} at
 * @param {number} now
 */
export function timeDoubt(at, now) {
  const ms = at ? Date.parse(at) : NaN
  return ms > now + slack ? 'future' : now - ms > oldAfter ? 'old' : ''
}

/**
 * Puts a time in by hand, or takes it back.
 * @param {Entered} t
 * @param {'started_at' | 'ended_at' | 'taken_at'} name
 * @param {string} at
 * @param {number} now
 */
export function enter(t, name, at, now) {
  Object.assign(t, { [name]: at, at: new Date(now).toISOString(), sure: false })
}

/**
 * When a visit was and when its readings were taken.
 * @param {object} form
 * @param {Entered} form.times
 * @param {string} form.started when the form was opened, or what is stored
 * @param {string} [form.ended] what is stored of its end
 * @param {string} [form.takenAt] what is stored of its readings
 * @param {string} [form.typedAt] when the last reading was typed
 * @param {{ status?: string }} [form.fields] at a door that nobody opened there is one moment only
 * @param {number} now ms
 */
export function visitTimes({ times: t, started, ended = '', takenAt = '', typedAt = '', fields }, now) {
  const present = new Date(now).toISOString()
  const earlier = (/** @type {string} */ a, /** @type {string} */ b) => (Date.parse(a) < Date.parse(b) ? a : b)
  const alone = t.started_at && (!inside(fields) || now - Date.parse(t.started_at) > hour) // it is asked when it ended, see timesToAsk
  const end = t.ended_at || ended || (alone ? t.started_at : present)
  const start = t.started_at || (t.ended_at ? earlier(t.ended_at, started) : started)
  const byHand = Boolean(t.started_at || t.ended_at)
  return { started_at: start, ended_at: end, byHand,
    taken_at: t.taken_at || takenAt || (byHand ? end : typedAt || present), takenByHand: Boolean(t.taken_at || (byHand && !takenAt)) }
}

/** Whether somebody was let in, so that the visit has a length. @param {{ status?: string } | undefined} fields */
const inside = fields => (fields?.status ?? 'completed') === 'completed'

/**
 * What is to be asked about the times of a visit before it is saved, by field.
 * @param {Parameters<typeof visitTimes>[0]} form @param {number} now @returns {Record<string, string>}
 */
export function timesToAsk(form, now) {
  const { times: t } = form, at = visitTimes(form, now)
  /** @type {Record<string, string>} */
  const ask = {}
  for (const name of /** @type {const} */ (['started_at', 'ended_at', 'taken_at'])) {
    if (timeDoubt(t[name], now) === 'future') ask[name] = 'future'
  }
  if (!ask.ended_at && Date.parse(at.ended_at) < Date.parse(at.started_at)) ask.ended_at = 'order'
  if (t.started_at && !t.ended_at && !form.ended && inside(form.fields) && now - Date.parse(t.started_at) > hour) ask.ended_at = 'left'
  if (!t.ended_at && !t.started_at && !form.ended && now - Date.parse(form.started) > longest) ask[inside(form.fields) ? 'ended_at'
    : 'started_at'] = 'long'
  if (!t.sure && [t.started_at, t.ended_at, t.taken_at].some(at => timeDoubt(at, now) === 'old')) ask.sure = 'old'
  return ask
}
