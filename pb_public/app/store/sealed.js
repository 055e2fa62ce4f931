// @ts-check
// A table of sealed rows by key: drafts, device keys. One row at a time, latest wins.

/** @typedef {import('../../shared/sync/storage.js').Json} Json */
/** @typedef {import('./database.js').Row} Row */

/** The version of the form of what a row holds: { k: its key, d: its value }. Rows of many records have one of their own: packs.js. */
export const rowVersion = 1

/** Sealed rows of one table. Everything rejects with StoreError or, locked, with VaultError. */
export class SealedRows {
  #database
  #open
  #table

  /** @param {import('./database.js').Database} database @param {import('../vault/open.js').OpenVault} open @param {string} table */
  constructor(database, open, table) {
    this.#database = database
    this.#open = open
    this.#table = table
  }

  /** @param {string} key @returns {Promise<Json | undefined>} */
  async get(key) {
    const k = await this.#open.nameOf(this.#table, key)
    const row = await this.#database.read(['rows'], ({ rows }) => rows.get([this.#table, k]))
    return row && (await unsealRow(this.#open, row)).value
  }

  /** @param {string} key @param {Json} value @returns {Promise<void>} */
  async put(key, value) {
    const row = await sealRow(this.#open, this.#table, await this.#open.nameOf(this.#table, key), key, value)
    await this.#database.write(this.#open, rows => rows.put(row))
  }

  /** @param {string} key @returns {Promise<void>} */
  async delete(key) {
    const k = await this.#open.nameOf(this.#table, key)
    await this.#database.write(this.#open, rows => rows.delete([this.#table, k]))
  }

  /** Every row, in no order. @returns {Promise<{ key: string, value: Json }[]>} */
  async all() {
    const rows = await this.#database.rowsOf(this.#table)
    return Promise.all(rows.map(row => unsealRow(this.#open, row)))
  }
}

/**
 * @param {import('../vault/open.js').OpenVault} open @param {string} table @param {string} k the stored key
 * @param {string} key @param {Json} value @param {{ v?: number, state?: string }} [form]
 * @returns {Promise<Row>}
 */
export async function sealRow(open, table, k, key, value, { v = rowVersion, state } = {}) {
  const sealed = await open.seal(table, k, v, { k: key, d: value })
  return state === undefined ? { t: table, k, v, ...sealed } : { t: table, k, s: state, v, ...sealed }
}

/**
 * @param {import('../vault/open.js').OpenVault} open @param {Row} row
 * @returns {Promise<{ key: string, value: Json }>}
 */
export async function unsealRow(open, row) {
  const { k, d } = /** @type {{ k: string, d: Json }} */ (await open.open(row.t, row.k, row.v, row))
  return { key: k, value: d }
}
