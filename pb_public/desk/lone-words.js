// @ts-check
// Sentences about somebody who is alone, and about phones that are silent. No DOM. What was not heard is said as that, and
// is never called safe.
import { clock, when } from '../shared/ui/format.js'
import { deliveryText, wayName } from './deliveries.js'
import { fill, words } from './words.js'

const w = words.desk.lone

/** When their phones were last heard of. @param {string | undefined} at @param {number} [now] ms */
export const heardText = (at, now) => at ? fill(w.heard, { at: when(at, now) }) : w.neverHeard

/** Who was told of an alarm, and when. @param {any} s */
export const loneTold = s => [
  s.prompted_at && fill(w.told.prompt, { at: clock(s.prompted_at) }),
  s.coordinator_at && fill(w.told.coordinator, { at: clock(s.coordinator_at) }),
  s.manager_at && fill(s.manager ? w.told.manager : w.told.managerUnnamed, { at: clock(s.manager_at), manager: s.manager ?? '' }),
].filter(Boolean)

/**
 * What became of telling the team of an alarm beyond this page, a line for each way. Where nobody could be told, that is said.
 * @param {any} s @param {number} now ms
 * @returns {{ text: string, bad: boolean }[]}
 */
export function leftText(s, now) {
  if (!s.deliveries.length) return s.coordinator_at && !s.closed_at ? [{ text: w.noWay, bad: true }] : []
  return s.deliveries.map((/** @type {import('./deliveries.js').Delivery} */ d) => ({ bad: d.state === 'given_up' && !s.closed_at,
    text: d.state === 'not_needed' ? fill(w.notNeeded, { way: wayName(d.channel) }) : deliveryText(d, now, d.state === 'given_up') }))
}

/**
 * What a visit that should have been made, and is not recorded, may mean: its phone is silent, or was heard of since and the
 * visit is not recorded. '' where nobody has the visit.
 * @param {{ end: string, heard_at?: string, staff?: any }} visit
 * @param {number} [now] ms
 */
export function silence(visit, now) {
  if (!visit.staff) return ''
  if (!visit.heard_at) return w.silent.never
  return Date.parse(visit.heard_at) > Date.parse(visit.end) ? fill(w.silent.heard, { at: when(visit.heard_at, now) })
    : fill(w.silent.since, { at: when(visit.heard_at, now) })
}
