// @ts-check
// The state of an inbox and all that can be done in it. No DOM: the views draw what stands here, and call it.
import { dutyOf } from '../shared/duties.js'
import { personName } from '../shared/ui/format.js'
import { Refusal, sentenceOf } from '../shared/ui/session.js'
import { fill, word, words } from '../shared/ui/words.js'
import { Closed } from './closed.js'
import { groups, noFilters, phase } from './model.js'

const w = words.practice

/** @typedef {import('./types.js').Item} Item */
/** @typedef {import('./types.js').Detail} Detail */
/** @typedef {import('./types.js').Group} Group */

export const undoFor = 10_000 // ms that the page offers to take a receipt back
const holdEvery = 20_000 // ms; the server believes it for a minute
const pageSize = 200

/** The last part of an action's address, where it is not its name. @type {Record<string, string>} */
const addresses = { hand_on: 'hand-on', record_call: 'call', stand_down: 'stand-down' }

/** What people are told at the foot of the page. @typedef {{ text: string, undo: boolean, until: number }} Toast */
/** What went wrong, told at its head. @typedef {{ title: string, text: string }} Notice */
/**
 * A form under way.
 * @typedef {{ kind: string, values: Record<string, any>, problems: { field: string, text: string }[], sending: boolean, version: number }}
 *   Form
 */
/** @typedef {{ who: string, ids: string[], until: number, sent: Promise<unknown> }} Undoable */

export class Inbox {
  /**
   * @param {import('../shared/ui/session.js').Session} session
   * @param {{ changed: () => void, arrived: (items: Item[]) => void, say: (text: string, urgent?: boolean) => void }} out
   */
  constructor(session, out) {
    this.session = session
    this.out = out
    /** @type {ReturnType<typeof setInterval> | undefined} */ this.holding = undefined
    this.clear()
  }

  clear() {
    clearInterval(this.holding)
    /** @type {Map<string, Item>} what stands open in this inbox */ this.items = new Map()
    this.loaded = false
    /** @type {string} */ this.trouble = ''
    /** @type {boolean} the role has no inbox */ this.closedToRole = false
    /** @type {Set<string>} receipts on their way */ this.receiving = new Set()
    /** @type {Set<string>} */ this.known = new Set()
    /** @type {Map<string, import('./types.js').Attention[]>} */ this.attention = new Map()
    /** @type {import('./types.js').OpenTeam[]} */ this.teams = []
    /** @type {import('./types.js').Named[]} */ this.destinations = []
    /** @type {import('./types.js').Tab} */ this.tab = dutyOf(this.session.me?.role).firstTab ?? 'open'
    /** @type {import('./types.js').Filters} */ this.filters = { ...noFilters }
    /** @type {Closed} */ this.closed = new Closed(this.session, this.out.changed)
    /** @type {{ id: string, data: Detail | null, gone: string, trouble: string } | null} */ this.detail = null
    /** @type {Form | null} */ this.form = null
    /** @type {string} the action under way on the open handover */ this.acting = ''
    /** @type {Toast | null} */ this.toast = null
    /** @type {Notice | null} */ this.notice = null
    /** @type {Undoable[]} */ this.undoable = []
    this.holding = undefined
  }

  now() { return this.session.now() }

  // ———————————————————————————————————————————————————————————————— reading

