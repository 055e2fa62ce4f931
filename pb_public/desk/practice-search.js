// @ts-check
// Looking for a person's practice by its name: the one that is chosen stays in the list, whatever is searched for next.

export class PracticeSearch {
  /** Names by id, of all that were found so far. @type {Map<string, string>} */ #names = new Map()
  /** @type {{ id: string, name: string }[]} */ #found = []
  #turn = 0

  /** @param {import('./desk-context.js').DeskContext} desk */
  constructor(desk) {
    this.desk = desk
    /** What was typed. */ this.text = ''
  }

  /** Reads the first ones. Throws a Refusal. */
  async begin() { this.#take(await this.desk.practices('')) }

  /** @param {string} text */
  async find(text) {
    this.text = text
    const mine = ++this.#turn
    const found = await this.desk.practices(text).catch(() => this.#found)
    if (mine !== this.#turn) return // another search began meanwhile
    this.#take(found)
    this.desk.redraw()
  }

  /** @param {{ id: string, name: string }[]} found */
  #take(found) {
    this.#found = found
    for (const p of found) this.#names.set(p.id, p.name)
  }

  /**
   * What there is to choose from.
   * @param {string} chosen its id, '' for none @param {string} [name] of the chosen one where no search found it yet
   * @returns {import('./parts.js').Option[]}
   */
  options(chosen, name = '') {
    const beside = chosen && !this.#found.some(p => p.id === chosen) ? [{ id: chosen, name: this.#names.get(chosen) ?? name }] : []
    return [...beside, ...this.#found].map(p => ({ value: p.id, text: p.name }))
  }
}
