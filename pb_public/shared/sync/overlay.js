// @ts-check
// A record as people see it: what the server sent, with the ops of the outbox on top, in order. Nothing else.

import { baseOf } from './base.js'
import { freeze } from './json.js'

/** @typedef {import('./storage.js').Json} Json */
/** @typedef {import('./state.js').Op} Op */
/** @typedef {import('./state.js').Held} Held */

/**
 * A record as a person saw it at one moment. It never changes: an edit made from it carries what they saw, whatever
 * arrived since.
 * @typedef {object} Seen
 * @property {string} collection
 * @property {string} id
 * @property {{ readonly [field: string]: any }} values JSON values; missing is null or not there
 * @property {string} base the point of the sequence it shows, such as e3.8812; '' for a record that is not on the server yet
 * @property {boolean} pending own work on it is not confirmed yet
 * @property {readonly string[]} own the fields that this work wrote
 * @property {boolean} retracted that work withdraws it
 * @property {boolean} waiting access has ended; it goes when the unsent work on it went up
 */

/**
 * @param {Held | undefined} h
 * @param {string} collection
 * @param {string} id
 * @param {readonly Op[]} [ops] those on this record
 * @returns {Seen | null}
 */
export function look(h, collection, id, ops = []) {
  /** @type {Seen | null} */
  let s = h ? { collection, id, values: h.data, base: baseOf(h), pending: false, own: [], retracted: false, waiting: h.waiting } : null
  for (const op of ops) s = overlay(s, op, collection, id)
  return s && freeze(s)
}

/**
 * Puts one op on top of what is seen.
 * @param {Seen | null} s
 * @param {Op} op
 * @param {string} collection
 * @param {string} id
 * @returns {Seen | null}
 */
export function overlay(s, op, collection, id) {
  if (op.collection !== collection || op.id !== id) return s
  if (!s) {
    // Own work on a record that is gone shows nothing: only a create brings it back.
    if (op.op !== 'create') return null
    s = { collection, id, values: {}, base: '', pending: true, own: [], retracted: false, waiting: false }
  }
  switch (op.op) {
    case 'create':
    case 'update': return { ...s, pending: true, own: [...s.own, ...Object.keys(op.set ?? {})], values: { ...s.values, ...op.set } }
    case 'add':
    case 'remove': {
      const field = op.field ?? ''
      return { ...s, pending: true, own: [...s.own, field],
          values: { ...s.values, [field]: members(s.values[field], op.values ?? [], op.op === 'add') } }
    }
    case 'retract': return { ...s, pending: true, retracted: true }
    default: return s // resolve names an issue, never a record
  }
}

/**
 * A list with some members added or taken away: sorted, null when empty.
 * @param {Json | undefined} value @param {readonly Json[]} changed @param {boolean} add
 */
function members(value, changed, add) {
  const set = new Set(Array.isArray(value) ? value : [])
  for (const m of changed) {
    if (add) set.add(m)
    else set.delete(m)
  }
  return set.size === 0 ? null : [...set].sort()
}

/** The person a record is about; '' when it is about nobody. @param {Seen} s */
export const patientOfSeen = s => (s.collection === 'patients' ? s.id : typeof s.values.patient === 'string' ? s.values.patient : '')
