// @ts-check
// The state of an inbox and all that can be done in it. No DOM: the views draw what stands here, and call it.
import { dutyOf } from '../shared/duties.js'
import { personName } from '../shared/ui/format.js'
import { Refusal, sentenceOf } from '../shared/ui/session.js'
import { fill, word, words } from './words.js'
import { Attention } from './attention.js'
import { Asked } from './asked.js'
import { Closed } from './closed.js'
import { groups, noFilters, phase } from './model.js'
import { Receipts, undoFor } from './receipts.js'

const w = words.practice

/** @typedef {import('./types.js').Item} Item */
/** @typedef {import('./types.js').Detail} Detail */
/** @typedef {import('./types.js').Group} Group */

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

export class Inbox {
  /**
   * @param {import('../shared/ui/session.js').Session} session
   * @param {{ changed: () => void, arrived: (items: Item[]) => void, say: (text: string, urgent?: boolean) => void }} out
   */
  constructor(session, out) {
    this.session = session
    this.out = out
    this.attention = new Attention(this)
    this.receipts = new Receipts(this)
    this.clear()
  }

  clear() {
    this.attention.clear()
    this.receipts.clear()
    /** @type {Map<string, Item>} what stands open in this inbox */ this.items = new Map()
    this.loaded = false
    this.whole = false // all that is open was read at least once
    /** @type {string} */ this.trouble = ''
    /** @type {boolean} the role has no inbox */ this.closedToRole = Boolean(this.session.me) && !dutyOf(this.session.me?.role).inbox
    /** @type {Set<string>} */ this.known = new Set()
    /** @type {import('./types.js').OpenTeam[]} */ this.teams = []
    /** @type {import('./types.js').Named[]} */ this.destinations = []
    /** @type {import('./types.js').Tab} */ this.tab = dutyOf(this.session.me?.role).firstTab ?? 'open'
    /** @type {import('./types.js').Filters} */ this.filters = { ...noFilters }
    /** @type {Closed} */ this.closed = new Closed(this.session, this.out.changed)
    /** @type {Asked} */ this.asked = new Asked(this.session, this.out.changed)
    /** @type {{ id: string, data: Detail | null, gone: string, trouble: string } | null} */ this.detail = null
    /** @type {Form | null} */ this.form = null
    /** @type {string} the action under way on the open handover */ this.acting = ''
    /** @type {Toast | null} */ this.toast = null
    /** @type {Notice | null} */ this.notice = null
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
      const first = !this.whole
      this.loaded = this.whole = true
      this.trouble = ''
      for (const item of items) this.known.add(key(item))
      if (!first && fresh.length) this.out.arrived(fresh)
      this.#followDetail()
    } catch (e) {
      this.trouble = sentenceOf(e)
      this.closedToRole = e instanceof Refusal && e.status === 403
      if (!this.closedToRole) throw e
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
      if (cursor && !this.whole) this.#show(items) // the most pressing come first, and need not wait for the rest
    } while (cursor)
    return items
  }

  /** @param {Item[]} items the first of them */
  #show(items) {
    this.items = new Map(items.map(item => [item.id, this.#newer(this.items.get(item.id), item)]))
    this.loaded = true
    this.out.changed()
  }

  /** Who has what open, and whether the doors are open: cheap, and names nobody who is cared for. */
  async glance() {
    const state = await this.session.get('/inbox')
    this.teams = state.teams
    this.destinations = state.destinations
    this.attention.take(state.attention)
    this.out.changed()
  }

  /** @param {Item} item */
  #isNew(item) { return phase(item) === 'receive' && !this.known.has(key(item)) }

  /** What was read before an answer came must not undo it. @param {Item | undefined} have @param {Item} read */
  #newer(have, read) { return have && have.version > read.version ? have : read }

  /** The open handover moved: read it again. */
  #followDetail() {
    const d = this.detail
    if (!d || this.acting) return
    const row = this.items.get(d.id)
    if (d.data && (row ? row.version !== d.data.version : phase(d.data) !== 'closed')) this.#readDetail(d.id)
  }

  /** One row for each person. @returns {Group[]} */
  rows() { return groups(this.shown(), this.tab, this.filters, this.now()) }

  /** The rows of the open tab, by what tells them apart. */
  keys() { return this.tab === 'closed' ? this.closed.items.map(i => i.id) : this.rows().map(g => g.id) }

  /** What is open, as it stands once what is on its way has arrived. */
  shown() {
    const items = [...this.items.values()]
    return this.receipts.under.size ? items.map(item => this.receipts.asIfReceived(item)) : items
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
    this.attention.hold(id)
  }

  /** What is known of a handover, if it is the open one. @param {string} id */
  #dataOf(id) { return this.detail?.id === id ? this.detail.data : null }

  close() {
    const id = this.detail?.id
    this.detail = null
    this.form = null
    this.notice = null
    if (id) this.attention.release(id)
    this.out.changed()
  }

  async reopen() {
    if (this.detail) await this.#readDetail(this.detail.id)
  }

  /** @param {string} id */
  async #readDetail(id) {
    try {
      const data = await this.session.get(`/handovers/${id}`)
      if (this.detail?.id === id) this.take(data)
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
      this.take(await this.session.post(`/handovers/${d.id}/see`, { version: d.version }))
    } catch { /* that it was seen is said again by whatever is done next */ }
  }

  /** Keeps what the server answered, a handover or a receipt for one that was given away. @param {any} answer */
  take(answer) {
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

  /** The row shows how it stands now. @param {string} id */
  async readRow(id) {
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

  /** Opens a form on the open handover. @param {string} kind @param {Record<string, any>} [values] what is chosen already */
  begin(kind, values = {}) {
    const d = this.detail?.data
    if (!d) return
    this.notice = null
    this.form = { kind, values, problems: [], sending: false, version: d.version }
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
    if (kind === 'acknowledge') return this.receipts.receive([d])
    this.acting = kind
    this.notice = null
    const sent = this.form
    if (sent) sent.sending = true
    this.out.changed()
    let done = false
    try {
      const answer = await this.session.post(`/handovers/${d.id}/${addresses[kind] ?? kind}`, { version: d.version, ...body })
      this.take(answer)
      const text = fill(w.did[/** @type {'accept'} */ (kind)], { who: personName(d.patient) })
      if (this.form === sent) this.form = null
      else if (this.form) this.form.version = answer.version // begun meanwhile: what changed is their own doing
      if (kind === 'unacknowledge') this.receipts.forget(d.id)
      this.toast = { text, undo: false, until: Date.now() + undoFor }
      this.out.say(text)
      done = true
    } catch (e) {
      this.refused(e)
      if (e instanceof Refusal && e.status) this.readRow(d.id)
    }
    this.acting = ''
    if (sent) sent.sending = false
    this.out.changed()
    return done
  }

  /** @param {unknown} e */
  refused(e) {
    if (e instanceof Refusal && e.status === 401) return // the page asks to sign in
    const first = e instanceof Refusal && (e.code === 'already' || e.code === 'changed')
    const text = e instanceof Refusal && e.status === 0 ? w.notSent : sentenceOf(e)
    this.notice = first ? { title: w.first, text: fill(w.firstLong, { message: text }) } : { title: w.notDone, text }
    this.out.say(`${this.notice.title}. ${this.notice.text}`, true)
  }
}

/** What makes a handover new to people: that it is there, and how urgent it has become. @param {Item} item */
const key = item => `${item.id} ${item.class}`

/** @param {Item} item */
export const newText = item => fill(w.newOne, { class: word(words.common.classes, item.class), who: personName(item.patient) })
