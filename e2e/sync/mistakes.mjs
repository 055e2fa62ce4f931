// Mistakes a client can make. What ships knows nothing of them: they are put into it here, at its ports (the network,
// the storage) and around methods of its classes, for those clients alone whose options went through `mistaken`.
import { Core } from '../../pb_public/shared/sync/core.js'
import { look } from '../../pb_public/shared/sync/overlay.js'
import { Retry } from '../../pb_public/shared/sync/retry.js'
import { Tx, recordKey } from '../../pb_public/shared/sync/state.js'
import { Basis, swap } from '../../pb_public/shared/sync/swap.js'

/**
 * @typedef {object} Mistakes
 * @property {boolean} [dropOnOK] HTTP 200 on a push empties the outbox
 * @property {boolean} [ackMovesCursor] the answer to a push advances the pull cursor
 * @property {boolean} [shortPageEnds] a page with fewer rows than asked for is taken for the last
 * @property {boolean} [swapEachPage] pages are applied as they come instead of staged
 * @property {boolean} [keepRevoked] a revoke takes nothing away
 * @property {boolean} [revokeTakesShared] a revoke takes records that another held scope still brings
 * @property {boolean} [baseFollowsPull] an edit names the newest base and values, not what its author saw
 * @property {boolean} [noTimer] a failed round is not tried again before the next local change
 * @property {boolean} [newKeyOnRetry] a change that is sent again gets a new key
 * @property {boolean} [dropOnRefusal] an error of the server empties the outbox
 */

/** What each storage's client gets wrong, and whether the server has just refused it. @type {WeakMap<object, Mistakes & { refused?: boolean }>} */
const byStorage = new WeakMap()
/** Of each set of mistakes, for all lives of its clients: their own keys by those they were sent under. @type {WeakMap<Mistakes, Map<string, string>>} */
const sentUnder = new WeakMap()
/** @param {any} core @returns {Mistakes & { refused?: boolean }} */
const of = core => byStorage.get(core.storage) ?? {}

/**
 * The options of a client that makes mistakes.
 * @template {import('../../pb_public/shared/sync/client.js').ClientOptions} T
 * @param {T} options @param {Mistakes | undefined} mistakes @returns {T}
 */
export function mistaken(options, mistakes) {
  if (!mistakes || Object.keys(mistakes).length === 0) return options
  const made = { ...mistakes }
  byStorage.set(options.storage, made)
  const keys = sentUnder.get(mistakes) ?? new Map()
  sentUnder.set(mistakes, keys)
  return { ...options, fetch: network(/** @type {any} */ (options.fetch), made, keys) }
}

/** @param {any} type @param {string} name @param {(this: any, honest: (...args: any[]) => any, ...args: any[]) => any} instead */
function around(type, name, instead) {
  const honest = type.prototype[name]
  type.prototype[name] = function (/** @type {any[]} */ ...args) {
    return instead.call(this, (...given) => honest.apply(this, given), ...args)
  }
}

around(Tx, 'queue', function (honest, change) {
  const { dropOnOK, baseFollowsPull } = of(this.core)
  if (dropOnOK && change.answered) return this.unqueue(change)
  const fresh = !this.state.items.has(change.key)
  return honest(baseFollowsPull && fresh ? { ...change, ops: change.ops.map((/** @type {any} */ op) => newest(this.state, op)) } : change)
})

/** @param {any} state @param {any} op */
function newest(state, op) {
  const held = op.op !== 'create' && look(state.records.get(recordKey(op.collection ?? '', op.id ?? '')), op.collection, op.id)
  if (!held) return op
  return { ...op, base: held.base, ...(op.was && { was: Object.fromEntries(Object.keys(op.was).map(f => [f, held.values[f] ?? null])) }) }
}

around(Tx, 'putSelf', function (honest, fields) {
  honest(fields)
  if (fields?.stagedCursor && of(this.core).swapEachPage) swap(this, this.state.staged.at(-1).answer)
})

around(Basis, 'event', function (honest, event) {
  const { keepRevoked, revokeTakesShared } = of(this.t.core)
  if (event.op === 'revoke' && keepRevoked) return
  if (event.op === 'revoke' && revokeTakesShared) {
    for (const [key, r] of this.t.state.records) if (r.scopes.includes(event.id)) this.t.state.records.set(key, { ...r, scopes: [event.id] })
  }
  honest(event)
})

around(Core, 'commit', function (honest, change) {
  const made = of(this)
  if (!made.dropOnRefusal || !made.refused) return honest(change)
  made.refused = false
  return honest((/** @type {any} */ t) => {
    for (const c of [...t.state.outbox]) t.unqueue(c)
    return change(t)
  })
})

around(Core, 'end', function (honest, failed, ...rest) {
  honest(failed, ...rest)
  if (failed && of(this).noTimer) this.retry.at = Infinity
})

around(Retry, 'work', function (honest, now) {
  if (this.at === Infinity) this.at = now
  honest(now)
})

/**
 * @param {(input: string, init: any) => Promise<Response>} honest @param {Mistakes & { refused?: boolean }} made
 * @param {Map<string, string>} keys the client's own by those they were sent under
 * @returns {(input: string, init: any) => Promise<Response>}
 */
function network(honest, made, keys) {
  let ahead = '' // the cursor to read on from
  return async (input, init) => {
    const url = new URL(input), what = url.pathname.split('/').at(-1) ?? ''
    if (what === 'pull' && ahead) {
      url.searchParams.set('cursor', ahead)
      ahead = ''
    }
    const answer = await honest(String(url), what === 'push' && made.newKeyOnRetry ? await renamed(init, keys) : init)
    if (!answer.ok && made.dropOnRefusal) made.refused = true
    if (answer.ok && what === 'push' && made.ackMovesCursor) {
      const head = await honest(String(new URL(`pull?client=${JSON.parse(await text(init)).client}`, url)), { ...init, method: 'GET', body: undefined })
        .then(a => a.json()).catch(() => null)
      ahead = head?.more === false ? head.cursor : ''
    }
    if (keys.size === 0 && !(what === 'pull' && made.shortPageEnds)) return answer
    let said = await answer.text()
    for (const [sent, own] of keys) said = said.replaceAll(sent, own)
    if (what === 'pull' && made.shortPageEnds && answer.ok) {
      const page = JSON.parse(said)
      if ((page.changes ?? []).length < Number(url.searchParams.get('limit'))) said = JSON.stringify({ ...page, more: false })
    }
    return new Response(said, { status: answer.status, headers: answer.headers })
  }
}

/** The body of a request, as it was before it was packed. @param {any} init @returns {Promise<string>} */
export async function text(init) {
  if (typeof init.body === 'string') return init.body
  return new Response(new Blob([init.body]).stream().pipeThrough(new DecompressionStream('gzip'))).text()
}

/** A push whose changes have new keys. @param {any} init @param {Map<string, string>} keys */
async function renamed(init, keys) {
  const body = JSON.parse(await text(init))
  for (const m of body.mutations) {
    const sent = m.key.slice(0, 20) + String(keys.size).padStart(6, '0') // as many as are needed, and none twice
    keys.set(sent, m.key)
    m.key = sent
  }
  const { 'Content-Encoding': _, ...headers } = init.headers
  return { ...init, headers, body: JSON.stringify(body) }
}
