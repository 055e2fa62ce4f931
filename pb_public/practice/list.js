// @ts-check
// The list: tabs, filters, rows, and what there is instead of rows.
import { html, live, nothing, repeat } from '../shared/ui/html.js'
import { when } from '../shared/ui/format.js'
import { count, fill, words } from './words.js'
import { closedSearch } from './closed-search.js'
import { counts, filtering, noFilters } from './model.js'
import { askedRow, closedRow, row } from './row.js'

const w = words.practice
const wide = matchMedia('(min-width: 40rem)') // on a phone the list comes first, and the filters unfold

/** @typedef {import('./inbox.js').Inbox} Inbox */
/** @typedef {import('./types.js').Tab} Tab */

/**
 * @typedef {{ draw: () => void, receive: (group: import('./types.js').Group) => void, retry: () => void, print: () => void,
 *   window: import('./window.js').ListWindow }} On
 */

/** @param {Inbox} inbox @param {On} on */
export function listView(inbox, on) {
  const now = inbox.now()
  const n = counts(inbox.shown())
  /** @param {Tab} tab */
  const choose = tab => () => {
    inbox.tab = tab
    if (tab === 'closed') inbox.closed.read()
    if (tab === 'asked') inbox.asked.read()
    on.draw()
  }
  return html`<h1 tabindex="-1" data-focus="h1">${words.practice.title.split(' – ')[0]}</h1>
    <nav aria-label=${w.tabs.label}><ul class="pi-tabs">
      ${(/** @type {Tab[]} */ (['receive', 'hand', 'open', 'asked', 'closed']))
        .map(tab => html`<li><button type="button" class="pi-tab" data-focus=${`t:${tab}`}
            aria-current=${inbox.tab === tab ? 'true' : nothing} @click=${choose(tab)}>${w.tabs[tab]}${
            tab === 'closed' || tab === 'asked' || !inbox.loaded ? nothing : ` (${n[tab]}${inbox.whole ? '' : '…'})`}</button></li>`)}
    </ul></nav>
    ${inbox.tab === 'closed' ? closedList(inbox, on, now) : inbox.tab === 'asked' ? askedList(inbox.asked, now) : openList(inbox, on, now)}`
}

/**
 * The rows near what is looked at; see window.js.
 * @template T
 * @param {On} on @param {T[]} rows @param {(row: T) => string} key @param {string} label
 * @param {(row: T, stands: import('./row.js').Stands) => any} one
 */
function windowed(on, rows, key, label, one) {
  const part = on.window.part(rows.map(key))
  return html`<ol class="pi-list" data-window aria-label=${label} .style=${part.below ? `padding-bottom:${part.below}px` : ''}>${repeat(
    part.rows, r => key(rows[r.at]), r => one(rows[r.at], { at: r.at, of: rows.length, above: r.above }))}</ol>`
}

/** @param {Inbox} inbox @param {On} on @param {number} now */
function openList(inbox, on, now) {
  if (!inbox.loaded) return inbox.trouble ? html`<div class="pi-empty">
      <p>${fill(w.failed, { why: inbox.trouble })}</p><button type="button" class="nhsuk-button"
      @click=${on.retry}>${w.retry}</button></div>` : html`<div class="pi-empty pi-loading" role="status"><p>${w.loading}</p></div>`
  const rows = inbox.rows()
  return html`${filterBar(inbox, on.draw)}
    <div class="pi-top"><p class="ds-soft" role="status">${count(rows.length, w.filters.shown)}</p>
      ${rows.length ? printList(on) : nothing}</div>
    ${rows.length ? windowed(on, rows, g => g.id, w.list, (g, s) => row(inbox, g, () => on.receive(g), now, s))
    : html`<div class="pi-empty"><p>${filtering(inbox.filters) ? w.empty.filtered : w.empty[inbox.tab]}</p></div>`}`
}

