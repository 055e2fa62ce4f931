// @ts-check
// Which handovers stand as a call to make: those of a team that is reached by telephone only, and every emergency and
// urgent one that nobody has in hand yet. No machine that took one of them counts for a person who has.
import { waiting } from '../shared/states.js'

/** @param {{ state: string, class: string, call?: { reached?: boolean } }} h */
export const needsCall = h => h.state === 'call_needed' || ['E', 'U2'].includes(h.class) && waiting(h) && !h.call?.reached
