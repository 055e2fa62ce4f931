// @ts-check
// What is offered once, after the phone is set up: a quicker way to open the app, and a place where the browser keeps it.
import { html, nothing } from '../../shared/ui/html.js'
import { words } from '../../shared/ui/words.js'
import { address } from '../router.js'
import { sentenceOf } from '../sync-sentence.js'
import { banner } from './parts.js'

/** @typedef {import('../context.js').App} App */

/** At most one at a time. @param {App} app */
export function offers(app) {
  const { phone } = app
  if (phone.offered('unlock') && (phone.passkeys || phone.shiftPin)) return unlock(app)
  return phone.offered('install') && phone.advise ? install(app) : nothing
}

/** @param {App} app @param {string} name @param {string} title @param {any} body */
const card = (app, name, title, body) => html`<section class="ds-banner" aria-labelledby="offer">
  <h2 class="nhsuk-heading-s" id="offer">${title}</h2>${body}
  <button class="app-link" type="button" @click=${() => app.phone.declineOffer(name)}>${words.app.offers.later}</button></section>`

/** @param {App} app */
function unlock(app) {
  const w = words.app.offers, form = app.forms.get('offer') ?? {}
  const passkey = async () => {
    const from = app.here
    try {
      await app.phone.addPasskey()
      app.phone.declineOffer('unlock')
      app.say(words.app.settings.passkeySet)
    } catch (e) {
      if (/** @type {any} */ (e).code === 'prove_again') return app.go(address('settings', '', { open: 'passkey' }), from)
      app.forms.set('offer', { error: sentenceOf(e) })
      app.redraw()
    }
  }
  return card(app, 'unlock', w.unlockTitle, html`<p>${w.unlockWhy}</p>${form.error ? banner(form.error, 'bad') : nothing}
    <div class="ds-row">${app.phone.passkeys
      ? html`<button class="nhsuk-button" type="button" @click=${passkey}>${w.passkey}</button>` : nothing}
    ${app.phone.shiftPin ? html`<a class="nhsuk-button nhsuk-button--secondary"
        href=${address('settings', '', { open: 'pin' })}>${w.pin}</a>` : nothing}</div>`)
}

/** @param {App} app */
const install = app => card(app, 'install', words.app.offers.installTitle, how(app))

/** Under "This phone", for as long as it would help. @param {App} app */
export const installAdvice = app => html`<h2 class="nhsuk-heading-m">${words.app.offers.installTitle}</h2>${how(app)}`

/** @param {App} app */
function how(app) {
  const w = words.app.offers, prompt = app.phone.installer()
  return html`<p>${w.installWhy}</p>${prompt ? html`<button class="nhsuk-button" type="button"
    @click=${async () => { await prompt(); app.phone.declineOffer('install') }}>${w.install}</button>` : html`<p>${w.installHow}</p>`}`
}
