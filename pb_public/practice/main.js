// @ts-check
// The inbox of practices, partner teams, voluntary coordinators and safeguarding: puts its parts together.
import { clock } from '../shared/ui/format.js'
import { drawHalfTypedBy } from '../shared/ui/half-typed.js'
import { announce, announcers, html, nothing, render } from '../shared/ui/html.js'
import { takeTimeFrom } from '../shared/ui/now.js'
import { saveFile } from '../shared/ui/download.js'
import { Session, sentenceOf } from '../shared/ui/session.js'
import { signInState, signInView } from '../shared/ui/signin.js'
import { noScreen, screensView } from '../shared/ui/screens.js'
import { count, fill, word, words } from './words.js'
import { detailView, press } from './detail.js'
import { figuresView } from './figures.js'
import { currentRow, focusOn, focusRow, keepPlace, placeOf } from './focus.js'
import { helpView, openHelp } from './help.js'
import { Inbox, newText } from './inbox.js'
import { listenToKeys } from './keys.js'
import { closedDoors, listView } from './list.js'
import { Live, pollEvery } from './live.js'
import { counts } from './model.js'
import { listOnPaper } from './paper.js'
import { Notices } from '../shared/ui/notices.js'
import { footer } from '../shared/words/en-GB-screens.js'
import { notHereView } from './not-here.js'
import { onceView } from './once.js'
import { keepPrefs, readPrefs } from './prefs.js'
import { addressOf } from './row.js'
import { chime, wakeSound } from './sound.js'
import { asText } from './text.js'
import { ListWindow } from './window.js'

const w = words.practice
const root = /** @type {HTMLElement} */ (document.getElementById('page'))
const session = new Session()
takeTimeFrom(() => session.now())
drawHalfTypedBy(() => draw())
let prefs = readPrefs()
let left = false // by the person, not by the end of the session
let drawing = false
let printing = false // the list that is open, all of it
const listWindow = new ListWindow()
/** @type {string} who the inbox in memory belongs to */
let owner = session.me?.id ?? ''
/** @type {string} where the keyboard goes once it is drawn */
let wanted = ''
/** @type {number} the row an open handover came from */
let cameFrom = 0

const inbox = new Inbox(session, { changed: draw, say: (text, urgent) => announce(text, { urgent }), arrived })
const notices = new Notices({ scope: '/practice/', changed: draw, trouble: e => tell(sentenceOf(e)), asks: {
  get: () => session.get('/notices'), take: s => session.post('/notices', { page: 'practice', ...s }),
  end: endpoint => session.post('/notices/end', { endpoint }) } })
const live = new Live({ session, refresh: () => inbox.refresh(), glance: () => inbox.glance(), changed: connected })

// ———————————————————————————————————————————————————————————————— what happens by itself

/** @param {import('./types.js').Item[]} items */
function arrived(items) {
  const urgent = items.some(i => ['E', 'U2', 'SG'].includes(i.class))
  announce(items.length === 1 ? newText(items[0]) : count(items.length, w.newMany), { urgent })
  if (prefs.sound) chime(urgent)
}

let lostBefore = false
/** @param {import('./live.js').Connection} c */
function connected(c) {
  const lost = c.state === 'lost'
  if (lost && !lostBefore) announce(fill(w.live.lost, { at: clock(c.since) }), { urgent: true })
  if (!lost && lostBefore) announce(w.live.back)
  lostBefore = lost
  draw()
}

/** Takes the handover of the address, or the list. */
function route() {
  const id = /^#\/h\/([a-z0-9]+)$/.exec(location.hash)?.[1]
  if (id) {
    if (!inbox.detail) cameFrom = Math.max(currentRow(), 0)
    wanted = 'h1'
    if (session.me) inbox.open(id)
  } else if (inbox.detail) {
    wanted = `g:${groupOf(inbox.detail.id)}`
    inbox.close()
  }
}

/** @param {string} id */
const groupOf = id => inbox.items.get(id)?.patient.id || inbox.detail?.data?.patient.id || id

function begin() {
  owner = session.me?.id ?? ''
  if (inbox.closedToRole) return
  live.start()
  notices.look()
  if (inbox.tab === 'closed') inbox.closed.read()
  if (inbox.tab === 'asked') inbox.asked.read()
  route()
}

session.watch(() => {
  if (!session.me) {
    live.stop()
    inbox.attention.stop()
    if (left) inbox.clear()
    wanted = 'h1'
  } else {
    if (owner !== session.me.id) inbox.clear()
    signInState.trouble = ''
    if (live.stopped) {
      left = false
      const form = inbox.form, open = inbox.detail
      begin()
      if (open && form) inbox.reopen()
    }
  }
  draw()
})

