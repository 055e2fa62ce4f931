// @ts-check
// What a client knows, as it was last committed, and the one way to change it: a transaction of rows.

/** @typedef {import('./storage.js').Json} Json */
/** @typedef {import('./storage.js').Table} Table */
/** @typedef {import('./storage.js').Write} Write */
/** @typedef {import('./storage.js').Storage} Storage */

/** How long confirmed changes stay, so that a server restored from a backup can be given again what it lost. */
export const sentLogKept = 14 * 24 * 3600_000

/**
 * '' none, `wipe`, `drain`, `relogin`, `upgrade`: what the server told this client about its standing.
 * @typedef {'' | 'wipe' | 'drain' | 'relogin' | 'upgrade'} Directive
 */

/**
 * Why the device must be enrolled: never yet, again with the same client, or with a new client because the old one forked.
 * @typedef {'' | 'first' | 'again' | 'anew'} Enrol
 */

/**
 * The row about itself. Times are milliseconds of the device's own clock.
 * @typedef {object} Self
 * @property {string} device
 * @property {string} client the id the outbox is numbered under
 * @property {string} staff who is signed in
 * @property {readonly string[]} former clients this outbox was numbered under before
 * @property {Json} key handle of the device key
 * @property {Json} lockedKey handle of the key that the phone signs in with while it is locked; null = none
 * @property {import('./sealed.js').SealingKey | null} sealTo the server's key that unsent changes are sealed to
 * @property {string} sealedFor what they were sealed by and to, when they were last all sealed
 * @property {Enrol} enrol
 * @property {string} nextClient chosen for the enrolment that is due
 * @property {string} epoch
 * @property {string} cursor only a finished pull moves it
 * @property {string} stagedCursor where the next page of the pull under way begins
 * @property {number} pages staged so far
 * @property {number} nextMid of the next change
 * @property {number} nextPlace in our own order, over all clients
 * @property {number} confirmedMid last mid a pull confirmed
 * @property {string} confirmedKey and its key
 * @property {number} offsetMs server minus device
 * @property {boolean} offsetKnown
 * @property {Directive} directive
 * @property {{ push_mutations: number, push_bytes: number, pull_rows: number }} limits
 * @property {{ min_interval_ms: number, jitter_ms: number }} pace
 * @property {number} minPull the oldest schema the server lets pull
 * @property {number} digestAt when what is held was last compared; 0 = never
 * @property {number} pulledAt when a pull last finished; 0 = never
 * @property {Loading | null} loading of a first load whose people come one after another; null = everybody has come
 * @property {Json} [me] whose it is, as the enrolment said
 * @property {string} [called] its name, as the enrolment said: numbered where another of the same person has it
 */

/**
 * One change to one record, as it travels.
 * @typedef {object} Op
 * @property {'create' | 'update' | 'add' | 'remove' | 'retract' | 'resolve'} op
 * @property {string} [collection]
 * @property {string} [id]
 * @property {string} [patient]
 * @property {string} [base]
 * @property {{ readonly [field: string]: Json }} [set]
 * @property {{ readonly [field: string]: Json }} [was]
 * @property {string} [field]
 * @property {readonly Json[]} [values]
 * @property {string} [issue]
 */

/**
 * One change of one to fifty ops, in the outbox or in the sent log. A row is never changed, only replaced.
 * @typedef {object} Change
 * @property {number} place in our own order; never changes
 * @property {string} client
 * @property {number} mid changes when the client or the epoch does
 * @property {string} key never changes
 * @property {string} author
 * @property {string} authored_at by the device's clock
 * @property {readonly Op[]} ops
 * @property {boolean} answered by a push, in this epoch under this client
 * @property {number} confirmedAt in the sent log: when, by the corrected clock; 0 before; and when it was put aside for want of room
 * @property {boolean} [turnedAway] the server had no room to keep it; it is sent again under a later mid
 */

