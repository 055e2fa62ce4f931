// @ts-check
// A form that was not saved as plain text: to copy, when it cannot be saved or its person is no longer on this phone.
import { birth, personName } from '../../shared/ui/format.js'
import { fill, word, words } from '../../shared/ui/words.js'
import { formOf } from './editperson.js'
import { visitText } from './text.js'
import { readingsOf } from './visitform.js'

/** @typedef {any} Rec a record with its id, as the phone shows it */

const facts = ['id', 'family_name', 'given_name', 'preferred_name', 'date_of_birth', 'nhs_number', 'pregnant', 'spo2_scale', 'unreadable']

/**
 * Whom a form is about: kept with its draft, so that it can be read when the person has left the phone, and with what the
 * score needs.
 * @param {Rec | null} patient @returns {Rec | null}
 */
export const whoOf = patient => patient && Object.fromEntries(facts.filter(f => patient[f] !== undefined && patient[f] !== null)
  .map(f => [f, patient[f]]))

/**
 * A form of a visit, as a visit is written. What is no number stays as it was typed.
 * @param {import('./visitform.js').VisitForm} form @param {Rec} patient @param {(staff: string) => string} nameOf
 */
export function visitFormText(form, patient, nameOf) {
  const taken = Object.fromEntries(Object.entries(readingsOf(form)).filter(([, v]) => v !== null))
  const lines = [visitText({ patient, visit: { ...form.fields, started_at: form.started },
    observations: Object.keys(taken).length ? [{ ...taken, taken_at: form.takenAt || form.started }] : [], nameOf })]
  const parts = /** @type {Record<string, string>} */ (words.app.text.parts)
  for (const [part, text] of Object.entries(form.words)) if (text.trim()) lines.push('', `${parts[part] ?? part}: ${text}`)
  return lines.join('\n')
}

/** A check-in, as a record or as a form. @param {Rec} checkin @param {Rec} patient */
export function checkinText(checkin, patient) {
  const w = words.app.volunteer
  const seen = checkin.seen === true || checkin.seen === 'yes' ? 'yes' : checkin.seen === false || checkin.seen === 'no' ? 'no' : ''
  return labelled(patient, [[w.seen, word(w.seenOptions, seen)], [w.wellbeing, word(words.common.wellbeing, checkin.wellbeing)],
    [w.concern, checkin.concern], [w.safeguardingLabel, checkin.safeguarding]])
}

/** Details of a person that were changed. @param {Record<string, any>} set @param {Rec} patient */
export function detailsText(set, patient) {
  const names = /** @type {Record<string, string>} */ (words.app.edit.fields)
  return labelled(patient, Object.entries(set).filter(([field]) => names[field])
    .map(([field, value]) => [names[field], written(field, value)]))
}

/** A value of a person's record in words. @param {string} field @param {any} value */
function written(field, value) {
  if (field === 'communication_needs') return (value ?? []).map((/** @type {string} */ n) => word(words.common.needs, n)).join(', ')
  const w = words.app.edit
  if (field === 'spo2_scale') return value && [w.scales[value.scale === 2 ? '2' : '1'], value.reason].filter(Boolean).join('. ')
  return field === 'died_on' && value ? birth(value) : value
}

/**
 * What somebody wants, as a form.
 * @param {import('./goals.js').GoalForm} form @param {Rec} patient
 */
export function goalFormText({ words: own, safe, review, outcome, said, steps }, patient) {
  const w = words.app.goals
  return labelled(patient, [[w.title, own.trim()], [w.safe, safe.trim()], [w.outcome, word(w.outcomes, outcome)], [w.said, said.trim()],
    ...steps.map(s => /** @type {[string, any]} */ (
      [w.steps, [s.words.trim(), s.due ? fill(w.by, { date: birth(s.due) }) : ''].filter(Boolean).join(' · ')])),
    [w.review, review && birth(review)]])
}

/** What somebody wants, and what is to be done towards it, as records. @param {Rec} r @param {Rec} patient */
export function goalText(r, patient) {
  const w = words.app.goals
  return labelled(patient, r.goal ? [[w.steps, r.task], [words.app.fields.done_on, r.done_on && birth(r.done_on)]]
    : [[w.title, r.words], [w.safe, r.safe_words], [w.outcome, word(w.outcomes, r.outcome)], [w.said, r.said],
      [w.review, r.review_on && birth(r.review_on)]])
}

/** @param {Rec} patient @param {[string, any][]} rows */
const labelled = (patient, rows) => [personName(patient), '', ...rows.filter(([, v]) => v).map(([label, v]) => `${label}: ${v}`)].join('\n')

/**
 * A form of any kind, by the key of its draft.
 * @param {string} key such as visit:01jz… @param {any} open what is kept of it: form, seen, who
 * @param {Rec | null} patient null: as it was kept with the form
 * @param {(staff: string) => string} nameOf
 */
export function formText(key, open, patient, nameOf) {
  const who = patient ?? open.who ?? {}
  const kind = key.split(':')[0]
  if (kind === 'visit') return visitFormText(open.form, who, nameOf)
  if (kind === 'goal') return goalFormText(open.form, who)
  return kind === 'checkin' ? checkinText(open.form, who) : detailsText(detailsOf(open), who)
}

/** What a form of details says, as it would be stored. @param {any} open */
function detailsOf(open) {
  const { text, needs, scale, reason } = open.form, stored = open.seen?.values ?? {}
  if (!text) return open.form // as an earlier app kept it
  return { ...text, communication_needs: needs, ...scale !== formOf(stored).scale && { spo2_scale: { scale: Number(scale), reason } } }
}

/**
 * All that is on this phone only, as one text: the forms that were begun, and what was recorded and not sent.
 * @param {import('../context.js').App} app
 */
export function textOfUnsent(app) {
  const w = words.app.storage, parts = []
  for (const [key, open] of app.forms) {
    if (!open?.dirty || !/^(visit|checkin|person|goal):/.test(key)) continue
    const patient = app.get('patients', open.form.patient ?? open.patient ?? open.who?.id ?? '')
    parts.push([w.notSaved, formText(key, open, patient, app.nameOf)].join('\n'))
  }
  const about = (/** @type {Rec} */ r) => app.get('patients', r.patient) ?? {}
  const pending = (/** @type {string} */ collection) => app.all(collection).filter(r => r.pending)
  const visits = new Map(pending('visits').map(v => [v.id, v]))
  const sets = pending('observations')
  for (const set of sets) if (set.visit && !visits.has(set.visit)) visits.set(set.visit, app.get('visits', set.visit) ?? set)
  const unsent = [
    ...[...visits.values()].map(visit => visitText({ patient: about(visit), visit, nameOf: app.nameOf,
      observations: sets.filter(o => o.visit === visit.id), handovers: pending('handovers').filter(h => h.visit === visit.id) })),
    ...pending('checkins').map(c => checkinText(c, about(c))),
    ...[...pending('goals'), ...pending('goal_steps')].map(g => goalText(g, about(g))),
    ...pending('patients').map(p => detailsText(Object.fromEntries((app.seen('patients', p.id)?.own ?? [])
      .map((/** @type {string} */ f) => [f, p[f]])), p)),
  ]
  return [...parts, ...unsent.map(text => [w.notSent, text].join('\n'))].join('\n\n')
}
