// @ts-check
// What is printed: one handover with its person at the head of every sheet, or the list that is open.
import { birth, clock, date, nhsNumber, personName, when } from '../shared/ui/format.js'
import { html } from '../shared/ui/html.js'
import { fill, word, words } from './words.js'
import { closedText, dueText } from './row.js'
import { asText, stamp } from './text.js'

const w = words.practice

/** @typedef {import('./types.js').Item} Item */
/** @typedef {import('./inbox.js').Inbox} Inbox */

/** Who it is, as far as the reader knows: name, birth date and number. @param {import('./types.js').Person} p */
export const who = p => [personName(p), p.date_of_birth && fill(w.bornOnly, { date: birth(p.date_of_birth) }),
  p.nhs_number && fill(w.nhs, { number: nhsNumber(p.nhs_number) })].filter(Boolean).join(', ')

/** A head that is repeated on every sheet, and what stands under it. @param {string} head @param {any} body */
const sheets = (head, body) => html`<div class="pi-print"><div class="ds-sheet"><div class="ds-sheet__head">${head}</div>
  <div class="ds-sheet__body">${body}</div></div></div>`

/** @param {Inbox} inbox @param {import('./types.js').Detail} d */
export const onPaper = (inbox, d) => sheets(who(d.patient),
  html`<div class="pi-print__text">${asText(d, inbox.session.me?.name ?? '', inbox.now())}</div>`)

/** The rows of the open tab, all of them. @param {Inbox} inbox */
export function listOnPaper(inbox) {
  const now = inbox.now()
  const items = inbox.tab === 'closed' ? inbox.closed.items : inbox.rows().flatMap(g => g.items)
  const head = fill(w.paper.head,
    { list: w.tabs[inbox.tab], at: stamp(new Date(now).toISOString(), now), name: inbox.session.me?.name ?? '' })
  return sheets(head, html`<table class="pi-table"><thead><tr>${w.paper.columns.map(c => html`<th scope="col">${c}</th>`)}</tr></thead>
    <tbody>${items.map(i => html`<tr><td>${who(i.patient)}</td>
      <td>${word(words.common.classes, i.class)}, ${word(words.common.states, i.state)}</td>
      <td>${inbox.tab === 'closed' ? closedText(i, now) : dueText(i, now) || w.noDue}.
        ${fill(w.arrived, { at: when(i.provenance.raised_at, now) })}</td>
      <td class="pi-left">${(i.recommendation || i.safe_note || i.situation || '').split('\n')[0]}</td></tr>`)}</tbody></table>
    <p>${fill(w.text.printed, { at: `${date(now, 0)} ${clock(now)}`, who: inbox.session.me?.name ?? '' })}</p>`)
}
