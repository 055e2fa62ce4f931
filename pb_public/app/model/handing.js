// @ts-check
// What becomes of a visit beyond its record: which handovers the rules raise wherever it goes, which one its author adds by
// hand, to whom, how urgent, and in what words. The form says all of it before anything is saved.
import { ageAt } from '../../shared/ui/news2.js'
import { day } from '../../shared/ui/format.js'
import { urgencies } from './rules.js'
import { parts, sbar } from './sbar.js'

/** @typedef {any} Rec a record with its id, as the phone shows it */
/** @typedef {import('./rules.js').Rule} Rule */
/** @typedef {import('./sbar.js').Finding} Finding */

/** Statuses at which nobody was looked at: what a form asks only of somebody who was seen does not count. */
const unseen = new Set(['no_access', 'refused', 'cancelled'])

/** Whether readings and signs count at a visit of that status. @param {string} status */
export const wasSeen = status => !unseen.has(status)

/**
 * What a form says of a visit: what another status asks for stays in the form, and is not said.
 * @template {{ status: string, no_access_kind: string, outcome: string, critical_medicine: string, soft_signs: string[] }} T
 * @param {T} fields @returns {T}
 */
export function said(fields) {
  const seen = wasSeen(fields.status)
  return { ...fields, no_access_kind: fields.status === 'no_access' ? fields.no_access_kind : '', outcome: seen ? fields.outcome : '',
    critical_medicine: seen ? fields.critical_medicine : '', soft_signs: seen ? fields.soft_signs : [] }
}

/**
 * Sets what happened. What was decided about a handover was decided about something else.
 * @param {{ fields: any, handOver: string, cls: string, toTeam: string }} form
 * @param {'status' | 'no_access_kind'} field @param {string} value
 */
export function decideAnew(form, field, value) {
  if (form.fields[field] === value) return
  form.fields[field] = value
  Object.assign(form, { handOver: '', cls: '', toTeam: '' })
}

/** The more urgent of two classes; "" is none. @param {string} a @param {string} b */
const moreUrgent = (a, b) => (!a || (b && urgencies.indexOf(b) < urgencies.indexOf(a)) ? b : a)

/**
 * The team that a rule's handovers reach: "" is the person's practice.
 * @param {string} destination of a rule @param {{ teams: Rec[], mine: readonly string[] }} known
 */
export function teamOf(destination, { teams, mine }) {
  if (destination.startsWith('team:')) return destination.slice('team:'.length)
  if (destination !== 'coordinator') return ''
  // As the server finds it: the coordinators of the neighbourhood, else any, the first by id.
  const hoods = teams.filter(t => mine.includes(t.id)).map(t => t.neighbourhood)
  const coordinators = teams.filter(t => t.kind === 'coordination').sort((a, b) => (a.id < b.id ? -1 : 1))
  return (coordinators.find(t => hoods.includes(t.neighbourhood)) ?? coordinators[0])?.id ?? ''
}

/**
 * How urgent a handover by hand is: as chosen, and never less than the rules make it that go to the same team.
 * @param {string} chosen "" for none @param {readonly Rule[]} held the most urgent first @param {string} to
 * @param {{ teams: Rec[], mine: readonly string[] }} known
 */
export const classOf = (chosen, held, to, known) =>
  moreUrgent(chosen, held.find(r => teamOf(r.destination, known) === to)?.class ?? '') || held[0]?.class || 'R'

/**
 * The handovers that saving leads to, the most urgent first: each with whom it reaches and why. What the rules raise is
 * sent whether or not anything is handed over by hand.
 * @param {object} o
 * @param {readonly Rule[]} o.held the rules that hold
 * @param {boolean} o.handing whether one goes by hand @param {string} o.to its team, "" for the practice @param {string} o.cls
 * @param {{ teams: Rec[], mine: readonly string[] }} o.known
 * @returns {{ to: string, cls: string, titles: string[], byHand: boolean }[]}
 */
export function goes({ held, handing, to, cls, known }) {
  /** @typedef {{ to: string, cls: string, titles: string[], byHand: boolean }} Goes */
  const all = /** @type {Map<string, Goes>} */ (new Map())
  for (const r of held) {
    const team = teamOf(r.destination, known), one = all.get(team) ?? /** @type {Goes} */ ({ to: team, cls: '', titles: [], byHand: false })
    one.cls = moreUrgent(one.cls, r.class)
    if (!one.titles.includes(r.title)) one.titles.push(r.title)
    all.set(team, one)
  }
  if (handing) {
    const one = all.get(to) ?? /** @type {Goes} */ ({ to, cls: '', titles: [], byHand: false })
    all.set(to, { ...one, cls: moreUrgent(one.cls, cls), byHand: true })
  }
  return [...all.values()].sort((a, b) => urgencies.indexOf(a.cls) - urgencies.indexOf(b.cls))
}

