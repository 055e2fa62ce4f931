// @ts-check
// In which order handovers stand, on every page as the server orders an inbox (internal/pbpages/inbox.go). No DOM.
import { closed } from '../states.js'

/** @typedef {{ id: string, state: string, class: string, overdue: boolean, due?: string, provenance: { raised_at: string } }} Ordered */

/** @type {Record<string, number>} */
const ranks = { E: 0, U2: 1, SG: 1, SD: 2, R: 3, I: 4 }

/** @type {WeakMap<Ordered, number>} when each was raised, ms */
const raised = new WeakMap()

/** @param {Ordered} item */
function raisedAt(item) {
  let at = raised.get(item)
  if (at === undefined) raised.set(item, at = Date.parse(item.provenance.raised_at))
  return at
}

/** Its deadline has passed, by the server's clock, or nobody answered at all. @param {Ordered} item @param {number} now */
export function isOverdue(item, now) {
  if (closed(item)) return false
  return item.overdue || item.state === 'failed' || Boolean(item.due && Date.parse(item.due) <= now)
}

/** An emergency first, then what is overdue, then the class, then the oldest. @param {Ordered} a @param {Ordered} b @param {number} now */
export function compare(a, b, now) {
  return Number(b.class === 'E') - Number(a.class === 'E') || Number(isOverdue(b, now)) - Number(isOverdue(a, now))
    || (ranks[a.class] ?? 5) - (ranks[b.class] ?? 5) || raisedAt(a) - raisedAt(b) || (a.id < b.id ? -1 : Number(a.id > b.id))
}
