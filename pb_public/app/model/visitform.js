// @ts-check
// A visit being recorded: what is typed, kept as it is typed, and what becomes of it when it is saved: one
// change with the visit, its readings and its handover, which take effect together or not at all.
import { readings } from '../../shared/readings.js'
import { anyScored } from '../../shared/ui/readings.js'
import { unreadableFields } from '../../shared/ui/unreadable.js'
import { callFirst } from './callfirst.js'
import { answersOf, detailsOf, questionsOf } from './details.js'
import { callFields, callsOfDraft, callsToAsk, noCalls } from './calls.js'
import { scored } from './people.js'
import { holding, urgencies } from './rules.js'
import { withConsent } from './destinations.js'
import { caseOf, classOf, said, sent, setBefore, teamOf, tooLong, wasSeen } from './handing.js'
import { noTimes, timesToAsk, visitTimes } from './times.js'

/** @typedef {any} Rec */

/**
 * An empty form.
 * @param {{ patient: string, visit?: Rec | null, taken?: Rec | null, handed?: string, own?: any[] | null, now: number }} o visit: the
 *   planned one, if there is one; taken: its readings, when it had some; handed: the handover that it led to, if it did; own: the
 *   templates of the organisation: a form asks to its end what it asked when it was opened
 */
export function blank({ patient, visit = null, taken = null, handed = '', own = null, now }) {
  const was = (/** @type {any} */ v) => (v === null || v === undefined ? '' : String(v))
  return {
    patient, visit: visit?.id ?? '', started: visit?.started_at ?? new Date(now).toISOString(), ended: was(visit?.ended_at),
    times: noTimes(), /** When the last reading was typed. */ typedAt: '',
    fields: { status: visit && !['planned', 'in_progress'].includes(visit.status) ? visit.status : '',
        no_access_kind: visit?.no_access_kind ?? '', purpose: visit?.purpose ?? '', outcome: visit?.outcome ?? '',
        critical_medicine: visit?.critical_medicine ?? '',
      soft_signs: /** @type {string[]} */ (visit?.soft_signs ?? []), note: visit?.note ?? '' },
    /** What was typed or chosen, by reading. @type {Record<string, string>} */
    readings: taken ? Object.fromEntries(readings.map(r => [r.name, was(taken[r.name])])) : {},
    /** The set that a change of the readings replaces: observations are never altered. */ replaces: was(taken?.id),
    takenAt: was(taken?.taken_at),
    /** What of them is stored and cannot be read. @type {string[]} */ lost: unreadableFields(taken),
    /** @type {Record<string, any> | null} */ before: taken ? Object.fromEntries(readings.map(r => [r.name, taken[r.name] ?? null])) : null,
    /** The handover that stands for this visit: what is changed is said there. */ handed,
    /** '' = as the readings say, 'yes', 'no' */ handOver: '',
    /** What was changed by hand; the rest is filled in. @type {Record<string, string>} */ words: {},
    cls: '', /** '' = as the rules say */ toTeam: '', registrant: '',
    /** Whether the person agrees that a voluntary service knows them. */ consent: '',
    calls: noCalls(),
    /** What the template asked, by the code of the question. */ details: answersOf(visit?.details), own,
    tried: false,
  }
}

/** @typedef {ReturnType<typeof blank>} VisitForm */

/**
 * A draft as this version keeps it: earlier ones kept breathing and consciousness beside the other readings, knew no
 * times, and asked about one call.
 * @param {any} form @returns {VisitForm}
 */
export function restored({ air, acvpu, call, ...form }) {
  if (air) form.readings.on_oxygen = String(air === 'oxygen')
  if (acvpu) form.readings.acvpu = acvpu
  return { times: noTimes(), typedAt: '', ended: '', details: {}, own: null, ...form, calls: form.calls ?? callsOfDraft(call) }
}

/**
 * A reading as typed: null when nothing was typed, the number, or NaN for what is none. A comma is a point.
 * @param {string | undefined} text
 */
export function typed(text) {
  const t = (text ?? '').trim().replace(',', '.')
  if (!t) return null
  return /^-?\d+(\.\d+)?$/.test(t) ? Number(t) : NaN
}

/** The readings of a form; what was not taken is null. @param {VisitForm} f */
export function readingsOf(f) {
  return Object.fromEntries(readings.map(r => [r.name, valueOf(r, f.readings[r.name] ?? '')]))
}

