// @ts-check
// What setting up at the desk works out by itself: what of a form was changed, and how an account stands.
import { when } from '../shared/ui/format.js'
import { now } from '../shared/ui/now.js'
import { dutyOf } from '../shared/duties.js'
import { fill, words } from './words.js'

const w = words.administration

/**
 * @typedef {object} Account
 * @property {string} id
 * @property {Record<string, any>} values
 * @property {boolean} has_password
 * @property {boolean} begun
 * @property {string} [planned_at]
 * @property {Record<string, any>} [planned]
 */
/** @typedef {{ day?: string, hours?: string, name?: string }} SpecialDay */

/**
 * How an account stands: in words, and whether that is something to look at.
 * @param {Account} a
 * @returns {{ text: string, kind: 'bad' | 'warn' | 'info' | '' }}
 */
export function standing(a) {
  const since = a.values.inactive_since, planned = a.planned_at ?? ''
  if (!a.begun) return planned ? { text: fill(w.begins, { at: when(planned) }), kind: 'info' } : { text: w.notBegun, kind: 'warn' }
  if (since) return Date.parse(since) <= now() ? { text: fill(w.left, { at: when(since) }), kind: 'bad' } : { text: fill(w.leaves,
      { at: when(since) }), kind: 'warn' }
  if (planned) return { text: fill(w.changes, { at: when(planned) }), kind: 'info' }
  return a.has_password ? { text: w.inUse, kind: '' } : { text: w.noPassword, kind: 'warn' }
}

/**
 * What it means that somebody is in no team; '' where they are in one, or need none.
 * @param {Record<string, any>} values of an account
 */
export function withoutTeam({ role, teams }) {
  const duty = dutyOf(role)
  if (teams?.length) return ''
  return duty.device ? w.fields.alone.phone : duty.inbox ? w.fields.alone.inbox : ''
}

/** A code as it is read out: in fours, in capitals. @param {string} code */
export const spaced = code => code.toUpperCase().replace(/(.{4})(?=.)/g, '$1 ')

/**
 * Hours with those of one day; null where no day has any.
 * @param {Record<string, string> | null | undefined} hours
 * @param {string} day
 * @param {string} typed
 */
export function withDay(hours, day, typed) {
  const next = { ...hours, [day]: typed }
  if (!typed.trim()) delete next[day]
  return Object.keys(next).length ? next : null
}

/**
 * A day with one part of it as typed; what is empty is not there.
 * @param {SpecialDay} day
 * @param {keyof SpecialDay} key
 * @param {string} typed
 * @returns {SpecialDay}
 */
export function withPart(day, key, typed) {
  const next = { ...day, [key]: typed }
  if (!typed.trim()) delete next[key]
  return next
}

/**
 * Who is told of somebody who is alone, as it is stored: minutes are numbers, what is no number stays as it was typed and is
 * refused beside the field; null = as usual.
 * @param {Record<string, any> | null | undefined} stored @param {string} part @param {string} typed */
export function withLonePart(stored, part, typed) {
  const text = typed.trim(), number = part !== 'manager' && /^\d{1,4}$/.test(text)
  const next = { ...stored, [part]: number ? Number(text) : typed }
  if (!text) delete next[part]
  return Object.keys(next).length ? next : null
}

/**
 * What of a record was changed: null for what was emptied, and nothing for what is as it was.
 * @param {Record<string, any>} stored
 * @param {Record<string, any>} typed
 */
export function changes(stored, typed) {
  /** @type {Record<string, any>} */ const set = {}
  for (const [name, v] of Object.entries(typed)) {
    const value = plain(v), was = plain(stored[name])
    if (JSON.stringify(value) !== JSON.stringify(was)) set[name] = value
  }
  return set
}

/** A value in the one form in which two are compared: nothing is null, and members stand in order. @param {any} v @returns {any} */
function plain(v) {
  const value = typeof v === 'string' ? v.trim() : v
  if (value === '' || value === undefined || (Array.isArray(value) && !value.length)) return null
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1))
}
