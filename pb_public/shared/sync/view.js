// @ts-check
// What people see, ready to be drawn: an index in memory that a commit brings up to date by the records it touched.

import { eachInPieces } from './breath.js'
import { look, patientOfSeen } from './overlay.js'
import { recordKey } from './state.js'

/** @typedef {import('./overlay.js').Seen} Seen */
/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Op} Op */
/** @typedef {import('./state.js').Item} Item */
/** @typedef {import('./state.js').Change} Change */

/** So many records that changed are built up beside what is shown, and shown at once. */
const manyAtOnce = 1000

/** One collection: its records by id, and the ids by the person they are about. */
class CollectionIndex {
  /** @type {Map<string, Seen>} */ byId = new Map()
  /** @type {Map<string, Set<string>>} */ byPatient = new Map()
  /** @type {readonly Seen[] | null} in order of id, without what own work withdraws */ list = null
  /** @type {readonly Seen[]} the list before, and the ids of what changed since */ #before = []
  /** @type {Set<string>} */ #changed = new Set()
  /** @type {Map<string, readonly Seen[]>} the same of one person */ lists = new Map()

  /** @param {string} id @param {Seen | null} seen */
  put(id, seen) {
    const old = this.byId.get(id)
    if (this.list) this.#before = this.list
    this.list = null
    this.#changed.add(id)
    for (const s of [old, seen]) if (s) this.lists.delete(patientOfSeen(s))
    if (old) this.byPatient.get(patientOfSeen(old))?.delete(id)
    if (!seen) {
      this.byId.delete(id)
      return
    }
    this.byId.set(id, seen)
    const patient = patientOfSeen(seen)
    const ids = this.byPatient.get(patient)
    if (ids) ids.add(id)
    else this.byPatient.set(patient, new Set([id]))
  }

  all() {
    if (this.list) return this.list
    const fresh = sorted([...this.#changed].flatMap(id => this.byId.get(id) ?? []))
    const list = this.#before.length ? merged(this.#before.filter(s => !this.#changed.has(s.id)), fresh) : fresh
    this.#changed.clear()
    this.#before = []
    return this.list = list
  }

  /** @param {string} patient */
  of(patient) {
    const known = this.lists.get(patient)
    if (known) return known
    const ids = this.byPatient.get(patient) ?? new Set()
    const list = sorted([...ids].map(id => /** @type {Seen} */ (this.byId.get(id))))
    this.lists.set(patient, list)
    return list
  }
}

/** @param {Seen[]} list @returns {readonly Seen[]} */
const sorted = list => Object.freeze(list.filter(s => !s.retracted).sort((a, b) => (a.id < b.id ? -1 : 1)))

/** Two lists in order of id as one. @param {readonly Seen[]} a @param {readonly Seen[]} b @returns {readonly Seen[]} */
function merged(a, b) {
  const list = []
  let i = 0
  for (const s of b) {
    while (i < a.length && a[i].id < s.id) list.push(a[i++])
    list.push(s)
  }
  while (i < a.length) list.push(a[i++])
  return Object.freeze(list)
}

export class Shown {
  /** @type {Map<string, CollectionIndex>} */ #indexes = new Map()
  /** @type {Map<string, Op[]>} ops of the outbox by the record they are on */ #ops = new Map()
  /** @type {Map<string, Item>} */ items = new Map()
  /** @type {readonly Change[]} */ unsent = []
  /** @type {readonly Change[]} */ aside = []
  /** What the device knew of itself when it was last shown what there is. @type {State['self']} */ self = /** @type {any} */ (null)

  /** Records without own work on them, as they are shown. @type {WeakMap<import('./state.js').Held, Seen | null>} */ #looks = new WeakMap()

  /** Shows all there is, at one moment; what was shown before stays until then. @param {State} state */
  async rebuild(state) {
    this.#receipts(state)
    /** @type {Map<string, CollectionIndex>} */ const indexes = new Map()
    await eachInPieces(new Set([...state.records.keys(), ...this.#ops.keys()]), key => this.#show(indexes, state, key))
    this.#indexes = indexes
    this.self = { ...state.self }
  }

  /** Shows what a commit changed. @param {State} state @param {import('./state.js').Tx} t @returns {Promise<void> | void} */
  publish(state, t) {
    if (t.touched.size > manyAtOnce) return this.rebuild(state)
    if (t.receipts) this.#receipts(state)
    for (const key of t.touched) this.#show(this.#indexes, state, key)
    this.self = { ...state.self }
  }

  /** @param {State} state */
  #receipts(state) {
    this.items = new Map(state.items)
    this.unsent = state.outbox.filter(c => !c.answered)
    this.aside = [...state.aside]
    this.#ops.clear()
    for (const c of state.outbox) {
      for (const op of c.ops) {
        if (!op.collection || !op.id) continue
        const key = recordKey(op.collection, op.id)
        const list = this.#ops.get(key)
        if (list) list.push(op)
        else this.#ops.set(key, [op])
      }
    }
  }

  /** @param {Map<string, CollectionIndex>} indexes @param {State} state @param {string} key */
  #show(indexes, state, key) {
    const slash = key.indexOf('/')
    const collection = key.slice(0, slash), id = key.slice(slash + 1)
    let index = indexes.get(collection)
    if (!index) indexes.set(collection, index = new CollectionIndex())
    const held = state.records.get(key), ops = this.#ops.get(key)
    index.put(id, ops || !held ? look(held, collection, id, ops) : this.#lookOf(held, collection, id))
  }

  /** @param {import('./state.js').Held} held @param {string} collection @param {string} id */
  #lookOf(held, collection, id) {
    let seen = this.#looks.get(held)
    if (seen === undefined) this.#looks.set(held, seen = look(held, collection, id))
    return seen
  }

  /** @param {string} collection @param {string} id @returns {Seen | null} */
  view(collection, id) { return this.#indexes.get(collection)?.byId.get(id) ?? null }

  /**
   * The records of a collection in order of id, without what own work withdraws.
   * @param {string} collection @param {{ readonly [field: string]: unknown }} [where] fields and the values they must have
   * @returns {readonly Seen[]}
   */
  list(collection, where = {}) {
    const index = this.#indexes.get(collection)
    if (!index) return []
    const { patient, ...others } = where
    const list = typeof patient === 'string' && collection !== 'patients' ? index.of(patient) : index.all()
    const tests = Object.entries(typeof patient === 'string' && collection !== 'patients' ? others : where)
    return tests.length === 0 ? list : list.filter(s => tests.every(([f, v]) => (s.values[f] ?? null) === v))
  }
}
