// @ts-check
// What is closed: searched, and read a page at a time. No DOM.
import { sentenceOf } from '../shared/ui/session.js'

const page = 50
const mostSearches = 20 // requests for one page; each looks through a thousand

/** @typedef {{ text: string, class: string, by: string, from: string, to: string, mine: boolean }} Wanted */

/** @type {Wanted} */
const all = { text: '', class: '', by: '', from: '', to: '', mine: false }

export class Closed {
  /** @type {import('./types.js').Item[]} */ items = []
  more = false
  loading = false
  trouble = ''
  /** @type {Wanted} what is looked for */ wanted = { ...all }
  #cursor = ''
  #turn = 0

  /** @param {import('../shared/ui/session.js').Session} session @param {() => void} changed */
  constructor(session, changed) {
    this.session = session
    this.changed = changed
  }

  /** Whether anything is looked for. */
  get filtering() { return Object.values(this.wanted).some(Boolean) }

  /** @param {Partial<Wanted>} change */
  want(change) {
    this.wanted = { ...this.wanted, ...change }
    return this.read()
  }

  forget() { return this.want(all) }

  /** @param {boolean} [further] the next page, not the list anew */
  async read(further = false) {
    const turn = ++this.#turn, before = further ? this.items : []
    this.loading = true
    this.trouble = ''
    this.changed()
    try {
      /** @type {import('./types.js').Item[]} */
      let found = []
      let cursor = further ? this.#cursor : '', more = true
      for (let n = 0; n < mostSearches && more && found.length < page; n++) {
        const answer = await this.session.post('/handovers/search', { ...this.wanted, limit: page, ...(cursor && { cursor }) })
        if (turn !== this.#turn) return // asked for something else meanwhile
        found = [...found, ...answer.items]
        cursor = answer.cursor ?? ''
        more = answer.more
        this.items = [...before, ...found]
        this.changed()
      }
      this.#cursor = cursor
      this.more = more
    } catch (e) {
      if (turn !== this.#turn) return
      this.trouble = sentenceOf(e)
    }
    this.loading = false
    this.changed()
  }
}
