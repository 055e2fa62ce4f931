// @ts-check
// The app once it is unlocked: the sync client on the sealed store, and around it what the screens get (context.js).
import { openClient, Unreachable } from '../shared/sync/client.js'
import { announce } from '../shared/ui/html.js'
import { Notices } from '../shared/ui/notices.js'
import { words } from '../shared/ui/words.js'
import { dutyOf } from '../shared/duties.js'
import { takeTimeFrom } from '../shared/ui/now.js'
import { mineToDecide } from './model/issues.js'
import { look, moves } from './model/moves.js'
import { clockTimes } from './model/phonetime.js'
import { shippedRules } from './model/shipped-rules.js'
import { personName } from '../shared/ui/format.js'
import { receiverOf } from './model/receiver.js'
import { unsaid } from './model/unsaid.js'
import { calls, dueOut, ownStay } from './model/lone.js'
import { standing } from './model/urgent.js'
import { receiptItem, recordOf, recordsOf } from './record-views.js'
import { sentenceOf } from './sync-sentence.js'
import { Drafts } from './store/drafts.js'
import { exportUnsent } from './store/export.js'
import { room } from './store/browser-support.js'
import { deviceBefore, marks, setDevice, setMarker } from './store/eviction-marker.js'
import { lockedKeys } from './store/locked.js'
import { SealedStorage } from './store/storage.js'
import { save } from './download.js'
import { ageLease, leaseStands, renewLease } from './vault/lease.js'
import { seal, suite } from './vault/hpke.js'
import { vaultKeys } from './vault/keys.js'
import { passkeySupported } from './vault/vault.js'

/** @typedef {import('../shared/sync/client.js').Client} Client */
/** @typedef {import('./context.js').App} App */

const paintWithin = 500 // ms; a page out of sight paints nothing
const agePeriod = 5 * 60_000 // ms between two notes of how late it is, for the offline lease

/**
 * Opens the work of the person whose vault is open.
 * @param {object} from
 * @param {import('./store/database.js').Database} from.database
 * @param {import('./vault/vault.js').Vault} from.vault
 * @param {ReturnType<typeof import('./store/tabs.js').joinTabs>} from.tabs
 * @param {() => void} from.redraw
 * @param {(hash: string, from?: string) => void} from.go see context.js
 * @param {() => import('./router.js').Place} from.place
 * @param {() => void} from.wiped the server said to delete everything, or the last work of a phone that is handed back went up
 * @param {() => Promise<void>} from.emptied everything on the phone is to go, because its owner signed out
 * @param {string} from.version
 * @param {string} from.deviceName
 * @param {() => boolean} from.advise whether to advise putting the app on the home screen
 * @param {() => (() => Promise<void>) | null} from.installer asks the browser to put it there, where it can
 */
