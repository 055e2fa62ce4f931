// @ts-check
// One handover, for whoever got a one-time link by e-mail and has no account: read it, and acknowledge it. The link is used
// when somebody presses the button, so that a program which looks at every link of a mail does not use it up.
import { announce, announcers, html, nothing, render } from '../shared/ui/html.js'
import { clock, personName } from '../shared/ui/format.js'
import { Session, sentenceOf } from '../shared/ui/session.js'
import { footer } from '../shared/words/en-GB-screens.js'
import { button, textInput } from '../desk/parts.js'
import { asText } from '../practice/text.js'
import { fill, words } from '../practice/words.js'

const w = words.practice.once
const session = new Session({ storage: /** @type {any} */ ({ getItem: () => null, setItem() {}, removeItem() {} }) }) // of nobody
const link = location.hash.slice(1)
/** @type {{ session: string, until: string, handover: any } | null} */ let opened = null
const form = { name: '', role: '', email: '' }
let trouble = '', done = false, asked = false, busy = false

/** Does one thing, and says what was wrong with it. @param {() => Promise<void>} act */
async function attempt(act) {
  if (busy) return
  busy = true
  trouble = ''
  draw()
  try {
    await act()
  } catch (e) {
    trouble = sentenceOf(e)
  }
  busy = false
  draw()
  if (trouble) queueMicrotask(() => document.getElementById('problem')?.focus())
}

const look = () => attempt(async () => {
  opened = await session.send('POST', '/api/care/v1/once', { link }, false)
  history.replaceState(null, '', location.pathname) // it opens nothing any more
  queueMicrotask(() => document.querySelector('h1')?.focus())
})

const acknowledge = () => attempt(async () => {
  const body = { session: opened?.session, name: form.name.trim(), role: form.role.trim() }
  await session.send('POST', '/api/care/v1/once/acknowledge', body, false)
  done = true
  announce(w.done)
})

/** Asks for an account; who was asked makes it, or not. */
const askForAccount = () => attempt(async () => {
  const body = { session: opened?.session, name: form.name.trim(), email: form.email.trim(), role: form.role.trim() }
  await session.send('POST', '/api/care/v1/once/account', body, false)
  asked = true
  announce(w.account.done)
})

/** Once a handover is acknowledged: an account for whoever will read more of them. */
const accountForm = () => html`<form novalidate @submit=${(/** @type {Event} */ e) => { e.preventDefault(); askForAccount() }}>
  <h2 class="nhsuk-heading-m">${w.account.title}</h2>${asked ? html`<p class="ds-banner ds-banner--good">${w.account.done}</p>`
  : html`<p>${w.account.means}</p>
    ${textInput({ id: 'own-email', label: w.account.email, value: form.email, type: 'email', required: true, maxlength: 254,
      autocomplete: 'email', input: v => { form.email = v } })}
    ${button(w.account.ask, { submit: true, busy, kind: 'secondary' })}`}</form>`

function body() {
  if (!opened) return html`<p>${link ? w.intro : w.noLink}</p>${link ? button(w.open, { busy, click: look }) : nothing}`
  const h = opened.handover
  return html`<p class="ds-banner">${fill(w.until, { at: clock(opened.until) })}</p>
    <div class="ds-pre" tabindex="0" role="region" aria-label=${fill(w.about, { who: personName(h.patient) })}>${
      asText(h, w.somebody, session.now())}</div>
    ${done ? html`<p class="ds-banner ds-banner--good">${w.done}</p>${accountForm()}`
      : html`<form novalidate @submit=${(/** @type {Event} */ e) => {
        e.preventDefault(); acknowledge() }}><h2 class="nhsuk-heading-m">${w.acknowledgeTitle}</h2><p>${w.acknowledgeMeans}</p>
      ${textInput({ id: 'name', label: w.name, value: form.name, required: true, maxlength: 200, input: v => { form.name = v } })}
      ${textInput({ id: 'role', label: w.role, value: form.role, maxlength: 100, input: v => { form.role = v } })}
      ${button(w.acknowledge, { submit: true, busy })}</form>`}
    <p>${w.answer} <a href="/practice/">${w.signIn}</a></p>`
}

function draw() {
  render(html`<a class="nhsuk-skip-link" href="#main" @click=${(/** @type {Event} */ e) => { e.preventDefault()
      document.getElementById('main')?.focus() }}>${words.common.skip}</a>
    <header class="ds-header" role="banner"><div class="ds-header__inner">
      <a class="ds-header__name" href="/">${words.common.product}</a></div></header>
    <main class="ds-main" id="main" tabindex="-1"><h1 class="nhsuk-heading-l" tabindex="-1">${w.title}</h1>
      ${trouble ? html`<div class="nhsuk-error-summary" id="problem" role="alert" tabindex="-1"><p>${trouble}</p></div>` : nothing}
      ${body()}</main>
    <footer class="ds-footer"><p>${footer}</p></footer>`, /** @type {HTMLElement} */ (document.getElementById('page')))
}

announcers()
draw()
