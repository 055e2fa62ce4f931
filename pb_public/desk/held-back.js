// @ts-check
// A change that was held back whole: everything that was sent, readable, with what to mend, so that it
// can be taken in with what waits for it.
import { html, nothing } from '../shared/ui/html.js'
import { personName, when } from '../shared/ui/format.js'
import { fill, word, words } from './words.js'
import { IssueForm } from './issue-form.js'
import { checkbox, facts, nameOf, radios, roleOf } from './parts.js'
import { newID } from './ulid.js'
import { typedOf, valueOf } from './typed.js'
import { collectionLabel, fieldInput, fieldLabel, readable } from './values.js'

const w = words.desk.heldBack

export class HeldBack extends IssueForm {
  verb = w.button

  /** @param {import('./desk-context.js').DeskContext} desk @param {any} issue */
  constructor(desk, issue) {
    super(desk, issue)
    this.mending = false
    /** What was typed, by place and field: "0.note". @type {Map<string, any>} */ this.typed = new Map()
    /** @type {{ id: string, text: string }[]} */ this.people = []
    this.looked = ''
    /** @type {'' | 'own' | 'together'} */ this.which = ''
    this.fresh = issue.code === 'id_taken' || issue.code === 'invalid_id' // as a record of its own, unless the lead says otherwise
    this.update(issue)
  }

  /** @param {any} issue */
  update(issue) {
    super.update(issue)
    /** @type {any[]} */ this.ops = Array.isArray(issue.content?.ops) ? issue.content.ops : []
  }

  /** Somebody else has recorded the same visit since: the lead says whether there were two. */
  get twice() { return this.issue.code === 'recorded_since' }

  get possible() { return !this.issue.hidden && this.ops.length > 0 }

  /**
   * Corrections go to the first part that has one of the fields: only there a field can be mended.
   * @param {number} at
   * @param {string} field
   */
  mendable(at, field) { return this.ops.findIndex(op => op?.set && field in op.set) === at
      || (at === 0 && field === 'patient' && !this.ops.some(op => op?.set && field in op.set)) }

  /** @returns {{ set?: any, wrong?: string }} */
  decision() {
    /** @type {Record<string, any>} */ const set = {}
    const places = new Set()
    for (const [key, typed] of this.typed) {
      const [place, field] = [Number(key.slice(0, key.indexOf('.'))), key.slice(key.indexOf('.') + 1)]
      const op = this.ops[place]
      const value = valueOf(this.desk, op.collection, field, typed)
      if (value === undefined) return { wrong: fill(w.wrongValue, { field: fieldLabel(field) }) }
      if (JSON.stringify(value) === JSON.stringify(op.set?.[field] ?? null)) continue
      set[field] = value
      places.add(place)
    }
    if (places.size > 1) return { wrong: w.onePlace }
    if (this.twice && this.which === '') return { wrong: w.needWhich }
    if (this.fresh || this.which === 'own') set.id = newID()
    if (this.which === 'together') set.together = true
    return { set }
  }

  /** @param {string} text */
  async look(text) {
    this.looked = text
    const found = await this.desk.search(text)
    if (this.looked !== text) return
    this.people = found.items.map((/** @type {any} */ f) => ({ id: f.person.id, text: personName(f.person) }))
    this.desk.redraw()
  }

