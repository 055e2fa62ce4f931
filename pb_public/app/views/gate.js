// @ts-check
// Before the work: signing in and enrolling, making a passphrase, unlocking, and what to do when the
// passphrase is forgotten. Also the screens of a phone that may not be used any more.
import { html, nothing } from '../../shared/ui/render.js'
import { count, fill, words } from '../../shared/ui/words.js'
import { lockSentences } from '../model/lockscreen.js'
import { banner, field } from './parts.js'

/**
 * What the gate needs; see main.js, which does the work.
 * @typedef {object} Gate
 * @property {any} form what is typed
 * @property {(change: any) => void} set
 * @property {string} error
 * @property {boolean} busy
 * @property {boolean} again somebody uses this phone already, and signs in again
 * @property {number} unsent changes that the server has not
 * @property {import('../locked.js').Locked | null} sending while the phone is locked
 * @property {import('../vault/vault.js').VaultStatus} vault
 * @property {{ initials: string, device: string } | null} owner
 * @property {{ code: string, staff: string } | null} code from a lead's QR picture
 * @property {() => void} signIn @property {() => void} create @property {() => void} unlock @property {() => void} usePasskey
 * @property {() => void} rescue @property {(screen: string) => void} show
 */

/** @param {(e: Event) => void} run */
const submit = run => (/** @type {Event} */ e) => { e.preventDefault(); run(e) }
/** @param {Gate} g */
const error = g => g.error ? html`<p class="ds-banner ds-banner--bad" role="alert">${g.error}</p>` : nothing

/** @param {string} title @param {any} body */
const frame = (title, body) => html`<h1 class="nhsuk-heading-l">${title}</h1>${body}`

/** @param {Gate} g */
export function signInScreen(g) {
  const w = words.app.gate
  return frame(w.signIn, html`<p>${w.signInWhy}</p>${error(g)}
    ${g.code ? html`<p class="ds-banner">${w.byCode}</p><button class="nhsuk-button app-wide" type="button" ?disabled=${g.busy}
        @click=${g.signIn}>${w.enrol}</button>`
      : html`<form novalidate @submit=${submit(() => { g.form.code = ''; g.signIn() })}>
        ${field({ id: 'email', label: words.common.signIn.email, type: 'email', mode: 'email', autocomplete: 'username',
            value: g.form.email ?? '', change: email => g.set({ email }) })}
        ${field({ id: 'password', label: words.common.signIn.password, type: 'password', autocomplete: 'current-password',
            value: g.form.password ?? '', change: password => g.set({ password }) })}
        <button class="nhsuk-button app-wide" type="submit" ?disabled=${g.busy}>${g.busy ? w.wait : w.enrol}</button></form>
        <p class="ds-soft">${w.qrHint}</p>
        ${g.again ? nothing : html`<details class="nhsuk-details"><summary class="nhsuk-details__summary"><span
          class="nhsuk-details__summary-text">${w.typeCode}</span></summary><div class="nhsuk-details__text">
          <form novalidate @submit=${submit(g.signIn)}>${field({ id: 'code', label: w.code, hint: w.codeHint, value: g.form.code ?? '',
            error: g.form.codeTrouble, change: typed => g.set({ code: typed, codeTrouble: '' }) })}
          <button class="nhsuk-button app-wide" type="submit" ?disabled=${g.busy}>${w.useCode}</button></form></div></details>`}`}`)
}

/** @param {Gate} g */
export function passphraseScreen(g) {
  const w = words.app.gate
  return frame(w.passphrase, html`<p>${w.passphraseWhy}</p>${error(g)}
    <form novalidate @submit=${submit(g.create)}>
      <input type="text" autocomplete="username" value=${g.owner?.device ?? ''} hidden aria-hidden="true">
      ${field({ id: 'new-passphrase', label: w.newPassphrase, hint: w.passphraseHint, type: 'password', autocomplete: 'new-password',
          value: g.form.passphrase ?? '', change: passphrase => g.set({ passphrase }) })}
      ${field({ id: 'again', label: w.again, type: 'password', autocomplete: 'new-password', value: g.form.again ?? '',
          change: again => g.set({ again }) })}
      <button class="nhsuk-button app-wide" type="submit" ?disabled=${g.busy}>${g.busy ? w.wait : w.keep}</button>
    </form>`)
}

