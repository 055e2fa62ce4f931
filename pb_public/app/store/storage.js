// @ts-check
// What the sync client keeps its state in: its Storage, sealed by the vault, in IndexedDB.
import { tables } from '../../shared/sync/storage.js'
import { StoreError } from './errors.js'
import { keyTable, unsentState } from './database.js'
import { clearRow, clearTables } from './locked.js'
import { sealRow, unsealRow } from './sealed.js'

/** @typedef {import('../../shared/sync/storage.js').Table} Table */
/** @typedef {import('../../shared/sync/storage.js').Json} Json */
/** @typedef {import('../../shared/sync/storage.js').Write} Write */
/** @typedef {import('../../shared/sync/storage.js').Storage} ClientStorage */
/** @typedef {import('./database.js').Row} Row */

/** Rows unsealed at a time: enough to keep the machine busy, and memory low on a small phone. */
const batch = 500

/** Tables whose key is a number or a word of ours; the keys of the others name records and are HMACed. */
const plainKeys = new Set(['self', 'staged', 'outbox', 'sentlog', 'aside', ...clearTables])

/** Tables whose rows the server can give again: one that cannot be read is left out, and the daily digest brings it back. */
const replaceable = new Set(['records', 'items'])

/** What a recovery tool must know about the sender beside the changes; docs/recovery.md. */
const coverTable = 'cover'

/**
 * Sealed storage. `commit` rejects with StoreError – `full`, `stale`, `cleared`, `closed`, `failed` – or with VaultError `locked`,
 * and has stored nothing then.
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
  #generation = 0
  /** Names of rows, so that each is worked out once. @type {Map<string, string>} */
  #names = new Map()

  /**
   * @param {import('./database.js').Database} database
   * @param {import('../vault/open.js').OpenVault} open
   * @param {object} [told]
   * @param {() => void} [told.committed] after each commit; tabs.js tells the other tabs
   * @param {(table: Table) => void} [told.damaged] a row that the server can give again could not be read
   */
  constructor(database, open, { committed = () => {}, damaged = () => {} } = {}) {
    this.#database = database
    this.#open = open
    this.#announce = committed
    this.#damaged = damaged
  }

  /**
   * Rejects with VaultError `damaged` where a row of work or of what we are cannot be read.
   * @param {(table: Table, key: string, value: Json) => void} visit
   */
  async load(visit) {
    const database = this.#database
    // All rows at once: a query by several tables would walk a cursor, ten times as slow.
    const [all, generation] = await database.read(['rows', 'facts', keyTable], async stores => {
      await database.belongsTo(this.#open, stores)
      return [/** @type {Row[]} */ (await stores.rows.getAll()), (await stores.facts.get('generation'))?.value ?? 0]
    })
    this.#generation = generation
    const sealed = all.filter(row => tables.includes(/** @type {Table} */ (row.t)) && !clearTables.has(row.t))
    for (let i = 0; i < sealed.length; i += batch) {
      const part = sealed.slice(i, i + batch)
      const opened = await Promise.all(part.map(row => unsealRow(this.#open, row).catch(error => {
        if (!replaceable.has(row.t) || this.#open.closed) throw error
        this.#damaged(/** @type {Table} */ (row.t))
        return null
      })))
      for (const [n, row] of part.entries()) {
        const one = opened[n]
        if (!one) continue
        if (!plainKeys.has(row.t)) this.#names.set(`${row.t}|${one.key}`, row.k)
        visit(/** @type {Table} */ (row.t), one.key, one.value)
      }
    }
  }

  /** @param {readonly Write[]} writes */
  async commit(writes) {
    // Sealed first, stored after: a transaction of IndexedDB ends by itself while it waits for anything else.
    /** @type {Map<string, Write>} */
    const last = new Map(writes.map(w => [`${w.table}|${w.key}`, w]))
    const ready = await Promise.all([...last.values()].map(w => this.#seal(w)))
    const puts = ready.flatMap(r => r.put)
    const deletes = ready.flatMap(r => r.gone)
    const by = crypto.randomUUID()
    await this.#database.write(this.#open, async (rows, facts) => {
      const last = await facts.get('generation')
      if (last?.by === by) return // written before, and only its answer was lost
      if ((last?.value ?? 0) !== this.#generation) throw new StoreError('stale')
      await Promise.all(deletes.map(async key => rows.delete(key)))
      await Promise.all(puts.map(async row => rows.put(row)))
      await facts.put({ name: 'generation', value: this.#generation + 1, by })
    })
    this.#generation++
    this.#announce()
  }

  /** @param {Write} write @returns {Promise<{ put: Row[], gone: [string, string][] }>} */
  async #seal({ table, key, value }) {
    const k = await this.#nameOf(table, key)
    if (value === undefined) return { put: [], gone: [[table, k]] }
    if (clearTables.has(table)) return { put: [clearRow(table, k, value)], gone: [] }
    const put = [await sealRow(this.#open, table, k, key, value, stateOf(table, value))]
    if (table === 'self') put.push(await sealRow(this.#open, coverTable, coverTable, coverTable, coverOf(value)))
    return { put, gone: [] }
  }

  /** @param {Table} table @param {string} key */
  async #nameOf(table, key) {
    if (plainKeys.has(table)) return key
    const known = this.#names.get(`${table}|${key}`)
    if (known) return known
    const name = await this.#open.nameOf(table, key)
    this.#names.set(`${table}|${key}`, name)
    return name
  }
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
