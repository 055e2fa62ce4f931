// @ts-check
// A visit as plain text, to paste into the legal record or to print: Doorstep is not that record.
import { when, personName, nhsNumber, birth } from '../../shared/ui/format.js'
import { readingsChanged, readingsText } from '../../shared/ui/readings.js'
import { unreadableTexts } from '../../shared/ui/unreadable.js'
import { callLines, enteredText } from '../../shared/ui/calls.js'
import { detailLines } from '../../shared/ui/details.js'
import { fill, word, words } from '../../shared/ui/words.js'
import { scoreOf } from './people.js'
import { timeText } from './phonetime.js'

/** @typedef {any} Rec a record with its id, as the phone shows it */

/**
 * @param {object} o
 * @param {Rec} o.patient
 * @param {Rec} o.visit
 * @param {Rec[]} [o.observations] taken at the visit
 * @param {Rec[]} [o.handovers] raised there
 * @param {(staff: string) => string} o.nameOf
 * @returns {string}
 */
export function visitText({ patient, visit, observations = [], handovers = [], nameOf }) {
  const w = words.app.text, lines = []
  const add = (/** @type {string} */ label, /** @type {any} */ value) => { if (value) lines.push(`${label}: ${value}`) }
  lines.push(personName(patient))
  add(w.born, birth(patient.date_of_birth))
  add(w.number, nhsNumber(patient.nhs_number))
  lines.push('')
  add(w.visit, [visit.started_at ? timeText(visit, 'started_at', 0) : when(visit.planned_start, 0),
        timeText(visit, 'ended_at', 0)].filter(Boolean).join(' – '))
  const entered = enteredText(visit, 0, visit.staff ? nameOf(visit.staff) : '')
  if (entered) lines.push(entered[0].toUpperCase() + entered.slice(1))
  add(w.by, visit.staff ? nameOf(visit.staff) : '')
  add(w.purpose, word(words.app.purposes, visit.purpose))
  add(w.status, word(words.app.statuses, visit.status))
  add(w.noAccess, word(words.app.noAccess, visit.no_access_kind))
  add(w.outcome, word(words.app.outcomes, visit.outcome))
  add(w.medicine, word(words.app.medicine, visit.critical_medicine))
  add(w.signs, (visit.soft_signs ?? []).map((/** @type {string} */ s) => word(words.app.softSigns, s)).join(', '))
  lines.push(...detailLines(visit.details), ...unreadableTexts(visit))
  for (const o of observations) {
    const score = scoreOf(o, patient)
    lines.push('', [fill(w.readings, { at: timeText(o, 'taken_at', 0) }), enteredText(o, 0)].filter(Boolean).join(', '))
    const by = observations.find(other => other.replaces === o.id)
    if (by) lines.push(replacedText(by, o))
    lines.push(readingsText(o, score))
    if (score) lines.push(score.status === 'not_applicable' ? words.common.bands.not_applicable
      : fill(w.total, { total: score.total ?? fill(words.common.chart.atLeast, { n: score.floor_total }),
          band: word(words.common.bands, score.band) }))
    if (score?.age_unknown) lines.push(words.common.ageUnknown)
  }
  if (visit.note) lines.push('', w.note, visit.note)
  for (const h of handovers) {
    lines.push('', fill(w.handover, { cls: word(words.common.classes, h.class), state: word(words.common.states, h.state) }))
    for (const part of ['situation', 'background', 'assessment', 'recommendation', 'answer']) if (h[part]) lines.push(
      `${/** @type {any} */ (w.parts)[part]}: ${h[part]}`)
    lines.push(...callLines(h, 0))
    if (h.filed_at) lines.push(fill(w.filed, { by: nameOf(h.filed_by), at: when(h.filed_at, 0) }))
  }
  return lines.join('\n')
}

/**
 * That a set was replaced, when, and what is otherwise: 'Replaced 18:02: respiration rate 22/min, not 25/min'.
 * @param {Rec} by the set that replaces it @param {Rec} was
 */
export function replacedText(by, was) {
  const at = by.authored_at ? when(by.authored_at, 0) : ''
  return fill(words.common.replaced, { at, changes: readingsChanged(by, was) || words.common.replacedSame }).replace('  ', ' ')
}
