// @ts-check
// Signing in at a page: one form that password managers know, and that says what was wrong.
import { html, nothing } from './html.js'
import { Refusal, sentenceOf } from './session.js'
import { words } from './words.js'

const w = words.common.signIn

export const signInState = { trouble: '', busy: false }

/** @param {import('./session.js').Session} session @param {boolean} ended the session ended by itself @param {() => void} draw */
export function signInView(session, ended, draw) {
  const s = signInState
  const send = async (/** @type {SubmitEvent} */ e) => {
    e.preventDefault()
    if (s.busy) return
    const form = /** @type {HTMLFormElement} */ (e.target)
    const given = new FormData(form)
    Object.assign(s, { busy: true, trouble: '' })
    draw()
    try {
      await session.signIn(String(given.get('username') ?? '').trim(), String(given.get('password') ?? ''))
    } catch (e) {
      s.trouble = e instanceof Refusal && e.status === 400 ? w.wrong : sentenceOf(e)
    }
    s.busy = false
    draw()
    if (s.trouble) queueMicrotask(() => document.getElementById('signin-problem')?.focus()) // once it is drawn
  }
  return html`<div class="ds-signin"><h1 class="nhsuk-heading-l" tabindex="-1" data-focus="h1">${w.title}</h1>
    ${ended ? html`<div class="ds-banner ds-banner--warn" role="alert"><p>${w.ended}</p></div>` : nothing}
    ${s.trouble ? html`<div class="nhsuk-error-summary" id="signin-problem" tabindex="-1" aria-labelledby="signin-problem-title">
        <h2 class="nhsuk-error-summary__title" id="signin-problem-title">${w.problem}</h2><p>${s.trouble}</p></div>` : nothing}
    <form @submit=${send}>
      <div class="nhsuk-form-group"><label class="nhsuk-label" for="username">${w.email}</label><input class="nhsuk-input" id="username"
        name="username" type="email" autocomplete="username" autocapitalize="none" spellcheck="false" required></div>
      <div class="nhsuk-form-group"><label class="nhsuk-label" for="password">${w.password}</label><input class="nhsuk-input" id="password"
        name="password" type="password" autocomplete="current-password" required></div>
      <button type="submit" class="nhsuk-button" ?disabled=${s.busy}>${w.button}</button>
    </form></div>`
}
