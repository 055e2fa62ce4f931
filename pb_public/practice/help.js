// @ts-check
// Help: what the words mean, what to do, the list of keys, and the two settings. A dialog of the browser's own: it keeps the focus and
// Escape closes it.
import { html, live, nothing } from '../shared/ui/html.js'
import { helpSections } from '../shared/ui/help.js'
import { noticesView } from '../shared/ui/notices.js'
import { words } from './words.js'

const w = words.practice.help

/**
 * @param {import('./prefs.js').Prefs} prefs @param {(prefs: import('./prefs.js').Prefs) => void} change
 * @param {import('../shared/ui/notices.js').Notices | null} notices of whoever is signed in
 */
export function helpView(prefs, change, notices) {
  /** @param {Record<string, string>} keys @param {string} caption */
  const table = (keys, caption) => html`<table class="pi-table"><caption class="nhsuk-u-visually-hidden">${caption}</caption><thead><tr>
      <th scope="col">${w.key}</th><th scope="col">${w.does}</th></tr></thead>
    <tbody>${Object.entries(keys)
      .map(([key, does]) => html`<tr><th scope="row"><kbd>${key === 'Escape' ? 'Esc' : key}</kbd></th>
          <td class="pi-left">${does}</td></tr>`)}</tbody></table>`
  return html`<dialog class="pi-dialog pi-screen" id="help" aria-labelledby="help-title">
    <h2 id="help-title" tabindex="-1" autofocus>${w.title}</h2>
    <p>${words.common.emergency} ${w.who}</p>
    ${helpSections(w.sections, { inDialog: true })}
    <h3>${w.settings}</h3>
    <label class="pi-check"><input type="checkbox" data-focus="sound" .checked=${live(prefs.sound)} aria-describedby="sound-hint"
      @change=${(/** @type {any} */ e) => change({ ...prefs, sound: e.target.checked })}>${w.sound}</label>
      <p class="nhsuk-hint" id="sound-hint">${w.soundHint}</p>
    <label class="pi-check"><input type="checkbox" data-focus="keys" .checked=${live(prefs.keys)} aria-describedby="keys-hint"
      @change=${(/** @type {any} */ e) => change({ ...prefs, keys: e.target.checked })}>${w.keysOn}</label>
      <p class="nhsuk-hint" id="keys-hint">${w.keysHint}</p>
    ${notices ? html`<h3>${words.common.notices.title}</h3>${noticesView(notices)}` : nothing}
    <h3>${w.keys}</h3>
    <h4>${w.inList}</h4>${table(w.list, w.inList)}<p>${w.arrows}</p>
    <h4>${w.inDetail}</h4>${table(w.detail, w.inDetail)}
    <button type="button" class="nhsuk-button" @click=${closeHelp}>${w.close}</button>
  </dialog>`
}

export function openHelp() { /** @type {HTMLDialogElement | null} */ (document.getElementById('help'))?.showModal() }
export function closeHelp() { /** @type {HTMLDialogElement | null} */ (document.getElementById('help'))?.close() }
