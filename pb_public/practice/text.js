// @ts-check
// A handover as plain text, to paste or print into the record: everything that the page shows of it.
import { birth, clock, clockSaid, date, day, duration, nhsNumber, personName, when } from '../shared/ui/format.js'
import { call999Text, callText, enteredText } from '../shared/ui/calls.js'
import { detailLines } from '../shared/ui/details.js'
import { saidOf } from '../shared/ui/evidence.js'
import { ageAt } from '../shared/ui/news2.js'
import { measuredOverTime, readingRows, readingsChanged, readingsText, valueText } from '../shared/ui/readings.js'
import { cannotBeRead, unreadableTexts } from '../shared/ui/unreadable.js'
import { unreadable, unsaid999 } from '../shared/words/en-GB-screens.js'
import { fill, word, words } from './words.js'

const w = words.practice

/** @typedef {import('./types.js').Detail} Detail */
/** @typedef {import('./types.js').Evidence} Evidence */

/** Day and time, always both: text is read on another day. @param {string | undefined} at @param {number} now */
export const stamp = (at, now) => (at ? `${date(at, now)} ${clock(at)}` : '')

/** Where a piece of evidence comes from. @param {Evidence} e @param {number} now */
export function provenance(e, now) {
  const who = e.recorded_by ? [e.recorded_by.name, e.recorded_by.role && word(words.common.roles, e.recorded_by.role)].filter(Boolean)
    .join(', ') : w.provenance.unknown
  const values = { at: when(e.recorded_at, now), who, reached: when(e.reached_at, now), late: duration(e.late_by_seconds) }
  const parts = [fill(!e.reached_at ? w.provenance.notReached : e.late_by_seconds >= 60 ? w.provenance.recorded
        : w.provenance.inTime, values)]
  const said = clockSaid(e.recorded_at, saidOf(e.values))
  if (said) parts.push(fill(w.provenance.said, { said }))
  const entered = enteredText(e.values, now, e.recorded_by?.role ? word(words.common.calls.by, e.recorded_by.role) : '')
  if (entered) parts.push(`${entered[0].toUpperCase()}${entered.slice(1)}.`)
  if (!e.clock_known) parts.push(w.provenance.clock)
  if (!e.verified) parts.push(w.provenance.disputed)
  return parts.join(' ')
}

/** One set as rows: what NEWS2 scores, taken or not, and what else was taken. @param {Evidence} e */
export function rowsOf(e) {
  return readingRows(e.values, e.news2).filter(r => r.value || e.news2).map(r => ({ ...r, value: r.value || w.s.notTaken }))
}

/**
 * That a set of readings was replaced, when, and what is otherwise; "" where it stands.
 * @param {Evidence} e @param {Evidence[]} all @param {number} now
 */
export function replacedText(e, all, now) {
  if (!e.replaced_by) return ''
  const by = all.find(other => other.id === e.replaced_by)
  return fill(words.common.replaced, { at: stamp(e.replaced_at, now),
    changes: (by && readingsChanged(by.values, e.values)) || words.common.replacedSame })
}

/** Whether evidence is a set of readings. @param {Evidence} e */
export const isSet = e => e.collection === 'observations'

/** @param {{ total: number | null, floor_total: number }} score */
export const totalOf = score => (score.total === null || score.total === undefined ? fill(w.s.atLeast, { n: score.floor_total })
    : String(score.total))

/** What happened in one line of the history. @param {import('./types.js').HandoverEvent} e */
export function happened(e) {
  const what = word(words.common.events, e.kind), again = e.text?.toLowerCase().startsWith(what.toLowerCase()) // as older rows say it
  const line = e.by?.name ? fill(w.eventBy, { what, name: e.by.name }) : what
  return [[again ? '' : line, e.text].filter(Boolean).join(': '), ...unreadableTexts(e)].join('. ')
}

/** Whether a handover rests on nothing but what somebody wrote in their own words. @param {Detail} d */
export const ownWords = d => d.class === 'SG' || (d.evidence.length > 0 && d.evidence.every(e => e.collection === 'checkins'))

/** What to say of one that a rule raised and nobody has confirmed. @param {Detail} d */
export const notConfirmed = d => (ownWords(d) ? [w.ownWords, w.ownWordsLong] : [w.notConfirmed, w.notConfirmedLong])

/** @param {Detail} d @param {number} now */
export function age(d, now) { return ageAt(d.patient.date_of_birth, day(now)) }

/**
 * What the sender said of the two calls, with its label; of an emergency also that they did not say.
 * @param {Detail} d
 * @param {number} now
 * @returns {[string, string][]}
 */
export function callRows(d, now) {
  const urgent = d.class === 'E' || d.class === 'U2'
  /** @type {[string, string][]} */
  const rows = [[w.s.call999, d.call_999 ? call999Text(d.call_999,
    now) : d.class === 'E' && d.projection === 'full' ? unsaid999 : ''],
    [w.s.call, d.call ? callText(d.call, now) : urgent && d.projection === 'full' ? words.common.calls.unsaid : '']]
  return rows.filter(([, text]) => text)
}

