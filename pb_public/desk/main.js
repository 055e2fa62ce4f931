// @ts-check
// The desk: who is at it, which view is open, and what is on every view. Addresses are in the hash,
// #/issues/01…, so that a page can be reloaded, and a link sent to a colleague.
import { announce, announcers, html, nothing, render } from '../shared/ui/html.js'
import { drawHalfTypedBy } from '../shared/ui/half-typed.js'
import { now, takeTimeFrom } from '../shared/ui/now.js'
import { Notices } from '../shared/ui/notices.js'
import { Refusal, Session, sentenceOf } from '../shared/ui/session.js'
import { clock } from '../shared/ui/format.js'
import { noScreen, screensView } from '../shared/ui/screens.js'
import { signInState, signInView } from '../shared/ui/signin.js'
import { footer } from '../shared/words/en-GB-screens.js'
import { fill, words } from './words.js'
import { follow } from './live.js'
import { DeskContext } from './desk-context.js'
import { refusalBox } from './parts.js'
import { helpPage } from './views/help.js'
import { views } from './views/index.js'

const w = words.desk
const session = new Session()
takeTimeFrom(() => session.now())
drawHalfTypedBy(() => draw())

/** What is open. @type {import('./desk-context.js').View | null} */ let view = null
let opened = 0 // counts navigations: an answer that comes for a view left behind is dropped
/** @type {Refusal | null} */ let trouble = null
let loading = false
/** What was just done; shown until the next view but one. @type {{ text: string, kind: string, fresh: boolean } | null} */ let notice =
  null
/** @type {{ lost: boolean, since: number }} */ let link = { lost: false, since: now() }
/** @type {(() => void) | null} */ let unfollow = null
let sessionEnded = false

const desk = new DeskContext(session, {
  redraw: draw,
  go,
  say(text, kind = 'good') {
    notice = { text, kind, fresh: true }
    announce(text, { urgent: kind === 'bad' })
    draw()
  },
})

const notices = new Notices({ scope: '/desk/', changed: draw, trouble: e => desk.say(sentenceOf(e), 'bad'), asks: {
  get: () => session.get('/notices'), take: s => session.post('/notices', { page: 'desk', ...s }),
  end: endpoint => session.post('/notices/end', { endpoint }) } })

/**
 * @param {string} to such as issues/01…
 * @param {import('./desk-context.js').View} [from] where somebody pressed for it: whoever opened another view meanwhile stays there
 */
function go(to, from) {
  if (from && from !== view) return
  const hash = `#/${to}`
  if (location.hash === hash) open()
  else location.hash = hash
}

