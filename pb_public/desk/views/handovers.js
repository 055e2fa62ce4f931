// @ts-check
// Handovers that are stuck (nowhere to go, somebody must ring, nobody answered), and all that are open.
import { stuckStates, unansweredStates, waitingStates } from '../../shared/states.js'
import { html, nothing } from '../../shared/ui/html.js'
import { when } from '../../shared/ui/format.js'
import { compare } from '../../shared/ui/order.js'
import { now } from '../../shared/ui/now.js'
import { needsCall } from '../to-ring.js'
import { fill, word, words } from '../words.js'
import { bornAndNumber, deadline, personLine, tag } from '../parts.js'

const w = words.desk.handovers
/** Which handovers stand under which heading. @type {Record<string, (h: any) => boolean>} */
const groups = { '': () => true, no_destination: h => h.state === 'no_destination', call_needed: needsCall,
  unanswered: h => unansweredStates.includes(h.state) }
const most = 400 // of each side; the counts on the start page are of all

/** Those that the desk's teams have or sent, each once, in the order of an inbox.
 * @param {import('../desk-context.js').DeskContext} desk @param {string} states */
async function inStates(desk, states) {
  const sides = await Promise.all(['received', 'sent'].map(side => desk.all(`/handovers?side=${side}&state=${states}`, most)))
  const seen = new Set()
  return { items: sides.flatMap(s => s.items).filter(h => !seen.has(h.id) && seen.add(h.id)).sort((a, b) => compare(a, b, now())),
    more: sides.some(s => s.more) }
}

/** Those that are stuck, and those that somebody has to ring about. @param {import('../desk-context.js').DeskContext} desk
 * @returns {Promise<{ items: any[], more: boolean }>} */
export async function stuckOrToRing(desk) {
  const urgent = waitingStates.join(',')
  const lists = await Promise.all([stuckStates.join(','), `${urgent}&class=E`, `${urgent}&class=U2`].map(states => inStates(desk, states)))
  return { items: [...lists[0].items, ...[...lists[1].items, ...lists[2].items].filter(needsCall)].sort((a, b) => compare(a, b, now())),
    more: lists.some(l => l.more) }
}

/** Those that are stuck. @param {import('../desk-context.js').DeskContext} desk @returns {Promise<any[]>} */
export const stuck = async desk => (await stuckOrToRing(desk)).items

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function handovers(desk, [only = '']) {
  /** @type {any[]} */ let items = []
  let more = false
  const open = only === 'open'
  return {
    title: open ? w.openTitle : w.title,
    async load() { ({ items, more } = await (open ? inStates(desk, 'open') : stuckOrToRing(desk))) },
    draw() {
      const shown = open ? items : items.filter(groups[only] ?? groups[''])
      const tab = (/** @type {string} */ k, /** @type {string} */ text) => html`<li><a href="#/handovers${k && `/${k}`}"
        aria-current=${k === only ? 'true' : 'false'}>${text}</a></li>`
      return html`<p>${open ? w.openIntro : w.intro} <a class="ds-no-print" href="/practice/">${w.inbox}</a></p>
        <ul class="dk-tabs ds-no-print" role="list">${Object.entries(groups).map(([k, stands]) => tab(k, open ? word(w.tabs, k || 'all')
          : `${word(w.tabs, k || 'all')} (${items.filter(stands).length})`))}
          ${tab('open', open ? `${w.tabs.open} (${items.length}${more ? '+' : ''})` : w.tabs.open)}</ul>
        ${more ? html`<p>${fill(w.first, { n: items.length })}</p>` : nothing}
        ${shown.length ? html`<ul class="dk-list">${shown.map(row)}</ul>`
          : html`<p class="ds-banner ds-banner--good">${open ? w.noneOpen : w.none}</p>`}`
    },
  }
}

/** @param {any} h */
export const row = h => html`<li class="dk-card ${h.overdue ? 'dk-card--late'
    : ''}"><a href="#/handover/${h.id}">${tag(word(words.common.states, h.state),
      h.overdue ? 'bad' : stuckStates.includes(h.state) ? 'warn' : 'info')} ${personLine(h.patient)}</a>
  <span class="ds-soft">${bornAndNumber(h.patient)}</span>
  <span>${fill(w.line, { class: word(words.common.classes, h.class), from: h.from_team?.name || h.from_staff?.name || words.desk.unknown,
        to: h.to_team?.name || words.desk.start.noTeam })}</span>
  <span class="ds-soft">${fill(w.raised, { at: when(h.provenance.raised_at) })}${h.call && !h.call.reached
    ? html` · ${fill(w.tried, { at: when(h.call.at) })}` : nothing}</span>
  ${deadline(h.due)}</li>`