setInterval(() => { if (session.me) draw() }, 30_000) // what is overdue becomes so without a word from anybody
setInterval(() => inbox.receipts.tidy(Boolean(document.querySelector('.pi-toast:hover, .pi-toast:focus-within'))), 500)
addEventListener('hashchange', () => { route(); draw() })
listWindow.follow(() => (inbox.detail || !session.me ? [] : inbox.keys()), draw)
addEventListener('beforeprint', () => { printing = !inbox.detail; drawNow() })
addEventListener('afterprint', () => { printing = false; draw() })
addEventListener('online', () => live.hurry())
addEventListener('offline', () => live.hurry())
document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') live.hurry() })
for (const touch of ['pointerdown', 'keydown']) addEventListener(touch, () => { if (prefs.sound) wakeSound() }, { passive: true })

// ———————————————————————————————————————————————————————————————— what people do

/** @param {import('./types.js').Group | undefined} group */
function receive(group) {
  if (!group) return
  const stays = inbox.tab !== 'receive'
  if (inbox.receipts.receive(group.items) && stays) moveRow(1)
}

/** Moves the keyboard by so many rows, also to one that is not drawn yet; from outside the list to its first. @param {number} by */
function moveRow(by) {
  const keys = inbox.keys(), at = currentRow()
  const to = keys[at < 0 ? 0 : Math.min(Math.max(at + by, 0), keys.length - 1)]
  if (!to) return
  wanted = `g:${to}`
  draw()
}

/** @param {string} kind */
function act(kind) {
  if (press(inbox, kind) && inbox.form) wanted = 'form'
}

function copy() {
  const d = inbox.detail?.data
  if (!d) return
  navigator.clipboard.writeText(asText(d, session.me?.name ?? '', inbox.now()))
    .then(() => tell(w.did.copied), () => { tell(w.did.noCopy); focusOn('text') })
}

/** The open handover as a file: on paper, or as another system reads it. @param {'pdf' | 'fhir'} as */
async function download(as) {
  const id = inbox.detail?.data?.id
  if (!id) return
  try {
    saveFile(await session.file(`/handovers/${id}/${as}`), `handover-${id}.${as === 'pdf' ? as : 'fhir.json'}`)
  } catch (e) {
    tell(sentenceOf(e))
  }
}

/** @param {string} text */
function tell(text) {
  inbox.toast = { text, undo: false, until: Date.now() + 10_000 }
  announce(text)
  draw()
}

/** The person after the one that is open. */
function nextId() {
  const rows = inbox.rows(), id = inbox.detail?.id ?? ''
  const at = rows.findIndex(g => g.items.some(i => i.id === id))
  const next = at >= 0 ? rows[at + 1] : rows[Math.min(cameFrom, rows.length - 1)]
  return next?.items[0].id ?? ''
}

function previousId() {
  const rows = inbox.rows(), id = inbox.detail?.id ?? ''
  const at = rows.findIndex(g => g.items.some(i => i.id === id))
  return at > 0 ? rows[at - 1].items[0].id : ''
}

/** @type {Record<string, string>} */
const detailKeys = { a: 'acknowledge', e: 'accept', w: 'answer', d: 'decline', h: 'hand_on', c: 'record_call', f: 'file' }

/** @param {string} key @returns {boolean} */
function pressed(key) {
  if (!session.me || inbox.closedToRole) return false
  if (key === '?') { openHelp(); return true }
  if (key === 'u') {
    if (!inbox.receipts.undoable.length) return false
    inbox.receipts.undo()
    return true
  }
  if (inbox.detail) {
    const d = inbox.detail.data
    if (key === 'Escape') {
      if (inbox.form) { const kind = inbox.form.kind; inbox.cancel(); wanted = `do:${kind}`; draw() } else location.hash = '#/'
      return true
    }
    const to = key === 'j' ? nextId() : key === 'k' ? previousId() : ''
    if (to) { location.hash = addressOf(to); return true }
    if (!d || inbox.form) return false
    if (key === 'x') { inbox.attention.toggle(d.id); return true }
    if (key === 't') { copy(); return true }
    if (key === 'p') { print(); return true }
    if (detailKeys[key]) { act(detailKeys[key]); return true }
    return false
  }
  if (key === 'j' || key === 'ArrowDown') { moveRow(1); return true }
  if (key === 'k' || key === 'ArrowUp') { moveRow(-1); return true }
  if (key === '/') return focusOn(inbox.tab === 'closed' ? 'closed-text' : 'find')
  if (key === 'p') { print(); return true }
  const at = currentRow()
  if (inbox.tab === 'closed' || inbox.tab === 'asked') return false
  if (key === 'a') {
    if (at < 0) moveRow(0)
    else receive(inbox.rows()[at])
    return true
  }
  const group = inbox.rows()[at]
  if (key === 'x' && group) { inbox.attention.toggle(group.items[0].id); return true }
  return false
}
listenToKeys({ on: () => prefs.keys, press: pressed })

// ———————————————————————————————————————————————————————————————— drawing

/** Draws once for all that changed in the same moment; also in a tab nobody looks at, for its title. */
function draw() {
  if (drawing) return
  drawing = true
  queueMicrotask(drawNow)
}

