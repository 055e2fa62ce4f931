// @ts-check
// The handover a nurse would write, filled in from what she just recorded: she changes it, nobody types
// it twice. Situation, background, assessment, recommendation, as SBAR has them.
import { clock, day } from '../../shared/ui/format.js'
import { labelOf, readingsText } from '../../shared/ui/readings.js'
import { fill, word, words } from '../../shared/ui/words.js'
import { newThrees } from './callfirst.js'
import { ageAt } from '../../shared/ui/news2.js'

/** @typedef {import('../../shared/ui/news2.js').Score} Score */
/** @typedef {import('../../shared/ui/news2.js').Readings} Readings */
/** @typedef {any} Rec a record with its id, as the phone shows it */

/**
 * @param {object} o
 * @param {Rec} o.patient
 * @param {Rec} o.visit what was recorded of the visit
 * @param {Readings | null} o.readings
 * @param {Score | null} o.score
 * @param {Score | null} [o.before] the score before this one
 * @param {string} o.urgency E, U2, SD, R or I
 * @param {number} o.now ms
 * @returns {{ situation: string, background: string, assessment: string, recommendation: string }}
 */
export function sbar({ patient, visit, readings, score, before = null, urgency, now }) {
  const w = words.app.sbar
  const age = ageAt(patient.date_of_birth, day(now))
  const who = age === null ? w.person : fill(w.personAged, { age })
  const signs = (visit.soft_signs ?? []).map((/** @type {string} */ s) => word(words.app.softSigns, s).toLowerCase())
  const reasons = []
  if (score && score.status === 'complete' && score.total !== null && score.total > 0) reasons.push(fill(w.news2, { total: score.total }))
  if (score && score.status === 'incomplete' && score.floor_total > 0) reasons.push(fill(w.news2AtLeast, { total: score.floor_total }))
  if (signs.length) reasons.push(fill(w.softSigns, { signs: signs.join(', ') }))
  if (visit.critical_medicine === 'missed' || visit.critical_medicine === 'refused') reasons.push(
    fill(w.medicine, { what: word(words.app.medicine, visit.critical_medicine).toLowerCase() }))
  if (visit.status === 'no_access') reasons.push(word(words.app.noAccess, visit.no_access_kind).toLowerCase())
  const situation = fill(w.situation, { who, time: clock(now), reasons: reasons.length ? reasons.join('; ') : w.pleaseRead })
  const known = [patient.communication_needs?.length ? fill(w.needs,
        { needs: patient.communication_needs.map((/** @type {string} */ n) => word(words.common.needs, n)).join(', ') }) : '',
      patient.risk_note ?? ''].filter(Boolean)
  const lines = []
  const text = readings ? readingsText(readings, score) : ''
  if (text) lines.push(fill(w.readings, { text }))
  if (score) {
    const fresh = newThrees(score, before)
    if (fresh.length) lines.push(fill(w.newThree, { what: fresh.map(p => labelOf(p).toLowerCase()).join(', ') }))
    if (before && before.total !== null && score.total !== null) lines.push(fill(w.before, { total: before.total }))
    if (score.status === 'incomplete') lines.push(w.incomplete)
    if (score.age_unknown) lines.push(`${words.common.ageUnknown}.`)
  }
  if (visit.note) lines.push(visit.note)
  return { situation, background: known.join('. '), assessment: lines.join('\n'), recommendation: word(w.ask, urgency) || w.ask.SD }
}
