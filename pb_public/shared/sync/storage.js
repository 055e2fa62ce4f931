// @ts-check
// Where a client keeps its state between two lives of its process, and that place in memory for tests.

/**
 * The tables of a client. What each holds is in state.js; a storage need not know.
 *
 * | table   | key                | holds                                               |
 * | ------- | ------------------ | --------------------------------------------------- |
 * | self    | `self`             | one row: who and where we are                       |
 * | scopes  | scope id           | `true` for each scope held                          |
 * | records | `collection/id`    | the base: records as the server sent them           |
 * | staged  | page number        | pages of the pull that is under way                 |
 * | outbox  | place              | changes no pull has confirmed yet                   |
 * | sentlog | place              | confirmed changes of the last fourteen days         |
 * | aside   | place              | changes too big to be sent; their content is nowhere else |
 * | items   | key of the change  | how each change stands, for its author              |
 * | sealed  | place              | unanswered changes, sealed to the server: for a locked phone to send, so outside of what is locked |
 * | locked  | `locked`           | one row: what a locked phone must know to speak to the server, likewise |
 *
 * @typedef {'self' | 'scopes' | 'records' | 'staged' | 'outbox' | 'sentlog' | 'aside' | 'items' | 'sealed' | 'locked'} Table
 */

/**
 * One row put, or taken away when `value` is undefined. A value is plain JSON: no dates, no classes, no
 * undefined inside. It is never changed after it was handed over, so it may be encrypted or cloned later.
 * @typedef {{ readonly table: Table, readonly key: string, readonly value: Json | undefined }} Write
 */

/** @typedef {null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }} Json */

/**
 * Keeps rows of JSON by table and key.
 *
 * `commit` is atomic: after an error, a kill or a loss of power either all of its writes are there or none,
 * and once its promise is fulfilled they survive a restart. Later writes of the same row within one commit
 * win. The client makes one commit at a time and never reads between them; `load` is called when the client
 * opens, and again after a failed commit. The keys of a table need no order. Values handed over by `load`
 * belong to the client: a storage that keeps them must hand over copies, or freeze nothing and change nothing.
 *
 * One storage, one client: two clients open on one storage at the same time would number two outboxes alike.
 * A page holds a Web Lock while its client is open.
 *
 * With `inTwo` a storage may hand over first what the first screen needs, and resolve to what hands over the rest: records, and
 * nothing but records. No commit touches a record before that has ended.
 *
 * @typedef {(table: Table, key: string, value: Json) => void} Visit
 *
 * @typedef {object} Storage
 * @property {(visit: Visit, inTwo?: boolean) => Promise<void | (() => Promise<void>)>} load hands over every row
 * @property {(writes: readonly Write[]) => Promise<void>} commit stores all writes, or rejects and stores none
 */

/** @type {readonly Table[]} */
export const tables = ['self', 'scopes', 'records', 'staged', 'outbox', 'sentlog', 'aside', 'items', 'sealed', 'locked']

/**
 * A storage in memory. It keeps rows as text, so that nothing handed over can be changed behind its back.
 * @implements {Storage}
 */
export class MemoryStorage {
  constructor() {
    /** @type {Map<Table, Map<string, string>>} */
    this.rows = new Map(tables.map(t => [t, new Map()]))
  }

  /** @param {(table: Table, key: string, value: Json) => void} visit */
  async load(visit) {
    for (const [table, rows] of this.rows) {
      for (const [key, text] of rows) visit(table, key, JSON.parse(text))
    }
  }

  /** @param {readonly Write[]} writes */
  async commit(writes) {
    const ready = writes.map(
      w => ({ rows: this.#table(w.table), key: w.key, text: w.value === undefined ? undefined : JSON.stringify(w.value) }))
    for (const { rows, key, text } of ready) { // nothing below can fail: all or nothing
      if (text === undefined) rows.delete(key)
      else rows.set(key, text)
    }
  }

  /** A copy that later commits do not reach: a backup of the device. */
  snapshot() {
    const copy = new MemoryStorage()
    for (const [table, rows] of this.rows) copy.rows.set(table, new Map(rows))
    return copy
  }

  /** @param {Table} table */
  #table(table) {
    const rows = this.rows.get(table)
    if (!rows) throw new Error(`no table ${table}`)
    return rows
  }
}
