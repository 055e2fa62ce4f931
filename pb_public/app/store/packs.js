// @ts-check
// Which row each record lies in: up to fifty of one person share one, those of the last weeks apart from older ones, so that a
// phone that is unlocked reads few rows before its first screen. docs/adr/037. Nothing here reads, writes or seals.
import { eachInPieces } from '../../shared/sync/breath.js'
import { isOpen } from '../model/round.js'

/** @typedef {import('../../shared/sync/storage.js').Json} Json */
/** @typedef {{ key: string, value: Json | undefined }} Written a record put, or taken away */
/** @typedef {ReadonlyMap<string, Json>} Pack records by their key */
/**
 * What rows hold after some writes, and where records lie then.
 * @typedef {{ packs: Map<string, Pack>, places: Map<string, string | null> }} Plan
 */

/** The version of the form of such a row: { k: its key, d: its records by key }. A record that lies alone has version 1. */
export const packVersion = 2

/** What the first screen needs, and the rest: visits, readings and check-ins that are closed and long past. */
export const recentTable = 'recent', olderTable = 'older'

/** The most records of one row: sealing and storing that many costs little more than one, and a change seals all of them again. */
const most = 50
/** For so long a record counts as recent, in milliseconds. Rules look back 30 days at most. */
const recentFor = 40 * 86_400_000
const aging = new Set(['visits', 'observations', 'checkins'])
const times = ['planned_start', 'planned_end', 'started_at', 'ended_at', 'happened_at', 'taken_at']

/** Table and key of a row, from its name here. @param {string} name @returns {[string, string]} */
export const placeOf = name => [name.slice(0, name.indexOf('|')), name.slice(name.indexOf('|') + 1)]

export class Packs {
  /** @type {Map<string, Pack>} by `table|key` */ #packs = new Map()
  /** @type {Map<string, string>} the row of each record */ #places = new Map()

  /** Notes a row that was read. @param {string} table @param {string} key @param {Pack} records */
  note(table, key, records) {
    const name = `${table}|${key}`
    this.#packs.set(name, records)
    for (const record of records.keys()) this.#places.set(record, name)
  }

  /**
   * What rows would hold after these writes. Nothing is changed before `take`.
   * @param {readonly Written[]} writes @param {number} now ms @returns {Promise<Plan>}
   */
  async plan(writes, now) {
    /** @type {Map<string, Map<string, Json>>} */ const packs = new Map()
    /** @type {Map<string, string | null>} */ const places = new Map()
    const since = new Date(now - recentFor).toISOString()
    const sizeOf = (/** @type {string} */ name) => (packs.get(name) ?? this.#packs.get(name))?.size ?? 0
    const open = (/** @type {string} */ name) => {
      let pack = packs.get(name)
      if (!pack) packs.set(name, pack = new Map(this.#packs.get(name)))
      return pack
    }
    const leave = (/** @type {string} */ key) => {
      const from = places.has(key) ? places.get(key) : this.#places.get(key)
      if (from) open(from).delete(key)
      places.set(key, null)
    }
    const enter = (/** @type {string} */ key, /** @type {Json} */ value) => {
      const group = `${isRecent(value, since) ? recentTable : olderTable}|${whose(value)}|`
      const was = places.has(key) ? places.get(key) : this.#places.get(key)
      if (was?.startsWith(group)) {
        open(was).set(key, value)
        return
      }
      leave(key)
      let n = 0
      while (sizeOf(group + n) >= most) n++
      open(group + n).set(key, value)
      places.set(key, group + n)
    }
    await eachInPieces(writes, ({ key, value }) => {
      if (value === undefined) leave(key)
      else enter(key, value)
    })
    await eachInPieces([...packs], ([name, pack]) => { // what has grown old since it was put there
      if (!name.startsWith(recentTable)) return
      for (const [key, value] of [...pack]) if (!isRecent(value, since)) enter(key, value)
    })
    return { packs, places }
  }

  /** The plan was carried out. @param {Plan} plan */
  take({ packs, places }) {
    for (const [name, pack] of packs) {
      if (pack.size) this.#packs.set(name, pack)
      else this.#packs.delete(name)
    }
    for (const [key, name] of places) {
      if (name) this.#places.set(key, name)
      else this.#places.delete(key)
    }
  }
}

/** The person a record is about; of one about nobody its collection, which is no id. @param {any} value */
export const whose = value => (value?.collection === 'patients' ? value.id : value?.data?.patient) || `-${value?.collection ?? ''}`

/** @param {any} value @param {string} since */
function isRecent(value, since) {
  if (!aging.has(value?.collection) || value.waiting || !value.data) return true
  if (value.collection !== 'observations' && isOpen(value.data)) return true
  const known = times.map(name => value.data[name]).filter(at => typeof at === 'string' && at)
  return known.length === 0 || known.some(at => at >= since)
}