  /** Reads all that is open; throws when the server cannot be reached. */
  async refresh() {
    try {
      const [items] = await Promise.all([this.#readOpen(), this.glance()])
      const fresh = items.filter(item => this.#isNew(item))
      const before = this.items
      this.items = new Map(items.map(item => [item.id, this.#newer(before.get(item.id), item)]))
      const first = !this.loaded
      this.loaded = true
      this.trouble = ''
      for (const item of items) this.known.add(key(item))
      if (!first && fresh.length) this.out.arrived(fresh)
      this.#followDetail()
    } catch (e) {
      this.#failed(e)
      throw e
    } finally {
      this.out.changed()
    }
  }

  async #readOpen() {
    /** @type {Item[]} */
    const items = []
    let cursor = ''
    do {
      const page = await this.session.get(`/handovers?state=open&limit=${pageSize}${cursor && `&cursor=${cursor}`}`)
      items.push(...page.items)
      cursor = page.more ? page.cursor : ''
    } while (cursor)
    return items
  }

  /** Who has what open, and whether the doors are open: cheap, and names nobody who is cared for. */
  async glance() {
    const state = await this.session.get('/inbox')
    this.teams = state.teams
    this.destinations = state.destinations
    this.#attend(state.attention)
    this.out.changed()
  }

  /** @param {import('./types.js').Attention[]} list @param {string} [only] of this handover */
  #attend(list, only) {
    if (only) this.attention.delete(only)
    else this.attention.clear()
    for (const a of list) this.attention.set(a.handover, [...(this.attention.get(a.handover) ?? []), a])
  }

  /** @param {Item} item */
  #isNew(item) { return phase(item) === 'receive' && !this.known.has(key(item)) }

  /** What was read before an answer came must not undo it. @param {Item | undefined} have @param {Item} read */
  #newer(have, read) { return have && have.version > read.version ? have : read }

  /** @param {unknown} e */
  #failed(e) {
    if (e instanceof Refusal && e.status === 403) this.closedToRole = true
    this.trouble = sentenceOf(e)
  }

  /** The open handover moved: read it again. */
  #followDetail() {
    const d = this.detail
    if (!d || this.acting) return
    const row = this.items.get(d.id)
    if (d.data && (row ? row.version !== d.data.version : phase(d.data) !== 'closed')) this.#readDetail(d.id)
  }

  /** One row for each person. @returns {Group[]} */
  rows() {
    const items = [...this.items.values()].map(item => (this.receiving.has(item.id) ? { ...item, state: 'acknowledged' } : item))
    return groups(items, this.tab, this.filters, this.now())
  }

  // ———————————————————————————————————————————————————————————————— one handover

  /** @param {string} id */
  async open(id) {
    if (this.detail?.id === id) return
    this.close()
    this.detail = { id, data: null, gone: '', trouble: '' }
    this.out.changed()
    await this.#readDetail(id)
    const d = this.#dataOf(id)
    if (!d) return
    if (!d.seen_by && d.side !== 'sent' && phase(d) === 'receive') await this.#see(d)
    this.#hold(id)
  }

  /** What is known of a handover, if it is the open one. @param {string} id */
  #dataOf(id) { return this.detail?.id === id ? this.detail.data : null }

  close() {
    const id = this.detail?.id
    clearInterval(this.holding)
    this.holding = undefined
    this.detail = null
    this.form = null
    this.notice = null
    if (id && this.session.me) this.session.post(`/handovers/${id}/release`)
      .then(a => this.#attend(a.attention, id), () => { /* it lapses */ })
    this.out.changed()
  }

  async reopen() {
    if (this.detail) await this.#readDetail(this.detail.id)
  }

  /** @param {string} id */
  async #readDetail(id) {
    try {
      const data = await this.session.get(`/handovers/${id}`)
      if (this.detail?.id === id) this.#take(data)
    } catch (e) {
      const d = this.detail
      if (!d || d.id !== id) return
      if (e instanceof Refusal && e.status === 404) {
        d.data = null
        d.gone ||= w.gone
      } else if (!d.data) {
        d.trouble = sentenceOf(e)
      }
    }
    this.out.changed()
  }

  /** @param {Detail} d */
  async #see(d) {
    try {
      this.#take(await this.session.post(`/handovers/${d.id}/see`, { version: d.version }))
    } catch { /* that it was seen is said again by whatever is done next */ }
  }

  /** Keeps what the server answered, a handover or a receipt for one that was given away. @param {any} answer */
  #take(answer) {
    const closed = answer.projection ? phase(answer) === 'closed' : true
    if (closed) this.items.delete(answer.id)
    else if (answer.side !== 'sent') this.items.set(answer.id, this.#newer(this.items.get(answer.id), answer))
    if (answer.projection) this.known.add(key(answer))
    const d = this.detail
    if (d && d.id === answer.id) {
      d.trouble = ''
      d.data = answer.projection ? answer : null
      if (!answer.projection) d.gone = fill(w.did.gaveAway, { team: answer.to_team?.name ?? '' })
    }
    this.out.changed()
  }

  /** Says every twenty seconds that it is open here. @param {string} id */
  #hold(id) {
    const hold = () => {
      if (this.detail?.id !== id || !this.session.me || typeof document !== 'undefined' && document.visibilityState === 'hidden') return
      this.session.post(`/handovers/${id}/hold`).then(a => { this.#attend(a.attention, id); this.out.changed() },
          () => { /* not their inbox, or not reachable: nobody is told */ })
    }
    clearInterval(this.holding)
    hold()
    this.holding = setInterval(hold, holdEvery)
  }

  /** Who else looks at a handover. @param {string} id */
  others(id) { return (this.attention.get(id) ?? []).filter(a => a.by.id !== this.session.me?.id) }

  /** @param {string} id */
  claimedByMe(id) { return (this.attention.get(id) ?? []).some(a => a.claimed && a.by.id === this.session.me?.id) }

  /** I deal with it. @param {string} id @param {boolean} [takeOver] */
  async claim(id, takeOver = false) {
    this.notice = null
    try {
      this.#attend((await this.session.post(`/handovers/${id}/hold`, { claim: true, take_over: takeOver })).attention, id)
      this.out.say(w.you)
    } catch (e) {
      this.#refused(e)
      await this.glance().catch(() => {})
    }
    this.out.changed()
  }

  /** @param {string} id */
  async letGo(id) {
    try {
      this.#attend((await this.session.post(`/handovers/${id}/release`, { claim: true })).attention, id)
      if (this.detail?.id === id) this.#hold(id)
    } catch (e) { this.#refused(e) }
    this.out.changed()
  }

  // ———————————————————————————————————————————————————————————————— receipt and its undo

  /** Acknowledges what can be acknowledged of these; the row goes at once and comes back if it could not be. @param {Item[]} items */
  receive(items) {
    const now = items.filter(item => item.may.includes('acknowledge') && !this.receiving.has(item.id))
    if (!now.length) return false
    const who = personName(now[0].patient)
    this.notice = null
    for (const item of now) this.receiving.add(item.id)
    /** @type {Undoable} */
    const entry = { who, ids: [], until: Date.now() + undoFor, sent: Promise.resolve() }
    entry.sent = Promise.all(now.map(async item => {
      try {
        this.#take(await this.session.post(`/handovers/${item.id}/acknowledge`, { version: item.version }))
        entry.ids.push(item.id)
      } catch (e) {
        this.undoable = this.undoable.filter(u => u !== entry)
        if (this.toast?.undo && !this.undoable.length) this.toast = null
        this.#refused(e)
        this.#readRow(item.id)
      } finally {
        this.receiving.delete(item.id)
        this.out.changed()
      }
    }))
    this.undoable.push(entry)
    this.#offerUndo()
    this.out.say(fill(w.did.acknowledge, { who }))
    this.out.changed()
    return true
  }

  #offerUndo() {
    this.undoable = this.undoable.filter(u => u.until > Date.now())
    const last = this.undoable.at(-1)
    this.toast = last ? { text: fill(w.did.acknowledge, { who: last.who }), undo: true, until: last.until } : null
  }

  /** Takes the last receipt back. */
  async undo() {
    const entry = this.undoable.pop()
    if (!entry) return false
    await entry.sent
    for (const id of entry.ids) {
      const item = this.items.get(id)
      try {
        if (item) this.#take(await this.session.post(`/handovers/${id}/unacknowledge`, { version: item.version }))
      } catch (e) {
        this.#refused(e)
        this.#readRow(id)
      }
    }
    this.#offerUndo()
    this.toast ??= { text: fill(w.did.unacknowledge, { who: entry.who }), undo: false, until: Date.now() + undoFor }
    this.out.say(fill(w.did.unacknowledge, { who: entry.who }))
    this.out.changed()
    return true
  }

  /** The row shows how it stands now. @param {string} id */
  async #readRow(id) {
    try {
      const data = await this.session.get(`/handovers/${id}`)
      if (phase(data) === 'closed') this.items.delete(id)
      else this.items.set(id, data)
      if (this.detail && this.detail.id === id) this.detail.data = data
    } catch (e) {
      if (!(e instanceof Refusal) || e.status !== 404) return
      this.items.delete(id)
      if (this.detail && this.detail.id === id) Object.assign(this.detail, { data: null, gone: w.gone })
    }
    this.out.changed()
  }

