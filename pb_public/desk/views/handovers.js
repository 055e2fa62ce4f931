// @ts-check
// Handovers that are stuck: nowhere to go, somebody must ring, nobody answered.
import { stuckStates, unansweredStates } from '../../shared/states.js'
import { html, nothing } from '../../shared/ui/html.js'
import { when } from '../../shared/ui/format.js'
import { fill, inOrder, word, words } from '../../shared/ui/words.js'
import { deadline, personLine, tag } from '../parts.js'

const w = words.desk.handovers
const groups = /** @type {Record<string, string[]>} */ (
  { '': stuckStates, no_destination: ['no_destination'], call_needed: ['call_needed'], unanswered: unansweredStates })

/**
 * Those of the desk's teams, whether they have them or sent them; overdue first.
 * @param {import('../desk-context.js').DeskContext} desk
 * @returns {Promise<any[]>}
 */
export async function stuck(desk) {
  const sides = await Promise.all(['received', 'sent'].map(side => desk.all(`/handovers?side=${side}&state=${stuckStates.join(',')}`, 400)))
  const seen = new Set()
  return sides.flatMap(s => s.items).filter(h => !seen.has(h.id) && seen.add(h.id))
    .sort((a, b) => Number(b.overdue) - Number(a.overdue) || inOrder(a.due || '9', b.due || '9'))
}

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function handovers(desk, [only = '']) {
  /** @type {any[]} */ let items = []
  return {
    title: w.title,
    async load() { items = await stuck(desk) },
    draw() {
      const shown = items.filter(h => (groups[only] ?? stuckStates).includes(h.state))
      return html`<p>${w.intro}</p>
        <ul class="dk-tabs" role="list">${Object.entries(groups)
          .map(([k, states]) => html`<li><a href="#/handovers${k && `/${k}`}" aria-current=${k === only ? 'true' : 'false'}>
          ${word(w.tabs, k || 'all')} (${items.filter(h => states.includes(h.state)).length})</a></li>`)}</ul>
        ${shown.length ? html`<ul class="dk-list">${shown.map(row)}</ul>` : html`<p class="ds-banner ds-banner--good">${w.none}</p>`}`
    },
  }
}

/** @param {any} h */
export const row = h => html`<li class="dk-card ${h.overdue ? 'dk-card--late'
    : ''}"><a href="#/handover/${h.id}">${tag(word(words.common.states, h.state), h.overdue ? 'bad' : 'warn')} ${personLine(h.patient)}</a>
  <span>${fill(w.line, { class: word(words.common.classes, h.class), from: h.from_team?.name || h.from_staff?.name || words.desk.unknown,
        to: h.to_team?.name || words.desk.start.noTeam })}</span>
  <span class="ds-soft">${fill(w.raised, { at: when(h.provenance.raised_at) })}${h.call && !h.call.reached
    ? html` · ${fill(w.tried, { at: when(h.call.at) })}` : nothing}</span>
  ${deadline(h.due)}</li>`
