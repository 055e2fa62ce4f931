// @ts-check
// The text of a handover as the server will write it from the same facts (internal/handover, Compose): shown before it is
// sent. Both are held to internal/handover/testdata/texts. What only the server knows, such as by when somebody must act,
// is not in it.
import { detailLines } from '../../shared/ui/details.js'
import { moment } from '../../shared/ui/format.js'
import { readingsChanged, readingsText, saidLabel } from '../../shared/ui/readings.js'
import { readings } from '../../shared/readings.js'
import { fill, word, words } from '../../shared/ui/words.js'

/** @typedef {import('../../shared/ui/news2.js').Score} Score */
/** @typedef {any} Rec a record with its id, as the phone shows it */
/**
 * One record that a handover rests on.
 * @typedef {object} Finding
 * @property {'visits' | 'observations'} collection
 * @property {string | number} at when it happened
 * @property {string[]} titles of the rules that hold there
 * @property {Record<string, any>} values
 * @property {Score | null} score
 * @property {Finding | null} [was] the set that this one replaces
 * @property {string | number} [written] when this one was written
 */
/**
 * What a person wrote, by part.
 * @typedef {{ situation?: string, background?: string, assessment?: string, recommendation?: string, safe_note?: string }} Own
 */
/**
 * What is known.
 * @typedef {object} Case
 * @property {string} to the kind of team it goes to
 * @property {string} cls E, U2, SD, R or I
 * @property {number | null} age
 * @property {string[]} [needs] @property {string} [risk]
 * @property {string | number} at when it happened
 * @property {boolean} clockKnown
 * @property {Finding[]} findings in clinical order
 * @property {Finding | null} [before] the last scored set before them
 * @property {string[]} asks of the rules of this class
 * @property {boolean} [called999] its sender says that 999 was called
 * @property {Own} own
 */

/** The parts of a text. */
export const parts = /** @type {const} */ (['situation', 'background', 'assessment', 'recommendation'])