/** @param {import('../../shared/readings.js').Reading} r @param {string} text */
function valueOf(r, text) {
  if (r.kind === 'bool') return text === 'true' ? true : text === 'false' ? false : null
  if (r.kind === 'enum') return text || null
  const n = typed(text)
  return n !== null && Number.isNaN(n) ? text.trim() : n // what is no number goes up as it was typed: nothing is lost
}

/** Whether any reading was taken, of somebody who was seen. @param {VisitForm} f */
export const hasReadings = f => wasSeen(f.fields.status) && Object.values(readingsOf(f)).some(v => v !== null)

/**
 * What to say about a number as it is typed; nothing is ever refused.
 * @param {typeof import('../../shared/ui/readings.js').numbers[number]} input @param {string | undefined} text
 * @returns {'' | 'number' | 'decimals' | 'impossible' | 'unlikely'}
 */
export function doubt(input, text) {
  const n = typed(text)
  if (n === null) return ''
  if (Number.isNaN(n)) return 'number'
  const decimals = (String(text).split(/[.,]/)[1] ?? '').trim().length
  if (decimals > (input.kind === 'decimal' ? 1 : 0)) return 'decimals'
  if (n < input.min || n > input.max) return 'impossible'
  return n < input.askBelow || n > input.askAbove ? 'unlikely' : ''
}

/**
 * What the person's other evidence on this phone is, and how the server judges: what the rules need beside the form.
 * @typedef {object} Ground
 * @property {readonly import('./rules.js').Rule[]} rules
 * @property {import('./rules.js').Evidence[]} history earlier evidence of the person
 * @property {number} now ms, corrected
 * @property {boolean} clockKnown the server has measured this phone's clock
 */

/**
 * The score as typed, and the rules that hold at what is about to be saved, the most urgent first.
 * @param {VisitForm} f @param {Rec} patient @param {Ground} ground
 */
export function judge(f, patient, { rules, history, now, clockKnown }) {
  const taken = readingsOf(f)
  const numbers = Object.fromEntries(readings.map(r =>
    [r.name, typeof taken[r.name] === 'string' && r.kind !== 'enum' ? null : taken[r.name]]))
  const points = hasReadings(f) && anyScored(numbers) ? scored(numbers, patient, f.started) : null
  const before = history.filter(h => h.id !== f.replaces && !(f.visit && h.id === f.visit))
  const holds = (/** @type {string} */ collection, /** @type {Record<string, any>} */ record, /** @type {any} */ news2) =>
    holding(rules, { collection, id: '', at: new Date(now).toISOString(), record, news2, verified: true, clock_known: clockKnown },
      before, patient)
  const held = [...holds('visits', visitOf(f), null), ...(hasReadings(f) ? holds('observations', numbers, points) : [])]
    .sort((a, b) => urgencies.indexOf(a.class) - urgencies.indexOf(b.class))
  const urgency = held[0]?.class ?? ''
  return { score: points, numbers, held, urgency, call: callFirst(urgency) }
}

/** The visit as it will be stored; what was not said is null. @param {VisitForm} f */
function visitOf(f) {
  return Object.fromEntries(Object.entries(said(f.fields)).map(([k, v]) => [k, value(v)]))
}

/**
 * The team a handover goes to: as chosen, else where the leading rule sends it. "" is the person's practice.
 * @param {VisitForm} f @param {ReturnType<typeof judge>} j
 * @param {{ teams: Rec[], mine: string[] }} known the teams on this phone, and the ids of one's own
 */
export function teamFor(f, j, { teams, mine }) {
  if (f.toTeam) return f.toTeam === practice ? '' : f.toTeam
  return teamOf(j.held[0]?.destination ?? '', { teams, mine })
}

/** Chosen by hand: the person's practice, whatever the rules say. */
export const practice = 'practice'

/**
 * Whether a new handover goes with it: as the nurse said, else as the readings say. One that stands for the visit is not sent a
 * second time: the server adds what was changed to it, and tells whoever has it.
 * @param {VisitForm} f @param {string} urgency
 */
export const handsOver = (f, urgency) => f.handOver === 'yes' || (f.handOver !== 'no' && !f.handed && urgency !== '')

/**
 * The handover that a visit led to, the last one first: by hand or by a rule, answered or not. One that was withdrawn or joined to
 * another is none.
 * @param {Rec[]} handovers @param {string} visit
 */
export const handedIn = (handovers, visit) => handovers
  .filter(h => visit && h.visit === visit && h.state !== 'stood_down' && h.class !== 'SG' && !h.evidence?.copy_of && !h.follows)
  .sort((a, b) => (a.id < b.id ? 1 : -1))[0]?.id ?? ''

