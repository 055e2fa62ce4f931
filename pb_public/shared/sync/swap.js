// @ts-check
// Staged pages become the new base, in one commit with the cursor and with the outbox rows whose effects they hold.
// What people see is never half of a change.

import { eachInPieces } from './breath.js'
import { confirm } from './outbox.js'
import { patientOf } from './item.js'
import { dropStaging, resetAll } from './pull.js'
import { recordKey } from './state.js'

/** @typedef {import('./state.js').Tx} Tx */
/** @typedef {import('./state.js').Held} Held */
/** @typedef {import('./state.js').Delivery} Delivery */
/** @typedef {import('./state.js').ScopeEvent} ScopeEvent */

/**
 * Much is applied in pieces; a promise tells then when it is done. Nothing else is committed meanwhile, and nothing of it is shown.
 * @param {Tx} t @param {import('./state.js').PullAnswer} last @returns {Promise<void> | void}
 */
export function swap(t, last) {
  const basis = new Basis(t)
  const end = () => {
    basis.settle()
    dropStaging(t)
    const { pulledAt } = t.state.self, loading = last.loading ?? null
    t.putSelf({ cursor: last.cursor, loading, pulledAt: (loading && pulledAt) || t.core.now() })
    confirm(t, last.last_mid, last.last_key)
  }
  const under = eachInPieces(told(t.state.staged), apply => apply(basis))
  return under ? under.then(end) : end()
}

/** What pages tell, in order. @param {readonly import('./state.js').Page[]} pages @returns {Iterable<(basis: Basis) => void>} */
function * told(pages) {
  for (const { from, answer } of pages) {
    if (from === '') yield basis => basis.event({ id: resetAll, op: 'reset' }) // from nothing: all of it comes
    for (const e of answer.scopes) yield basis => basis.event(e)
    for (const d of answer.changes) yield basis => basis.deliver(d, answer)
  }
}

/** The base while pages are applied to it. */
export class Basis {
  /** @type {Set<string>} records that lost a scope in this round */
  #lost = new Set()

  /** @param {Tx} t */
  constructor(t) { this.t = t }

  /**
   * Applies a grant or its end. `add` and `reset` replace a scope: everything of it comes after this event, so what was
   * held of it before and does not come again has gone.
   * @param {ScopeEvent} e
   */
  event(e) {
    const { t } = this
    if (e.id === resetAll) {
      for (const s of [...t.state.scopes]) t.hold(s, false)
      this.#leave(() => true, () => [])
      return
    }
    t.hold(e.id, e.op !== 'revoke')
    this.#leave(h => h.scopes.includes(e.id), h => h.scopes.filter(s => s !== e.id))
  }

  /** Gives the records that match their remaining scopes. @param {(h: Held) => boolean} match @param {(h: Held) => string[]} rest */
  #leave(match, rest) {
    const { records } = this.t.state
    for (const [key, h] of records) {
      if (!match(h)) continue
      records.set(key, { ...h, scopes: rest(h) })
      this.#lost.add(key)
    }
  }

  /** Puts a record whole, or takes it away. @param {Delivery} d @param {{ epoch: string, history?: string }} of the answer it came with */
  deliver(d, { epoch, history = '' }) {
    const { t } = this
    const key = recordKey(d.collection, d.id)
    const old = t.state.records.get(key)
    if (d.gone === 'retracted') t.takeRecord(key)
    else if (d.gone) old && letGo(t, old)
    else t.putRecord({ collection: d.collection, id: d.id, version: d.version, epoch, history, scopes: d.scopes ?? [], data: d.data ?? {},
        waiting: false })
  }

  /** Lets go of records that lost their last held scope. */
  settle() {
    const { t } = this
    for (const key of this.#lost) {
      const h = t.state.records.get(key)
      if (!h) continue
      if (h.scopes.some(s => t.state.scopes.has(s))) t.putRecord(h)
      else letGo(t, h)
    }
  }
}

/**
 * Takes a record away, but not before the unsent work on its person went up: until then its author must be able to read
 * what they are writing about.
 * @param {Tx} t @param {Held} h
 */
function letGo(t, h) {
  if (unsentOn(t.state, h)) t.putRecord({ ...h, waiting: true, scopes: [] })
  else t.takeRecord(recordKey(h.collection, h.id))
}

/** Takes the records away whose unsent work has gone up. @param {Tx} t */
export function letGoOfWaiting(t) {
  for (const [key, h] of t.state.records) {
    if (h.waiting && !unsentOn(t.state, h)) t.takeRecord(key)
  }
}

/** Whether unanswered work concerns the record or its person. @param {import('./state.js').State} s @param {Held} h */
function unsentOn(s, h) {
  const patient = h.collection === 'patients' ? h.id : h.data.patient
  return s.outbox.some(c => !c.answered && c.ops.some(op =>
    (op.collection === h.collection && op.id === h.id) || (typeof patient === 'string' && patient !== '' && patientOf(op) === patient)))
}
