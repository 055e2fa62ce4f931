// @ts-check
// What came to one's own practice in the last four weeks: how many, how fast, how often declined. Nobody is compared.
import { duration } from '../shared/ui/format.js'
import { html, nothing } from '../shared/ui/html.js'
import { sentenceOf } from '../shared/ui/session.js'
import { fill, word, words } from './words.js'

const w = words.practice.figures

/** @typedef {{ team: string, class: string, came: number, replied: number, half_within: number, most_within: number, declined: number,
 *   turned_away: number, half_open?: boolean, most_open?: boolean }} Figures */

/** What was read when somebody looked. @type {{ items: Figures[] | null, trouble: string }} */
const read = { items: null, trouble: '' }

/** @param {import('./inbox.js').Inbox} inbox @param {() => void} draw */
export function figuresView(inbox, draw) {
  const own = inbox.teams.filter(t => t.kind === 'practice')
  const look = async (/** @type {Event} */ e) => {
    if (!(/** @type {HTMLDetailsElement} */ (e.target)).open) return
    try {
      Object.assign(read, { items: (await inbox.session.get('/inbox/figures')).items, trouble: '' })
    } catch (error) {
      read.trouble = sentenceOf(error)
    }
    draw()
  }
  return own.length ? html`<details class="nhsuk-details" @toggle=${look}><summary class="nhsuk-details__summary"><span
      class="nhsuk-details__summary-text">${w.title}</span></summary><div class="nhsuk-details__text"><p>${w.means}</p>
    ${read.trouble ? html`<p class="ds-banner ds-banner--bad" role="alert">${read.trouble}</p>` : nothing}
    ${own.map(t => table(t.name, (read.items ?? []).filter(f => f.team === t.id), read.items !== null))}</div></details>` : nothing
}

/** @param {string} name @param {Figures[]} items @param {boolean} known */
const table = (name, items, known) => (items.length ? html`<div class="pi-figures" tabindex="0" role="region" aria-label=${name}>
  <table class="nhsuk-table"><caption class="nhsuk-table__caption">${name}</caption>
  <thead><tr>${[w.class, w.came, w.half, w.most, w.unanswered, w.declined, w.turned].map(h => html`<th scope="col">${h}</th>`)}</tr></thead>
  <tbody>${items.map(f => html`<tr><th scope="row">${word(words.common.classes, f.class)}</th><td>${f.came}</td>
    ${[[f.half_within, f.half_open], [f.most_within, f.most_open]].map(([s, more]) => html`<td>${f.came === f.turned_away ? w.nothing
      : more ? fill(w.more, { time: duration(Number(s)) }) : duration(Number(s))}</td>`)}
    <td>${f.came - f.turned_away - f.replied}</td><td>${f.declined}</td><td>${f.turned_away}</td></tr>`)}</tbody></table></div>`
  : known ? html`<p>${fill(w.none, { name })}</p>` : nothing)
