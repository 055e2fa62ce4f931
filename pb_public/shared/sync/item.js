// @ts-check
// The truthful receipt of each change: saved, sent, needs you. It only moves forward.

/** @typedef {import('./state.js').Change} Change */
/** @typedef {import('./state.js').ItemState} ItemState */
/** @typedef {import('./state.js').Result} Result */

/** @type {Record<ItemState, number>} */
const rank = { saved: 0, sent: 1, needs_you: 2 }

/**
 * Moves an item forward; a lower state changes nothing but the mid.
 * @param {import('./state.js').Tx} t @param {Change} c @param {ItemState} state @param {Result | null} [result]
 */
export function advance(t, c, state, result = null) {
  const old = t.state.items.get(c.key)
  const about = old?.about ?? c.ops.map(
    op => ({ op: op.op, collection: op.collection ?? 'sync_issues', id: op.id ?? op.issue ?? '', patient: patientOf(op) }))
  const item = {
    key: c.key, mid: c.mid, authored_at: c.authored_at, about,
    state: old && rank[old.state] >= rank[state] ? old.state : state,
    result: result && (!old?.result || !result.replayed) ? result : old?.result ?? null,
  }
  t.state.items.set(c.key, item)
  t.put('items', c.key, item)
  t.receipts = true
}

/**
 * Takes from a receipt what the record said: its author may not see that any more. That there was a conflict stays.
 * @param {import('./state.js').Tx} t @param {import('./state.js').Item} item
 */
export function withoutWords(t, item) {
  const conflicts = item.result?.conflicts
  if (!item.result || !conflicts?.some(c => c.theirs != null || c.yours != null)) return
  const bare = { ...item, result: { ...item.result, conflicts: conflicts.map(c => ({ ...c, theirs: null, yours: null })) } }
  t.state.items.set(item.key, bare)
  t.put('items', item.key, bare)
  t.receipts = true
}

/** Forgets a receipt. @param {import('./state.js').Tx} t @param {string} key */
export function forget(t, key) {
  t.state.items.delete(key)
  t.take('items', key)
  t.receipts = true
}

/**
 * Reads a result as its author must: anything refused, set aside or in conflict needs them.
 * @param {Result} r @returns {ItemState}
 */
export function stateOf(r) {
  return r.status === 'quarantined' || r.issues?.length || r.conflicts?.length ? 'needs_you' : 'sent'
}

/** Whom an op is about; '' when it does not say. @param {import('./state.js').Op} op */
export function patientOf(op) {
  if (op.patient) return op.patient
  if (op.collection === 'patients') return op.id ?? ''
  const patient = op.set?.patient
  return typeof patient === 'string' ? patient : ''
}
