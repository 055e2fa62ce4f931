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
HMACed where it would name a record. Unsent changes lie there a second time, sealed to the server, for a locked phone
to send (locked.js). Everything else is sealed by the vault.
*/
import { Dexie } from '../../vendor/dexie/dexie.js'
import { SealedRows } from './sealed.js'
import { StoreError, storeError } from './errors.js'

/** @typedef {import('../vault/key-store.js').VaultFile} VaultFile */
/** @typedef {import('../vault/lease.js').Lease} Lease */
/** @typedef {import('../vault/key-store.js').KeyStore} KeyStore */

/**
 * One sealed row. `t` and `k` are its table and stored key, `s` its state where it has one, `v` the version of its
 * form, `iv` and `data` what the vault made of it, `clear` what a locked phone may use (locked.js).
 * @typedef {{ t: string, k: string, s?: string, v: number, iv: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer>, clear?: any }} Row
 */

/**
 * What may be known before anybody unlocks. No names of people but the owner's initials; of an emergency that nobody has
 * answered how urgent it is, the number to ring, and the id of its handover.
 *
 * `owner` is whose phone it is: initials, the phone's own name, the device's id once it is enrolled; `lease` see vault/lease.js;
 * `generation` counts commits; `planted` is when the database was made; `offers` are those that were taken or declined.
 * @typedef {object} Facts
 * @property {{ initials: string, device: string, id: string | null }} owner
 * @property {Lease} lease
 * @property {number} generation
 * @property {number} planted
 * @property {import('../model/urgent.js').Standing[]} urgent emergencies that nobody is known to have answered: no name, no content
 * @property {string[]} offers
 */

/** The table of the vault's file, under the name that it has on phones. */
export const keyTable = 'shelf'

/** Names of the states a row can be in. */
export const unsentState = 'unsent'

/** How long the browser may take over one piece of work before somebody is told, in milliseconds. */
const patience = 20_000

/**
 * What is wrong with the place itself, '' while all is well. What a phone that is full or a second tab refuses says nothing
 * about the place.
 * @typedef {'' | Exclude<import('./errors.js').StoreErrorCode, 'full' | 'stale'>} Trouble
 */

/**
 * The database. Everything it does rejects with StoreError. Browsers end the process that keeps it, or take away what it
 * kept, while the app is open: it is opened again once for each piece of work that fails, and `troubled` hears how it is.
 */
export class Database {
  #troubled
  #setTimer
  #clearTimer
  /** @type {Trouble} */ #trouble = ''
  /** What can never be put right before the page is loaded again. @type {'' | 'cleared' | 'closed'} */ #over = ''
  /** The id of the vault whose rows are here; '' before anybody reads or writes. */ #vault = ''
  #openings = 0
  /** @type {Promise<void> | null} */ #reopening = null
  #closing = false