function drawNow() {
  drawing = false
  const place = placeOf()
  listWindow.wanted = wanted.startsWith('g:') ? wanted.slice(2) : ''
  render(view(), root)
  listWindow.measure()
  title()
  const detail = inbox.detail
  const ready = wanted && (wanted !== 'h1' || !detail || detail.data || detail.gone || detail.trouble || !session.me)
  if (ready) putFocus(place)
  else keepPlace(place)
}

/** Puts the keyboard where it is wanted, now that it is drawn. @param {import('./focus.js').Place} place */
function putFocus(place) {
  const to = wanted
  wanted = ''
  if (to === 'form') {
    const first = /** @type {HTMLElement | null} */ (document.querySelector('.pi-form textarea, .pi-form select, .pi-form input'))
    first?.focus()
  } else if (focusOn(to)) {
    if (to.startsWith('g:')) document.activeElement?.closest('[data-group]')?.scrollIntoView({ block: 'nearest' })
  } else if (!to.startsWith('g:')) {
    keepPlace(place)
  } else if (!focusRow(cameFrom)) {
    focusOn('h1')
  }
}

function title() {
  const n = session.me ? counts(inbox.items.values()).receive : 0
  document.title = n ? fill(w.titleCount, { n, title: w.title }) : w.title
}

function view() {
  const me = session.me
  return html`<a class="nhsuk-skip-link pi-screen" href="#main"
      @click=${(/** @type {Event} */ e) => { e.preventDefault(); document.getElementById('main')?.focus() }}>${words.common.skip}</a>
    <header class="ds-header pi-screen"><div class="ds-header__inner"><a class="ds-header__name" href="#/"
      aria-label=${w.home}>${w.name}</a>
      ${me ? screensView(me.role, 'practice') : nothing}
      ${me ? html`<span>${fill(words.common.signIn.as, { name: me.name, role: word(words.common.roles, me.role) })}</span>` : nothing}
      <button type="button" data-focus="help" @click=${openHelp}>${w.help.button}</button>
      ${me ? html`<a href="/account/">${words.common.signIn.own}</a>
        <button type="button" data-focus="out"
          @click=${() => { left = true; location.hash = '#/'; notices.leave(); session.signOut() }}>${words.common.signIn.out}</button>`
        : nothing}</div></header>
    <main class="ds-main pi-main" id="main" tabindex="-1">${me ? inside()
      : html`<div class="pi-screen">${signInView(session, Boolean(owner) && !left, draw)}
        ${onceView(session, draw)}</div>`}</main>
    <footer class="ds-footer pi-screen">${footer}</footer>
    ${helpView(prefs, p => { prefs = p; keepPrefs(p); if (p.sound) { wakeSound(); chime(false) } draw() },
      me && !inbox.closedToRole ? notices : null)}
    ${me ? toast() : nothing}`
}

function inside() {
  if (inbox.closedToRole) return noScreen(session.me?.role, 'practice')
  return html`<div class="pi-screen">${connection()}${closedDoors(inbox)}${inbox.notice
      ? html`<div class="ds-banner ds-banner--bad pi-banner-do" id="notice"><div><h2>${inbox.notice.title}</h2>
        <p>${inbox.notice.text}</p></div>
      <button type="button" class="nhsuk-button nhsuk-button--secondary" data-focus="notice"
        @click=${() => { inbox.notice = null; draw() }}>${w.dismiss}</button></div>` : nothing}</div>
    ${inbox.detail ? detailView(inbox, { draw, act, copy, print: () => print(), download, next: nextId() })
      : html`<div class="pi-screen">${listView(inbox, { draw, receive, retry: () => live.hurry(), print: () => print(),
        window: listWindow })}${notHereView(inbox, draw)}${figuresView(inbox, draw)}</div>${printing ? listOnPaper(inbox) : nothing}`}`
}

function connection() {
  const c = live.connection
  if (c.state === 'lost') return html`<div class="ds-banner ds-banner--bad pi-banner-do">
      <p><strong>${fill(w.live.lost, { at: clock(c.since) })}</strong></p><button type="button" class="nhsuk-button nhsuk-button--secondary"
      data-focus="hurry" @click=${() => live.hurry()}>${w.live.lostAction}</button></div>`
  return html`<p class=${`pi-conn pi-conn--${c.state}`}>${c.state === 'live' ? w.live.live : c.state === 'polling'
      ? fill(w.live.polling, { at: clock(c.since), n: pollEvery / 1000 }) : w.live.starting}</p>`
}

function toast() {
  const t = inbox.toast
  if (!t) return nothing
  return html`<div class="pi-toast pi-screen"><p>${t.text}${t.undo && inbox.receipts.undoable.length > 1
      ? html` <span>${count(inbox.receipts.undoable.length - 1, w.earlier)}</span>` : nothing}</p>
    ${t.undo ? html`<button type="button" data-focus="undo"
        @click=${() => inbox.receipts.undo()}>${w.undo}${prefs.keys ? html` <kbd aria-hidden="true">u</kbd>` : nothing}</button>` : nothing}
    <button type="button" data-focus="dismiss" @click=${() => inbox.receipts.dismiss()}>${w.dismiss}</button></div>`
}

announcers()
if (session.me) begin()
draw()