/** @param {Gate} g */
export function unlockScreen(g) {
  const w = words.app.gate
  const pin = g.vault.pin
  return frame(w.unlock, html`
    ${g.owner ? html`<p>${fill(w.owner, { initials: g.owner.initials, device: g.owner.device })}</p>` : nothing}
    ${lockSentences(g.unsent, g.sending).map(s => banner(s.text, s.tone))}
    ${g.vault.pinOver && !g.error ? banner(words.app.codes.pin_expired, 'warn') : error(g)}
    ${pin ? html`<form novalidate
        @submit=${submit(g.unlock)}>${field({ id: 'pin', label: w.pin, mode: 'numeric', type: 'password', width: 'nhsuk-input--width-10',
          value: g.form.pin ?? '', change: value => g.set({ pin: value }) })}
      <button class="nhsuk-button app-wide" type="submit" ?disabled=${g.busy}>${w.open}</button></form>
      <details class="nhsuk-details" ?open=${g.form.byPassphrase}>
        <summary class="nhsuk-details__summary"><span class="nhsuk-details__summary-text">${w.withPassphrase}</span></summary>${passphrase(
        g)}</details>` : passphrase(g)}
    ${g.vault.passkey ? html`<button class="nhsuk-button nhsuk-button--secondary app-wide" type="button"
        @click=${g.usePasskey}>${w.withPasskey}</button>` : nothing}
    <p><button class="app-link" type="button" @click=${() => g.show('forgotten')}>${w.forgotten}</button></p>`)
}

/** @param {Gate} g */
function passphrase(g) {
  const w = words.app.gate
  return html`<form novalidate @submit=${submit(g.unlock)}>
    ${field({ id: 'passphrase', label: w.yourPassphrase, type: 'password', autocomplete: 'current-password', value: g.form.passphrase ?? '',
        change: value => g.set({ passphrase: value, pin: '' }) })}
    <button class="nhsuk-button app-wide" type="submit" ?disabled=${g.busy}>${g.busy ? w.wait : w.open}</button></form>`
}

/** @param {Gate} g */
export function forgottenScreen(g) {
  const w = words.app.gate
  return frame(w.forgottenTitle, html`<p>${w.forgottenWhy}</p>${error(g)}
    ${g.unsent ? banner(count(g.unsent, words.app.statusBar.unsent), 'warn') : html`<p>${w.nothingUnsent}</p>`}
    ${g.form.saved ? banner(fill(w.rescued, { file: g.form.saved }), 'good') : nothing}
    ${g.unsent && g.vault.recovery
      ? html`<button class="nhsuk-button app-wide" type="button" @click=${g.rescue}>${w.rescue}</button>` : nothing}
    ${g.unsent && !g.vault.recovery ? banner(w.noRecovery, 'bad') : nothing}
    <details class="nhsuk-details"><summary class="nhsuk-details__summary"><span
      class="nhsuk-details__summary-text">${w.startAgain}</span></summary>
      <div class="nhsuk-details__text"><p>${g.unsent && !g.form.saved ? w.startAgainUnsent : w.startAgainWhy}</p>
      <button class="nhsuk-button nhsuk-button--warning" type="button" ?disabled=${Boolean(g.unsent && !g.form.saved && g.vault.recovery)}
        @click=${() => { if (!g.unsent || g.form.saved || confirm(count(g.unsent, w.eraseAsk))) g.show('erase') }}
        >${w.startAgain}</button></div></details>
    <p><button class="app-link" type="button" @click=${() => g.show('unlock')}>${w.back}</button></p>`)
}

/** @param {string} code why this browser may not hold people's data */
export function refusedScreen(code) {
  const w = words.app.refused
  return frame(w.title, html`<p>${w[/** @type {'ios_tab'} */ (code)] ?? w.no_storage}</p>${code === 'ios_tab'
        ? html`<ol class="nhsuk-list nhsuk-list--number">${w.steps.map(s => html`<li>${s}</li>`)}</ol>` : nothing}`)
}

/** A phone that was reported lost, or was emptied. */
export const wipedScreen = () => frame(words.app.gone.wiped,
    html`<p>${words.app.gone.wipedWhy}</p><p><a class="nhsuk-button" href="/app/"
      @click=${(/** @type {Event} */ e) => { e.preventDefault(); location.reload() }}>${words.app.gone.again}</a></p>`)

/** The database was cleared by the browser. @param {number} unsent */
export const evictedScreen = (/** @type {number} */ unsent, /** @type {() => void} */ goOn) =>
  frame(words.app.gone.evicted,
    html`<p>${words.app.gone.evictedWhy}</p>${unsent ? banner(count(unsent, words.app.gone.evictedUnsent), 'bad') : nothing}
  <button class="nhsuk-button" type="button" @click=${goOn}>${words.app.gone.again}</button>`)
