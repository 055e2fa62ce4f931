// @ts-check
/*
The one database of the field app, and what of it lies in clear.

    const database = new Database()
    const vault = new Vault({ keyStore: database.keyStore })
    await database.fact('owner')                     // { initials, device }: whose phone it is, before anybody unlocks
    await database.unsent()                          // how many changes no server has answered: "3 not sent", locked or not
    const open = await vault.unlock({ passphrase })
    const storage = new SealedStorage(database, open)     // storage.js: what the sync client keeps its state in
    const drafts = new Drafts(database, open)             // drafts.js: forms under way
    const keys = vaultKeys(database.sealed(open, 'keys')) // vault/keys.js: the device key, for the sync client
    await exportUnsent({ database, device, now })         // export.js: works locked, too

In clear are: names of tables, the order of the outbox, whether a change was sent, and the facts. A row's key is
HMACed where it would name a record. Everything else is sealed by the vault.
*/
import { Dexie } from '../../vendor/dexie/dexie.js'
import { SealedRows } from './sealed.js'
import { StoreError, storeError } from './errors.js'

/** @typedef {import('../vault/key-store.js').VaultFile} VaultFile */
/** @typedef {import('../vault/lease.js').Lease} Lease */
/** @typedef {import('../vault/key-store.js').KeyStore} KeyStore */

/**
 * One sealed row. `t` and `k` are its table and stored key, `s` its state where it has one, `v` the version of its
 * form, `iv` and `data` what the vault made of it.
 * @typedef {{ t: string, k: string, s?: string, v: number, iv: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer> }} Row
 */

/**
 * What may be known before anybody unlocks. No names of people but the owner's initials; of an emergency that nobody has
 * answered how urgent it is, the number to ring, and the id of its handover.
 *
 * `owner` is whose phone it is: initials, the phone's own name, the device's id once it is enrolled; `lease` see vault/lease.js;
 * `generation` counts commits; `planted` is when the database was made.
 * @typedef {object} Facts
 * @property {{ initials: string, device: string, id: string | null }} owner
 * @property {Lease} lease
 * @property {number} generation
 * @property {number} planted
 * @property {import('../model/urgent.js').Standing[]} urgent emergencies that nobody is known to have answered: no name, no content
 */

/** The table of the vault's file, under the name that it has on phones. */
export const keyTable = 'shelf'

/** Names of the states a row can be in. */
export const unsentState = 'unsent'

/** The database. Everything it does rejects with StoreError. */
export class Database {
  /**
   * @param {object} [ports]
   * @param {string} [ports.name]
   * @param {{ indexedDB: IDBFactory, IDBKeyRange: typeof IDBKeyRange }} [ports.idb] where they are not globals
   */
  constructor({ name = 'doorstep', idb } = {}) {
    /** @readonly */
    this.dexie = new Dexie(name, idb)
    // A later version may change indexes, never rows: nobody has the key during an upgrade. A row carries `v`, and
    // is lifted when it is read.
    this.dexie.version(1).stores({ rows: '[t+k], t, [t+s]', [keyTable]: 'name', facts: 'name' })
    // Another tab erases or upgrades: this one is over. Left to itself Dexie would open the next database on its next call.
    this.dexie.on('versionchange', () => {
      this.dexie.close()
      return false
    })
    /** @readonly */
    this.keyStore = new DexieKeyStore(this.dexie)
  }

  /** @returns {import('../../vendor/dexie/dexie.js').Table<Row, [string, string]>} */
  get rows() { return this.dexie.table('rows') }

  /** @template T @param {() => PromiseLike<T>} work @returns {Promise<T>} */
  async guard(work) {
    try {
      return await work()
    } catch (error) {
      throw storeError(error)
    }
  }

  /**
   * A fact in clear, undefined where it was never set.
   * @template {keyof Facts} K @param {K} name @returns {Promise<Facts[K] | undefined>}
   */
  fact(name) {
    return this.guard(async () => (await this.dexie.table('facts').get(name))?.value)
  }

  /** @template {keyof Facts} K @param {K} name @param {Facts[K]} value @returns {Promise<void>} */
  setFact(name, value) {
    return this.guard(async () => { await this.dexie.table('facts').put({ name, value }) })
  }

  /** How many changes no server has answered yet. */
  unsent() { return this.guard(() => this.rows.where('[t+s]').equals(['outbox', unsentState]).count()) }

  /** How many changes are too big to be sent; their content is nowhere else. */
  aside() { return this.guard(() => this.rows.where('t').equals('aside').count()) }

  /**
   * Writes in one transaction over rows and facts, all or nothing; `closed` where the vault they were sealed by is not
   * this database's any more.
   * @param {import('../vault/open.js').OpenVault} open
   * @param {(rows: Database['rows'], facts: import('../../vendor/dexie/dexie.js').Table) => PromiseLike<unknown>} work of Dexie alone: it
   *   must wait for nothing else
   * @returns {Promise<void>}
   */
  write(open, work) {
    const { dexie, rows } = this
    return this.guard(() => dexie.transaction('rw', 'rows', 'facts', keyTable, async () => {
      if ((await dexie.table(keyTable).get('vault'))?.file.id !== open.id) throw new StoreError('closed')
      await work(rows, dexie.table('facts'))
    }))
  }

  /**
   * A table of sealed rows that is the pages' own.
   * @param {import('../vault/open.js').OpenVault} open @param {string} table
   */
  sealed(open, table) { return new SealedRows(this, open, table) }

  /** Takes everything away, the wrapped keys first: what a disk may still hold of the rest is noise then. */
  erase() {
    return this.guard(async () => {
      await this.dexie.table(keyTable).clear()
      await this.dexie.delete()
    })
  }

  close() { this.dexie.close() }
}

/**
 * The key store of the vault.
 * @implements {KeyStore}
 */
class DexieKeyStore {
  #dexie

  /** @param {Dexie} dexie */
  constructor(dexie) { this.#dexie = dexie }

  /** @returns {Promise<VaultFile | null>} */
  async get() {
    try {
      return (await this.#dexie.table(keyTable).get('vault'))?.file ?? null
    } catch (error) {
      throw storeError(error)
    }
  }

  /** @param {(file: VaultFile | null) => VaultFile | null} next @returns {Promise<VaultFile | null>} */
  async change(next) {
    /** @type {{ error: unknown } | undefined} */
    let refused
    try {
      return await this.#dexie.transaction('rw', keyTable, async () => {
        const table = this.#dexie.table(keyTable)
        let file
        try {
          file = next((await table.get('vault'))?.file ?? null)
        } catch (error) {
          refused = { error } // the caller's own, to be handed back as it is
          throw error
        }
        await (file ? table.put({ name: 'vault', file }) : table.delete('vault'))
        return file
      })
    } catch (error) {
      throw refused ? refused.error : storeError(error)
    }
  }
}
