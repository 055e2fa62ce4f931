// @ts-check
// When a telephone comes before the app: an offline phone cannot escalate, so the screen says who to
// call and asks whether they were reached. The server's rules judge again; these thresholds only decide
// what this screen puts first.
// Source: uk-domain §4.2 (product rule after RCP NEWS2, December 2017, Chart 4).
import { parameters } from '../../shared/ui/news2.js'

/** @typedef {import('../../shared/ui/news2.js').Score} Score */

/** The urgency a set of readings asks for by itself. @typedef {'E' | 'U2' | 'SD' | ''} Urgency */

/** Bands in the order of urgency. @type {Record<string, number>} */
const rank = { zero: 0, low: 1, low_medium: 2, medium: 3, high: 4 }

/**
 * What the readings just taken ask for. An incomplete set counts as what it has reached already.
 * A single 3 is urgent when the person did not have it in the set before.
 * @param {Score | null} now the set on the screen
 * @param {Score | null} [before] the set before it, if there is one
 * @returns {Urgency}
 */
export function urgencyOf(now, before = null) {
  if (!now || now.status === 'not_applicable') return ''
  const reached = rank[now.floor_band] ?? 0
  if (reached >= rank.high) return 'E'
  if (reached >= rank.medium || newThrees(now, before).length) return 'U2'
  return now.floor_total >= 3 ? 'SD' : ''
}

/**
 * The parameters that score 3 now and did not in the set before.
 * @param {Score} now @param {Score | null} before
 */
export function newThrees(now, before) {
  return parameters.filter(p => now[p] === 3 && before?.[p] !== 3)
}

/** Whether the screen must put the call first. @param {Urgency | string} urgency */
export const callFirst = urgency => urgency === 'E' || urgency === 'U2'
