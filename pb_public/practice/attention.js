// @ts-check
// Who has which handover open and who deals with it, so that two people do not do the same. No DOM.
import { words } from './words.js'

const holdEvery = 20_000 // ms; the server believes it for a minute

export class Attention {
  /** @type {Map<string, import('./types.js').Attention[]>} */ #by = new Map()
  /** @type {ReturnType<typeof setInterval> | undefined} */ #holding

  /** @param {import('./inbox.js').Inbox} inbox */
  constructor(inbox) { this.inbox = inbox }

  /** @param {import('./types.js').Attention[]} list @param {string} [only] of this handover */
  take(list, only) {
    if (only) this.#by.delete(only)
    else this.#by.clear()
    for (const a of list) this.#by.set(a.handover, [...(this.#by.get(a.handover) ?? []), a])
  }

  /** Who else looks at a handover. @param {string} id */
  others(id) { return (this.#by.get(id) ?? []).filter(a => a.by.id !== this.inbox.session.me?.id) }

  /** @param {string} id */
  claimedByMe(id) { return (this.#by.get(id) ?? []).some(a => a.claimed && a.by.id === this.inbox.session.me?.id) }

  /** @param {string} id @param {string} verb @param {any} [body] */
  async #ask(id, verb, body) { this.take((await this.inbox.session.post(`/handovers/${id}/${verb}`, body)).attention, id) }

  /** Says every twenty seconds that it is open here. @param {string} id */
  hold(id) {
    const hold = () => {
      const { detail, session, out } = this.inbox
      if (detail?.id !== id || !session.me || typeof document !== 'undefined' && document.visibilityState === 'hidden') return
      this.#ask(id, 'hold').then(out.changed, () => { /* not their inbox, or not reachable: nobody is told */ })
    }
    this.stop()
    hold()
    this.#holding = setInterval(hold, holdEvery)
  }

  clear() {
    this.stop()
    this.#by.clear()
  }

  stop() {
    clearInterval(this.#holding)
    this.#holding = undefined
  }

  /** It is not open here any more. @param {string} id */
  release(id) {
    this.stop()
    if (this.inbox.session.me) this.#ask(id, 'release').catch(() => { /* it lapses */ })
  }

  /** I deal with it. @param {string} id @param {boolean} [takeOver] */
  async claim(id, takeOver = false) {
    this.inbox.notice = null
    try {
      await this.#ask(id, 'hold', { claim: true, take_over: takeOver })
      this.inbox.out.say(words.practice.you)
    } catch (e) {
      this.inbox.refused(e)
      await this.inbox.glance().catch(() => {})
    }
    this.inbox.out.changed()
  }

  /** @param {string} id */
  async letGo(id) {
    try {
      await this.#ask(id, 'release', { claim: true })
      if (this.inbox.detail?.id === id) this.hold(id)
    } catch (e) { this.inbox.refused(e) }
    this.inbox.out.changed()
  }

  /** @param {string} id */
  toggle(id) { return this.claimedByMe(id) ? this.letGo(id) : this.claim(id) }
}