/** @param {Inbox} inbox @param {() => void} draw */
function filterBar(inbox, draw) {
  const f = inbox.filters
  /** @param {string} name */
  const set = name => (/** @type {Event} */ e) => {
    const at = /** @type {HTMLInputElement} */ (e.target)
    inbox.filters = { ...f, [name]: at.type === 'checkbox' ? at.checked : at.value }
    draw()
  }
  const classes = ['E', 'U2', 'SG', 'SD', 'R', 'I'].filter(c => c === f.class || [...inbox.items.values()].some(i => i.class === c))
  return html`<form class="pi-filters pi-find" role="search" aria-label=${w.filters.label}
      @submit=${(/** @type {Event} */ e) => e.preventDefault()}>
    <div><label class="nhsuk-label" for="find">${w.filters.text}</label><input class="nhsuk-input" id="find" type="search"
      autocomplete="off" data-focus="find" .value=${live(f.text)} @input=${set('text')}></div>
    <details class="pi-more" ?open=${wide.matches}><summary>${w.filters.show}</summary><div class="pi-filters">
    <div><label class="nhsuk-label" for="class">${w.filters.class}</label><select class="nhsuk-select" id="class" data-focus="class"
      .value=${live(f.class)} @change=${set('class')}>
      <option value="" ?selected=${!f.class}>${w.filters.everyClass}</option>${classes.map(
        c => html`<option value=${c} ?selected=${f.class === c}>${words.common.classes[/** @type {'E'} */ (c)]}</option>`)}</select></div>
    ${inbox.teams.length > 1 ? html`<div><label class="nhsuk-label" for="team">${w.filters.team}</label><select class="nhsuk-select"
        id="team" data-focus="team" .value=${live(f.team)} @change=${set('team')}>
      <option value="">${w.filters.everyTeam}</option>${inbox.teams.map(
        t => html`<option value=${t.id} ?selected=${f.team === t.id}>${t.name}</option>`)}</select></div>` : nothing}
    <div class="pi-checks">
      <label class="pi-check"><input type="checkbox" data-focus="overdue" .checked=${live(f.overdue)}
        @change=${set('overdue')}>${w.filters.overdue}</label>
      <label class="pi-check"><input type="checkbox" data-focus="mine" .checked=${live(f.mine)}
        @change=${set('mine')}>${w.filters.mine}</label>
      ${filtering(f) ? html`<button type="button" class="pi-quiet" data-focus="clear"
          @click=${() => { inbox.filters = { ...noFilters }; draw() }}>${w.filters.clear}</button>` : nothing}
    </div></div></details></form>`
}

/** @param {On} on */
const printList = on => html`<button type="button" class="pi-quiet" data-focus="printlist" @click=${on.print}>${w.printList}</button>`

/** @param {Inbox} inbox @param {On} on @param {number} now */
function closedList(inbox, on, now) {
  const c = inbox.closed
  return html`${closedSearch(c, on.draw)}
    ${c.items.length ? html`<div class="pi-top">
      <p class="ds-soft" role="status">${count(c.items.length, c.more ? w.search.first : w.search.found)}</p>
        ${printList(on)}</div>
      ${windowed(on, c.items, i => i.id, w.tabs.closed, (i, s) => closedRow(i, now, s))}` : nothing}
    ${c.trouble ? html`<div class="pi-empty"><p>${fill(w.failed, { why: c.trouble })}</p><button type="button" class="nhsuk-button"
        @click=${() => c.read(c.items.length > 0)}>${w.retry}</button></div>`
    : c.loading ? html`<p role="status">${c.filtering ? w.search.looking : w.loading}</p>`
    : !c.items.length ? html`<div class="pi-empty">
      <p>${c.more ? w.search.notYet : c.filtering ? w.search.none : w.empty.closed}</p></div>` : nothing}
    ${c.more && !c.loading && !c.trouble
      ? html`<button type="button" class="nhsuk-button nhsuk-button--secondary" data-focus="more"
        @click=${() => c.read(true)}>${c.filtering ? w.search.further : w.more}</button>` : nothing}`
}

/** What the team asked of others. @param {import('./asked.js').Asked} c @param {number} now */
function askedList(c, now) {
  return html`${c.items.length
      ? html`<ol class="pi-list" aria-label=${w.tabs.asked}>${repeat(c.items, i => i.id, i => askedRow(i, now))}</ol>` : nothing}
    ${c.trouble ? html`<div class="pi-empty"><p>${fill(w.failed, { why: c.trouble })}</p><button type="button" class="nhsuk-button"
        @click=${() => c.read(c.items.length > 0)}>${w.retry}</button></div>`
    : c.loading ? html`<p role="status">${w.loading}</p>`
    : !c.items.length ? html`<div class="pi-empty"><p>${w.empty.asked}</p></div>` : nothing}
    ${c.more && !c.loading && !c.trouble
      ? html`<button type="button" class="nhsuk-button nhsuk-button--secondary" data-focus="more"
        @click=${() => c.read(true)}>${w.more}</button>` : nothing}`
}

/** Closed doors: which, until when, and where to turn meanwhile. @param {Inbox} inbox */
export function closedDoors(inbox) {
  const now = inbox.now()
  return inbox.teams.filter(t => !t.open)
    .map(t => html`<section class="ds-banner ds-banner--warn" aria-label=${fill(w.closed.one, { name: t.name })}>
    <p><strong>${fill(w.closed.one, { name: t.name })}</strong>
      ${t.opens_at ? fill(w.closed.opens, { at: when(t.opens_at, now) }) : nothing} ${t.stated ? nothing : w.closed.core}
    ${t.out_of_hours ? fill(w.closed.meanwhile, { text: t.out_of_hours }) : w.closed.urgent}</p></section>`)
}
