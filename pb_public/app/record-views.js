// @ts-check
// The sync client's records and receipts in the plain form that the screens draw.
import { readThere } from '../shared/states.js'
import { visitKind } from './model/kinds.js'
import { shownTimes } from './model/phonetime.js'
import { fieldName } from './model/values.js'
import { fill, words } from '../shared/ui/words.js'

/** @typedef {import('../shared/sync/client.js').Client} Client */
/** @typedef {import('../shared/sync/client.js').Seen} Seen */

/**
 * One list in plain form for each list of the client, which hands out the same one until something in it changes.
 * @type {WeakMap<object, { offset: number, list: any[] }>}
 */
const lists = new WeakMap()

/** @param {Seen} s @param {number} offset */
const plain = (s, offset) => ({ ...shownTimes(s.values, s.own, offset), id: s.id, pending: s.pending, waiting: s.waiting })

/** Records of lists, made once: a list that changes is mostly the one before. @type {WeakMap<Seen, { offset: number, rec: any }>} */
const inLists = new WeakMap()

/** @param {Seen} s @param {number} offset */
function listed(s, offset) {
  let kept = inLists.get(s)
  if (kept?.offset !== offset) inLists.set(s, kept = { offset, rec: plain(s, offset) })
  return kept.rec
}

/** @param {Client} client @param {string} collection @param {string} id */
export function recordOf(client, collection, id) {
  const s = client.view(collection, id)
  return s && plain(s, client.clockOffset ?? 0)
}

/** @param {Client} client @param {string} collection */
export function recordsOf(client, collection) {
  const seen = client.list(collection), offset = client.clockOffset ?? 0
  let kept = lists.get(seen)
  if (kept?.offset !== offset) lists.set(seen, kept = { offset, list: seen.map(s => listed(s, offset)) })
  return kept.list
}

/**
 * A receipt as the list of own work shows it.
 * @param {import('../shared/sync/receipts.js').Receipt} r @param {Client} client @param {Set<string>} open ids of issues that still wait
 */
export function receiptItem(r, client, open) {
  const issues = r.result?.issues ?? [], conflicts = r.result?.conflicts ?? []
  const asked = [...issues, ...conflicts].some(i => open.has(i.id))
  const there = r.handovers.find(h => h.values.seen_by || h.values.acknowledged_by || readThere(/** @type {any} */ (h.values)))
  const done = r.state === 'needs_you' && !asked ? 'sent' : r.state // decided meanwhile: its receipt stays as it was
  return {
    key: r.key, state: done === 'sent' && r.seen ? 'seen' : done, kind: visitKind(r.about),
      patient: r.about.find(a => a.patient)?.patient ?? '', at: new Date(Date.parse(r.authored_at) + (client.clockOffset ?? 0))
      .toISOString(),
    seenBy: there ? client.view('teams', String(there.values.to_team ?? ''))?.values.name ?? '' : '',
    records: r.about.map(a => `${a.collection}/${a.id}`),
    // What waits for somebody is told where it is decided.
    notes: asked ? [] : conflicts.map(c => fill(words.app.items.issue.conflict, { field: fieldName(c.field) })),
  }
}
