// @ts-check
// What was moved of the round since its owner looked last: each visit of the next days as the phone showed it, beside how it
// stands now. Pure.
import { day } from '../../shared/ui/format.js'
import { isMine, isOpen } from './round.js'

/** @typedef {import('./round.js').Contact} Contact */

/**
 * How a visit is planned: when it begins, who goes, '' for nobody, and to whom.
 * @typedef {{ at: string, staff: string, patient: string }} Plan
 */

/** How visits were planned when somebody looked, by id. @typedef {Record<string, Plan>} Looked */

/**
 * What was moved: how it was, and how it is; to: null, it is not planned any more.
 * @typedef {{ id: string, from: Plan, to: Plan | null }} Move
 */

/** How far ahead somebody is told, today included. */
const days = 7

/**
 * What to remember of the days ahead.
 * @param {Contact[]} contacts visits and check-ins @param {number} now ms
 * @returns {Looked}
 */
export function look(contacts, now) {
  const first = day(now), last = day(now + (days - 1) * 86_400_000)
  return Object.fromEntries(contacts.filter(c => isOpen(c) && c.planned_start && day(c.planned_start) >= first
    && day(c.planned_start) <= last).map(c => [c.id, plan(c)]))
}

/** @param {Contact} c @returns {Plan} */
const plan = c => ({ at: c.planned_start ?? '', staff: c.staff ?? '', patient: c.patient })

/**
 * What was moved of mine, to me or away from me, the next first. What has passed meanwhile, or somebody has begun, is told no more.
 * @param {Looked} before @param {Contact[]} contacts @param {{ staff: string, teams: string[] }} me @param {number} now ms
 * @returns {Move[]}
 */
export function moves(before, contacts, me, now) {
  const first = day(now), known = new Map(contacts.map(c => [c.id, c]))
  /** @type {Move[]} */ const list = []
  for (const [id, from] of Object.entries(before)) {
    const c = known.get(id)
    if (c ? !isOpen(c) || c.status === 'in_progress' : from.staff !== me.staff) continue
    const to = c ? plan(c) : null
    if (to && to.at === from.at && to.staff === from.staff) continue
    if (from.staff !== me.staff && !(c && isMine(c, me) && c.staff)) continue
    if (day(from.at) < first && (!to || day(to.at) < first)) continue
    list.push({ id, from, to })
  }
  return list.sort((a, b) => ((a.to ?? a.from).at < (b.to ?? b.from).at ? -1 : 1))
}
