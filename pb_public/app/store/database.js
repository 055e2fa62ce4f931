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
import { answer, Asked, ended } from './asked.js'
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
 * @property {{ due: number, help: boolean } | null} lone its owner is in somewhere: by when they wanted to be out, ms, 0 = they did not say
 */

/** The table of the vault's file, under the name that it has on phones. */
export const keyTable = 'shelf'

/** The version that this database has on phones: the library that made the first ones counted in tens. */
const version = 10

/** Names of the states a row can be in. */
export const unsentState = 'unsent'

/** How many rows are asked for at once. */
const slice = 200

/** How long the browser may take over one piece of work before somebody is told, in milliseconds. */
const patience = 20_000

/**
 * What is wrong with the place itself, '' while all is well. What a phone that is full or a second tab refuses says nothing
 * about the place.
 * @typedef {'' | Exclude<import('./errors.js').StoreErrorCode, 'full' | 'stale'>} Trouble
 */

/**
 * Makes the stores. A later version may change indexes, never rows: nobody has the key during an upgrade. A row carries `v`,
 * and is lifted when it is read.
 * @param {IDBDatabase} db
 */
function build(db) {
  const rows = db.createObjectStore('rows', { keyPath: ['t', 'k'] })
  rows.createIndex('t', 't')
  rows.createIndex('[t+s]', ['t', 's'])
  db.createObjectStore(keyTable, { keyPath: 'name' })
  db.createObjectStore('facts', { keyPath: 'name' })
}

/**
 * The stores of a transaction, by name. Only what they answer may be waited for: a transaction ends by itself while it waits
 * for anything else.
 * @typedef {Record<'rows' | 'facts' | 'shelf', Asked>} Stores
 */

/**
 * The database. Everything it does rejects with StoreError. Browsers end the process that keeps it, or take away what it
 * kept, while the app is open: it is opened again once for each piece of work that fails, and `troubled` hears how it is.
 */
export class Database {
  #name
  #factory
  #troubled
  #setTimer
  #clearTimer
  /** @type {Trouble} */ #trouble = ''
  /** What can never be put right before the page is loaded again. @type {'' | 'cleared' | 'closed'} */ #over = ''
  /** The id of the vault whose rows are here; '' before anybody reads or writes. */ #vault = ''
  #openings = 0
  /** @type {Promise<void> | null} */ #reopening = null

  /** @type {Promise<IDBDatabase> | null} */ #handle = null
  /** Closed by us, until somebody opens it. */ #shut = false

  /**
   * @param {object} [ports]
   * @param {string} [ports.name]
   * @param {IDBFactory | undefined} [ports.indexedDB] where it is no global
   * @param {(trouble: Trouble) => void} [ports.troubled] told when it changes
   * @param {(run: () => void, ms: number) => any} [ports.setTimer]
   * @param {(timer: any) => void} [ports.clearTimer]
   */
  constructor({ name = 'doorstep', troubled = () => {}, setTimer = (run, ms) => setTimeout(run, ms),
      clearTimer = timer => clearTimeout(timer), ...where } = {}) {
    this.#name = name
    this.#factory = () => ('indexedDB' in where ? where.indexedDB : globalThis.indexedDB)
    this.#troubled = troubled
    this.#setTimer = setTimer
    this.#clearTimer = clearTimer
    /** @readonly */
    this.keyStore = new KeptVault(this)
  }

