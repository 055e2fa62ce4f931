// @ts-check
// What the sync client keeps its state in: its Storage, sealed by the vault, in IndexedDB.
import { inPieces } from '../../shared/sync/breath.js'
import { Lock } from '../../shared/sync/lock.js'
import { tables } from '../../shared/sync/storage.js'
import { StoreError } from './errors.js'
import { keyTable, rowsBetween, unsentState } from './database.js'
import { clearRow, clearTables } from './locked.js'
import { olderTable, Packs, packVersion, placeOf, recentTable, whose } from './packs.js'
import { rowVersion, sealRow, unsealRow } from './sealed.js'

/** @typedef {import('../../shared/sync/storage.js').Table} Table */
/** @typedef {import('../../shared/sync/storage.js').Json} Json */
/** @typedef {import('../../shared/sync/storage.js').Write} Write */
/** @typedef {import('../../shared/sync/storage.js').Visit} Visit */
/** @typedef {import('../../shared/sync/storage.js').Storage} ClientStorage */
/** @typedef {import('./database.js').Row} Row */

/** Rows stored or read at a time: enough to keep the machine busy, and each piece short on a small phone. */
const batch = 40

/** Records that lie alone, from before packs, which are packed in one transaction. */
const liftedAtOnce = 1000

/** Tables whose key is a number or a word of ours; the keys of the others name records and are HMACed. */
const plainKeys = new Set(['self', 'staged', 'outbox', 'sentlog', 'aside', ...clearTables])

/** Tables whose rows the server can give again: one that cannot be read is left out, and the daily digest brings it back. */
const replaceable = new Set(['records', 'items', recentTable, olderTable])

/** What a recovery tool must know about the sender beside the changes; docs/recovery.md. */
const coverTable = 'cover'

/** Rows of older records, read when the first screen is there, and those before and after them. @type {[any[], any[]][]} */
const [before, older, after] = [[[], [olderTable]], [[olderTable], [olderTable, []]], [[olderTable, []], [[]]]]

/**
 * Sealed storage. `commit` rejects with StoreError – `full`, `stale`, `cleared`, `closed`, `failed` – or with VaultError `locked`,
 * and has stored nothing then. Records lie some fifty in a row (packs.js); those that lie alone, as phones kept them before, are
 * read as well and packed once they are read.
 *
 * `stale`: another tab wrote to the same database since the last load or commit. Load again and do it again; two
 * tabs never number two outboxes alike.
 * @implements {ClientStorage}
 */
export class SealedStorage {
  #database
  #open
  #announce
  #damaged
  #now
  #generation = 0
  /** One load or commit at a time. */ #lock = new Lock()
  /** Counts loads: what an earlier one still reads is of no use. */ #loads = 0
  /** Whether all records were read: before that nobody knows which row one lies in. */ #whole = true
  #packs = new Packs()
  /** Records that lie alone, and the stored keys of their rows. @type {Map<string, { k: string, value: Json }>} */ #alone = new Map()
  /** Rows that could not be read and that the server gives again. @type {[string, string][]} */ #broken = []
  /** Names of rows, so that each is worked out once. @type {Map<string, string>} */ #names = new Map()

  /** Ends when no record lies alone any more, or the attempt failed: each commit packs what it touches. */
  packed = Promise.resolve()

  /**
   * @param {import('./database.js').Database} database
   * @param {import('../vault/open.js').OpenVault} open
   * @param {object} [told]
   * @param {() => void} [told.committed] after each commit; tabs.js tells the other tabs
   * @param {(table: Table) => void} [told.damaged] a row that the server can give again could not be read
   * @param {() => number} [told.now] milliseconds, to tell what is recent
   */
  constructor(database, open, { committed = () => {}, damaged = () => {}, now = Date.now } = {}) {
    this.#database = database
    this.#open = open
    this.#announce = committed
    this.#damaged = damaged
    this.#now = now
  }

