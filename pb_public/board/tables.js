// @ts-check
// The tables of the board: what waits, who works with whom, and figures by partner.
import { date, duration, when } from '../shared/ui/format.js'
import { html, nothing } from '../shared/ui/html.js'
import { figure, number } from './values.js'
import { fill, word, words } from './words.js'

const w = words.board
const causes = { ...words.declined, not_said: w.pathways.notSaid }

/**
 * @typedef {import('./values.js').Cell} Cell
 * @typedef {{ partner: string, class: string, open: number | null, overdue: number | null, oldest?: string }} Waiting
 * @typedef {{ from: string, to: string, referred: Cell, declined: Cell, sent_on: Cell, accepting: Cell }} Pathway
 * @typedef {{ from: string, to: string, figures: { measure: string, whole: Cell, partners: Record<string, Cell> }[],
 *   pathways: Pathway[] }} Period
 * @typedef {{ id: string, name: string, kind: string }} Partner
 */

/** @param {string} label @param {any} table */
const scroll = (label, table) => html`<div class="bo-scroll" tabindex="0" role="region" aria-label=${label}>${table}</div>`

/** @param {Waiting[]} list @param {Partner[]} partners */
export function waitingTable(list, partners) {
  const t = w.waiting
  if (!list.length) return html`<p>${t.none}</p>`
  const classes = [...new Set(list.map(x => x.class))].filter(Boolean), ids = [...new Set(list.map(x => x.partner))].filter(Boolean)
  const named = partners.filter(p => ids.includes(p.id))
  const cell = (/** @type {string} */ partner, /** @type {string} */ kind) => {
    const at = list.find(x => x.partner === partner && x.class === kind)
    if (!at) return '0'
    if (at.open === null) return w.hidden
    return fill(at.overdue === null ? t.overdueHidden : t.cell, { open: at.open, overdue: at.overdue ?? '' })
  }
  const oldest = (/** @type {string} */ partner) => list.find(x => x.partner === partner && !x.class)?.oldest
  const row = (/** @type {string} */ id, /** @type {string} */ name) => html`<tr><th scope="row">${name}</th>
    ${[...classes, ''].map(k => html`<td>${cell(id, k)}</td>`)}
    <td>${oldest(id) ? fill(t.since, { at: when(String(oldest(id))) }) : w.nothing}</td></tr>`
  return scroll(t.caption, html`<table class="nhsuk-table">
    <caption class="nhsuk-table__caption nhsuk-table__caption--s">${t.caption}</caption>
    <thead><tr><th scope="col">${t.partner}</th>${classes.map(k => html`<th scope="col">${word(words.common.classes, k)}</th>`)}
      <th scope="col">${t.all}</th><th scope="col">${t.oldest}</th></tr></thead>
    <tbody>${named.map(p => row(p.id, p.name))}${row('', t.every)}</tbody></table>`)
}

/** Nothing of it is published. @param {Pathway} p */
const allHidden = p => p.referred.of === null && !p.referred.each && p.sent_on.n === null && p.accepting.value === null

/** @param {Period} period @param {Partner[]} partners */
export function pathwaysTable(period, partners) {
  const t = w.pathways
  const name = (/** @type {string} */ id) => partners.find(p => p.id === id)?.name ?? t.all
  const caption = fill(t.caption, { from: date(period.from), to: date(period.to) })
  const each = (/** @type {Pathway} */ p, /** @type {string} */ of) => (p.referred.each ? String(p.referred.each[of] ?? 0) : w.hidden)
  const why = (/** @type {Pathway} */ p) => (!p.referred.each?.declined ? nothing
    : html`<br><span class="bo-why">${p.declined.each
      ? Object.entries(p.declined.each).map(([k, n]) => `${word(causes, k)} ${n}`).join(', ') : t.whyHidden}</span>`)
  const half = (/** @type {Cell} */ a) => (a.value === null ? (a.hidden ? w.hidden : w.nothing)
    : a.more ? fill(w.chart.atLeast, { value: duration(a.value) }) : duration(a.value))
  return scroll(caption, html`<table class="nhsuk-table">
    <caption class="nhsuk-table__caption nhsuk-table__caption--s">${caption}</caption>
    <thead><tr>${[t.from, t.to, t.sent, ...Object.values(t.became), t.sentOn, t.half]
      .map(h => html`<th scope="col">${h}</th>`)}</tr></thead>
    <tbody>${period.pathways.map(p => html`<tr class=${`${p.from && p.to ? '' : 'bo-total'} ${allHidden(p) ? 'bo-row-hidden' : ''}`}>
      <th scope="row">${name(p.from)}</th><th scope="row">${name(p.to)}</th><td>${number(p.referred.of)}</td>
      ${Object.keys(t.became).map(of => html`<td>${each(p, of)}${of === 'declined' ? why(p) : nothing}</td>`)}
      <td>${number(p.sent_on.n)}</td><td>${p.from && p.to ? half(p.accepting) : w.nothing}</td></tr>`)}</tbody></table>`)
}

/** @param {Period | undefined} period @param {Partner[]} partners @param {[string, string][]} measures code and kind */
export function byPartner(period, partners, measures) {
  if (!period) return nothing
  const title = fill(w.chart.byPartner, { from: date(period.from), to: date(period.to) })
  const of = (/** @type {string} */ code) => period.figures.find(f => f.measure === code)
  const named = partners.filter(p => measures.some(([code]) => of(code)?.partners[p.id]))
  return html`<details class="bo-screen"><summary>${title}</summary>${scroll(title, html`<table class="nhsuk-table">
    <thead><tr><th scope="col">${w.chart.measure}</th><th scope="col">${w.waiting.every}</th>
      ${named.map(p => html`<th scope="col">${p.name}</th>`)}</tr></thead>
    <tbody>${measures.map(([code, kind]) => html`<tr><th scope="row">${w.measures[/** @type {keyof typeof w.measures} */ (code)]}</th>
      <td>${figure(of(code)?.whole, kind, code)}</td>
      ${named.map(p => html`<td>${figure(of(code)?.partners[p.id], kind, code)}</td>`)}</tr>`)}</tbody>
    </table>`)}</details>`
}