/**
 * Where the handover of a form goes, and what its text is written from beside the form.
 * @typedef {object} Hand
 * @property {string} to its team, "" for the person's practice @property {string} kind of that team
 * @property {string} service the organisation of a voluntary team, "" otherwise
 * @property {{ teams: Rec[], mine: readonly string[] }} known
 * @property {import('./sbar.js').Finding | null} before the last scored set of another visit @property {boolean} clockKnown
 */

/**
 * @param {VisitForm} f @param {ReturnType<typeof judge>} j
 * @param {{ teams: Rec[], mine: string[], history: import('./rules.js').Evidence[], now: number, clockKnown: boolean }} on
 * @returns {Hand}
 */
export function handOf(f, j, { teams, mine, history, now, clockKnown }) {
  const known = { teams, mine }, to = teamFor(f, j, known), team = to ? teams.find(t => t.id === to) : null
  const kind = to ? team?.kind ?? '' : 'practice'
  return { to, kind, service: kind === 'voluntary' ? team?.organisation ?? '' : '', known, clockKnown,
    before: setBefore(history, now, e => !f.visit || e.record.visit !== f.visit) }
}

/** A handover to the practice, where nothing else is known. @type {Hand} */
const plainHand = { to: '', kind: 'practice', service: '', known: { teams: [], mine: [] }, before: null, clockKnown: true }

/** How urgent the handover is. @param {VisitForm} f @param {ReturnType<typeof judge>} j @param {Hand | null} hand */
export const urgencyOf = (f, j, hand) => classOf(f.cls, j.held, (hand ?? plainHand).to, (hand ?? plainHand).known)

/**
 * The texts of the handover: filled in, where they were not changed by hand.
 * @param {VisitForm} f @param {Rec} patient @param {ReturnType<typeof judge>} j @param {Hand | null} about @param {number} now
 */
export const texts = (f, patient, j, about, now) => sent(caseHere(f, patient, j, about, now), f.words)

/** @param {VisitForm} f @param {Rec} patient @param {ReturnType<typeof judge>} j @param {Hand | null} about @param {number} now */
function caseHere(f, patient, j, about, now) {
  const hand = about ?? plainHand, at = visitTimes(f, now), first = f.takenAt || at.taken_at
  const entered = (/** @type {boolean} */ byHand) => (byHand ? { time_entered_at: f.times.at } : {})
  const was = f.replaces && f.before ? { collection: /** @type {const} */ ('observations'), at: first, titles: [], values: f.before,
    score: anyScored(f.before) ? scored(f.before, patient, first) : null } : null
  return caseOf({ ...hand, patient, visit: { ...visitOf(f), ...entered(at.byHand) }, at: at.ended_at, words: f.words, held: j.held,
    called999: f.calls.emergency.answer === 'yes', cls: urgencyOf(f, j, hand), set: hasReadings(f)
      ? { values: { ...j.numbers, ...entered(at.takenByHand) }, score: j.score, at: at.taken_at, was, written: now } : null })
}

/**
 * What must be answered before it can be saved, by the id of its field. A call comes first: an urgent
 * handover needs to know whether somebody was reached.
 * @param {VisitForm} f @param {ReturnType<typeof judge>} j @param {{ raises_urgent: boolean }} me @param {number} [now] ms
 * @param {Hand | null} [hand]
 * @returns {Record<string, string>} field → the code of what is missing
 */
export function missing(f, j, me, now = Date.parse(f.started), hand = null) {
  /** @type {Record<string, string>} */
  const m = {}
  if (!f.fields.purpose && !f.visit) m.purpose = 'purpose'
  if (!f.fields.status) m.status = 'status'
  if (f.fields.status === 'no_access' && !f.fields.no_access_kind) m.no_access_kind = 'no_access_kind'
  const handing = handsOver(f, j.urgency)
  const cls = urgencyOf(f, j, hand)
  if (handing && hand?.kind === 'voluntary') {
    for (const box of ['we_ask', 'safe_note']) if (!f.words[box]?.trim()) m[box] = box
  }
  if (handing) Object.assign(m, tooLong(caseHere(f, { id: f.patient }, j, hand, now), f.words))
  if (handing && callFirst(cls)) {
    Object.assign(m, callsToAsk(f.calls, cls, now))
    if (!me.raises_urgent && !f.registrant) m.registrant = 'registrant'
  }
  return { ...m, ...timesToAsk(f, now) }
}

