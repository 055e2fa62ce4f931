// @ts-check
// Recording work: ops as a page says them become one change, with the base and the `was` that protocol.md §5.1 asks for.

import { earlier, later } from './base.js'
import { Refusal } from './errors.js'
import { advance } from './item.js'
import { plain, same } from './json.js'
import { look, overlay, patientOfSeen } from './overlay.js'
import { recordKey } from './state.js'

/** @typedef {import('./core.js').Core} Core */
/** @typedef {import('./state.js').Op} Op */
/** @typedef {import('./overlay.js').Seen} Seen */

/**
 * What a page says. `seen` is what its author had on the screen, from `open` or `view`, however long ago; without it the
 * record counts as seen now. For a resolve, `seen` is the issue and `about` the record it is about, as both were shown.
 * @typedef {{ op: 'create', collection: string, id?: string, set: { [field: string]: unknown } }} CreateOp
 * @typedef {{ op: 'update', collection: string, id: string, set: { [field: string]: unknown }, seen?: Seen }} UpdateOp
 * @typedef {{ op: 'add' | 'remove', collection: string, id: string, field: string, values: readonly string[], seen?: Seen }} ListOp
 * @typedef {{ op: 'retract', collection: string, id: string, seen?: Seen }} RetractOp
 * @typedef {{ op: 'resolve', issue: string, set: { [field: string]: unknown }, seen?: Seen, about?: Seen }} ResolveOp
 * @typedef {CreateOp | UpdateOp | ListOp | RetractOp | ResolveOp} SaidOp
 */

const mostOps = 50

/**
 * Puts one change into the outbox: on this device, and nowhere else yet.
 * @param {Core} core @param {readonly SaidOp[]} said @param {{ author?: string }} [by]
 * @returns {Promise<{ key: string, ids: string[] }>} the key of its receipt, and the id each op is about
 */
export async function record(core, said, { author } = {}) {
  if (said.length === 0) throw new Refusal('nothing', 'a change needs at least one step')
  if (said.length > mostOps) throw new Refusal('too_much', `a change has at most ${mostOps} steps, this one has ${said.length}`)
  const made = await core.commit(t => {
    const { self } = t.state
    if (self.directive === 'wipe') throw new Refusal('wiped', 'this device was wiped')
    if (self.staff === '') throw new Refusal('not_signed_in', 'nobody is signed in on this device')
    const ops = new Composer(core)
    for (const s of said) ops.say(s)
    const c = {
      place: self.nextPlace, client: self.client, mid: self.nextMid, key: core.newID(), author: author ?? self.staff,
      authored_at: core.stamp(core.now()), ops: ops.list, answered: false, confirmedAt: 0,
    }
    t.putSelf({ nextPlace: self.nextPlace + 1, nextMid: self.nextMid + 1 })
    t.queue(c)
    advance(t, c, 'saved')
    return { key: c.key, ids: ops.list.map(op => op.id ?? op.issue ?? '') }
  })
  core.retry.work(core.monotonic())
  if (core.pressing()) core.retry.press(core.monotonic())
  return made
}

/** The fields of a form that its author changed: send only those. @param {Seen | null} seen @param {{ [field: string]: unknown }} values */
export function changes(seen, values) {
  /** @type {{ [field: string]: unknown }} */
  const changed = {}
  for (const [field, value] of Object.entries(values)) {
    if (!same(plain(value), seen?.values[field] ?? null)) changed[field] = value
  }
  return changed
}

/** Makes the ops of one change; later ones see the earlier ones. */
class Composer {
  /** @type {Op[]} */
  list = []

  /** @param {Core} core */
  constructor(core) { this.core = core }

  /** @param {SaidOp} s */
  say(s) {
    switch (s.op) {
      case 'create':
        this.list.push({ op: 'create', collection: s.collection, id: s.id ?? this.core.newID(), set: plain(s.set) })
        return
      case 'update': {
        const seen = this.#seen(s)
        const set = plain(s.set)
        const was = Object.fromEntries(Object.keys(set).map(f => [f, seen.values[f] ?? null]))
        this.list.push({ ...this.#about(s.op, seen), set, was })
        return
      }
      case 'add':
      case 'remove':
        this.list.push({ ...this.#about(s.op, this.#seen(s)), field: s.field, values: [...s.values] })
        return
      case 'retract':
        this.list.push(this.#about(s.op, this.#seen(s)))
        return
      case 'resolve':
        this.#resolve(s)
    }
  }

  /** Decides an issue. Its base is what the decider saw: the issue and the record it is about. @param {ResolveOp} s */
  #resolve(s) {
    const seen = this.#seen({ collection: 'sync_issues', id: s.issue, seen: s.seen })
    const about = s.about ?? (s.seen ? null : this.#base(seen.values.collection ?? '', seen.values.record ?? ''))
    const base = about ? later(seen.base, about.base) : seen.base
    this.list.push({ op: 'resolve', issue: s.issue, patient: patientOfSeen(seen), base, set: plain(s.set) })
  }

  /** @param {Op['op']} op @param {Seen} seen @returns {Op} */
  #about(op, seen) {
    const base = this.#baseFor(seen)
    return { op, collection: seen.collection, id: seen.id, patient: patientOfSeen(seen), ...(base ? { base } : {}) }
  }

  /** @param {{ collection: string, id: string, seen?: Seen }} s */
  #seen({ collection, id, seen }) {
    if (seen) return seen
    let now = this.#base(collection, id)
    for (const c of this.core.state.outbox) for (const op of c.ops) now = overlay(now, op, collection, id)
    for (const op of this.list) now = overlay(now, op, collection, id)
    if (!now) throw new Refusal('not_held', `this device does not hold ${collection} ${id}`)
    return now
  }

  /** What the server sent. @param {string} collection @param {string} id */
  #base(collection, id) { return look(this.core.state.records.get(recordKey(collection, id)), collection, id) }

  /**
   * The base of an edit: what its author saw, but while own work on the record is pending that work's base, because it
   * hid from the author what a pull brought since.
   * @param {Seen} seen
   */
  #baseFor(seen) {
    for (const ops of [...this.core.state.outbox.map(c => c.ops), this.list]) {
      const first = ops.find(op => op.collection === seen.collection && op.id === seen.id)
      if (first) return earlier(first.base ?? '', seen.base)
    }
    return seen.base
  }
}
