// @ts-check
// A visit that led to a handover already: what is changed is added to that one, and no second one goes out.
import { html, nothing } from '../../shared/ui/html.js'
import { fill, word, words } from '../../shared/ui/words.js'
import { address } from '../router.js'
import { classTag } from './parts.js'

/** @typedef {import('../context.js').App} App */

/**
 * In the place of the question whether to hand over. Whom to call first is told where it became urgent.
 * @param {App} app @param {any} h the handover @param {(how: (form: any) => void) => void} change
 */
export function handed(app, h, change) {
  const w = words.app.visit, team = h.to_team ? app.get('teams', h.to_team) : null
  return html`<section class="app-hand" aria-labelledby="hand"><h2 class="nhsuk-heading-m" id="hand">${w.handedTitle}</h2>
    <p class="ds-row">${classTag(h.class)}<strong>${h.state ? word(words.common.states, h.state) : words.app.handover.notSent}</strong>${
      team ? html`<span>${fill(words.app.handover.with, { team: team.name })}</span>` : nothing}</p>
    <p>${w.handedWhy}</p>
    <p><a href=${address('handover', h.id)}>${w.handedOpen}</a></p>
    <p><button class="app-link" type="button"
      @click=${() => change(form => { form.handOver = 'yes' })}>${w.handedElse}</button></p></section>`
}
