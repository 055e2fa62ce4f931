// @ts-check
// Under the sign-in, for whoever a mail led to a handover and who has no account: a one-time link to the practice's mailbox.
import { html, nothing } from '../shared/ui/html.js'
import { sentenceOf } from '../shared/ui/session.js'
import { fill, words } from './words.js'

const w = words.practice.once
const state = { said: '', trouble: '', busy: false }

/** The handover that the address names; '' for none. @param {string} hash */
export const asked = hash => hash.match(/^#\/h\/([0-9a-z]{26})$/)?.[1] ?? ''

/** @param {import('../shared/ui/session.js').Session} session @param {() => void} draw */
export function onceView(session, draw) {
  const handover = asked(location.hash)
  if (!handover) return nothing
  const ask = async () => {
    if (state.busy) return
    Object.assign(state, { busy: true, trouble: '', said: '' })
    draw()
    try {
      const { minutes } = await session.send('POST', '/api/care/v1/once/ask', { handover }, false)
      state.said = fill(w.sent, { minutes })
    } catch (e) {
      state.trouble = sentenceOf(e)
    }
    state.busy = false
    draw()
  }
  return html`<section class="ds-signin"><h2 class="nhsuk-heading-m">${w.none}</h2><p>${w.means}</p>
    ${state.trouble ? html`<p class="ds-banner ds-banner--bad" role="alert">${state.trouble}</p>` : nothing}
    ${state.said ? html`<p class="ds-banner ds-banner--good" role="status">${state.said}</p>`
      : html`<button type="button" class="nhsuk-button nhsuk-button--secondary" ?disabled=${state.busy} @click=${ask}>${w.ask}</button>`}
    <p>${w.invite}</p></section>`
}