/** Opens the view that the address names. */
async function open() {
  if (!session.me) return draw()
  const turn = ++opened
  const [name = '', ...rest] = location.hash.replace(/^#\/?/, '').split('/')
  const known = views[name || desk.home]
  const allowed = known && desk.may(known.for)
  if (notice && !notice.fresh) notice = null
  if (notice) notice.fresh = false
  view?.close?.()
  trouble = null
  view = known && allowed ? known.open(desk, rest.map(decodeURIComponent)) : null
  loading = true
  draw()
  await load(turn)
  if (turn === opened) focusHeading()
}

/** @param {number} turn */
async function load(turn) {
  try {
    await view?.load?.()
    trouble = null
  } catch (e) {
    if (!(e instanceof Refusal)) throw e
    if (turn === opened) trouble = e
  }
  if (turn !== opened) return
  loading = false
  draw()
}

/**
 * Something changed on the server: the view reads again, in place. What is being typed stays.
 * @returns {Promise<boolean>} false when it has to be asked again: the view was still being read for the first time, and
 *   perhaps before the change, or the server could not answer now
 */
async function refresh() {
  if (!view || !session.me) return true
  if (loading) return false
  const turn = opened
  let read = true
  try {
    await (view.refresh ?? view.load)?.call(view)
    if (turn === opened && trouble) trouble = null
  } catch (e) {
    if (!(e instanceof Refusal)) throw e
    if (turn === opened && e.status === 404) trouble = e
    read = e.status !== 0 && e.status !== 429 && e.status < 500
  }
  if (turn === opened) draw()
  return read
}

function focusHeading() {
  const heading = /** @type {HTMLElement | null} */ (document.querySelector('h1'))
  if (!heading) return
  heading.tabIndex = -1
  heading.focus({ preventScroll: true })
  window.scrollTo(0, 0)
}

/** Somebody signed in or out. */
function whoever() {
  unfollow?.()
  unfollow = null
  view?.close?.()
  view = null
  desk.forget()
  if (!session.me) {
    opened++
    draw()
    return
  }
  sessionEnded = false
  signInState.trouble = ''
  if (desk.home) unfollow = follow(session, { streams: desk.isDesk, changed: refresh, linked(lost) {
    if (lost !== link.lost) announce(lost ? w.live.lost : w.live.back, { urgent: lost })
    link = { lost, since: lost ? link.since : now() }
    draw()
  } })
  if (desk.isDesk) notices.look()
  open()
}

function draw() {
  render(page(), /** @type {HTMLElement} */ (document.getElementById('page')))
  const title = current() === 'help' ? w.help.title : view?.title ?? (session.me ? w.notFor.title : words.common.signIn.title)
  document.title = `${title} – ${w.title}`
}

function page() {
  const me = session.me
  return html`<a class="nhsuk-skip-link" href="#main" @click=${skip}>${words.common.skip}</a>
    <header class="ds-header" role="banner"><div class="ds-header__inner">
      <a class="ds-header__name" href="#/">${words.common.product} <span class="dk-where">${w.name}</span></a>
      <a href="#/help">${words.common.help}</a>
      ${me ? screensView(me.role, 'desk') : nothing}
      ${me ? html`<span>${fill(words.common.signIn.as, {
            name: me.name, role: words.common.roles[/** @type {keyof typeof words.common.roles} */ (me.role)] ?? me.role })}</span>
        <a href="/account/">${words.common.signIn.own}</a>
        <button type="button" @click=${() => { notices.leave(); session.signOut() }}>${words.common.signIn.out}</button>` : nothing}
    </div>${me && desk.nav.length ? html`<nav class="dk-nav" aria-label=${w.nav.label}>
        <ul>${desk.nav.map(item => html`<li><a href="#/${item.to}"
        aria-current=${item.covers.includes(current()) ? 'page' : 'false'}>${item.text}</a></li>`)}</ul></nav>` : nothing}</header>
    <main class="ds-main" id="main" tabindex="-1">
      ${me && link.lost ? html`<p class="ds-banner ds-banner--warn">${fill(w.live.asOf, { at: clock(link.since) })}</p>` : nothing}
      ${notice ? html`<p class="ds-banner ds-banner--${notice.kind} dk-notice"><span>${notice.text}</span>
        <button type="button" class="dk-plain" @click=${() => { notice = null; draw() }}>${w.hide}</button></p>` : nothing}
      ${current() === 'help' ? helpPage(me && desk.isDesk ? notices : null) : me ? body() : signInView(session, sessionEnded, draw)}
    </main>
    <footer class="ds-footer"><p>${footer}</p></footer>`
}

const current = () => location.hash.replace(/^#\/?/, '').split('/')[0] || desk.home

function body() {
  if (!desk.home) return noScreen(session.me?.role, 'desk')
  if (!view) return html`<h1 class="nhsuk-heading-l">${w.notFor.title}</h1><p>${w.notFor.view}</p>`
  return html`${view.back ? html`<a class="nhsuk-back-link" href="#/${view.back.to}">${view.back.text}</a>` : nothing}
    <h1 class="nhsuk-heading-l">${view.title}</h1>
    ${trouble ? html`${refusalBox(trouble)}<button type="button" class="nhsuk-button nhsuk-button--secondary"
        @click=${open}>${w.again}</button>`
      : loading ? html`<p role="status">${w.loading}</p>`
      : html`<div class="ds-sheet"><div class="ds-sheet__head">${view.who ?? view.title}</div>
        <div class="ds-sheet__body">${view.draw()}</div></div>`}`
}

/** @param {Event} e */
function skip(e) {
  e.preventDefault()
  document.getElementById('main')?.focus()
}

announcers()
session.watch(() => {
  sessionEnded = !session.me && !leaving
  whoever()
})
let leaving = false
document.addEventListener('click', e => { leaving = e.target instanceof HTMLElement && e.target.closest('header button') !== null }, true)
addEventListener('hashchange', open)
setInterval(() => { if (view && !loading) draw() }, 30_000) // ages and deadlines go by
addEventListener('unhandledrejection', e => { // a press that the server refused, and whose view has no place to say it
  if (!(e.reason instanceof Refusal)) return
  e.preventDefault()
  desk.say(e.reason.message, 'bad')
})
whoever()
