// @ts-check
// What a practice takes elsewhere than in its inbox, as whoever writes to it must read it first.
import { day } from './format.js'

/** @typedef {{ class: string, until: string, instead: string, by: string, at: string }} NotHere */

/** Classes that a practice may take elsewhere: nothing else can be turned away, whatever stands in a record. */
export const mayBeElsewhere = ['R', 'I']

/**
 * What a team says of a class; null: it takes it.
 * @param {{ not_here?: NotHere[] | null } | null | undefined} team @param {string} cls @param {number} now ms @returns {NotHere | null}
 */
export const notHere = (team, cls, now) => !mayBeElsewhere.includes(cls) ? null
  : (Array.isArray(team?.not_here) ? team.not_here : []).find(n => n.class === cls && n.until >= day(now)) ?? null
