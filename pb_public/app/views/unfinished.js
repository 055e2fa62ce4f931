// @ts-check
// Forms that were begun and not saved: where they are, to go on with or to throw away. They are on this phone only.
import { html, nothing, repeat } from '../../shared/ui/html.js'
import { personName, when } from '../../shared/ui/format.js'
import { count, fill, words } from '../../shared/ui/words.js'
import { address } from '../router.js'
import { stateTag } from './parts.js'

/** @typedef {import('../context.js').App} App */

/** How many there are, with the way to them; nothing where there is none. @param {App} app */
export function unfinishedLink(app) {
  const n = app.unfinished().length
  return n ? html`<p class="ds-banner ds-banner--warn"><a href=${address('items')}>${count(n, words.app.unfinished.link)}</a></p>` : nothing
}

/** @param {App} app */
export function unfinished(app) {
  const w = words.app.unfinished, list = app.unfinished()
  return list.length ? html`<h2 class="nhsuk-heading-m">${w.title}</h2><p class="ds-soft">${w.why}</p>
    <ul class="app-list">${repeat(list, d => d.key, d => draft(app, d))}</ul>` : nothing
}

/** @param {App} app @param {import('../context.js').Unfinished} d */
function draft(app, d) {
  const w = words.app.unfinished
  const { patient, href } = whereOf(app, d)
  const p = app.get('patients', patient), who = p ?? d.who, name = who ? personName(who) : words.app.gonePerson
  const what = w.kinds[d.kind]
  return html`<li class="app-card"><span class="ds-row">${stateTag('draft')}<strong>${what}</strong></span><span>${name}</span>
    <span class="ds-soft">${fill(w.touched, { at: when(d.at, app.now()) })}</span>
    ${p ? nothing : html`<span>${words.app.left.why}</span>`}
    <span class="ds-row"><a class="nhsuk-button" href=${href}
        aria-label=${fill(p ? w.goOnWith : w.lookAtOf, { what, name })}>${p ? w.goOn : w.lookAt}</a>
      <button class="nhsuk-button nhsuk-button--secondary" type="button" aria-label=${fill(w.discardOf, { what, name })}
        @click=${() => discard(app, d.key)}>${w.discard}</button></span></li>`
}

/** Whom a form is about, and where it is. @param {App} app @param {import('../context.js').Unfinished} d */
function whereOf(app, { kind, id }) {
  if (kind === 'person') return { patient: id, href: address('edit', id) }
  if (kind === 'handover') return { patient: app.get('handovers', id)?.patient ?? '', href: address('handover', id) }
  const planned = app.get({ visit: 'visits', checkin: 'checkins', goal: 'goals' }[kind], id)
  return planned ? { patient: planned.patient, href: address(kind, id, { person: planned.patient }) }
    : { patient: id, href: address(kind, '', { person: id }) }
}

/** Throws a form away, after asking. Resolves to whether it is gone. @param {App} app @param {string} key */
export async function discard(app, key) {
  if (!confirm(words.app.visit.discardAsk)) return false
  app.forms.delete(key)
  await app.drafts.drop(key)
  app.redraw()
  return true
}
