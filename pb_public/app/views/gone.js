// @ts-check
// Somebody who is no longer on this phone. Work about them is never gone with them: a form that was begun can be read,
// sent to the team that has them now, or copied, and what is said of work that was recorded is what became of it.
import { html, nothing } from '../../shared/ui/html.js'
import { birth, nhsNumber, personName } from '../../shared/ui/format.js'
import { fill, words } from '../../shared/ui/words.js'
import { copy } from '../copy.js'
import { formText } from '../model/formtext.js'
import { address } from '../router.js'
import { back, banner } from './parts.js'
import { saveForm } from './saving.js'
import { loading } from './today.js'
import { discard } from './unfinished.js'

/** @typedef {import('../context.js').App} App */

/**
 * The page of a person, or of a record about them, that is not on this phone.
 * @param {App} app @param {{ title?: string, patient?: string }} [o] patient: their id, where it is known
 */
export function gone(app, { title = words.app.gonePerson, patient = '' } = {}) {
  const forms = app.unfinished().filter(d => patient && (d.id === patient || d.who?.id === patient))
  return html`${back(address('today'), words.app.backToday)}<h1 class="nhsuk-heading-l">${title}</h1>
    ${loading(app)}<p>${app.syncStatus().loading ? '' : words.app.left.why} ${whatBecame(app, patient)}</p>
    ${forms.map(d => html`<p class="ds-banner ds-banner--warn"><a
        href=${hrefOf(d)}>${fill(words.app.left.form, { what: words.app.unfinished.kinds[d.kind] })}</a></p>`)}`
}

/** Where the form of a draft opens. @param {import('../context.js').Unfinished} d */
const hrefOf = d => (d.kind === 'person' ? address('edit', d.id) : address(d.kind, '', { person: d.id }))

/** What became of the work of this phone about somebody, as far as it is known. @param {App} app @param {string} patient */
function whatBecame(app, patient) {
  const w = words.app.left, mine = app.items().filter(i => patient && i.patient === patient)
  if (!mine.length) return ''
  if (mine.some(i => i.state === 'saved')) return w.unsent
  return mine.some(i => i.state === 'needs_you') ? w.asked : w.sent
}

/**
 * A form whose person has left: to be read, and sent, copied or thrown away.
 * @param {App} app @param {string} key @param {any} open the form: form, seen, who
 * @param {() => { ops: any[], seen?: Record<string, any> }} change what saving it would record
 */
export function leftForm(app, key, open, change) {
  const w = words.app.left, who = open.who
  if (!open.dirty) return gone(app, { patient: open.form.patient ?? who?.id ?? '' })
  const text = formText(key, open, null, app.nameOf)
  return html`${back(address('items'), words.app.nav.items)}
    <h1 class="nhsuk-heading-l nhsuk-u-margin-bottom-2">${who ? personName(who) : words.app.gonePerson}</h1>
    ${who ? html`<p class="ds-soft">${[who.date_of_birth ? fill(words.app.person.born, { date: birth(who.date_of_birth) }) : '',
        nhsNumber(who.nhs_number)].filter(Boolean).join(' · ')}</p>` : nothing}
    ${banner(w.notSent, 'warn')}
    <pre class="app-text" id="text" tabindex="0">${text}</pre>
    ${open.error ? html`<p class="ds-banner ds-banner--bad" role="alert">${open.error}</p>` : nothing}
    <button class="nhsuk-button app-wide" type="button" ?disabled=${open.saving}
      @click=${() => saveForm(app, key, open, change, { to: address('items'), said: w.saved })}>${w.send}</button>
    <p class="ds-soft">${w.sendWhy}</p>
    <div class="ds-row"><button class="nhsuk-button nhsuk-button--secondary" type="button"
      @click=${() => copy(app, text, 'text')}>${words.app.read.copy}</button>
    <button class="app-link" type="button"
      @click=${async () => { const from = app.here; if (await discard(app, key)) app.go(address('items'), from) }}>${
        words.app.visit.discard}</button></div>`
}
