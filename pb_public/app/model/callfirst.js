// @ts-check
// When a telephone comes before the app: an offline phone cannot escalate, so the screen says who to call and asks whether
// they were reached. Whether it is urgent the rules say (rules.js).
import { parameters } from '../../shared/ui/news2.js'

/** @typedef {import('../../shared/ui/news2.js').Score} Score */

/**
 * The parameters that score 3 now and did not in the set before.
 * @param {Score} now @param {Score | null} before
 */
export function newThrees(now, before) {
  return parameters.filter(p => now[p] === 3 && before?.[p] !== 3)
}

/** Whether the screen must put the call first. @param {string} urgency E, U2, SD, R, I or "" */
export const callFirst = urgency => urgency === 'E' || urgency === 'U2'