  // ———————————————————————————————————————————————————————————————— everything else that can be done

  /** Opens a form on the open handover. @param {string} kind */
  begin(kind) {
    const d = this.detail?.data
    if (!d) return
    this.notice = null
    this.form = { kind, values: {}, problems: [], sending: false, version: d.version }
    this.out.changed()
  }

  cancel() {
    this.form = null
    this.out.changed()
  }

  /** Does one thing to the open handover. Resolves to whether it was done. @param {string} kind @param {Record<string, any>} [body] */
  async act(kind, body = {}) {
    const d = this.detail?.data
    if (!d || this.acting) return false
    if (kind === 'acknowledge') return this.receive([d])
    this.acting = kind
    this.notice = null
    if (this.form) this.form.sending = true
    this.out.changed()
    let done = false
    try {
      this.#take(await this.session.post(`/handovers/${d.id}/${addresses[kind] ?? kind}`, { version: d.version, ...body }))
      const text = fill(w.did[/** @type {'accept'} */ (kind)], { who: personName(d.patient) })
      this.form = null
      this.undoable = kind === 'unacknowledge' ? this.undoable.filter(u => !u.ids.includes(d.id)) : this.undoable
      this.toast = { text, undo: false, until: Date.now() + undoFor }
      this.out.say(text)
      done = true
    } catch (e) {
      this.#refused(e)
      if (e instanceof Refusal && e.status) this.#readRow(d.id)
    }
    this.acting = ''
    if (this.form) this.form.sending = false
    this.out.changed()
    return done
  }

  /** @param {unknown} e */
  #refused(e) {
    if (e instanceof Refusal && e.status === 401) return // the page asks to sign in
    const first = e instanceof Refusal && (e.code === 'already' || e.code === 'changed')
    const text = e instanceof Refusal && e.status === 0 ? w.notSent : sentenceOf(e)
    this.notice = first ? { title: w.first, text: fill(w.firstLong, { message: text }) } : { title: w.notDone, text }
    this.out.say(`${this.notice.title}. ${this.notice.text}`, true)
  }

  /** What the foot of the page no longer offers goes. @param {boolean} kept somebody is at it */
  tidy(kept) {
    if (kept) {
      if (this.toast) this.toast.until = Date.now() + undoFor
      for (const u of this.undoable) u.until = Date.now() + undoFor
      return
    }
    if (this.toast && this.toast.until <= Date.now()) {
      this.toast = null
      this.undoable = []
      this.out.changed()
    }
  }
}

/** What makes a handover new to people: that it is there, and how urgent it has become. @param {Item} item */
const key = item => `${item.id} ${item.class}`

/** @param {Item} item */
export const newText = item => fill(w.newOne, { class: word(words.common.classes, item.class), who: personName(item.patient) })
