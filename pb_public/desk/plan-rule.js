// @ts-check
// How a plan repeats, as a form asks it, as the rule of RFC 5545 that it is kept as, and in words.
import { fill, word, words } from './words.js'

const w = words.desk.plan

/** How it repeats: every day, on days of the week, or by a rule that was typed.
 * @typedef {{ repeat: 'daily' | 'weekly' | 'rule', every: number, days: string[], text: string }} Repeat */

export const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']

/** The rule of a form. @param {Repeat} r @returns {string} */
export function toRule(r) {
  if (r.repeat === 'rule') return r.text.trim()
  const every = r.every > 1 ? `;INTERVAL=${r.every}` : ''
  if (r.repeat === 'daily') return `FREQ=DAILY${every}`
  return `FREQ=WEEKLY${every};BYDAY=${weekdays.filter(d => r.days.includes(d)).join(',')}`
}

/** The form of a rule: what a form cannot ask stays as it was typed. @param {string} rule @returns {Repeat} */
export function fromRule(rule) {
  /** @type {Repeat} */ const typed = { repeat: 'rule', every: 1, days: [], text: rule }
  const parts = new Map(rule.replace(/^RRULE:/i, '').toUpperCase().split(';').map(p => /** @type {[string, string]} */ (p.split('='))))
  const freq = parts.get('FREQ'), every = Number(parts.get('INTERVAL') ?? 1), days = (parts.get('BYDAY') ?? '').split(',').filter(Boolean)
  for (const name of ['FREQ', 'INTERVAL', 'BYDAY']) parts.delete(name)
  if (parts.size || !every || days.some(d => !weekdays.includes(d))) return typed
  if (freq === 'DAILY' && !days.length) return { ...typed, repeat: 'daily', every, text: '' }
  if (freq === 'WEEKLY' && days.length) return { ...typed, repeat: 'weekly', every, days, text: '' }
  return typed
}

/** How a plan repeats, in words. @param {string} rule */
export function said(rule) {
  const r = fromRule(rule)
  if (r.repeat === 'rule') return fill(w.byRule, { rule })
  if (r.repeat === 'daily') return r.every > 1 ? fill(w.everyDays, { n: r.every }) : w.everyDay
  const days = r.days.map(d => word(w.days, d)).join(', ')
  return r.every > 1 ? fill(w.everyWeeks, { n: r.every, days }) : fill(w.everyWeek, { days })
}

/** The day so many days after another. @param {string} day 2026-12-01 @param {number} days */
export const later = (day, days) => new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

/** Hours and minutes: 2 h 30 min. @param {number} minutes */
export const lasting = minutes => [minutes >= 60 ? fill(words.desk.day.hours, { n: Math.floor(minutes / 60) }) : '',
  minutes % 60 || !minutes ? fill(words.desk.day.minutes, { n: minutes % 60 }) : ''].filter(Boolean).join(' ')
