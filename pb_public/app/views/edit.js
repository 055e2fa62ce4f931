// @ts-check
// Putting right what is known about a person: how to get in, what to take care of, how to reach them. Only
// what was changed is sent, with what its author saw.
import { html, nothing } from '../../shared/ui/html.js'
import { personName } from '../../shared/ui/format.js'
import { words } from '../../shared/ui/words.js'
import { whoOf } from '../model/formtext.js'
import { address } from '../router.js'
import { notSaved } from '../sync-sentence.js'
import { leftForm } from './gone.js'
import { back, field } from './parts.js'
import { who } from './who.js'

/** @typedef {import('../context.js').App} App */

/** The fields a nurse may put right at the door, and how many lines each has. @type {[string, number][]} */
const fields = [['access_notes', 3], ['risk_note', 2], ['phone', 0], ['address', 2]]

/** @param {App} app */
export function edit(app) {
  const w = words.app.edit, id = app.place.id, key = `person:${id}`
  const open = app.forms.get(key)
  if (!open) {
    if (open === undefined) begin(app, key, id)
    return html`<p class="app-wait">${words.app.opening}</p>`
  }
  const p = app.get('patients', id)
  if (!p) return leftForm(app, key, open, () => change(id, open))
  return html`${back(address('person', id), personName(p))}
    <h1 class="nhsuk-heading-l">${w.title}</h1>${who(app, p)}
    ${open.restored ? html`<p class="ds-banner">${words.app.visit.restored}</p>` : nothing}
    <form novalidate @submit=${(/** @type {Event} */ e) => { e.preventDefault(); save(app, key, id, open) }}>
      ${fields.map(([name, rows]) =>
          field({ id: name, label: /** @type {any} */ (w.fields)[name], rows: rows || undefined, mode: name === 'phone' ? 'tel' : undefined,
            value: open.form[name] ?? '',
    change: v => {
      open.form[name] = v
      open.dirty = true
      app.drafts.put(key, { form: open.form, seen: open.seen, who: open.who })
      app.redraw()
    } }))}
      ${open.error ? html`<p class="ds-banner ds-banner--bad" role="alert">${open.error}</p>` : nothing}
      <button class="nhsuk-button app-wide" type="submit">${words.app.visit.save}</button>
    </form>`
}

/** @param {App} app @param {string} key @param {string} id */
async function begin(app, key, id) {
  app.forms.set(key, null)
  const kept = await app.drafts.get(key).catch(() => null)
  const seen = kept?.seen ?? app.seen('patients', id)
  app.forms.set(key, { form: kept?.form ?? Object.fromEntries(fields.map(([f]) => [f, seen?.values[f] ?? ''])), seen,
        who: kept?.who ?? whoOf(app.get('patients', id)), dirty: Boolean(kept), restored: Boolean(kept), error: '' })
  app.redraw()
}

/** What saving records: the fields that were changed. @param {string} id @param {any} open */
function change(id, open) {
  const was = open.seen.values
  const set = Object.fromEntries(fields.map(([f]) => [f, open.form[f].trim() || null])
      .filter(([f, v]) => (v ?? '') !== (was[/** @type {string} */ (f)] ?? '')))
  return { ops: Object.keys(set).length ? [{ op: 'update', collection: 'patients', id, patient: id, set }] : [],
    seen: { [`patients/${id}`]: open.seen } }
}

/** @param {App} app @param {string} key @param {string} id @param {any} open */
async function save(app, key, id, open) {
  try {
    const { ops, seen } = change(id, open)
    if (ops.length) await app.record(ops, seen)
  } catch (e) {
    open.error = notSaved(e)
    app.redraw()
    return
  }
  app.forms.delete(key)
  await app.drafts.drop(key).catch(() => {})
  app.say(words.app.visit.saved)
  app.go(address('person', id))
}
