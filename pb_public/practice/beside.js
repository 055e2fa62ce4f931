// @ts-check
// What other partners were asked about the same person and is open beside a handover: that they were, and nothing of what it says.
import { when } from '../shared/ui/format.js'
import { html, nothing } from '../shared/ui/html.js'
import { fill, word, words } from './words.js'

const w = words.practice.beside

/** One of them, in one line. @param {import('./types.js').Beside} o @param {number} now */
export const besideText = (o, now) => fill(o.from_team ? w.asked : w.askedByRule, {
  team: o.to_team?.name ?? '', from: o.from_team?.name ?? '', at: when(o.raised_at, now),
  class: word(words.common.classes, o.class), state: word(words.common.states, o.state),
})

/**
 * All of them, with a way to answer this one by what they were asked.
 * @param {import('./types.js').Detail} d @param {number} now @param {(id: string) => void} join opens the form that does it
 */
export function besideView(d, now, join) {
  if (!d.beside?.length) return nothing
  const may = d.may.includes('stand_down')
  return html`<section class="ds-banner" aria-labelledby="h-beside"><h2 id="h-beside" class="nhsuk-heading-s">${w.title}</h2>
    <p>${w.intro}</p>
    <ul>${d.beside.map(o => html`<li>${besideText(o, now)}${o.same_cause ? html` ${w.sameCause}` : nothing}
      ${o.may_see ? html`<a href=${`#/h/${o.id}`}>${w.open}</a>` : nothing}
      ${may && o.may_join ? html`<button type="button" class="nhsuk-button nhsuk-button--secondary" data-focus=${`join:${o.id}`}
          @click=${() => join(o.id)}>${fill(w.join, { team: o.to_team?.name ?? '' })}</button>` : nothing}</li>`)}</ul></section>`
}
