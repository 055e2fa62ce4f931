// @ts-check
// Two people changed the same thing without seeing each other. Both sides beside what was there
// before; the lead keeps one, both, or writes.
import { html, nothing } from '../shared/ui/html.js'
import { when } from '../shared/ui/format.js'
import { fill, words } from './words.js'
import { IssueForm } from './issue-form.js'
import { nameOf, radios, roleOf } from './parts.js'
import { typedOf, valueOf } from './typed.js'
import { fieldInput, fieldLabel, readable } from './values.js'

const w = words.desk.conflict
const same = (/** @type {any} */ a, /** @type {any} */ b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

export class Conflict extends IssueForm {
  possible = true
  verb = w.button

  /** @param {import('./desk-context.js').DeskContext} desk @param {any} issue */
  constructor(desk, issue) {
    super(desk, issue)
    this.choice = ''
    this.typed = typedOf(desk, issue.collection, issue.field, this.kept)
    this.joined = this.join()
  }

  /** What stands there now; it may have changed after the conflict was opened. */
  get kept() { return this.issue.stored ? this.issue.stored.value : this.issue.kept }
  get keptBy() { return this.issue.stored?.by ?? this.issue.kept_by }
  get keptAt() { return this.issue.stored?.at || this.issue.kept_at }
  /** Whether the record as a whole is in question, and not one value of it. */
  get retract() { return this.issue.policy === 'retract' || this.recorded }
  /** Somebody recorded it although somebody else had withdrawn it. */
  get recorded() { return this.issue.policy === 'retracted' }

  /** What was chosen between other values than these is no choice any more. @param {any} issue */
  update(issue) {
    const touched = this.choice === 'both' && this.joined !== this.join()
    const kept = this.kept
    super.update(issue)
    if (!same(kept, this.kept)) this.choice = ''
    if (!touched) this.joined = this.join()
    this.possible = !issue.hidden
  }

  /** Both, one after the other: as lines of a text, or as members of a list. */
  join() {
    const kept = this.kept, lost = this.issue.lost
    if (this.info?.kind === 'list') return [...new Set([...(kept ?? []), ...(lost ?? [])])].join(',')
    return [kept, lost].filter(v => typeof v === 'string' && v).join('\n')
  }

  /** Whether both can stand: names and numbers cannot. */
  get both() { return this.info?.kind === 'list' || (this.info?.kind === 'text' && (this.info.max ?? 0) > 200) }

  /** @returns {{ set?: any, wrong?: string }} */
  decision() {
    const { collection, field } = this.issue
    switch (this.choice) {
      case 'kept': return { set: {} }
      case 'lost': return { set: this.retract ? { retract: !this.recorded } : { [field]: this.issue.lost ?? null } }
      case 'both': case 'write': {
        const value = valueOf(this.desk, collection, field, this.choice === 'both' ? this.joined : this.typed)
        return value === undefined ? { wrong: words.desk.value.wrong } : { set: { [field]: value } }
      }
    }
    return { wrong: w.choose }
  }

  /** @param {string} title @param {any} value @param {any} by @param {string} at @param {string} kind */
  side(title, value, by, at, kind) {
    return html`<section class="dk-side dk-side--${kind}" aria-label=${title}><h2 class="nhsuk-heading-s">${title}</h2>
      <p class="ds-soft nhsuk-u-margin-bottom-1">${by ? [nameOf(by), roleOf(by)].filter(Boolean).join(', ') : nothing}${at
        ? html`${by ? ', ' : nothing}${when(at)}` : nothing}</p>
      <div class="dk-value">${this.retract ? value : readable(this.desk, this.issue.collection, this.issue.field, value)}</div></section>`
  }

  draw() {
    const i = this.issue
    if (i.hidden) return nothing
    if (this.retract) return this.drawRetract()
    const changedSince = i.stored && !same(i.stored.value, i.kept)
    const id = 'conflict-value'
    return html`<div class="dk-sides">
        ${this.side(w.before, i.before, null, '', 'before')}
        ${this.side(w.kept, this.kept, this.keptBy, this.keptAt, 'kept')}
        ${this.side(w.lost, i.lost, i.lost_by, i.lost_at, 'lost')}
      </div>
      ${changedSince ? html`<p class="ds-banner ds-banner--warn">${w.since}
          ${readable(this.desk, i.collection, i.field, i.kept)}</p>` : nothing}
      ${radios({ name: 'choice', legend: w.legend, value: this.choice, change: v => { this.choice = v; this.desk.redraw() }, options: [
        { value: 'kept', text: fill(w.keepKept, { who: nameOf(this.keptBy) }), hint: w.keepKeptHint },
        { value: 'lost', text: fill(w.keepLost, { who: nameOf(i.lost_by) }), hint: w.keepLostHint },
        ...(this.both ? [{ value: 'both', text: w.keepBoth,
              more: fieldInput({ desk: this.desk, id: `${id}-both`, collection: i.collection, field: i.field, label: w.bothLabel,
          typed: this.joined, input: v => { this.joined = v } }) }] : []),
        { value: 'write', text: w.write, more: fieldInput(
          { desk: this.desk, id, collection: i.collection, field: i.field, label: fieldLabel(i.field),
          typed: this.typed, input: v => { this.typed = v } }) },
      ] })}`
  }

  drawRetract() {
    const i = this.issue
    const lost = this.recorded && i.field ? { [i.field]: i.lost } : i.lost
    return html`<div class="dk-sides">
        ${this.side(w.kept, this.recorded ? w.withdrawn : this.retractSide(i.kept), i.kept_by, i.kept_at, 'kept')}
        ${this.side(w.lost, this.retractSide(lost), i.lost_by, i.lost_at, 'lost')}</div>
      ${radios({ name: 'choice', legend: w.legend, value: this.choice, change: v => { this.choice = v; this.desk.redraw() },
        options: this.recorded
          ? [{ value: 'kept', text: w.staysWithdrawn, hint: w.staysWithdrawnHint },
            { value: 'lost', text: w.standsAgain, hint: w.standsAgainHint }]
          : [{ value: 'kept', text: w.keepRecord, hint: w.keepRecordHint }, { value: 'lost', text: w.withdraw, hint: w.withdrawHint }] })}`
  }

  /** One wanted it withdrawn, the other went on writing in it. @param {any} value */
  retractSide(value) {
    if (value === null || value === undefined || value?.retract === false) return w.stands
    if (value === true || value?.retract === true || value?.retracted) return w.withdrawn
    if (typeof value !== 'object') return String(value)
    return html`<ul class="nhsuk-list dk-tight">${Object.entries(value).map(([k, v]) => html`<li>${fieldLabel(k)}: ${
      readable(this.desk, this.issue.collection, k, v)}</li>`)}</ul>`
  }
}