/**
 * The last scored set before a moment, as far back as the rules look; null for none.
 * @param {import('./rules.js').Evidence[]} history @param {number} now ms
 * @param {(e: import('./rules.js').Evidence) => boolean} other not of this visit
 * @returns {Finding | null}
 */
export function setBefore(history, now, other) {
  const last = history.filter(e => e.collection === 'observations' && e.news2 && e.verified && other(e))
    .filter(e => now - Date.parse(e.at) > 0 && now - Date.parse(e.at) <= 48 * 3_600_000)
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))[0]
  return last ? { collection: 'observations', at: last.at, titles: [], values: last.record, score: last.news2 } : null
}

/**
 * What is known of a visit, from which the text of its handover is written.
 * @param {object} o
 * @param {Rec} o.patient @param {Rec} o.visit as it will be stored @param {string | number} o.at when it happened
 * @param {{ values: Rec, score: any, at: string | number, was?: Finding | null, written?: string | number } | null} o.set its readings
 * @param {readonly Rule[]} o.held the rules that hold
 * @param {string} o.to its team, "" for the practice @param {string} o.kind of that team
 * @param {string} o.cls @param {Finding | null} [o.before] @param {boolean} o.clockKnown
 * @param {Record<string, string>} o.words what its author wrote @param {boolean} [o.called999] whether they say that 999 was called
 * @param {{ teams: Rec[], mine: readonly string[] }} o.known
 * @returns {import('./sbar.js').Case}
 */
export function caseOf({ patient, visit, at, set, held, to, kind, cls, before = null, clockKnown, words, called999, known }) {
  const here = held.filter(r => teamOf(r.destination, known) === to)
  const titles = (/** @type {string} */ collection) => here.filter(r => r.collection === collection).map(r => r.title)
  return { to: kind, cls, age: ageAt(patient.date_of_birth, day(at)),
    needs: patient.communication_needs ?? [], risk: patient.risk_note ?? '',
    at, clockKnown, called999,
    findings: [{ collection: 'visits', at, titles: titles('visits'), values: visit, score: null },
      ...(set ? [{ collection: /** @type {const} */ ('observations'), titles: titles('observations'), ...set }] : [])],
    before: set ? before : null, asks: [...new Set(here.filter(r => r.class === cls).map(r => r.ask))],
    own: kind === 'voluntary' ? { recommendation: words.we_ask, safe_note: words.safe_note } : words }
}

/**
 * The parts of a handover as it is sent: what its author wrote as they wrote it, and what was filled in named as such, so that
 * the server writes it anew when the facts change. To a voluntary team only what is asked and what is safe to share.
 * @param {import('./sbar.js').Case} c @param {Record<string, string>} words what its author wrote
 * @returns {Record<string, any>}
 */
export function sent(c, words) {
  const made = sbar(c)
  if (c.to === 'voluntary') return { recommendation: words.we_ask?.trim() ?? '', safe_note: words.safe_note?.trim() ?? '' }
  const filled = parts.filter(part => words[part] === undefined && made[part])
  return { ...shownText(c, words), ...(filled.length ? { filled_in: filled } : {}) }
}

/** How long a part may be, and both boxes of a referral together, in characters: what the server's fields hold. */
const longest = { part: 4000, safe: 1000 }

/**
 * What is too long to be kept whole, by the id of its field.
 * @param {import('./sbar.js').Case} c @param {Record<string, string>} words what its author wrote
 * @returns {Record<string, string>} field → the code of what is wrong
 */
export function tooLong(c, words) {
  const over = (/** @type {string} */ text, /** @type {number} */ most) => [...text].length > most
  if (c.to === 'voluntary') return over(sbar(c).safe_note, longest.safe) ? { safe_note: 'safe_long' } : {}
  return Object.fromEntries(parts.filter(part => over(words[part] ?? '', longest.part)).map(part => [part, 'part_long']))
}

/**
 * The parts as a form shows them: as they were written, else filled in.
 * @param {import('./sbar.js').Case} c @param {Record<string, string>} words
 * @returns {{ situation: string, background: string, assessment: string, recommendation: string }}
 */
export function shownText(c, words) {
  const made = sbar(c)
  return /** @type {any} */ (Object.fromEntries(parts.map(part => [part, words[part] ?? made[part]])))
}
