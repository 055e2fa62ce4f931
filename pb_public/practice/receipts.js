// @ts-check
// Receipt of handovers with one press, and taking it back. No DOM.
import { personName } from '../shared/ui/format.js'
import { fill, words } from './words.js'

const w = words.practice

export const undoFor = 10_000 // ms that the page offers to take a receipt back

/** @typedef {import('./types.js').Item} Item */
/** @typedef {{ who: string, ids: string[], until: number, sent: Promise<unknown> }} Undoable */

export class Receipts {
  /** @type {Set<string>} receipts on their way */ under = new Set()
  /** @type {Undoable[]} */ undoable = []

  /** @param {import('./inbox.js').Inbox} inbox */
  constructor(inbox) { this.inbox = inbox }

  clear() {
    this.under.clear()
    this.undoable = []
  }

  /** An item as it stands once its receipt has arrived. @param {Item} item */
  asIfReceived(item) { return this.under.has(item.id) ? { ...item, state: 'acknowledged' } : item }

  /** Acknowledges what can be acknowledged of these; the row goes at once and comes back if it could not be. @param {Item[]} items */
  receive(items) {
    const inbox = this.inbox
    const now = items.filter(item => item.may.includes('acknowledge') && !this.under.has(item.id))
    if (!now.length) return false
    const who = personName(now[0].patient)
    inbox.notice = null
    for (const item of now) this.under.add(item.id)
    /** @type {Undoable} */
    const entry = { who, ids: [], until: Date.now() + undoFor, sent: Promise.resolve() }
    entry.sent = Promise.all(now.map(async item => {
      try {
        inbox.take(await inbox.session.post(`/handovers/${item.id}/acknowledge`, { version: item.version }))
        entry.ids.push(item.id)
      } catch (e) {
        this.undoable = this.undoable.filter(u => u !== entry)
        if (inbox.toast?.undo && !this.undoable.length) inbox.toast = null
        inbox.refused(e)
        inbox.readRow(item.id)
      } finally {
        this.under.delete(item.id)
        inbox.out.changed()
      }
    }))
    this.undoable.push(entry)
    this.#offerUndo()
    inbox.out.say(fill(w.did.acknowledge, { who }))
    inbox.out.changed()
    return true
  }

  #offerUndo() {
    this.undoable = this.undoable.filter(u => u.until > Date.now())
    const last = this.undoable.at(-1)
    this.inbox.toast = last ? { text: fill(w.did.acknowledge, { who: last.who }), undo: true, until: last.until } : null
  }

  /** Takes the last receipt back. */
  async undo() {
    const entry = this.undoable.pop()
    if (!entry) return false
    const inbox = this.inbox
    await entry.sent
    for (const id of entry.ids) {
      const item = inbox.items.get(id)
      try {
        if (item) inbox.take(await inbox.session.post(`/handovers/${id}/unacknowledge`, { version: item.version }))
      } catch (e) {
        inbox.refused(e)
        inbox.readRow(id)
      }
    }
    this.#offerUndo()
    inbox.toast ??= { text: fill(w.did.unacknowledge, { who: entry.who }), undo: false, until: Date.now() + undoFor }
    inbox.out.say(fill(w.did.unacknowledge, { who: entry.who }))
    inbox.out.changed()
    return true
  }

  /** The receipt of this one was taken back by its own button. @param {string} id */
  forget(id) { this.undoable = this.undoable.filter(u => !u.ids.includes(id)) }

  /** What the foot of the page no longer offers goes. @param {boolean} kept somebody is at it */
  tidy(kept) {
    const inbox = this.inbox
    if (kept) {
      if (inbox.toast) inbox.toast.until = Date.now() + undoFor
      for (const u of this.undoable) u.until = Date.now() + undoFor
    } else if (inbox.toast && inbox.toast.until <= Date.now()) this.dismiss()
  }

  dismiss() {
    this.inbox.toast = null
    this.undoable = []
    this.inbox.out.changed()
  }
}
