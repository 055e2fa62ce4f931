// @ts-check
// Urgent visits that are only on this phone, and that their author handed over to nobody: the rules raise them when they are
// sent, and until then nobody knows.
import { callFirst } from './callfirst.js'
import { evidenceOf } from './evidence.js'
import { teamOf } from './handing.js'
import { holding } from './rules.js'

/** @typedef {any} Rec a record with its id, as the phone shows it */

/**
 * @param {object} on all that this phone holds
 * @param {Rec[]} on.observations @param {Rec[]} on.visits @param {Rec[]} on.checkins @param {Rec[]} on.issues @param {Rec[]} on.handovers
 * @param {boolean} on.clockKnown
 * @param {(id: string) => Rec | null} on.person
 * @param {readonly import('./rules.js').Rule[]} on.rules
 * @param {{ teams: Rec[], mine: readonly string[] }} on.known
 * @returns {{ visit: string, patient: string, cls: string, to: string }[]} the most urgent rule of each visit, and its team, "" for the
 *   practice
 */
export function unsaid({ observations, visits, checkins, issues, handovers, clockKnown, person, rules, known }) {
  const waits = new Set([...visits.filter(v => v.pending).map(v => v.id), ...observations.filter(o => o.pending).map(o => o.visit)])
  const handed = new Set(handovers.filter(h => callFirst(h.class)).map(h => h.visit))
  return visits.filter(v => waits.has(v.id) && !handed.has(v.id)).flatMap(v => {
    const patient = person(v.patient)
    if (!patient) return []
    const evidence = evidenceOf(patient, { observations, visits, checkins, issues, clockKnown })
    const held = evidence.filter(e => e.id === v.id || (e.collection === 'observations' && e.record.visit === v.id))
      .flatMap(e => holding(rules, e, evidence, patient)).filter(r => callFirst(r.class))
      .sort((a, b) => Number(b.class === 'E') - Number(a.class === 'E'))
    return held.length ? [{ visit: v.id, patient: v.patient, cls: held[0].class, to: teamOf(held[0].destination, known) }] : []
  })
}