  draw() {
    const i = this.issue
    return html`${facts([
        [w.why, /** @type {Record<string, string>} */ (w.advice)[i.code] ?? i.message],
        [w.told, i.message],
        [w.by, [nameOf(i.author), roleOf(i.author)].filter(Boolean).join(', ')],
        [w.when, i.content?.authored_at ? fill(w.byItsClock, { at: when(i.content.authored_at) }) : nothing],
        [w.arrived, when(i.opened_at)],
        [w.waits, i.waits_for && ['depends_on', 'missing_record'].includes(i.code) ? w.waitsFor : nothing],
      ])}
      ${i.hidden ? nothing : this.ops.length ? this.ops.map((op, at) => this.part(op, at)) : raw(i)}
      ${i.code === 'id_taken' || i.code === 'invalid_id'
        ? checkbox({ id: 'fresh', text: w.fresh, hint: w.freshHint, checked: this.fresh, change: on => { this.fresh = on } }) : nothing}
      ${this.twice ? radios({ name: 'which', legend: w.needWhich, value: this.which,
        change: v => { this.which = /** @type {'own'} */ (v) }, options: [
          { value: 'own', text: w.fresh, hint: w.freshVisitHint },
          { value: 'together', text: w.together, hint: w.togetherHint }] }) : nothing}
      ${this.possible ? html`<div class="nhsuk-checkboxes nhsuk-u-margin-bottom-4">${checkbox(
        { id: 'mending', text: w.mend, checked: this.mending, change: on => {
        this.mending = on
        if (!on) this.typed.clear()
        else if (!this.people.length) this.look('')
        this.desk.redraw()
      } })}</div>` : nothing}`
  }

  /** @param {any} op @param {number} at */
  part(op, at) {
    const fields = Object.entries(op?.set ?? {})
    const title = fill(word(w.ops, op?.op), { record: collectionLabel(op?.collection ?? '') })
    const typedFor = (/** @type {string} */ f, /** @type {any} */ v) => this.typed.get(`${at}.${f}`)
      ?? typedOf(this.desk, op.collection, f, v)
    const stored = (this.issue.stored_records ?? []).find((/** @type {any} */ r) => r.collection === op?.collection && r.id === op?.id)
    const own = [...fields.map(([f]) => f), ...(at === 0 && !('patient' in (op?.set ?? {})) ? ['patient'] : [])]
    return html`<section class="dk-card" aria-label=${title}><h2 class="nhsuk-heading-s">${title}</h2>
      ${this.mending ? own.map(f => this.mendable(at, f) && this.desk.fieldsByName.has(`${op.collection}.${f}`)
        ? fieldInput({ desk: this.desk, id: `mend-${at}-${f}`, collection: op.collection, field: f, typed: typedFor(f, op.set?.[f]),
            people: this.people,
          input: v => this.typed.set(`${at}.${f}`, v) })
        : f in (op.set ?? {}) ? facts([[fieldLabel(f), readable(this.desk, op.collection, f, op.set[f])]]) : nothing)
      : facts([...fields.map(([f, v]) => /** @type {[string, any]} */ (
          [fieldLabel(f), f === 'patient' && v === this.issue.patient?.id ? personName(this.issue.patient)
            : readable(this.desk, op.collection, f, v)])),
        ...(op?.values ? [/** @type {[string, any]} */ (
            [fieldLabel(op.field ?? ''), readable(this.desk, op.collection, op.field ?? '', op.values)])] : [])])}
      ${stored ? this.asStored(stored) : nothing}</section>`
  }

  /** The record as it stands, with who recorded what of it. @param {any} stored */
  asStored(stored) {
    return html`<h3 class="nhsuk-heading-xs">${w.stored}</h3>${facts(Object.entries(stored.fields).map(([f, now]) =>
      /** @type {[string, any]} */ ([fieldLabel(f), html`${readable(this.desk, stored.collection, f, now.value)}
          <span class="ds-soft">${[now.by ? nameOf(now.by) : '', now.at ? when(now.at) : ''].filter(Boolean).join(', ')}</span>`])))}`
  }
}

/** What could not be read as a change at all, as text. @param {any} issue */
function raw(issue) {
  let text = ''
  try {
    text = issue.raw ? new TextDecoder().decode(Uint8Array.from(atob(issue.raw), c => c.charCodeAt(0)))
      : JSON.stringify(issue.content, null, 2)
  } catch { text = issue.raw }
  return html`<p>${w.unreadable}</p><pre class="ds-pre dk-raw" tabindex="0">${text}</pre>`
}