  /**
   * Rejects with VaultError `damaged` where a row of work or of what we are cannot be read.
   * @param {Visit} visit @param {boolean} [inTwo] recent records and all else first; what it resolves to hands over the older ones
   */
  load(visit, inTwo = false) {
    return this.#lock.run(async () => {
      const turn = ++this.#loads
      this.#packs = new Packs()
      this.#alone = new Map()
      this.#broken = []
      this.#whole = false
      const [rows, generation] = await this.#database.read(['rows', 'facts', keyTable], async stores => {
        await this.#database.belongsTo(this.#open, stores)
        /** @type {Row[]} */ const rows = []
        for (const range of inTwo ? [before, after] : [before, older, after]) rows.push(...await rowsBetween(stores.rows, ...range))
        return /** @type {const} */ ([rows, (await stores.facts.get('generation'))?.value ?? 0])
      })
      this.#generation = generation
      await this.#visit(rows, visit)
      if (inTwo) return () => this.#rest(turn, visit)
      this.#whole = true
    })
  }

  /** Hands over older records, a few rows at a time. @param {number} turn @param {Visit} visit */
  async #rest(turn, visit) {
    for (let [from, to] = older; ;) {
      const rows = await this.#database.read(['rows', keyTable], async stores => {
        await this.#database.belongsTo(this.#open, stores)
        return rowsBetween(stores.rows, from, to, batch)
      })
      if (turn !== this.#loads) return
      await this.#visit(rows, visit)
      const last = rows.at(-1)
      if (!last) break
      from = [last.t, last.k]
    }
    this.#whole = true
    this.packed = this.#pack(turn).catch(() => {}) // what is wrong with the place the next commit says
  }

  /** Packs records that lie alone, a few people at a time. @param {number} turn */
  async #pack(turn) {
    while (this.#alone.size > 0) {
      const people = [...this.#alone].sort(([, a], [, b]) => (whose(a.value) < whose(b.value) ? -1 : 1)).slice(0, liftedAtOnce)
      await this.#lock.run(async () => {
        if (turn !== this.#loads) return this.#alone.clear() // they were read anew meanwhile
        await this.#commit(people.filter(([key]) => this.#alone.has(key)).map(([key, { value }]) => ({ table: 'records', key, value })))
      })
    }
  }

  /** @param {readonly Row[]} rows @param {Visit} visit */
  async #visit(rows, visit) {
    const sealed = rows.filter(({ t }) => t === recentTable || t === olderTable
      || (tables.includes(/** @type {Table} */ (t)) && !clearTables.has(t)))
    await inPieces(sealed, async row => {
      const { t, k } = row
      const one = await unsealRow(this.#open, row).catch(error => {
        if (!replaceable.has(t) || this.#open.closed) throw error
        this.#broken.push([t, k])
        this.#damaged(t === 'items' ? 'items' : 'records')
        return null
      })
      if (!one) return
      if (!plainKeys.has(t)) this.#names.set(`${t}|${one.key}`, k)
      if (t === recentTable || t === olderTable) {
        const records = new Map(Object.entries(/** @type {{ [key: string]: Json }} */ (one.value)))
        this.#packs.note(t, one.key, records)
        for (const [key, value] of records) if (!this.#alone.has(key)) visit('records', key, value) // alone is newer: an older app's
        return
      }
      if (t === 'records') this.#alone.set(one.key, { k, value: one.value })
      visit(/** @type {Table} */ (t), one.key, one.value)
    })
  }

  /** @param {readonly Write[]} writes */
  commit(writes) { return this.#lock.run(() => this.#commit(writes)) }

  /** @param {readonly Write[]} writes */
  async #commit(writes) {
    // Sealed first, stored after: a transaction of IndexedDB ends by itself while it waits for anything else.
    const last = [...new Map(writes.map(w => [`${w.table}|${w.key}`, w])).values()]
    const records = last.filter(w => w.table === 'records')
    if (records.length && !this.#whole) throw new StoreError('stale')
    const plan = await this.#packs.plan(records, this.#now())
    const alone = [...plan.places.keys()].filter(key => this.#alone.has(key))
    /** @type {[string, string][]} */ const gone = [...this.#broken]
    for (const key of alone) gone.push(['records', this.#alone.get(key)?.k ?? ''])
    const ready = [{ put: /** @type {Row[]} */ ([]), gone }]
    await inPieces([...plan.packs], async ([name, pack]) => { ready.push(await this.#sealPack(name, pack)) })
    await inPieces(last.filter(w => w.table !== 'records'), async w => { ready.push(await this.#seal(w)) })
    const puts = ready.flatMap(r => r.put)
    const deletes = ready.flatMap(r => r.gone)
    const by = crypto.randomUUID()
    await this.#database.write(this.#open, async (rows, facts) => {
      const last = await facts.get('generation')
      if (last?.by === by) return // written before, and only its answer was lost
      if ((last?.value ?? 0) !== this.#generation) throw new StoreError('stale')
      for (const some of batches(deletes)) await Promise.all(some.map(async key => rows.delete(key)))
      for (const some of batches(puts)) await Promise.all(some.map(async row => rows.put(row)))
      await facts.put({ name: 'generation', value: this.#generation + 1, by })
    })
    this.#generation++
    this.#packs.take(plan)
    for (const key of alone) this.#alone.delete(key)
    this.#broken = []
    this.#announce()
  }

  /** @param {string} name @param {import('./packs.js').Pack} pack @returns {Promise<{ put: Row[], gone: [string, string][] }>} */
  async #sealPack(name, pack) {
    const [table, key] = placeOf(name), k = await this.#nameOf(table, key)
    if (pack.size === 0) return { put: [], gone: [[table, k]] }
    return { put: [await sealRow(this.#open, table, k, key, Object.fromEntries(pack), { v: packVersion })], gone: [] }
  }

  /** @param {Write} write @returns {Promise<{ put: Row[], gone: [string, string][] }>} */
  async #seal({ table, key, value }) {
    const k = await this.#nameOf(table, key)
    if (value === undefined) return { put: [], gone: [[table, k]] }
    if (clearTables.has(table)) return { put: [clearRow(table, k, value)], gone: [] }
    const put = [await sealRow(this.#open, table, k, key, value, { v: rowVersion, state: stateOf(table, value) })]
    if (table === 'self') put.push(await sealRow(this.#open, coverTable, coverTable, coverTable, coverOf(value)))
    return { put, gone: [] }
  }

  /** @param {string} table @param {string} key */
  async #nameOf(table, key) {
    if (plainKeys.has(table)) return key
    const known = this.#names.get(`${table}|${key}`)
    if (known) return known
    const name = await this.#open.nameOf(table, key)
    this.#names.set(`${table}|${key}`, name)
    return name
  }
}

/** A list, a few at a time. @template T @param {readonly T[]} all */
function * batches(all) {
  for (let i = 0; i < all.length; i += batch) yield all.slice(i, i + batch)
}

/** What of a row is told in clear. @param {Table} table @param {Json} value */
function stateOf(table, value) {
  if (table !== 'outbox') return undefined
  return /** @type {any} */ (value)?.answered === true ? 'sent' : unsentState
}

/**
 * The sender, without the key: a recovery file holds it beside the changes.
 * @param {Json} self
 * @returns {Json}
 */
function coverOf(self) {
  const s = /** @type {Record<string, Json>} */ (self ?? {})
  const { device = '', client = '', staff = '', offsetMs = 0, offsetKnown = false } = s
  return { device, client, staff, offset_ms: offsetMs, offset_known: offsetKnown }
}
