// @ts-check
// The place where things are kept does not work: said on every screen until it does, with what is on this screen only, to
// copy it.
import { html, nothing } from '../../shared/ui/html.js'
import { words } from '../../shared/ui/words.js'
import { copy } from '../copy.js'
import { textOfUnsent } from '../model/formtext.js'

/**
 * @param {import('../context.js').App} app @param {Exclude<import('../store/database.js').Trouble, ''>} trouble
 * @param {{ tryAgain: () => void }} how
 */
export function storageTrouble(app, trouble, { tryAgain }) {
  const w = words.app.storage, text = textOfUnsent(app)
  const over = trouble === 'cleared' || trouble === 'closed'
  return html`<section class="ds-banner ds-banner--bad" role="alert" aria-labelledby="storage-trouble">
    <h2 class="nhsuk-heading-s" id="storage-trouble">${w.title}</h2>
    <p>${w.why[trouble]} ${text ? w.copyFirst : ''}</p>
    ${text ? html`<button class="nhsuk-button app-wide" type="button" @click=${() => copy(app, text, 'unsent-text')}>${w.copy}</button>
      <details class="nhsuk-details"><summary class="nhsuk-details__summary"><span
        class="nhsuk-details__summary-text">${w.show}</span></summary>
        <pre class="app-text" id="unsent-text" tabindex="0">${text}</pre></details>` : nothing}
    <button class="nhsuk-button nhsuk-button--secondary" type="button"
      @click=${over ? () => location.reload() : tryAgain}>${over ? w.reload : w.again}</button></section>`
}
