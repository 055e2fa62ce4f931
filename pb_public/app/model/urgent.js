// @ts-check
// Emergencies and urgent handovers of this phone's owner that nobody is known to have answered: a banner about them stands
// on every screen.
import { closed, repliedTo } from '../../shared/states.js'
import { callFirst } from './callfirst.js'

/** @typedef {any} Rec a record with its id, as the phone shows it */

/**
 * One of them, as the banner shows it. It names nobody, so that it can stand on the lock screen.
 * @typedef {object} Standing
 * @property {string} id of the handover
 * @property {string} cls E or U2
 * @property {boolean} unsent this phone does not know that the server has it
 * @property {string} phone of whoever it goes to, "" where none is known
 * @property {string} receiver their name
 * @property {string} called999 when 999 was called, "" where it was not
 * @property {string} [visit] that it is about, where nobody handed it over
 */

/** Somebody has it in hand, or was reached by telephone. @param {Rec} h */
export const answered = h => repliedTo(h) || closed(h) || (h.reached === true && Boolean(h.called_name))

/**
 * Those that stand, the most urgent first, then the oldest.
 * @param {Rec[]} handovers on this phone @param {string} me whose phone it is
 * @param {(h: Rec) => { name?: string, phone?: string } | null} receiver of a handover
 * @param {{ visit: string, patient: string, cls: string, to: string }[]} [unsaid] visits that were handed over to nobody; see unsaid.js
 * @returns {Standing[]}
 */
export function standing(handovers, me, receiver, unsaid = []) {
  const unhanded = unsaid.map(u => ({ id: u.visit, visit: u.visit, class: u.cls, patient: u.patient, to_team: u.to }))
  const stands = handovers
    .filter(h => callFirst(h.class) && (h.from_staff === me || (!h.raised_at && h.pending)) && !h.evidence?.copy_of && !answered(h))
    .map(h => ({ ...h, visit: '' }))
  return [...stands, ...unhanded]
    .sort((a, b) => (a.class === b.class ? (a.id < b.id ? -1 : 1) : a.class === 'E' ? -1 : 1))
    .map(h => {
      const to = receiver(h)
      return { id: h.id, cls: h.class, unsent: !h.raised_at, phone: to?.phone ?? '', receiver: to?.name ?? '',
        called999: h.called_999 === 'yes' ? h.called_999_at ?? '' : '', ...(h.visit ? { visit: h.visit } : {}) }
    })
}