  /**
   * @param {object} [ports]
   * @param {string} [ports.name]
   * @param {{ indexedDB: IDBFactory, IDBKeyRange: typeof IDBKeyRange }} [ports.idb] where they are not globals
   * @param {(trouble: Trouble) => void} [ports.troubled] told when it changes
   * @param {(run: () => void, ms: number) => any} [ports.setTimer]
   * @param {(timer: any) => void} [ports.clearTimer]
   */
  constructor({ name = 'doorstep', idb, troubled = () => {}, setTimer = (run, ms) => setTimeout(run, ms),
      clearTimer = timer => clearTimeout(timer) } = {}) {
    this.#troubled = troubled
    this.#setTimer = setTimer
    this.#clearTimer = clearTimer
    /** @readonly */
    this.dexie = new Dexie(name, idb)
    // A later version may change indexes, never rows: nobody has the key during an upgrade. A row carries `v`, and
    // is lifted when it is read.
    this.dexie.version(1).stores({ rows: '[t+k], t, [t+s]', [keyTable]: 'name', facts: 'name' })
    // Somebody erases or upgrades it: this page is over. Left to itself Dexie would open the next database on its next call.
    this.dexie.on('versionchange', change => {
      this.#close(true)
      this.#end(change?.newVersion ? 'closed' : 'cleared')
      return false
    })
    // The browser closed it: did it take everything away? A page out of sight looks when somebody does. What cannot be
    // opened is closed, too, and says nothing new.
    this.dexie.on('close', () => {
      if (!this.#closing && this.dexie.isOpen() && !globalThis.document?.hidden) Promise.resolve().then(() => this.look()).catch(() => {})
    })
    /** @readonly */
    this.keyStore = new DexieKeyStore(this)
  }

  /** @returns {import('../../vendor/dexie/dexie.js').Table<Row, [string, string]>} */
  get rows() { return this.dexie.table('rows') }

  /** What is wrong with it now. */
  get trouble() { return this.#trouble }

  /**
   * Does a piece of work that may be done twice. Where it fails for no reason that lies in the work, the database is closed
   * and opened, and it is tried once more.
   * @template T @param {() => PromiseLike<T>} work @returns {Promise<T>}
   */
  async guard(work) {
    if (this.#over) throw new StoreError(this.#over)
    const opening = this.#openings
    const timer = this.#setTimer(() => this.#is('slow'), patience)
    try {
      let done
      try {
        done = await work()
      } catch (error) {
        if (error instanceof StoreError || storeError(error).code === 'full') throw error
        await this.#reopen(opening)
        done = await work()
      }
      this.#is('')
      return done
    } catch (error) {
      let coded = this.#over ? new StoreError(this.#over, error) : storeError(error)
      if (coded.code === 'unavailable' && this.#vault) coded = new StoreError('failed', error) // it was there before
      if (coded.code !== 'full' && coded.code !== 'stale') this.#is(coded.code)
      throw coded
    } finally {
      this.#clearTimer(timer)
    }
  }

  /** Opens it again, unless somebody did since. @param {number} opening the one that failed */
  async #reopen(opening) {
    if (this.#over) throw new StoreError(this.#over)
    if (this.#openings !== opening && !this.#reopening) return
    this.#reopening ??= (async () => {
      this.#openings++
      this.#close(false)
      await this.dexie.open()
    })().finally(() => { this.#reopening = null })
    await this.#reopening
  }

  /** @param {boolean} forGood */
  #close(forGood) {
    this.#closing = true // Dexie tells of its own closing as it does of the browser's
    this.dexie.close({ disableAutoOpen: forGood })
    this.#closing = false
  }

  /** @param {Trouble} trouble */
  #is(trouble) {
    if (trouble === this.#trouble || (this.#over && trouble !== this.#over)) return
    this.#trouble = trouble
    this.#troubled(trouble)
  }

  /** @param {'cleared' | 'closed'} over */
  #end(over) {
    this.#over ||= over
    this.#is(this.#over)
  }

  /** Looks whether it still keeps what it kept; the answer is `trouble`. */
  async look() {
    const file = await this.guard(() => this.dexie.table(keyTable).get('vault'))
    if (this.#vault) this.#same(file?.file.id)
  }

  /**
   * Whether the rows are those of an open vault: `cleared` where none is left, `closed` where another took its place.
   * @param {string | undefined} id of the vault that is here @param {string} [of] the one that is meant
   */
  #same(id, of = this.#vault) {
    if (id === of) return
    if (of === this.#vault) this.#end(id ? 'closed' : 'cleared')
    throw new StoreError(id ? 'closed' : 'cleared')
  }

  /**
   * Rejects inside a transaction that includes the table of the vault's file, where the rows are not those of this vault.
   * @param {import('../vault/open.js').OpenVault} open
   */
  async belongsTo(open) {
    const file = (await this.dexie.table(keyTable).get('vault'))?.file
    if (file?.id === open.id) this.#vault = open.id
    this.#same(file?.id, open.id)
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
   * Writes in one transaction over rows and facts, all or nothing; `closed` or `cleared` where the vault they were sealed by
   * is not this database's any more.
   * @param {import('../vault/open.js').OpenVault} open
   * @param {(rows: Database['rows'], facts: import('../../vendor/dexie/dexie.js').Table) => PromiseLike<unknown>} work of Dexie alone: it
   *   must wait for nothing else
   * @returns {Promise<void>}
   */
  write(open, work) {
    const { dexie, rows } = this
    return this.guard(() => dexie.transaction('rw', 'rows', 'facts', keyTable, async () => {
      await this.belongsTo(open)
      await work(rows, dexie.table('facts'))
    }))
  }

  /**
   * A table of sealed rows that is the pages' own.
   * @param {import('../vault/open.js').OpenVault} open @param {string} table
   */
  sealed(open, table) { return new SealedRows(this, open, table) }

  /** Takes everything away, the wrapped keys first: what a disk may still hold of the rest is noise then. */
  async erase() {
    const over = this.#over
    this.#over = this.#vault = ''
    try {
      await this.guard(async () => {
        if (over) await this.dexie.open()
        await this.dexie.table(keyTable).clear()
        this.#closing = true
        await this.dexie.delete()
      })
    } finally {
      this.#closing = false
    }
  }

  close() { this.#close(true) }
}

/**
 * The key store of the vault.
 * @implements {KeyStore}
 */
class DexieKeyStore {
  #database

  /** @param {Database} database */
  constructor(database) { this.#database = database }

  get #table() { return this.#database.dexie.table(keyTable) }

  /** @returns {Promise<VaultFile | null>} */
  get() { return this.#database.guard(async () => (await this.#table.get('vault'))?.file ?? null) }

  /** @param {(file: VaultFile | null) => VaultFile | null} next @returns {Promise<VaultFile | null>} */
  async change(next) {
    /** @type {{ error: unknown } | undefined} the caller's own, to be handed back as it is */
    let refused
    const file = await this.#database.guard(() => this.#database.dexie.transaction('rw', keyTable, async () => {
      refused = undefined
      const old = (await this.#table.get('vault'))?.file ?? null
      let file
      try {
        file = next(old)
      } catch (error) {
        refused = { error }
        return null // nothing is written
      }
      await (file ? this.#table.put({ name: 'vault', file }) : this.#table.delete('vault'))
      return file
    }))
    if (refused) throw refused.error
    return file
  }
}
