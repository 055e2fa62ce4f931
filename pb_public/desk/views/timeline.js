// @ts-check
// What is recorded about a person: who wrote it, who changed what, when and from which phone, and what was refused.
import { openIssue } from '../../shared/states.js'
import { html, nothing } from '../../shared/ui/html.js'
import { duration, when } from '../../shared/ui/format.js'
import { count, fill, word, words } from '../words.js'
import { button, nameOf, tag } from '../parts.js'
import { issueTitle, kindTag } from '../issue-words.js'
import { collectionLabel, fieldLabel, readable } from '../values.js'

const w = words.desk.timeline

const atOnce = 20

/** What says of a record what it is; the rest unfolds. @type {Record<string, string[]>} */
const first = {
  visits: ['status', 'no_access_kind', 'purpose', 'outcome', 'soft_signs', 'critical_medicine', 'details', 'note'],
  observations: [], checkins: ['seen', 'wellbeing', 'concern'],
  goals: ['words', 'outcome', 'said', 'helpers', 'review_on'], goal_steps: ['task', 'helper', 'due_on', 'done_on'],
  handovers: ['class', 'state', 'to_team', 'outcome', 'recommendation'], patients: [],
}
/** Links to other records and copies of what stands elsewhere. */
const leftOut = new Set(['visit', 'evidence', 'rules', 'news2', 'replaces', 'corrected', 'superseded_by', 'goal'])

export class Timeline {
  /** @type {any} */ person = null
  /** @type {any[]} */ items = []
  /** @type {any[]} */ refused = []
  /** @type {any[]} registrations that were made one with this one */ merged = []
  /** How far they see the same people; null for whoever reads no visits. @type {any} */ continuity = null
  more = false
  #cursor = ''

  /** @param {import('../desk-context.js').DeskContext} desk @param {string} id of the person */
  constructor(desk, id) {
    this.desk = desk
    this.id = id
  }

  /** @param {boolean} [further] the next page, not the list anew */
  async read(further = false) {
    const limit = further ? atOnce : Math.min(Math.max(atOnce, this.items.length), 200) // what was unfolded stays
    const [page] = await Promise.all([this.desk.session.get(`/people/${this.id}/timeline?limit=${limit}${further && this.#cursor
      ? `&cursor=${this.#cursor}` : ''}`), this.desk.fields(), this.desk.teams(), this.desk.partners()])
    this.person = page.person
    this.items = further ? [...this.items, ...page.items] : page.items
    if (!further) [this.refused, this.merged, this.continuity] = [page.refused, page.merged, page.continuity ?? null]
    this.more = page.more
    this.#cursor = page.cursor ?? ''
    this.desk.redraw()
  }

  draw() {
    return html`<h2 class="nhsuk-heading-m">${w.title}</h2>
      ${this.refused.length ? html`<details class="nhsuk-details"><summary class="nhsuk-details__summary"><span
          class="nhsuk-details__summary-text">${count(this.refused.length, w.refused)}</span></summary>
        <ul class="dk-list">${this.refused.map(i => this.issue(i))}</ul></details>` : nothing}
      ${this.items.length ? html`<p class="ds-soft">${w.order}</p>
        <ol class="dk-list" aria-label=${w.title}>${this.items.map(i => this.item(i))}</ol>` : html`<p>${w.none}</p>`}
      ${this.more ? html`<p class="ds-no-print">${button(w.more, { kind: 'secondary', click: () => this.read(true) })}</p>` : nothing}`
  }

  /** @param {any} i */
  item(i) {
    const names = Object.keys(i.fields).filter(f => !leftOut.has(f))
    const head = first[i.collection]?.filter(f => f in i.fields) ?? []
    const rest = names.filter(f => !head.includes(f))
    const shown = i.collection === 'observations' ? names : head
    const score = i.fields.news2
    return html`<li class="dk-card dk-told" data-record=${i.id}><h3 class="nhsuk-heading-s">${this.title(i)}
        ${i.retracted ? tag(w.withdrawn, 'warn') : nothing}${i.conflicts.some(openIssue)
          ? tag(w.disputed, 'warn') : nothing}</h3>
      <p>${this.origin(i)}</p>
      ${this.values(i, shown)}
      ${score?.status ? html`<p>NEWS2 ${score.total ?? fill(words.common.chart.atLeast, { n: score.floor_total })}:
        ${word(words.common.bands, score.band)}</p>` : nothing}
      ${i.changes.length ? html`<ul class="dk-tight" aria-label=${w.changes}>${i.changes.map((/** @type {any} */ c) => html`<li>${
        fill(c.field === 'retracted' ? w.withdrew : w.changed,
          { field: fieldLabel(c.field), at: when(c.at), who: this.who(c.by, c.phone) })}</li>`)}</ul>` : nothing}
      ${i.conflicts.length ? html`<ul class="dk-tight">${i.conflicts.map((/** @type {any} */ c) => this.issue(c))}</ul>` : nothing}
      ${i.collection === 'handovers' ? html`<p class="ds-no-print"><a href="#/handover/${i.id}">${w.history}</a></p>` : nothing}
      ${i.collection !== 'observations' && rest.length ? html`<details class="nhsuk-details"><summary
          class="nhsuk-details__summary"><span class="nhsuk-details__summary-text">${w.all}</span></summary>
        ${this.values(i, rest)}</details>` : nothing}</li>`
  }

  /** @param {any} i */
  title(i) {
    const label = collectionLabel(i.collection), at = i.at || i.fields.planned_start
    return `${label.charAt(0).toUpperCase()}${label.slice(1)}${at ? `, ${when(at)}` : ''}`
  }

  /** @param {any} by @param {any} phone */
  who(by, phone) {
    const who = nameOf(by, words.desk.issue.itselfWithin)
    return phone ? fill(w.from, { who, phone: phone.name }) : who
  }

  /** @param {any} i */
  origin(i) {
    const late = i.recorded_at && i.reached_at ? (Date.parse(i.reached_at) - Date.parse(i.recorded_at)) / 1000 : 0
    return fill(late >= 60 ? w.recordedLate : w.recorded, { at: when(i.recorded_at || i.reached_at), who: this.who(i.recorded_by, i.phone),
      reached: when(i.reached_at), by: duration(late) })
  }

  /** @param {any} i @param {string[]} names */
  values(i, names) {
    return names.length ? html`<dl class="dk-values">${names.map(f => html`<div><dt>${fieldLabel(f)}</dt>
      <dd>${readable(this.desk, i.collection, f, i.fields[f])}</dd></div>`)}</dl>` : nothing
  }

  /** @param {any} i */
  issue(i) {
    return html`<li>${kindTag(i)} <a href="#/issue/${i.id}">${issueTitle(this.desk, i)}</a>
      <span class="ds-soft">${fill(openIssue(i) ? w.waits : w.decided, { at: when(openIssue(i) ? i.opened_at : i.resolved_at),
        who: nameOf(i.resolved_by, words.desk.issue.itself) })}</span>${i.message ? html` <span>${i.message}</span>` : nothing}</li>`
  }
}
