// @ts-check
// What the team asked of others, in an answer or by itself: read a page at a time, when somebody looks. No DOM.
import { sentenceOf } from '../shared/ui/session.js'

const page = 50

export class Asked {
  /** @type {import('./types.js').Item[]} */ items = []
  more = false
  loading = false
  trouble = ''
  #cursor = ''

  /** @param {import('../shared/ui/session.js').Session} session @param {() => void} changed */
  constructor(session, changed) {
    this.session = session
    this.changed = changed
  }

  /** @param {boolean} [further] the next page, not the list anew */
  async read(further = false) {
    this.loading = true
    this.trouble = ''
    this.changed()
    try {
      const answer = await this.session.get(
        `/handovers?side=sent&state=all&limit=${page}${further && this.#cursor ? `&cursor=${this.#cursor}` : ''}`)
      this.items = further ? [...this.items, ...answer.items] : answer.items
      this.#cursor = answer.cursor ?? ''
      this.more = answer.more
    } catch (e) {
      this.trouble = sentenceOf(e)
    }
    this.loading = false
    this.changed()
  }
}
