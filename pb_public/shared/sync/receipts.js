// @ts-check
// Receipts for people: how far each change has come, up to "seen by the practice".
import { readThere } from '../states.js'

/** @typedef {import('./view.js').Shown} Shown */
/** @typedef {import('./overlay.js').Seen} Seen */
/** @typedef {import('./state.js').Item} Item */

/**
 * An item and the handovers that came of it. `seen`: somebody where a handover went has seen it.
 * @typedef {Item & { handovers: readonly Seen[], seen: boolean }} Receipt
 */

/** All receipts, oldest change first. @param {Shown} shown @returns {Receipt[]} */
export function receipts(shown) {
  const byRecord = handoversByRecord(shown)
  return [...shown.items.values()].sort((a, b) => (a.key < b.key ? -1 : 1)).map(item => receipt(item, byRecord))
}

/** @param {Shown} shown @param {string} key @returns {Receipt | null} */
export function receiptOf(shown, key) {
  const item = shown.items.get(key)
  return item ? receipt(item, handoversByRecord(shown)) : null
}

/** @param {Item} item @param {Map<string, Seen[]>} byRecord @returns {Receipt} */
function receipt(item, byRecord) {
  const handovers = [...new Set(item.about.flatMap(a => byRecord.get(a.id) ?? []))]
  return { ...item, handovers, seen: handovers.some(h => readThere(/** @type {{ state: string }} */ (h.values))
        || Boolean(h.values.seen_by || h.values.acknowledged_by)) }
}

/** Handovers by their own id, by their visit and by the records that are their evidence. @param {Shown} shown */
function handoversByRecord(shown) {
  /** @type {Map<string, Seen[]>} */
  const found = new Map()
  for (const h of shown.list('handovers')) {
    for (const id of new Set([h.id, h.values.visit, ...evidence(h.values.evidence)])) {
      if (typeof id !== 'string' || id === '') continue
      const list = found.get(id)
      if (list) list.push(h)
      else found.set(id, [h])
    }
  }
  return found
}

/** Record ids named in the evidence of a handover. @param {any} evidence @returns {string[]} */
function evidence(evidence) {
  const records = evidence?.records
  return Array.isArray(records) ? records.map(r => r?.id) : []
}
