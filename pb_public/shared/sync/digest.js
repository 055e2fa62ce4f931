// @ts-check
// Comparing what is held with the server, once a day, and whenever in doubt.

import { inPieces } from './breath.js'
import { exchange } from './exchange.js'
import { Basis } from './swap.js'

/** @typedef {import('./core.js').Core} Core */
/** @typedef {import('./state.js').Held} Held */
/** @typedef {{ count: number, hash: string }} ScopeDigest */

const mostScopes = 200 // of which one request lists the records
const mostRecords = 20_000
const mostAgain = 3 // comparisons of a round after which it pulls again; what moves all the time is compared another day
const encoder = new TextEncoder()

/** @param {Core} core */
export function digestDue({ state: { self }, digest, digestEvery, now }) {
  if (self.stagedCursor || !self.cursor || self.loading) return false
  const age = now() - self.digestAt
  return digest.wanted || digest.differs.length > 0 || age >= digestEvery || age < 0
}

/**
 * The hash of one record: the first eight bytes of SHA-256 over collection/id/version/ and what it says, as JSON in the
 * canonical form of RFC 8785.
 * @param {Core} core @param {Held} h
 */
async function hash(core, h) {
  const sum = await core.sha256(encoder.encode(`${h.collection}/${h.id}/${h.version}/${canonical(h.data)}`))
  return new DataView(sum.buffer, sum.byteOffset).getBigUint64(0)
}

/** JSON whose members are sorted by their UTF-16 units, without spaces. @param {any} value @returns {string} */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  return `{${Object.keys(value).sort().map(name => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`
}

/** @param {bigint} sum */
const written = sum => sum.toString(16).padStart(16, '0')

/**
 * A digest of what is held, scope by scope: how many records, and the XOR of their hashes. Scopes without records are
 * left out.
 * @param {Core} core @returns {Promise<Record<string, ScopeDigest>>}
 */
export async function held(core) {
  const { records, scopes } = core.state
  /** @type {Map<string, { count: number, sum: bigint }>} */
  const sums = new Map()
  await inPieces([...records.values()], async h => {
    const mine = h.scopes.filter(s => scopes.has(s))
    if (mine.length === 0) return
    const first = await hash(core, h)
    for (const s of mine) {
      const d = sums.get(s) ?? { count: 0, sum: 0n }
      sums.set(s, { count: d.count + 1, sum: d.sum ^ first })
    }
  })
  return Object.fromEntries([...sums].map(([s, d]) => [s, { count: d.count, hash: written(d.sum) }]))
}

/**
 * Sends the digest; scopes that differ are listed record by record in a further request, whose answer repairs them. It
 * moves neither the cursor nor the outbox.
 * @param {Core} core
 */
export async function compare(core) {
  const { self } = core.state
  const first = core.digest.differs.length === 0
  const records = first ? undefined : await listed(core)
  const answer = await exchange(core, { method: 'POST', path: '/digest', bearer: core.access.text,
        body: { client: self.client, cursor: self.cursor, content: true, scopes: await held(core), records } })
  if (answer.epoch !== self.epoch) return core.mustGreet() // the server is another: hello first
  await core.commit(t => {
    const basis = new Basis(t)
    const { moved = [], held } = answer
    for (const s of Object.keys(records ?? {})) if (held && !moved.includes(s)) t.hold(s, held.includes(s))
    for (const d of answer.changes ?? []) basis.deliver(d, answer)
    t.putSelf({ digestAt: core.now() })
  })
  const again = (answer.moved ?? []).length > 0 && core.round.comparedAgain < mostAgain
  if (again) {
    core.round.comparedAgain++
    core.round.pulled = false
  }
  const before = core.round.compared ? core.digest.last : { differs: [], repaired: 0 }
  core.round.compared = true
  core.digest = { wanted: again || (!first && core.digest.wanted), differs: first ? [...answer.differs ?? []].sort()
      : core.digest.differs.slice(Object.keys(records ?? {}).length),
    last: { differs: [...new Set([...before.differs, ...answer.differs ?? []])], moved: answer.moved ?? [],
      repaired: before.repaired + (answer.changes ?? []).length } }
}

/** Names the records held of the next scopes that differ. @param {Core} core */
async function listed(core) {
  /** @type {Map<string, { collection: string, id: string, version: number, hash: string }[]>} */
  const lists = new Map(core.digest.differs.slice(0, mostScopes).map(s => [s, []]))
  await inPieces([...core.state.records.values()], async h => {
    const { collection, id, version, scopes } = h
    const mine = scopes.filter(s => lists.has(s))
    if (mine.length === 0) return
    const line = { collection, id, version, hash: written(await hash(core, h)) }
    for (const s of mine) lists.get(s)?.push(line)
  })
  let n = 0
  return Object.fromEntries([...lists].filter(([, list], i) => (n += list.length) <= mostRecords || i === 0))
}