export async function openWork({ database, vault, tabs, redraw, go, place, wiped, emptied, version, deviceName, advise, installer }) {
  const sealed = vault.open
  if (!sealed) throw new Error('the vault is locked')
  let closed = false
  let damaged = false
  const storage = new SealedStorage(database, sealed, { committed: () => tabs.tell('committed'), damaged: () => { damaged = true } })
  const keys = vaultKeys(database.sealed(sealed, 'keys'))
  const known = database.sealed(sealed, 'names')
  const drafts = new Drafts(database, sealed, { failed: e => { if (!closed) app.say(sentenceOf(e), { urgent: true }) } })
  const client = await openClient({ storage, keys, server: location.origin, name: deviceName, platform: 'web', app: version,
    replaces: deviceBefore(marks), sealing: { keys: lockedKeys(database), suite, seal } })
  const notices = new Notices({ scope: '/app/notices/', changed: redraw, trouble: e => app.say(sentenceOf(e), { urgent: true }), asks: {
    get: () => client.notices(), take: s => client.notices(s),
    end: endpoint => client.notices({ endpoint, p256dh: '', auth: '' }, true) } })
  const begunAt = client.status().lastSynced
  const firstRound = client.changed(() => { // from now on there is a token to ask with
    if (client.status().lastSynced === begunAt) return
    firstRound()
    if (dutyOf(names.me?.role).inbox) notices.look()
  })

  /** @type {{ me: any, staff: any[], rules?: import('./model/rules.js').Rule[] }} */
  let names = /** @type {any} */ (await known.get('names')) ?? { me: null, staff: [] }
  /** @type {Map<string, any>} */
  let byId = new Map(names.staff.map(s => [s.id, s]))
  /** How visits were planned when their owner looked last; null before the first load. @type {import('./model/moves.js').Looked | null} */
  let looked = /** @type {any} */ (await known.get('looked')) ?? null
  /** The number of this phone, as its owner typed it. */ let number = /** @type {any} */ (await known.get('number')) ?? ''
  let loneTold = ''
  /** Drafts by key: when each was last touched by this phone's clock, and whom it is about. */
  const begun = new Map((await drafts.all()).map(({ form, draft }) => [form, { at: draft.at, who: /** @type {any} */ (draft.value)?.who }]))
  let lease = await database.fact('lease') ?? null
  let storageRoom = await room()
  let offersGone = await database.fact('offers') ?? []
  let vaultStatus = await vault.status()
  let syncedAt = client.status().lastSynced

  /** A moment of this phone's clock as the time it was, by the offset the server measured. @param {number} ms */
  const trueTime = ms => new Date(ms + (client.clockOffset ?? 0)).toISOString()
  const trueNow = () => Date.now() + (client.clockOffset ?? 0)
  takeTimeFrom(trueNow)

  /** @type {App} */
  const app = {
    // Named last; before the first names the enrolment said it. Without a role no role's screens are shown.
    get me() { return names.me ?? client.me ?? { id: client.staff, name: '', role: '', organisation: '', teams: [], view: 'limited',
          raises_urgent: false } },
    get place() { return place() },
    get here() { return location.hash },
    get rules() { return names.rules ?? shippedRules },
    /** What one's organisation asks at visits, in place of what ships. */ get templates() { return organisation()?.templates ?? null },
    get clockKnown() { return client.clockOffset !== null },
    get colleagues() { return names.staff },
    get locked() { return !leaseStands(lease, Date.now(), hours()).holds },
    all: collection => recordsOf(client, collection),
    get: (collection, id) => recordOf(client, collection, id),
    seen: (collection, id) => client.view(collection, id),
    async record(ops, seen = {}) {
      const said = ops.map(op => ({ ...op, ...(seen[`${op.collection}/${op.id}`] ? { seen: seen[`${op.collection}/${op.id}`] } : {}) }))
      await client.record(/** @type {any} */ (
          said.map(({ patient, ...op }) => (op.set && op.op !== 'resolve'
            ? { ...op, set: clockTimes(op.set, client.clockOffset ?? 0) } : op))))
      await mark()
    },
    newID: () => client.newID(),
    nameOf: id => (id ? byId.get(id)?.name ?? words.app.handover.somebody : ''),
    syncStatus() {
      const s = client.status(), unsent = client.unsent()
      const expected = s.progress?.expected ?? 0
      return { unsent: unsent.count + unsent.tooBig, needsYou: app.all('sync_issues')
          .filter(i => mineToDecide(i, app.me)).length,
        lastSynced: s.lastSynced ? trueTime(s.lastSynced) : null, nextTry: s.error && s.nextTry ? trueTime(s.nextTry) : null,
        busy: s.phase !== 'idle', whole: s.whole, trouble: trouble(s.error),
          loading: (s.loading || !s.lastSynced) && expected ? { done: s.progress?.received ?? 0, total: expected } : null }
    },
    items() {
      const open = new Set(client.issues().map(i => i.id))
      return client.items().map(r => receiptItem(r, client, open))
    },
    moves: () => moved.list,
    sawMoves() { moved.list = []; lookAgain(); redraw() },
    urgent,
    aboutWhom: s => {
      const p = app.get('patients', (s.visit ? app.get('visits', s.visit) : app.get('handovers', s.id))?.patient ?? '')
      return p ? personName(p) : words.app.gonePerson
    },
    sync: async () => { await client.sync() },
    now: trueNow,
    go, redraw,
    drafts: {
      get: async (/** @type {string} */ key) => (await drafts.load(key))?.value ?? null,
      put(/** @type {string} */ key, /** @type {any} */ value) {
        begun.set(key, { at: Date.now(), who: value.who }); drafts.keep(key, JSON.parse(JSON.stringify(value))) },
      drop(/** @type {string} */ key) { begun.delete(key); return drafts.drop(key) },
    },
    unfinished: () => [...begun].sort((a, b) => b[1].at - a[1].at).map(([key, { at, who }]) => {
      const [kind, id] = key.split(':')
      return { key, kind: /** @type {'visit'} */ (kind), id, at: trueTime(at), who: who ?? null }
    }),
    forms: new Map(),
    say(text, how) { announce(text, how); toast = text; clearTimeout(toastTimer); toastTimer =
        setTimeout(() => { toast = ''; redraw() }, 6000); redraw() },
    phone: {
      version, client,
      get toast() { return toast },
      get room() { return storageRoom },
      get shiftPin() { return organisation()?.shift_pin === true },
      get directive() { return client.needsSignIn ? 'relogin' : client.status().mustUpdate ? 'upgrade' : client.directive },
      passkeys: false,
      get advise() { return advise() },
      installer,
      /** Whether something may still be offered: not once it was taken or declined, nor before the phone knows whose it is. */
      offered: (/** @type {string} */ name) => names.me !== null && !offersGone.includes(name)
        && !(name === 'unlock' && (vaultStatus.passkey || vaultStatus.pin)),
      declineOffer(/** @type {string} */ name) {
        offersGone = [...offersGone, name]
        database.setFact('offers', offersGone).catch(() => {}) // offered again, then
        redraw()
      },
      ownNumber: () => number,
      keepNumber(/** @type {string} */ n) { number = n; known.put('number', n).catch(() => {}) },
      leaseSince: () => (lease ? trueTime(lease.contact) : ''),
      lock: () => vault.lock(),
      setPin: (/** @type {string} */ pin, /** @type {string | undefined} */ passphrase) =>
        vault.setPin(pin, { allowed: organisation()?.shift_pin === true, passphrase }).then(lookAtVault),
      addPasskey: (/** @type {string | undefined} */ passphrase) =>
        vault.addPasskey({ label: words.app.name, passphrase }).then(lookAtVault),
      changePassphrase: (/** @type {string} */ old, /** @type {string} */ next) => vault.changePassphrase(old, next),
      exportUnsent: async () => save(await exportUnsent({ database, open: vault.open })),
      notices,
      async signOut() { notices.leave(); await client.signOut(); await emptied() },
    },
  }
  let toast = ''
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let toastTimer
  app.phone.passkeys = await passkeySupported().catch(() => false)

  /** @type {{ on: any[], list: import('./model/urgent.js').Standing[], told: string }} */
  const alarm = { on: [], list: [], told: '' }
  /** Emergencies that stand, worked out again only when what they rest on is another, and kept where the locked phone reads them. */
  function urgent() {
    const on = /** @type {const} */ (['handovers', 'patients', 'visits', 'observations']).map(c => app.all(c))
    if (on.some((list, i) => list !== alarm.on[i])) {
      const [handovers, , visits, observations] = on
      const unhanded = app.me.view === 'clinical' ? unsaid({ handovers, visits, observations, checkins: app.all('checkins'),
        issues: app.all('sync_issues'), clockKnown: app.clockKnown, rules: app.rules, person: id => app.get('patients', id),
        known: { teams: app.all('teams'), mine: app.me.teams } }) : []
      Object.assign(alarm, { on, list: standing(handovers, app.me.id, h => receiverOf(app, h), unhanded) })
      const told = JSON.stringify(alarm.list)
      if (told !== alarm.told) {
        alarm.told = told
        database.setFact('urgent', alarm.list.map(s => ({ ...s, receiver: '' }))).catch(() => {})
      }
    }
    return alarm.list
  }
  /** What was moved, worked out again only for other lists of visits or on another day.
   * @type {{ on: any[], list: import('./model/moves.js').Move[] }} */
  const moved = { on: [], list: [] }
  const contacts = () => [...app.all('visits'), ...app.all('checkins')]
  function lookAtMoves() {
    const on = [app.all('visits'), app.all('checkins'), app.me.id, new Date(trueNow()).toDateString()]
    const { lastSynced, whole, loading } = client.status()
    if (!lastSynced || !whole || loading || on.every((what, i) => what === moved.on[i])) return
    moved.on = on
    moved.list = looked ? moves(looked, contacts(), { staff: app.me.id, teams: app.me.teams }, trueNow()) : []
    if (!moved.list.length) lookAgain()
  }
  /** Remembers how visits are planned now. What cannot be kept is told once more. */
  function lookAgain() {
    const now = look(contacts(), trueNow())
    if (JSON.stringify(now) === JSON.stringify(looked)) return
    looked = now
    known.put('looked', now).catch(() => {})
  }
  async function lookAtVault() { vaultStatus = await vault.status() }
  function organisation() { return app.me.organisation ? app.get('organisations', app.me.organisation) : null }
  function hours() { return organisation()?.offline_lease_hours }

  /** How much is unsent, where it can be read when the database was cleared. */
  async function mark() {
    if (client.device) setDevice(marks, client.device)
    const { exists } = await vault.status()
    if (exists && sealed) setMarker(marks, { vault: sealed.id, unsent: client.unsent().count, at: Date.now() })
  }

  /** After each pull: names, the lease, what the organisation says. */
  async function afterPull() {
    lease = renewLease(Date.now())
    await database.setFact('lease', lease)
    const fresh = await client.names()
    if (fresh && !closed) {
      names = fresh
      byId = new Map(fresh.staff.map(s => [s.id, s]))
      await known.put('names', fresh)
      await database.setFact('owner', { initials: initials(fresh.me.name), device: client.called, id: client.device || null })
    }
    const org = organisation()
    if (org && vault.open) {
      const replaced = await vault.follow({ shiftPin: org.shift_pin === true, recoveryKey: org.recovery_key ?? null,
        signer: keys.signerFor(client.device) }).catch(() => false)
      if (replaced) app.say(words.app.recoveryKeyChanged, { urgent: true }) // whoever holds the key reads exports of this phone
    }
    storageRoom = await room()
    await mark()
    redraw()
  }

  const stopListening = client.changed(({ status }) => {
    if (client.directive === 'wipe') { wiped(); return }
    if (damaged) { damaged = false; client.requestDigest() } // the server has what could not be read
    const at = client.status().lastSynced
    // Names whose answer was lost are asked for again when the next round ends.
    if (status && (at !== syncedAt || (at && !names.me && client.status().phase === 'idle'))) { syncedAt = at; afterPull().catch(() => {}) }
    urgent()
    tellLone()
    lookAtMoves()
    redraw()
  })
  /** That its owner is in somewhere is kept where the locked phone reads it: no place, no name. */
  function tellLone() {
    const s = ownStay(app.all('lone_stays'), app.me.id), lone = s && { due: dueOut(s) || 0, help: calls(s) }
    if (JSON.stringify(lone) === loneTold) return
    loneTold = JSON.stringify(lone)
    database.setFact('lone', lone).catch(() => {})
  }
  tellLone()
  lookAtMoves()
  const ageTimer = setInterval(
    () => { if (lease) { lease = ageLease(lease, Date.now()); database.setFact('lease', lease).catch(() => {}); redraw() } }, agePeriod)
  const stopFlush = vault.beforeLock(() => drafts.flush())

  return {
    app, client,
    /** Begins to sync once the first screen is painted: what is read and asked for would hold it up. */
    start() {
      const begin = () => { if (!closed) client.start() }
      requestAnimationFrame(() => setTimeout(begin))
      setTimeout(begin, paintWithin)
    },
    /** Ends it: keys are about to go, or another tab leads. */
    async close() {
      closed = true
      stopListening(); stopFlush()
      clearInterval(ageTimer); clearTimeout(toastTimer)
      app.forms.clear()
      await client.stop()
    },
    flush: () => drafts.flush(),
  }
}

/** A sentence for what a round ended with. @param {unknown} error */
const trouble = error => (!error ? '' : error instanceof Unreachable ? words.app.statusBar.unreachable : sentenceOf(error))

/** @param {string} name */
const initials = name => name.split(/\s+/).map(part => part[0] ?? '').join('').toUpperCase()