/**
 * The whole handover.
 * @param {Detail} d @param {string} who whoever takes it @param {number} now
 */
export function asText(d, who, now) {
  const p = d.patient
  const person = (/** @type {import('./types.js').Named | null | undefined} */ n) => (n
      ? [n.name, n.role && word(words.common.roles, n.role)].filter(Boolean).join(', ') : '')
  /** @type {string[]} */
  const lines = [fill(w.text.head, { class: word(words.common.classes, d.class) }), '']
  const say = (/** @type {string} */ label, /** @type {string | undefined | null} */ value) => {
    if (value) lines.push(value.includes('\n') ? `${label}:\n${value}` : `${label}: ${value}`) }
  say(w.s.person, personName(p))
  if (p.date_of_birth) say(w.s.born, birth(p.date_of_birth))
  if (p.nhs_number) say(w.s.nhs, nhsNumber(p.nhs_number) + (p.nhs_number_status === 'verified' ? '' : ` (${w.unverifiedNumber})`))
  say(w.s.address, [p.address, p.postcode].filter(Boolean).join(', '))
  say(w.s.phone, p.phone)
  say(w.s.needs, cannotBeRead(p, 'communication_needs') ? words.common.cannotRead.value
    : p.communication_needs?.map(n => word(words.common.needs, n)).join(', '))
  say(w.s.risk, p.risk_note)
  lines.push('')
  say(w.text.state, word(words.common.states, d.state))
  if (d.from_staff || d.from_team) lines.push(fill(w.from,
        { who: [person(d.from_staff), d.from_team?.name, d.from_team?.phone].filter(Boolean).join(', ') }))
  say(w.s.reasons, d.rules.map(r => r.title || r.rule).join('; '))
  if (d.projection === 'full' && !d.by_hand) lines.push(d.confirmed_by ? fill(w.confirmedBy, { name: d.confirmed_by.name })
      : notConfirmed(d)[1])
  if (d.unverified) lines.push(w.unverifiedLong)
  if (unreadableTexts(d).length) lines.push(`${unreadableTexts(d).join('. ')}. ${unreadable}`)
  if (d.superseded_by) lines.push(w.superseded)
  lines.push('')
  for (const part of /** @type {const} */ (['situation', 'background', 'assessment', 'recommendation', 'safe_note'])) {
    if (d[part]) lines.push(w.s[part].toUpperCase(), d[part], '')
  }
  for (const e of d.evidence) {
    if (isSet(e)) {
      const total = e.news2 ? `: ${w.s.total} ${totalOf(e.news2)}, ${word(words.common.bands, e.news2.band)}${
        e.news2.age_unknown ? `. ${words.common.ageUnknown}` : ''}` : ''
      lines.push(`${w.s.readings.toUpperCase()}, ${stamp(e.recorded_at, now)}${total}`)
      if (e.replaced_by) lines.push(replacedText(e, d.evidence, now))
      const told = d.assessment?.includes(readingsText(e.values, e.news2, Boolean(e.news2))) // each reading once
      if (!told) for (const r of rowsOf(e)) lines.push(`  ${r.name}: ${r.value}${r.score === null ? '' : ` (${r.score})`}`)
    } else if (detailLines(e.values.details).length) {
      lines.push(`${w.s.details.toUpperCase()}, ${stamp(e.recorded_at, now)}`, ...detailLines(e.values.details))
    } else if (e.values.concern && !d.assessment?.includes(e.values.concern)) {
      lines.push(`${w.s.concern.toUpperCase()}, ${stamp(e.recorded_at, now)}`, e.values.concern)
    }
    lines.push(provenance(e, now), '')
  }
  if (d.trend.length > 1) lines.push(
    `${w.s.trend}: ${d.trend.map(t => `${stamp(t.at, now)} ${t.total ?? `${t.floor_total}+`}`).join('; ')}${
      d.trend.some(t => t.age_unknown) ? `. ${words.common.ageUnknown}` : ''}`, '')
  for (const m of measuredOverTime(d.measured)) {
    lines.push(`${m.title}: ${m.list.map(p => `${stamp(p.at, now)} ${valueText(m.name, p.value)}`).join('; ')}`, '')
  }
  say(w.s.outcome, word(words.common.outcomes, d.outcome))
  say(w.s.answer, d.answer)
  say(w.s.declined, d.decline_reason)
  for (const [label, text] of callRows(d, 0)) say(label, text)
  if (d.closed_at) lines.push(fill(d.closed_by ? w.closedBy : w.closedAt, { at: stamp(d.closed_at, now), name: d.closed_by?.name ?? '' }))
  if (d.filed_by) lines.push(fill(w.filed, { name: d.filed_by.name, at: stamp(d.filed_at, now) }))
  lines.push('', w.s.history.toUpperCase(), ...d.events.map(
      e => `${stamp(e.at, now)} ${happened(e)}${e.team ? ` (${e.team.name})` : ''}`), '')
  lines.push(fill(w.text.printed, { at: `${date(now, 0)} ${clock(now)}`, who }))
  return lines.join('\n').replace(/\n{3,}/g, '\n\n') + '\n'
}
