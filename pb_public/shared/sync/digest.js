// @ts-check
// Comparing what is held with the server, once a day, and whenever in doubt.

import { exchange } from './exchange.js'
import { Basis } from './swap.js'

/** @typedef {import('./core.js').Core} Core */
/** @typedef {import('./state.js').Held} Held */
/** @typedef {{ count: number, hash: string }} ScopeDigest */

const every = 24 * 3600_000
const mostScopes = 200 // of which one request lists the records
const mostRecords = 20_000
const encoder = new TextEncoder()

/** @param {Core} core */
export function digestDue({ state: { self }, digest, now }) {
  if (self.stagedCursor || !self.cursor) return false
  const age = now() - self.digestAt
  return digest.wanted || digest.differs.length > 0 || age >= every || age < 0
}

/**
 * A digest of what is held, scope by scope: how many records, and the XOR of the first eight bytes of
 * SHA-256("collection/id/version") over them. Scopes without records are left out.
 * @param {Core} core @returns {Promise<Record<string, ScopeDigest>>}
 */
export async function held(core) {
  const { records, scopes } = core.state
  /** @type {Map<string, { count: number, sum: bigint }>} */
  const sums = new Map()
  await Promise.all([...records.values()].map(async h => {
    const mine = h.scopes.filter(s => scopes.has(s))
    if (mine.length === 0) return
    const sum = await core.sha256(encoder.encode(`${h.collection}/${h.id}/${h.version}`))
    const first = new DataView(sum.buffer, sum.byteOffset).getBigUint64(0)
    for (const s of mine) {
      const d = sums.get(s) ?? { count: 0, sum: 0n }
      sums.set(s, { count: d.count + 1, sum: d.sum ^ first })
    }
  }))
  return Object.fromEntries([...sums].map(([s, d]) => [s, { count: d.count, hash: d.sum.toString(16).padStart(16, '0') }]))
}

/**
 * Sends the digest; scopes that differ are listed record by record in a further request, whose answer repairs them. It
 * moves neither the cursor nor the outbox.
 * @param {Core} core
 */
export async function compare(core) {
  const { self } = core.state
  const first = core.digest.differs.length === 0
  const records = first ? undefined : listed(core)
  const answer = await exchange(core, { method: 'POST', path: '/digest', bearer: core.access.text,
        body: { client: self.client, cursor: self.cursor, scopes: await held(core), records } })
  if (answer.epoch !== self.epoch) return core.mustGreet() // the server is another: hello first
  await core.commit(t => {
    const basis = new Basis(t)
    for (const d of answer.changes ?? []) basis.deliver(d, answer)
    t.putSelf({ digestAt: core.now() })
  })
  core.digest = { wanted: false, differs: first ? [...answer.differs ?? []].sort()
      : core.digest.differs.slice(Object.keys(records ?? {}).length),
    last: { differs: answer.differs ?? [], repaired: (answer.changes ?? []).length } }
}

/** Names the records held of the next scopes that differ. @param {Core} core */
function listed(core) {
  /** @type {Map<string, { collection: string, id: string, version: number }[]>} */
  const lists = new Map(core.digest.differs.slice(0, mostScopes).map(s => [s, []]))
  for (const { collection, id, version, scopes } of core.state.records.values()) {
    for (const s of scopes) lists.get(s)?.push({ collection, id, version })
  }
  let n = 0
  return Object.fromEntries([...lists].filter(([, list], i) => (n += list.length) <= mostRecords || i === 0))
}