const w = words.app.sbar
const zone = new Intl.DateTimeFormat(words.locale, { timeZone: 'Europe/London', year: 'numeric', month: 'numeric', day: 'numeric',
  weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

/** A moment with its day, as the server writes it: Mon 2 Mar 2026 10:12. @param {string | number} at */
export function stamp(at) {
  const d = moment(at)
  if (!d) return ''
  const p = Object.fromEntries(zone.formatToParts(d).map(({ type, value }) => [type, value]))
  return `${p.weekday} ${Number(p.day)} ${w.months[Number(p.month) - 1]} ${p.year} ${p.hour}:${p.minute}`
}

/** A later moment, without its day where that is the same. @param {string | number} first @param {string | number} later */
function since(first, later) {
  const a = stamp(first), b = stamp(later)
  return a.slice(0, -6) === b.slice(0, -6) ? b.slice(-5) : b
}

/** A total, "at least 8" where readings are missing, "" for none. @param {Score | null | undefined} score */
const total = score => (!score || score.status === 'not_applicable' ? '' : score.total === null
  ? fill(w.atLeast, { n: score.floor_total }) : String(score.total))

/**
 * The text as it will be read.
 * @param {Case} c
 * @returns {{ situation: string, background: string, assessment: string, recommendation: string, safe_note: string }}
 */
export function sbar(c) {
  const own = c.own
  if (c.to === 'voluntary') {
    const ask = own.recommendation ?? '', note = own.safe_note || c.risk || ''
    return { situation: '', background: '', assessment: '', recommendation: ask,
      safe_note: note ? `${fill(w.weAsk, { ask })}\n${fill(w.safe, { note })}` : ask }
  }
  const holds = (/** @type {string} */ text) => parts.some(part => own[part]?.includes(text))
  const whole = (/** @type {typeof parts[number]} */ part, /** @type {string[]} */ lines) =>
    [own[part], ...lines.filter(line => line && !holds(line))].filter(Boolean).join('\n')
  return { situation: whole('situation', situation(c)), background: whole('background', background(c, holds)),
    assessment: whole('assessment', assessment(c, holds)), recommendation: whole('recommendation', ask(c)), safe_note: own.safe_note ?? '' }
}

/** @param {Case} c */
function situation(c) {
  const how = c.findings.map(met).find(Boolean) ?? '' // a form has one visit
  const reasons = [...new Set(c.findings.flatMap(f => f.titles))].filter(Boolean)
  const who = [c.age === null ? w.person : fill(w.personAged, { age: c.age }), how].filter(Boolean).join(', ')
  const entered = c.findings.map(f => f.values.corrected?.time_entered_at ?? f.values.time_entered_at).filter(Boolean).sort().at(-1)
  return [reasons.length ? `${who}: ${reasons.join('; ')}.` : how || !c.own.situation ? `${who}.` : '',
    `${fill(w.recorded, { at: stamp(c.at) })}${entered ? fill(w.entered, { at: since(c.at, entered) }) : ''}${
      c.clockKnown ? '' : ` (${w.clock})`}.`]
}

/** Whether the person was seen at a contact, "" where it does not say. @param {Finding} f */
const met = f => (f.collection === 'visits' ? /** @type {Record<string, string>} */ (w.met)[f.values.status] ?? '' : '')

/** @param {Case} c @param {(text: string) => boolean} holds */
const background = (c, holds) => [
  c.needs?.length ? fill(w.needs, { needs: c.needs.map(n => lower(words.common.needs, n)).join(', ') }) : '',
  c.risk && !holds(c.risk) ? fill(w.risk, { note: c.risk }) : '']

/** A code inside a sentence. @param {Record<string, string>} table @param {string} code */
const lower = (table, code) => (code === 'bsl' || !table[code] ? word(table, code) : table[code].toLowerCase())

/** @param {Case} c @param {(text: string) => boolean} holds */
function assessment(c, holds) {
  const lines = []
  let scored = false
  for (const f of c.findings) {
    const set = f.collection === 'observations'
    if (set && holds(readingsText(f.values, f.score))) continue
    const text = set ? `${headline(f.score)}: ${readingsText(f.values, f.score, Boolean(f.score))}.` : visit(f.values, holds)
    if (!text) continue
    lines.push(`${stamp(f.at)}: ${text}`)
    scored ||= Boolean(f.score) && f.score?.status !== 'not_applicable'
    const changed = f.was ? [readingsChanged(f.values, f.was.values), newScore(f.score, f.was.score)].filter(Boolean).join('; ') : ''
    if (changed) lines.push(fill(w.replaced, { at: since(f.at, f.written ?? f.at), what: changed }))
  }
  return [...lines, earlier(c), scored ? w.source : '']
}

/** @param {Score | null} now @param {Score | null} was */
const newScore = (now, was) => (total(now) && total(was) && total(now) !== total(was)
  ? fill(w.newScore, { now: total(now), was: total(was) }) : '')

/** @param {Score | null} score */
function headline(score) {
  if (!score) return w.notScored
  if (score.status === 'not_applicable') return w.notApplicable
  return fill(score.total === null ? w.incomplete : w.news2, { n: score.total ?? score.floor_total })
    + (score.scale === 2 ? w.scale2 : '') + (score.age_unknown ? ` (${w.ageUnknown})` : '')
}

/** What the score was the time before, and what is at 3 since. @param {Case} c */
function earlier(c) {
  const now = c.findings.find(f => total(f.score))?.score, was = c.before?.score
  if (!now || !was || !c.before || !total(was)) return ''
  const fresh = readings.filter(r => r.score && now[/** @type {'pulse'} */ (r.score)] === 3 && was[/** @type {'pulse'} */ (r.score)] !== 3)
  return fill(w.before, { at: stamp(c.before.at), total: total(was) })
    + (fresh.length ? ` ${fill(w.newThree, { what: fresh.map(r => saidLabel(r.name)).join(', ') })}` : '')
}

/** @param {Record<string, any>} v of a visit @param {(text: string) => boolean} holds */
function visit(v, holds) {
  const signs = (v.soft_signs ?? []).map((/** @type {string} */ s) => lower(words.app.softSigns, s))
  const told = detailLines(v.details).join('; ')
  const of = (/** @type {Record<string, string>} */ table, /** @type {string} */ code) => table[code]
  return [v.status === 'no_access' ? of(w.noAccess, v.no_access_kind) ?? w.noAccess.unknown : of(w.notDone, v.status),
    signs.length ? fill(w.softSigns, { signs: signs.join(', ') }) : '', of(w.medicine, v.critical_medicine),
    told && !holds(told) ? `${told}.` : '',
    v.note && !holds(v.note) ? fill(w.note, { note: v.note }) : ''].filter(Boolean).join(' ')
}

/** @param {Case} c */
const ask = c => [c.cls === 'E' && !c.called999 ? w.call999 : '',
  ...(c.asks.length || c.own.recommendation ? c.asks : [word(w.ask, c.cls)])]