  /** The open database, for what IndexedDB alone can do. @returns {Promise<IDBDatabase>} */
  handle() {
    if (this.#shut) return Promise.reject(new StoreError('closed'))
    return this.#handle ??= this.#opened().catch(error => {
      this.#handle = null
      throw error
    })
  }

  async #opened() {
    const factory = this.#factory()
    if (!factory) throw new StoreError('unavailable')
    const request = factory.open(this.#name, version)
    request.onupgradeneeded = () => build(request.result)
    /** @type {IDBDatabase} */ let db
    try {
      db = await answer(request)
    } catch (error) {
      throw new StoreError(storeError(error).code === 'failed' ? 'unavailable' : storeError(error).code, error)
    }
    // Somebody erases or upgrades it: this page is over.
    db.onversionchange = change => {
      this.close()
      this.#end(change.newVersion ? 'closed' : 'cleared')
    }
    // The browser closed it: did it take everything away? A page out of sight looks when somebody does.
    db.onclose = () => {
      this.#handle = null
      if (!globalThis.document?.hidden) Promise.resolve().then(() => this.look()).catch(() => {})
    }
    return db
  }

  /** Opens it where it was closed. */
  open() {
    this.#shut = false
    return this.guard(async () => { await this.handle() })
  }

  close() {
    this.#shut = true
    this.#leave()
  }

  #leave() {
    this.#handle?.then(db => db.close(), () => {})
    this.#handle = null
  }

  /**
   * Does work in one transaction, all or nothing.
   * @template T @param {IDBTransactionMode} mode @param {(keyof Stores)[]} names @param {(stores: Stores) => PromiseLike<T>} work
   * @returns {Promise<T>}
   */
  async transaction(mode, names, work) {
    const tx = (await this.handle()).transaction(names, mode), done = ended(tx)
    done.catch(() => {}) // heard below, or said by what failed
    try {
      const made = await work(/** @type {any} */ (Object.fromEntries(names.map(name => [name, new Asked(tx.objectStore(name))]))))
      await done
      return made
    } catch (error) {
      try { tx.abort() } catch { /* it ended by itself */ }
      throw /** @type {any} */ (error)?.name === 'AbortError' ? tx.error ?? error : error
    }
  }

  /** @template T @param {(keyof Stores)[]} names @param {(stores: Stores) => PromiseLike<T>} work @returns {Promise<T>} */
  read(names, work) { return this.guard(() => this.transaction('readonly', names, work)) }

  /** @template T @param {(keyof Stores)[]} names @param {(stores: Stores) => PromiseLike<T>} work @returns {Promise<T>} */
  change(names, work) { return this.guard(() => this.transaction('readwrite', names, work)) }

  /** The sealed rows of a table, of one state where it is given. @param {string} table @param {string} [state] @returns {Promise<Row[]>} */
  rowsOf(table, state) { return this.read(['rows'], ({ rows }) => rowsIn(rows, table, state)) }

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
        const { code } = storeError(error)
        if (code === 'full' || (error instanceof StoreError && code !== 'unavailable')) throw error
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
      this.#leave()
      await this.handle()
    })().finally(() => { this.#reopening = null })
    await this.#reopening
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
    const file = await this.keyStore.get()
    if (this.#vault) this.#same(file?.id)
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
   * Rejects where the rows are not those of this vault: a database that was cleared is empty, which is not what it held.
   * @param {import('../vault/open.js').OpenVault} open @param {Stores} stores of a transaction that includes the vault's file
   */
  async belongsTo(open, stores) {
    const file = (await stores[keyTable].get('vault'))?.file
    if (file?.id === open.id) this.#vault = open.id
    this.#same(file?.id, open.id)
  }

  /**
   * A fact in clear, undefined where it was never set.
   * @template {keyof Facts} K @param {K} name @returns {Promise<Facts[K] | undefined>}
   */
  fact(name) { return this.read(['facts'], async ({ facts }) => (await facts.get(name))?.value) }

  /** @template {keyof Facts} K @param {K} name @param {Facts[K]} value @returns {Promise<void>} */
  setFact(name, value) { return this.change(['facts'], async ({ facts }) => { await facts.put({ name, value }) }) }

  /** How many changes no server has answered yet. */
  unsent() { return this.read(['rows'], ({ rows }) => rows.index('[t+s]').count(['outbox', unsentState])) }

  /** How many changes are too big to be sent; their content is nowhere else. */
  aside() { return this.read(['rows'], ({ rows }) => rows.index('t').count('aside')) }

  /**
   * Writes in one transaction over rows and facts, all or nothing; `closed` or `cleared` where the vault they were sealed by
   * is not this database's any more.
   * @param {import('../vault/open.js').OpenVault} open
   * @param {(rows: Stores['rows'], facts: Stores['facts']) => PromiseLike<unknown>} work
   * @returns {Promise<void>}
   */
  write(open, work) {
    return this.change(['rows', 'facts', keyTable], async stores => {
      await this.belongsTo(open, stores)
      await work(stores.rows, stores.facts)
    })
  }

  /**
   * A table of sealed rows that is the pages' own.
   * @param {import('../vault/open.js').OpenVault} open @param {string} table
   */
  sealed(open, table) { return new SealedRows(this, open, table) }

  /** Takes everything away, the wrapped keys first: what a disk may still hold of the rest is noise then. */
  async erase() {
    this.#over = this.#vault = ''
    this.#shut = false
    await this.change([keyTable], async stores => { await stores[keyTable].clear() })
    this.close()
    await this.guard(() => answer(/** @type {IDBFactory} */ (this.#factory()).deleteDatabase(this.#name)))
  }
}

/**
 * The rows of a table, of one state where it is given.
 * @param {Stores['rows']} rows @param {string} table @param {string} [state] @returns {Promise<Row[]>}
 */
export const rowsIn = (rows, table, state) => (
  state === undefined ? rows.index('t').getAll(table) : rows.index('[t+s]').getAll([table, state]))

/**
 * The rows whose stored keys lie between two, a slice at a time: the answer to one question for thousands holds a slow phone up.
 * @param {Stores['rows']} rows @param {any[]} from @param {any[]} to @param {number} [most] the first few alone @returns {Promise<Row[]>}
 */
export async function rowsBetween(rows, from, to, most = Infinity) {
  /** @type {Row[]} */ const list = []
  while (list.length < most) {
    const some = await rows.getAll(IDBKeyRange.bound(from, to, true, true), Math.min(slice, most))
    list.push(...some)
    const last = some.at(-1)
    if (!last) break
    from = [last.t, last.k]
  }
  return list
}

/**
 * The key store of the vault.
 * @implements {KeyStore}
 */
class KeptVault {
  #database

  /** @param {Database} database */
  constructor(database) { this.#database = database }

  /** @returns {Promise<VaultFile | null>} */
  get() { return this.#database.read([keyTable], async stores => (await stores[keyTable].get('vault'))?.file ?? null) }

  /** @param {(file: VaultFile | null) => VaultFile | null} next @returns {Promise<VaultFile | null>} */
  async change(next) {
    /** @type {{ error: unknown } | undefined} the caller's own, to be handed back as it is */
    let refused
    const file = await this.#database.change([keyTable], async stores => {
      refused = undefined
      const old = (await stores[keyTable].get('vault'))?.file ?? null
      let file
      try {
        file = next(old)
      } catch (error) {
        refused = { error }
        return null // nothing is written
      }
      await (file ? stores[keyTable].put({ name: 'vault', file }) : stores[keyTable].delete('vault'))
      return file
    })
    if (refused) throw refused.error
    return file
  }
}
