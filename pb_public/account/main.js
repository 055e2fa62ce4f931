// @ts-check
// One's own account: a password set with a one-time code, or changed by whoever is signed in.
import { announce, announcers, html, nothing, render } from '../shared/ui/html.js'
import { Refusal, Session, sentenceOf } from '../shared/ui/session.js'
import { signInView } from '../shared/ui/signin.js'
import { dutyOf } from '../shared/duties.js'
import { screensOf } from '../shared/ui/screens.js'
import { footer, screens } from '../shared/words/en-GB-screens.js'
import { button, textInput } from '../desk/parts.js'
import { wrongFields } from '../setup/description.js'
import { fill, words } from '../setup/words.js'

const w = words.account
const session = new Session()
const fields = { code: '', current: '', password: '', again: '' }
/** Whose code it is. @type {{ name: string, email: string } | null} */ let owner = null
/** @type {Map<string, string>} */ let wrong = new Map()
let trouble = '', done = '', busy = false, byCode = false, later = false, goesOn = false

/** @param {string} path @param {any} body @param {boolean} signed */
const post = (path, body, signed) => session.send('POST', `/api/care/v1/${path}`, body, signed)

/** Does one thing, and says what was wrong with it. @param {() => Promise<void>} act */
async function attempt(act) {
  if (busy) return
  busy = true
  trouble = ''
  wrong = new Map()
  draw()
  try {
    await act()
  } catch (e) {
    wrong = e instanceof Refusal ? wrongFields(e.body) : wrong
    trouble = sentenceOf(e)
  }
  busy = false
  draw()
  if (trouble) queueMicrotask(() => document.getElementById('problem')?.focus())
}

const look = () => attempt(async () => { owner = await post('password/code', { code: fields.code }, false) })

/** Both are the same, or it is said beside the second. */
function same() {
  if (fields.password === fields.again) return true
  wrong = new Map([['again', w.password.differ]])
  draw()
  queueMicrotask(() => document.getElementById('again')?.focus())
  return false
}

/** Where somebody's work is. @param {string} role */
const home = role => {
  const duty = dutyOf(role), screens = screensOf(role)
  return `/${duty.device && !duty.desk ? 'app' : screens[0] ?? 'desk'}/`
}

const set = () => same() && attempt(async () => {
  const { email } = await post('password', { code: fields.code, password: fields.password }, false)
  try {
    await session.signIn(email, fields.password)
  } catch (e) {
    if (!(e instanceof Refusal)) throw e
    done = `${w.password.setOnly} ${e.message}`
    later = e.code === 'inactive' // their first day is still to come
    announce(done)
    return
  }
  const { role = '' } = session.me ?? {}
  if (dutyOf(role).device) { // their work is on a phone, which is set up next
    done = w.password.setOnly
    goesOn = true
    announce(done)
    return
  }
  announce(w.password.done)
  location.replace(home(role))
})

const change = () => same() && attempt(async () => {
  const answer = await post('password/own', { current: fields.current, password: fields.password }, true)
  session.take(answer.token, answer.record)
  Object.assign(fields, { current: '', password: '', again: '' })
  done = w.own.done
  announce(done)
})

/** @param {keyof typeof fields} key @param {string} label @param {any} [more] */
const input = (key, label, more = {}) => textInput({ id: key, label, value: fields[key], error: wrong.get(key) ?? '', required: true,
  input: v => { fields[key] = v }, ...more })

const passwords = () => html`${input('password', w.password.new, { type: 'password', autocomplete: 'new-password', hint: w.password.hint,
      maxlength: 72 })}
  ${input('again', w.password.again, { type: 'password', autocomplete: 'new-password', maxlength: 72 })}`

/** @param {() => void} act @param {any} inside @param {string} text */
const form = (act, inside, text) => html`<form novalidate @submit=${(/** @type {Event} */ e) => { e.preventDefault(); act() }}>
  ${inside}${button(busy ? w.busy : text, { submit: true, busy })}</form>`

function body() {
  if (goesOn && session.me) return next(session.me)
  if (byCode && done) return html`<p class="ds-banner ds-banner--good">${done}</p>
    ${later ? nothing : html`<p><a href="/account/">${w.password.signIn}</a></p>`}`
  if (byCode && owner) {
    return html`<p><strong>${fill(w.code.who, owner)}</strong></p><p>${w.code.notYou}</p>${form(set, html`
      <input type="text" class="nhsuk-u-visually-hidden" tabindex="-1" aria-hidden="true" autocomplete="username"
        readonly .value=${owner.email}>
      ${passwords()}`, w.password.set)}`
  }
  if (byCode) return html`<p>${w.code.intro}</p>${form(look,
    input('code', w.code.code, { hint: w.code.codeHint, autocomplete: 'one-time-code' }),
      w.code.look)}`
  const me = session.me
  if (!me) return nothing
  return html`<p>${fill(w.own.intro, { name: me.name, email: me.email ?? '' })}</p>
    ${done ? html`<p class="ds-banner ds-banner--good">${done}</p>` : nothing}
    ${form(change,
      html`${input('current', w.own.current, { type: 'password', autocomplete: 'current-password' })}${passwords()}`, w.own.button)}
    <p><a href=${home(me.role)}>${w.back}</a></p>`
}

/** What somebody who carries a phone does once their password is set. @param {NonNullable<Session['me']>} me */
const next = me => html`<p class="ds-banner ds-banner--good">${done}</p><h2 class="nhsuk-heading-m">${w.password.next}</h2>
  <p>${fill(w.password.phone, { address: `${location.host}/app/`, email: me.email ?? '' })}</p>
  <p><a class="nhsuk-button" href="/app/">${w.password.phoneHere}</a></p>
  ${screensOf(me.role).filter(s => s !== 'app').map(s => html`<p><a href=${`/${s}/`}>${screens.go[s]}</a></p>`)}`

const title = () => (byCode ? w.code.title : w.own.title)

function draw() {
  document.title = `${title()} – ${words.common.product}`
  const signedOut = !byCode && !session.me
  render(html`<header class="ds-header" role="banner"><div class="ds-header__inner">
      <a class="ds-header__name" href="/">${words.common.product} <span class="dk-where">${w.name}</span></a></div></header>
    <main class="ds-main" id="main" tabindex="-1">
      ${signedOut ? html`${signInView(session, false, draw)}<p>${w.own.forgotten}</p>
          <p><a href="#code" @click=${(/** @type {Event} */ e) => { e.preventDefault(); byCode = true; draw() }}>${w.own.haveCode}</a></p>`
        : html`<h1 class="nhsuk-heading-l">${title()}</h1>
      ${trouble ? html`<div class="nhsuk-error-summary" id="problem" tabindex="-1" aria-labelledby="problem-title">
          <h2 class="nhsuk-error-summary__title" id="problem-title">${w.problem}</h2><p>${trouble}</p></div>` : nothing}
      <div class="ds-sheet"><div class="ds-sheet__head">${title()}</div><div class="ds-sheet__body">${body()}</div></div>`}</main>
    <footer class="ds-footer"><p>${footer}</p></footer>`, /** @type {HTMLElement} */ (document.getElementById('page')))
}

announcers()
session.watch(draw)
const code = new URLSearchParams(location.hash.slice(1)).get('code')
if (code) {
  byCode = true
  fields.code = code
  history.replaceState(null, '', location.pathname) // it is in no history
  look()
}
draw()