const value = (/** @type {any} */ v) => (v === '' || v === undefined || (Array.isArray(v) && !v.length) ? null : v)
const same = (/** @type {any} */ a, /** @type {any} */ b) => {
  const text = (/** @type {any} */ v) => JSON.stringify(v && typeof v === 'object' && !Array.isArray(v) ? Object.entries(v).sort() : v)
  return text(value(a)) === text(value(b))
}

/**
 * The ops of saving: the visit (only what was changed, when it was planned), its readings, its handover.
 * @param {object} o
 * @param {VisitForm} o.form @param {Rec} o.patient @param {Rec | null} o.planned the visit as the form saw it
 * @param {ReturnType<typeof judge>} o.judged @param {Hand | null} [o.hand] where its handover goes
 * @param {string} [o.how] how consent was asked for
 * @param {{ id: string, teams: string[] }} o.me @param {number} o.now @param {() => string} o.newID
 * @param {Record<string, string>} [o.whys] words of why a call could not be made
 */
export function ops({ form: f, patient, planned, judged, hand = null, how = '', me, now, newID, whys = {} }) {
  const at = visitTimes(f, now), fields = said(f.fields)
  /** @type {Record<string, any>} */
  const set = { status: f.fields.status, no_access_kind: fields.no_access_kind, purpose: f.fields.purpose, outcome: fields.outcome,
    critical_medicine: fields.critical_medicine, note: f.fields.note.trim(), started_at: at.started_at, ended_at: at.ended_at,
    details: wasSeen(f.fields.status) ? detailsOf(questionsOf(f.fields.purpose, f.own), f.details, planned?.details)
      : planned?.details ?? null,
    ...(at.byHand ? { time_entered_at: f.times.at } : {}) }
  const visit = planned?.id ?? newID()
  /** @type {any[]} */
  const list = []
  if (planned) {
    const changed = Object.fromEntries(Object.entries(set).filter(([k, v]) => !same(v, planned[k])).map(([k, v]) => [k, value(v)]))
    if (!planned.staff) changed.staff = me.id
    if (Object.keys(changed).length) list.push({ op: 'update', collection: 'visits', id: visit, patient: f.patient, set: changed })
    const had = planned.soft_signs ?? []
    const added = fields.soft_signs.filter(s => !had.includes(s)),
      removed = had.filter((/** @type {string} */ s) => !fields.soft_signs.includes(s))
    if (added.length) list.push({ op: 'add', collection: 'visits', id: visit, patient: f.patient, field: 'soft_signs', values: added })
    if (removed.length) list.push({ op: 'remove', collection: 'visits', id: visit, patient: f.patient, field: 'soft_signs',
        values: removed })
  } else {
    const given = Object.fromEntries(Object.entries(set).filter(([, v]) => value(v) !== null))
    list.push({ op: 'create', collection: 'visits', id: visit,
        set: { patient: f.patient, team: me.teams[0] ?? null, staff: me.id, ...given,
          ...(fields.soft_signs.length ? { soft_signs: fields.soft_signs } : {}) } })
  }
  if (hasReadings(f) && !(f.before && same(f.before, readingsOf(f)) && (!f.times.taken_at || f.times.taken_at === f.takenAt))) {
    const taken = Object.fromEntries(Object.entries(readingsOf(f)).filter(([, v]) => v !== null))
    list.push({ op: 'create', collection: 'observations', id: newID(),
        set: { patient: f.patient, visit, taken_at: at.taken_at, ...taken,
          ...(at.takenByHand ? { time_entered_at: f.times.at } : {}), ...(f.replaces ? { replaces: f.replaces } : {}) } })
  }
  if (handsOver(f, judged.urgency)) {
    const cls = urgencyOf(f, judged, hand), to = hand?.to ?? ''
    const t = texts(f, patient, judged, hand, now)
    if (hand?.service && f.consent && !patient.objection) {
      list.push({ op: 'update', collection: 'patients', id: f.patient, patient: f.patient, set: { consent: withConsent(patient,
        { service: hand.service, given: f.consent === 'yes', by: me.id, how, at: new Date(now).toISOString() }) } })
    }
    const calls = Object.fromEntries(Object.entries(callFirst(cls) ? callFields(f.calls, cls, whys) : {}).filter(([, v]) => v !== null))
    list.push({ op: 'create', collection: 'handovers', id: newID(),
        set: { patient: f.patient, visit, class: cls, from_team: me.teams[0] ?? null, ...t,
      ...(to ? { to_team: to } : {}), ...(f.registrant ? { named_registrant: f.registrant } : {}),
      ...calls } })
  }
  return { ops: list, visit }
}
