// @ts-check
// How dates, numbers and names are written, the same on every page. Times are shown in Europe/London,
// whatever the device says: that is where the care happens.
import { now as present } from './now.js'
import { count, fill, words } from './words.js'

const zone = 'Europe/London'
/** @param {Intl.DateTimeFormatOptions} o */
const formatter = o => new Intl.DateTimeFormat(words.locale, { timeZone: zone, ...o })
const clockFormat = formatter({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const dayFormat = formatter({ weekday: 'short', day: 'numeric', month: 'short' })
const dayYearFormat = formatter({ day: 'numeric', month: 'short', year: 'numeric' })
const isoFormat = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })

/** @typedef {Date | string | number | null | undefined} When */

/** @param {When} at @returns {Date | null} */
export function moment(at) {
  if (at === null || at === undefined || at === '') return null
  const d = at instanceof Date ? at : new Date(at)
  return Number.isNaN(d.getTime()) ? null : d
}

/** 10:42 @param {When} at */
export function clock(at) {
  const d = moment(at)
  return d ? clockFormat.format(d) : ''
}

/** The day in London, 2026-03-02, for comparing days. @param {When} at */
export function day(at) {
  const d = moment(at)
  return d ? isoFormat.format(d) : ''
}

/** Mon 2 Mar; with the year when it is another one than now. @param {When} at @param {When} [now] */
export function date(at, now = present()) {
  const d = moment(at)
  if (!d) return ''
  return day(d).slice(0, 4) === day(now).slice(0, 4) ? dayFormat.format(d).replace(',', '') : dayYearFormat.format(d)
}

/** 10:42 when it is today, Mon 2 Mar 10:42 otherwise. @param {When} at @param {When} [now] */
export function when(at, now = present()) {
  const d = moment(at)
  if (!d) return ''
  return day(d) === day(now) ? clock(d) : `${date(d, now)} ${clock(d)}`
}

/**
 * What the clock of a phone said of a moment that the server has corrected, to be told beside it; '' where the two agree
 * to a minute.
 * @param {When} at @param {When} said
 */
export function clockSaid(at, said) {
  const a = moment(at), s = moment(said)
  return a && s && Math.abs(a.getTime() - s.getTime()) >= 60_000 ? fill(words.common.clockSaid, { at: when(s, a) }) : ''
}

/** A birth date, 6 May 1941. @param {string | null | undefined} text */
export function birth(text) {
  const d = moment(text ? `${text.slice(0, 10)}T12:00:00Z` : null)
  return d ? dayYearFormat.format(d) : ''
}

/** 3 h 8 min; under a minute is "less than a minute". @param {number} seconds */
export function duration(seconds) {
  const minutes = Math.floor(Math.abs(seconds) / 60)
  if (minutes < 1) return words.common.duration.under
  const [d, h, m] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60]
  const parts = [d && fill(words.common.duration.days, { n: d }), h && fill(words.common.duration.hours, { n: h }),
    !d && m && fill(words.common.duration.minutes, { n: m })]
  return parts.filter(Boolean).join(' ')
}

/** 5 minutes ago. @param {When} at @param {When} [now] */
export function ago(at, now = present()) {
  const d = moment(at), n = moment(now)
  if (!d || !n) return ''
  const minutes = Math.floor((n.getTime() - d.getTime()) / 60000)
  if (minutes < 1) return words.common.ago.now
  if (minutes < 60) return count(minutes, words.common.ago.minutes)
  if (minutes < 1440) return count(Math.floor(minutes / 60), words.common.ago.hours)
  return count(Math.floor(minutes / 1440), words.common.ago.days)
}

/** 999 012 3456. @param {string | null | undefined} number */
export function nhsNumber(number) {
  const digits = (number ?? '').replaceAll(' ', '')
  return /^[0-9]{10}$/.test(digits) ? `${digits.slice(0, 3)} ${digits.slice(3, 6)} ${digits.slice(6)}` : (number ?? '')
}

/**
 * AMES, Ada: the family name first and in capitals, as the NHS writes names in lists. What a reader
 * may not see is simply missing.
 * @param {{ family_name?: string | null, given_name?: string | null, preferred_name?: string | null }} p
 */
export function personName(p) {
  const family = p.family_name ? p.family_name.toUpperCase() : ''
  const given = p.given_name || p.preferred_name || ''
  const known = p.preferred_name && p.given_name && p.preferred_name !== p.given_name ? ` (${p.preferred_name})` : ''
  if (!family && !given) return words.common.noName
  return [family, given].filter(Boolean).join(', ') + known
}
