// @ts-check
// A long list in a page: only the rows near what is looked at are drawn, the others are room of about their height.
// Rows are measured once they were drawn. The pure part, which says what is drawn, is `partOf`.

const shortest = 80 // rows; a shorter list is drawn whole
const around = 900 // px drawn above and below what is seen

/**
 * Which rows are drawn, each with the room above it, and the room below the last one.
 * @param {number[]} heights of all rows, in px @param {number} top of what is seen, from the top of the list
 * @param {number} height of what is seen @param {number[]} [also] rows that are drawn wherever they are
 * @returns {{ rows: { at: number, above: number }[], below: number }}
 */
export function partOf(heights, top, height, also = []) {
  /** @type {{ at: number, above: number }[]} */
  const rows = []
  let y = 0, drawn = 0 // where this row begins, and where the last drawn row ended
  for (let at = 0; at < heights.length; at++) {
    const next = y + heights[at]
    if (next > top && y < top + height || also.includes(at)) {
      rows.push({ at, above: y - drawn })
      drawn = next
    }
    y = next
  }
  return { rows, below: y - drawn }
}

/** The window on one list. */
export class ListWindow {
  /** @type {Map<string, number>} heights by the key of a row, px */ #heights = new Map()
  #usual = 110 // px
  #seen = ''

  /** A row that is wanted though it may be far away: the keyboard goes to it. */
  wanted = ''

  /**
   * What to draw of these rows now.
   * @param {string[]} keys
   */
  part(keys) {
    if (keys.length <= shortest) return { rows: keys.map((_, at) => ({ at, above: 0 })), below: 0 }
    const list = document.querySelector('[data-window]')
    const top = list ? -list.getBoundingClientRect().top : 0
    const also = [this.wanted, document.activeElement?.closest('[data-group]')?.getAttribute('data-group') ?? '']
      .filter(Boolean).map(key => keys.indexOf(key)).filter(at => at >= 0)
    const part = partOf(keys.map(key => this.#heights.get(key) ?? this.#usual), top - around, innerHeight + 2 * around, also)
    this.#seen = part.rows.map(r => r.at).join()
    return part
  }

  /** Measures what was drawn. */
  measure() {
    let sum = 0, n = 0
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-window] > [data-group]'))) {
      const height = row.getBoundingClientRect().height + parseFloat(getComputedStyle(row).marginBottom)
      this.#heights.set(row.dataset.group ?? '', height)
      sum += height
      n++
    }
    if (n) this.#usual = sum / n
  }

  /** Calls draw when scrolling or turning the screen brought other rows before the eyes.
   * @param {() => string[]} keys @param {() => void} draw */
  follow(keys, draw) {
    let waits = false
    const look = () => {
      if (waits) return
      waits = true
      requestAnimationFrame(() => {
        waits = false
        const before = this.#seen, all = keys()
        if (all.length > shortest && before !== (this.part(all), this.#seen)) draw()
      })
    }
    addEventListener('scroll', look, { passive: true })
    addEventListener('resize', () => { this.#heights.clear(); look() }, { passive: true })
  }
}