/**
 * A record as the server sent it.
 * @typedef {object} Held
 * @property {string} collection
 * @property {string} id
 * @property {number} version
 * @property {string} epoch
 * @property {string} [history] of the server, in which it came; missing from one that names none
 * @property {readonly string[]} scopes
 * @property {{ readonly [field: string]: Json }} data
 * @property {boolean} waiting access has ended; it goes as soon as the unsent work on it went up
 */

/**
 * @typedef {{ collection: string, id: string, version: number, scopes?: readonly string[], data?: { readonly [field: string]: Json },
 *   gone?: '' | 'left' | 'retracted' }} Delivery
 */
/** @typedef {{ id: string, op: 'add' | 'revoke' | 'reset' }} ScopeEvent */
/** How far a first load has come, in records. @typedef {{ sent: number, of: number }} Loading */
/**
 * @typedef {{ epoch: string, history?: string, loading?: Loading, head: number, cursor: string, more: boolean, last_mid: number,
 *   last_key: string, scopes: readonly ScopeEvent[], changes: readonly Delivery[] }} PullAnswer
 */

/** A staged answer to a pull, and the cursor it answered. @typedef {{ number: number, from: string, answer: PullAnswer }} Page */

/** @typedef {'saved' | 'sent' | 'needs_you'} ItemState */

/**
 * @typedef {{ id: string, collection: string, record: string, field: string, policy: string, kept: string, theirs: Json, yours: Json, by:
 *   string, at: string }} Conflict
 */
/** @typedef {{ id: string, code: string, field?: string, message: string, fix: 'edit' | 'supervisor' | 'none' }} Issue */
/**
 * @typedef {{ mid: number, key: string, status: 'applied' | 'merged' | 'quarantined', replayed: boolean, records?: readonly { collection:
 *   string, id: string, version: number }[], conflicts?: readonly Conflict[], issues?: readonly Issue[] }} Result
 */

/**
 * The truthful receipt of one change. Its state only moves forward.
 * @typedef {object} Item
 * @property {string} key
 * @property {number} mid
 * @property {ItemState} state
 * @property {string} authored_at by the device's clock
 * @property {readonly { op: string, collection: string, id: string, patient: string }[]} about what the change is about, op by op
 * @property {Result | null} result what the server answered; null while it has not, and where a pull confirmed a change
 *   whose answer never arrived
 */

/** @returns {Self} */
export const newSelf = () => ({
  device: '', client: '', staff: '', former: [], key: null, lockedKey: null, sealTo: null, sealedFor: '', enrol: '', nextClient: '',
  epoch: '', cursor: '', stagedCursor: '', pages: 0,
  nextMid: 1, nextPlace: 1, confirmedMid: 0, confirmedKey: '', offsetMs: 0, offsetKnown: false, directive: '',
  limits: { push_mutations: 200, push_bytes: 4 << 20, pull_rows: 1000 }, pace: { min_interval_ms: 0, jitter_ms: 0 }, minPull: 0,
    digestAt: 0, pulledAt: 0, loading: null,
})

/** @param {string} collection @param {string} id */
export const recordKey = (collection, id) => `${collection}/${id}`
/** @param {number} n */
export const placeKey = n => String(n).padStart(16, '0')

/** All of it in memory. */
export class State {
  constructor() {
    this.self = newSelf()
    /** @type {Set<string>} */ this.scopes = new Set()
    /** @type {Map<string, Held>} by collection/id */ this.records = new Map()
    /** @type {Page[]} in order */ this.staged = []
    /** @type {Change[]} in order */ this.outbox = []
    /** @type {Change[]} in order */ this.sentlog = []
    /** @type {Change[]} */ this.aside = []
    /** @type {Map<string, Item>} by key */ this.items = new Map()
    /** Reads the records that are not here yet; null where all are. @type {(() => Promise<void>) | null} */ this.rest = null
  }

