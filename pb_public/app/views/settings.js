// @ts-check
// This phone: what it holds, how it is locked, and how to hand it back.
import { html, nothing } from '../../shared/ui/html.js'
import { when } from '../../shared/ui/format.js'
import { count, fill, word, words } from '../../shared/ui/words.js'
import { noticesView } from '../../shared/ui/notices.js'
import { dutyOf } from '../../shared/duties.js'
import { address } from '../router.js'
import { sentenceOf } from '../sync-sentence.js'
import { installAdvice } from './offers.js'
import { back, banner, field } from './parts.js'

/** @typedef {import('../context.js').App} App */

/** Which field an error is about, by its code. @type {Record<string, string>} */
const pinFields = { pin_form: 'set-pin', pin_plain: 'set-pin', pin_not_allowed: 'set-pin', prove_again: 'pin-again',
  wrong_passphrase: 'pin-again' }
const passkeyFields = { prove_again: 'passkey-again', wrong_passphrase: 'passkey-again' }
/** @type {Record<string, string>} */
const passphraseFields = { wrong_passphrase: 'old', passphrase_short: 'next', passphrase_plain: 'next' }

/** @param {App} app */
export function settings(app) {
  const w = words.app.settings, s = app.syncStatus(), p = app.phone
  const typed = () => app.forms.get('settings') ?? {}, form = typed()
  const set = (/** @type {any} */ change) => {
    app.forms.set('settings', { ...typed(), error: '', at: '', done: '', ...change })
    app.redraw()
  }
  /** @param {() => Promise<string>} what @param {Record<string, string>} [fields] by code, the field that an error is about */
  const run = (what, fields = {}) => async (/** @type {Event} */ e) => {
    e.preventDefault()
    try {
      set({ done: await what(), old: '', next: '', pin: '', again: '', asked: '' })
    } catch (error) {
      const at = fields[/** @type {any} */ (error).code] ?? ''
      set({ error: sentenceOf(error), at, asked: /-again$/.test(at) ? at : typed().asked })
      if (at) requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById(at)?.focus()))
    }
  }
  const wrong = (/** @type {string} */ at) => (form.at === at ? form.error : '')
  const opened = app.place.query.get('open')
  /** The passphrase once more, where it was asked for. @param {string} id */
  const again = id => (form.asked === id || (id === 'passkey-again' && opened === 'passkey')
    ? field({ id, label: w.oldPassphrase, type: 'password', autocomplete: 'current-password', value: form.again ?? '', error: wrong(id),
      change: v => set({ again: v }) }) : nothing)
  return html`${back(address('today'), words.app.backToday)}
    <h1 class="nhsuk-heading-l">${w.title}</h1>
    ${form.error && !form.at ? html`<p class="ds-banner ds-banner--bad" role="alert">${form.error}</p>` : nothing}
    ${form.done ? banner(form.done, 'good') : nothing}
    <dl class="nhsuk-summary-list">
      ${row(w.you, `${app.me.name}, ${word(words.common.roles, app.me.role)}`)}
      ${row(w.synced, s.lastSynced ? when(s.lastSynced, app.now()) : words.app.statusBar.never)}
      ${row(w.unsent, String(s.unsent))}
      ${row(w.held, count(app.all('patients').length, w.people))}
      ${p.room ? row(w.storage,
          fill(w.used, { used: (p.room.used / 1048576).toFixed(1), share: Math.max(1, Math.round(p.room.share * 100)) })) : nothing}
      ${row(w.version, p.version)}
    </dl>
    ${p.room?.tight ? banner(w.tight, 'warn') : nothing}
    <p><button class="nhsuk-button app-wide" type="button" @click=${() => p.lock()}>${w.lock}</button></p>

    <h2 class="nhsuk-heading-m">${w.security}</h2>
    ${p.shiftPin ? html`<details class="nhsuk-details" ?open=${opened === 'pin'}><summary
        class="nhsuk-details__summary"><span class="nhsuk-details__summary-text">${w.pin}</span></summary><div
        class="nhsuk-details__text"><p>${w.pinWhy}</p>
      <form novalidate @submit=${run(async () => {
        await p.setPin(typed().pin ?? '', typed().again || undefined)
        return w.pinSet
      }, pinFields)}>
        ${field({ id: 'set-pin', label: w.pinLabel, mode: 'numeric', type: 'password', value: form.pin ?? '', error: wrong('set-pin'),
            change: pin => set({ pin }) })}
        ${again('pin-again')}
        <button class="nhsuk-button nhsuk-button--secondary" type="submit">${w.pin}</button></form></div></details>` : nothing}
    ${p.passkeys ? html`<form novalidate
        @submit=${run(async () => { await p.addPasskey(typed().again || undefined); return w.passkeySet }, passkeyFields)}
        >${again('passkey-again')}
      <p><button class="nhsuk-button nhsuk-button--secondary" type="submit">${w.passkey}</button></p></form>` : nothing}
    <details class="nhsuk-details"><summary class="nhsuk-details__summary"><span
      class="nhsuk-details__summary-text">${w.changePassphrase}</span></summary><div class="nhsuk-details__text">
      <form novalidate
        @submit=${run(async () => {
          await p.changePassphrase(typed().old ?? '', typed().next ?? '')
          return w.passphraseSet
        }, passphraseFields)}>
        ${field({ id: 'old', label: w.oldPassphrase, type: 'password', autocomplete: 'current-password', value: form.old ?? '',
            error: wrong('old'), change: old => set({ old }) })}
        ${field({ id: 'next', label: words.app.gate.newPassphrase, hint: words.app.gate.passphraseHint, type: 'password',
            autocomplete: 'new-password', value: form.next ?? '', error: wrong('next'), change: next => set({ next }) })}
        <button class="nhsuk-button nhsuk-button--secondary" type="submit">${w.changePassphrase}</button></form></div></details>
    <p><a href="/account/">${w.account}</a></p>

    ${dutyOf(app.me.role).inbox ? html`<h2 class="nhsuk-heading-m">${words.common.notices.title}</h2>${noticesView(p.notices)}` : nothing}
    ${p.advise ? installAdvice(app) : nothing}
    <h2 class="nhsuk-heading-m">${w.leave}</h2>
    ${s.unsent ? html`${banner(count(s.unsent, w.unsentLeft), 'warn')}
      <div class="ds-row"><button class="nhsuk-button" type="button" @click=${() => app.sync()}>${words.app.statusBar.sync}</button>
      <button class="nhsuk-button nhsuk-button--secondary" type="button"
        @click=${run(async () => fill(w.exported, { file: await p.exportUnsent() }))}>${w.export}</button></div>`
    : html`<p>${w.leaveWhy}</p><button class="nhsuk-button nhsuk-button--warning" type="button"
        @click=${() => { if (confirm(w.signOutAsk)) p.signOut() }}>${w.signOut}</button>`}`
}

/** @param {string} k @param {any} v */
const row = (k, v) => html`<div class="nhsuk-summary-list__row"><dt class="nhsuk-summary-list__key">${k}</dt>
    <dd class="nhsuk-summary-list__value">${v}</dd></div>`
