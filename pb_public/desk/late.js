// @ts-check
// What is late, in the order in which somebody sees to it. No DOM.
import { compare, isOverdue } from '../shared/ui/order.js'

/**
 * Handovers first, in the order of an inbox: an emergency, then the class, then age. Then visits that nobody has made, late
 * longest first. Then what waits for a decision, by its deadline: what was passed on because nobody decided stands first.
 * @param {import('../shared/ui/order.js').Ordered[]} handovers @param {{ id: string, end: string }[]} visits
 * @param {{ id: string, due_at: string, escalated_at?: string }[]} issues
 * @param {number} now ms
 * @returns {{ handover?: any, visit?: any, issue?: any }[]}
 */
export function lateFirst(handovers, visits, issues, now) {
  const late = issues.filter(i => Date.parse(i.due_at) <= now || i.escalated_at)
  return [
    ...handovers.filter(h => isOverdue(h, now)).sort((a, b) => compare(a, b, now)).map(handover => ({ handover })),
    ...visits.filter(v => Date.parse(v.end) <= now).sort((a, b) => (a.end < b.end ? -1 : 1)).map(visit => ({ visit })),
    ...late.sort((a, b) => Number(Boolean(b.escalated_at)) - Number(Boolean(a.escalated_at)) || (a.due_at < b.due_at ? -1 : 1))
      .map(issue => ({ issue })),
  ]
}
