// @ts-check
// The records of a person on this phone as evidence, as the server would judge them.
import { openIssue } from '../../shared/states.js'
import { scoreOf, sets } from './people.js'

/** @typedef {any} Rec a record with its id, as the phone shows it */

/** Fields that say when something happened, the telling one first, as the server chooses among them. */
const times = ['clinical_time', 'ended_at', 'started_at', 'taken_at', 'happened_at']

/**
 * Earlier evidence of one person.
 * @param {Rec} patient
 * @param {object} on all that this phone holds
 * @param {Rec[]} on.observations @param {Rec[]} on.visits @param {Rec[]} on.checkins @param {Rec[]} on.issues
 * @param {boolean} on.clockKnown the server has measured this phone's clock: it times own work that has not been sent
 * @returns {import('./rules.js').Evidence[]}
 */
export function evidenceOf(patient, { observations, visits, checkins, issues, clockKnown }) {
  const theirs = (/** @type {Rec} */ r) => r.patient === patient.id
  const doubtful = new Set(issues.filter(openIssue).map(i => i.record))
  const of = (/** @type {string} */ collection, /** @type {Rec[]} */ list) => list.flatMap(record => {
    const at = times.map(t => record[t]).find(Boolean)
    return at ? [{ collection, id: record.id, at, record, news2: collection === 'observations' ? scoreOf(record, patient) : null,
      verified: !doubtful.has(record.id), clock_known: record.received_at ? typeof record.clock_offset_ms === 'number' : clockKnown }] : []
  })
  return [...of('observations', sets(observations.filter(theirs))), ...of('checkins', checkins.filter(theirs)),
    ...of('visits', visits.filter(theirs).filter(v => v.status !== 'retracted'))]
}
