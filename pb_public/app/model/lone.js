// @ts-check
// The time that whoever has this phone is alone somewhere: what is said of it, and when they are asked. It is the phone's half
// of internal/lone, and works without a network. No DOM.

/** @typedef {any} Rec a record with its id, as the phone shows it */

/** After how many minutes the phone asks, where the team has set nothing; see care.UsualLoneWorking. */
export const usualPrompt = 15

/** How long somebody can say that they stay, in minutes. */
export const lengths = [30, 45, 60, 90, 120]
export const longestStay = 24 * 60

const minute = 60_000 // ms

/** @param {string | null | undefined} at @returns {number} ms; NaN for none */
const time = at => (at ? Date.parse(at) : NaN)

/** Whether they pressed for help, and have not said since that they are safe or out. @param {Rec} s */
export const calls = s => time(s.panic_at) > (time(s.safe_at) || 0) && !isOut(s)

/** Whether they said that they are out, and pressed for nothing afterwards. @param {Rec} s */
export const isOut = s => Boolean(s.out_at) && !(time(s.panic_at) > time(s.out_at))

/** One's own stay that is not over: the latest; null for none. @param {Rec[]} stays @param {string} me */
export function ownStay(stays, me) {
  const mine = stays.filter(s => (!s.staff || s.staff === me) && !s.closed_at && !isOut(s)) // what was just written names nobody yet
  return mine.sort((a, b) => (a.went_in_at ?? a.id) < (b.went_in_at ?? b.id) ? 1 : -1)[0] ?? null
}

/** When they wanted to be out, ms; NaN where they did not say. @param {Rec} s */
export const dueOut = s => (s.minutes ? time(s.went_in_at) + s.minutes * minute : NaN)

/**
 * How a stay stands: in, late (the time is over), asked (they are to say how they are), help (they pressed for it).
 * @param {Rec} s @param {{ prompt_after?: number } | null | undefined} team what their team has set @param {number} now ms
 * @returns {{ kind: 'in' | 'late' | 'asked' | 'help', due: number }}
 */
export function standing(s, team, now) {
  const due = dueOut(s), safe = time(s.safe_at)
  if (calls(s)) return { kind: 'help', due }
  if (Number.isNaN(due) || now < due) return { kind: 'in', due }
  const from = safe > due ? safe : due
  return { kind: now >= from + (team?.prompt_after ?? usualPrompt) * minute ? 'asked' : 'late', due }
}

/**
 * What pressing a button records of a stay: out; stay, so many minutes more from now; help; safe, and still in.
 * @param {Rec} s @param {'out' | 'stay' | 'help' | 'safe'} what @param {number} now ms @param {number} [more] minutes
 * @returns {Record<string, any>}
 */
export function says(s, what, now, more = 0) {
  const at = new Date(now).toISOString()
  if (what === 'out') return { out_at: at }
  if (what === 'help') return { panic_at: at }
  const total = Math.round((now - time(s.went_in_at)) / minute) + more
  return { safe_at: at, ...(what === 'stay' && { minutes: Math.min(Math.max(total, 1), longestStay) }) }
}

/**
 * What is recorded of somebody who goes in.
 * @param {{ team: string, person?: string, visit?: string, minutes: number | null, number?: string, place?: string, help?: boolean }} form
 * @param {number} now ms
 */
export function goingIn({ team, person, visit, minutes, number, place, help }, now) {
  const at = new Date(now).toISOString()
  return { went_in_at: at, ...(team && { team }), ...(person && { home_of: person }), ...(visit && { visit }), ...(minutes && { minutes }),
    ...(number?.trim() && { number: number.trim() }), ...(place?.trim() && { place: place.trim() }), ...(help && { panic_at: at }) }
}