  /** @param {Storage} storage @param {boolean} [inTwo] records that the first screen does not need may be read by `rest` */
  static async load(storage, inTwo = false) {
    const s = new State()
    s.rest = await storage.load((table, key, value) => {
      const row = /** @type {any} */ (value)
      switch (table) {
        case 'self': s.self = { ...newSelf(), ...row }; break
        case 'scopes': s.scopes.add(key); break
        case 'records': s.records.set(key, row); break
        case 'staged': s.staged.push(row); break
        case 'outbox': s.outbox.push(row); break
        case 'sentlog': s.sentlog.push(row); break
        case 'aside': s.aside.push(row); break
        case 'items': s.items.set(key, row); break
      }
    }, inTwo) ?? null
    for (const list of [s.outbox, s.sentlog, s.aside]) list.sort((a, b) => a.place - b.place)
    s.staged.sort((a, b) => a.number - b.number)
    return s
  }
}

/**
 * The writes of one commit. Its methods change the state in memory at once; when the commit fails the state is read back
 * from storage, where nothing changed. Rows handed to it are never changed afterwards.
 */
export class Tx {
  /** @type {Map<string, Write>} by table and key: later writes of a row replace earlier ones */
  #rows = new Map()
  #self = false

  /** @param {import('./core.js').Core} core */
  constructor(core) {
    this.core = core
    this.state = core.state
    /** @type {Set<string>} records whose look may have changed */ this.touched = new Set()
    this.receipts = false // items or what is unsent changed
  }

  /** @returns {Write[]} */
  writes() {
    const list = [...this.#rows.values()]
    if (this.#self) list.push({ table: 'self', key: 'self', value: /** @type {any} */ ({ ...this.state.self }) })
    return list
  }

  /** The writes of one table. @param {Table} table */
  written(table) { return [...this.#rows.values()].filter(w => w.table === table) }

  get wroteSelf() { return this.#self }

  /** @param {Table} table @param {string} key @param {object | true} value */
  put(table, key, value) { this.#rows.set(`${table} ${key}`, { table, key, value: /** @type {any} */ (value) }) }

  /** @param {Table} table @param {string} key */
  take(table, key) { this.#rows.set(`${table} ${key}`, { table, key, value: undefined }) }

  /** @param {Partial<Self>} [fields] */
  putSelf(fields) {
    if (fields) Object.assign(this.state.self, fields)
    this.#self = true
  }

  /** @param {Held} held */
  putRecord(held) {
    const key = recordKey(held.collection, held.id)
    this.state.records.set(key, held)
    this.touched.add(key)
    this.put('records', key, held)
  }

  /** @param {string} key */
  takeRecord(key) {
    if (!this.state.records.delete(key)) return
    this.touched.add(key)
    this.take('records', key)
  }

  /** @param {string} scope @param {boolean} held */
  hold(scope, held) {
    if (held === this.state.scopes.has(scope)) return
    if (held) {
      this.state.scopes.add(scope)
      this.put('scopes', scope, true)
    } else {
      this.state.scopes.delete(scope)
      this.take('scopes', scope)
    }
  }

  /** Puts a change into the outbox at its place, or a newer row in place of an older. @param {Change} c */
  queue(c) {
    const list = this.state.outbox
    let i = list.length
    while (i > 0 && list[i - 1].place > c.place) i--
    if (i > 0 && list[i - 1].place === c.place) list[i - 1] = c
    else list.splice(i, 0, c)
    this.put('outbox', placeKey(c.place), c)
    this.#about(c)
  }

  /** Takes a change out of the outbox. @param {Change} c */
  unqueue(c) {
    this.state.outbox = this.state.outbox.filter(o => o.place !== c.place)
    this.take('outbox', placeKey(c.place))
    this.#about(c)
  }

  /** @param {Change} c */
  #about(c) {
    this.receipts = true
    for (const op of c.ops) if (op.collection && op.id) this.touched.add(recordKey(op.collection, op.id))
  }
}
