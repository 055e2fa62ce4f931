// @ts-check
// Putting right what is known about a person: how to get in, what to take care of, how to reach them. Only
// what was changed is sent, with what its author saw.
import { unlessHalfTyped } from '../../shared/ui/half-typed.js'
import { html, nothing } from '../../shared/ui/html.js'
import { personName } from '../../shared/ui/format.js'
import { word, words } from '../../shared/ui/words.js'
import { boxes, changesOf, decidesScale, formOf, wrongIn } from '../model/editperson.js'
import { whoOf } from '../model/formtext.js'
import { address } from '../router.js'
import { leftForm } from './gone.js'
import { back, choice, choices, field } from './parts.js'
import { saveForm } from './saving.js'
import { who } from './who.js'

/** @typedef {import('../context.js').App} App */

/** @param {App} app */
export function edit(app) {
  const w = words.app.edit, id = app.place.id, key = `person:${id}`
  const open = app.forms.get(key)
  if (!open) {
    if (open === undefined) begin(app, key, id)
    return html`<p class="app-wait">${words.app.opening}</p>`
  }
  const p = app.get('patients', id)
  if (!p) return leftForm(app, key, open, () => change(app, id, open))
  const stored = open.seen?.values ?? {}, wrong = open.tried ? wrongIn(stored, open.form, app.now()) : { field: '', why: '' }
  const errorOf = (/** @type {string} */ name) => (wrong.field === name ? word(w.wrong, wrong.why) : '')
  const put = (/** @type {any} */ set) => {
    Object.assign(open.form, set)
    open.dirty = true
    app.drafts.put(key, { form: open.form, seen: open.seen, who: open.who })
    app.redraw()
  }
  return html`${back(address('person', id), personName(p))}
    <h1 class="nhsuk-heading-l">${w.title}</h1>${who(app, p)}
    ${open.restored ? html`<p class="ds-banner">${words.app.visit.restored}</p>` : nothing}
    <form novalidate @submit=${unlessHalfTyped(() => save(app, key, id, open))}>
      ${boxes.map(([name, rows]) => field({ id: name, label: word(w.fields, name), error: errorOf(name),
        hint: name === 'died_on' ? w.diedHint : undefined, rows: rows || undefined,
        mode: name === 'phone' ? 'tel' : undefined, type: name === 'died_on' ? 'date' : undefined,
        value: open.form.text[name] ?? '', change: v => put({ text: { ...open.form.text, [name]: v } }) }))}
      ${choices({ name: 'needs', legend: w.fields.communication_needs, options: needsOf(stored), value: open.form.needs,
        change: needs => put({ needs }) })}
      ${decidesScale(app.me.role) ? html`${choice({ name: 'scale', legend: w.fields.spo2_scale, options: w.scales, value: open.form.scale,
          required: true, hint: w.scaleHint, change: scale => put({ scale }) })}
        ${open.form.scale === formOf(stored).scale ? nothing : field({ id: 'reason', label: w.reason, value: open.form.reason,
          error: errorOf('reason'), change: reason => put({ reason }) })}` : nothing}
      ${open.error ? html`<p class="ds-banner ds-banner--bad" role="alert">${open.error}</p>` : nothing}
      <button class="nhsuk-button app-wide" type="submit">${words.app.visit.save}</button>
    </form>`
}

/** @param {App} app @param {string} key @param {string} id */
async function begin(app, key, id) {
  app.forms.set(key, null)
  const kept = await app.drafts.get(key).catch(() => null)
  const seen = kept?.seen ?? app.seen('patients', id)
  app.forms.set(key, { form: kept ? keptForm(kept.form, seen) : formOf(seen?.values ?? {}), seen,
        who: kept?.who ?? whoOf(app.get('patients', id)), dirty: Boolean(kept), restored: Boolean(kept), error: '' })
  app.redraw()
}

/** A form as it was kept; an earlier app kept its boxes alone. @param {any} form @param {any} seen */
const keptForm = (form, seen) => {
  const begun = formOf(seen?.values ?? {})
  return form.text ? form : { ...begun, text: { ...begun.text, ...form } }
}

/** The needs that have a word, and those of this person that have none. @param {any} stored @returns {Record<string, string>} */
const needsOf = stored => ({ ...words.common.needs,
  ...Object.fromEntries((stored.communication_needs ?? []).map((/** @type {string} */ n) => [n, word(words.common.needs, n)])) })

/** What saving records: the fields that were changed. @param {App} app @param {string} id @param {any} open */
function change(app, id, open) {
  const set = changesOf(open.seen.values, open.form, app.me, app.now())
  return { ops: Object.keys(set).length ? [{ op: 'update', collection: 'patients', id, patient: id, set }] : [],
    seen: { [`patients/${id}`]: open.seen } }
}

/** @param {App} app @param {string} key @param {string} id @param {any} open */
function save(app, key, id, open) {
  open.tried = true
  const { field: wrong } = wrongIn(open.seen.values, open.form, app.now())
  if (wrong) {
    app.redraw()
    requestAnimationFrame(() => document.getElementById(wrong)?.focus())
    return
  }
  saveForm(app, key, open, () => change(app, id, open), { to: address('person', id) })
}
