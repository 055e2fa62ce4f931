// @ts-check
// The field app from the first byte: may this browser hold people's data, is somebody set up, is it locked,
// and then one screen after the other. What is behind the gate comes with after-unlock.js, once the gate is painted.
import { drawHalfTypedBy } from '../shared/ui/half-typed.js'
import { announcers, html, nothing, render } from '../shared/ui/render.js'
import { count, fill, words } from '../shared/ui/words.js'
import { Session } from '../shared/ui/session.js'
import { Database } from './store/database.js'
import { browserSupport, mayHoldPeople } from './store/browser-support.js'
import { clearMarker, markerOfLost, marks } from './store/eviction-marker.js'
import { joinTabs } from './store/tabs.js'
import { codeTrouble } from './model/code.js'
import { idleLock } from './vault/idle.js'
import { Vault } from './vault/vault.js'
import { address, place, takeCode } from './router.js'
import { screenTitle } from './screen-title.js'
import { lookForUpdate, register, waiting } from './update.js'
import { evictedScreen, forgottenScreen, passphraseScreen, refusedScreen, signInScreen, unlockScreen, wipedScreen } from './views/gate.js'
import { loneLocked, urgentBanner } from './views/urgent.js'
import { sentenceOf } from './sync-sentence.js'
import { save } from './download.js'

const root = /** @type {HTMLElement} */ (document.getElementById('app'))
/** What is wrong with the place where things are kept, while somebody works. @type {import('./store/database.js').Trouble} */
let storeTrouble = ''
const database = new Database({ troubled(trouble) {
  storeTrouble = trouble
  if (!trouble) work?.flush().catch(() => {}) // what waited to be kept
  redraw()
} })
const vault = new Vault({ keyStore: database.keyStore })
const deviceName = `${words.common.product} ${/** @type {any} */ (navigator).userAgentData?.platform ?? navigator.platform ?? ''}`.trim()

/** Which screen of the gate is shown, "" once it is open. */
let screen = 'wait'
let refusal = ''
/** @type {any} */ let form = {}
let error = '', busy = false, unsent = 0, newVersion = false, version = ''
/** @type {import('./vault/vault.js').VaultStatus} */
let vaultStatus = { exists: false, passkey: false, pin: null, pinOver: false, recovery: null }
/** @type {any} */ let owner = null
/** Emergencies that nobody had answered when the phone locked. @type {import('./model/urgent.js').Standing[]} */ let urgent = []
/** Whether its owner was in somewhere when the phone locked. @type {{ due: number, help: boolean } | null} */ let alone = null
/** @type {{ code: string, staff: string } | null} */ let code = null
/** Who proved at the sign-in screen who they are, until the phone is enrolled.
 * @type {{ token: string, staff: string, name: string } | null} */ let proven = null
/** @type {Awaited<ReturnType<typeof import('./work.js').openWork>> | null} */ let work = null
/** @type {import('./store/eviction-marker.js').Marker | null} */ let evicted = null
let leads = true, wiping = false
/** Whether the app had better stand on the home screen, and what asks the browser to put it there. */
let advise = false
/** @type {(() => Promise<void>) | null} */ let installer = null
addEventListener('beforeinstallprompt', e => {
  e.preventDefault() // asked for where it is explained
  installer = async () => { installer = null; await /** @type {any} */ (e).prompt() }
})
/** What sends while the phone is locked. @type {ReturnType<typeof import('./locked.js').lockedSending> | null} */
let locked = null
/** How that stands. @type {import('./locked.js').Locked | null} */ let sending = null

// While nothing can be kept, what is on the screen is all there is: locking would throw it away.
const idle = idleLock({ lock: () => { if (storeTrouble && work) idle.start(); else vault.lock() } })

/**
 * The screens and what they work on: half of the app, fetched once the gate is painted.
 * @type {typeof import('./after-unlock.js') | null}
 */
let afterUnlock = null
async function fetchAfterUnlock() { return afterUnlock ??= await import('./after-unlock.js') }

let drawn = false
function redraw() {
  if (drawn) return
  drawn = true
  requestAnimationFrame(() => { drawn = false; draw() })
}

function draw() {
  const app = work && afterUnlock && screen === '' ? work.app : null
  document.title = screenTitle(screen, place(location.hash).name)
  render(html`<a class="nhsuk-skip-link" href="#main" @click=${(/** @type {Event} */ e) => {
        e.preventDefault(); document.getElementById('main')?.focus() }}>${words.common.skip}</a>
    <header class="ds-header"><div class="ds-header__inner"><a class="ds-header__name" href=${address('today')}>${words.app.name}</a>
      <nav class="app-nav">${app
        ? html`<a href=${address('today')}>${words.app.nav.today}</a><a href=${address('items')}>${words.app.nav.items}</a><a
          href=${address('settings')}>${words.app.nav.settings}</a>` : nothing}
      <a href=${address('help')}>${words.common.help}</a></nav></div></header>
    ${app ? urgentBanner(app.urgent(), app.aboutWhom) : html`${urgentBanner(urgent)}${loneLocked(alone)}`}
    <main class="app-main" id="main" tabindex="-1">${app && afterUnlock && storeTrouble
      ? afterUnlock.storageTrouble(app, storeTrouble, { tryAgain: () => database.look().catch(() => {}) }) : nothing}${app && afterUnlock
      ? afterUnlock.screen(app, { newVersion, signIn: () => show('relogin') }) : closed()}</main>
    ${app && afterUnlock ? afterUnlock.statusBar(app) : nothing}
    ${app?.phone.toast ? html`<p class="app-toast">${app.phone.toast}</p>` : nothing}`, root)
}

/** The screens before the work. */
function closed() {
  /** @type {import('./views/gate.js').Gate} */
  const g = { form, set: change => { Object.assign(form, change); redraw() }, error, busy, again: screen === 'relogin',
      unsent: unsent - (sending?.taken ?? 0), sending, vault: vaultStatus, owner, code, signIn, create, unlock, usePasskey, rescue, show }
  if (place(location.hash).name === 'help') {
    if (afterUnlock) return afterUnlock.help(null)
    fetchAfterUnlock().then(redraw, () => {})
  }
  switch (screen) {
    case 'refused': return refusedScreen(refusal)
    case 'sign-in': case 'relogin': return signInScreen(g)
    case 'passphrase': return passphraseScreen(g)
    case 'unlock': return unlockScreen(g)
    case 'forgotten': return forgottenScreen(g)
    case 'wiped': return wipedScreen()
    case 'evicted': return evictedScreen(evicted?.unsent ?? 0, () => { clearMarker(marks); show('sign-in') })
    case 'other-tab': return html`<h1 class="nhsuk-heading-l">${words.app.otherTab.title}</h1>
        <p>${words.app.otherTab.why}</p><button class="nhsuk-button" type="button"
        @click=${() => { tabs.takeOver() }}>${words.app.otherTab.go}</button>`
    default: return html`<p class="app-wait">${words.app.opening}</p>`
  }
}

/** @param {string} next */
async function show(next) {
  if (next === 'erase') { await empty(); next = 'sign-in' }
  screen = next
  error = ''
  form = next === 'forgotten' ? { saved: form.saved } : {}
  await look()
  redraw()
  scrollTo(0, 0) // what stands above, an emergency, is seen first
  focusScreen()
}

/** A new screen has the focus once it is drawn, so that it is read out; unless somebody was quicker and is in one of its fields. */
function focusScreen() {
  const had = document.activeElement
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const has = document.activeElement, main = document.getElementById('main')
    if (has === had || has === main || !main?.contains(has)) main?.focus({ preventScroll: true })
  }))
}

/** What can be known while locked. */
async function look() {
  const [now, whose, waits, aside, stands, lone] = await Promise.all([vault.status(), database.fact('owner'), database.unsent(),
      database.aside(),
    database.fact('urgent'), database.fact('lone')])
  vaultStatus = now
  urgent = now.exists ? stands ?? [] : []
  alone = now.exists ? lone ?? null : null
  owner = whose ?? null
  unsent = waits + aside
}

/** Runs something of the gate; what it rejects with is shown. @param {() => Promise<void>} what */
async function run(what) {
  if (busy) return
  busy = true
  error = ''
  redraw()
  try {
    await what()
  } catch (e) {
    error = sentenceOf(e)
    const left = /** @type {any} */ (e).triesLeft
    if (left !== undefined) error += ` ${count(left, words.app.gate.triesLeft)}`
    await look().catch(() => {})
  } finally {
    busy = false
    redraw()
  }
}

/** Proves who somebody is. A new phone goes on to the passphrase, one that is set up enrols at once. */
function signIn() {
  return run(async () => {
    const typed = form.code?.trim(), wrong = typed ? codeTrouble(typed) : null
    if (wrong) { form.codeTrouble = fill(words.app.gate.codeTroubles[wrong.why], { n: wrong.n }); return }
    if (typed) code = { code: typed, staff: '' } // read out to them: whose it is the server knows
    if (!code) {
      const session = new Session(
        { storage: { getItem: () => null, setItem() {}, removeItem() {}, clear() {}, key: () => null, length: 0 } })
      await session.signIn((form.email ?? '').trim(), form.password ?? '')
      proven = { token: session.token, staff: session.me?.id ?? '', name: session.me?.name ?? '' }
      session.signOut()
    }
    if (!vault.open) return show('passphrase')
    if (!work) await begin()
    await enrol()
  })
}

function create() {
  return run(async () => {
    if (form.passphrase !== form.again) { error = words.app.gate.differ; return }
    await vault.create(form.passphrase ?? '')
    await begin()
    await enrol()
  })
}

/** Enrols the phone for whoever proved who they are. */
async function enrol() {
  if (!work) return
  go(address('today')) // now: whoever is quicker than the server goes on from there
  try {
    if (code) await work.client.signInWithCode(code)
    else if (proven) await work.client.signInWithToken(proven)
  } catch (e) {
    if (!work.client.device) { // nothing is on this phone yet: begin again
      const sentence = sentenceOf(e)
      await empty()
      code = null
      await show('sign-in')
      error = sentence
      redraw()
      return
    }
    throw e
  }
  code = proven = null
  screen = ''
  redraw()
  work.start()
  await work.client.sync()
}

function unlock() {
  return run(async () => {
    await vault.unlock(vaultStatus.pin && form.pin ? { pin: form.pin } : { passphrase: form.passphrase ?? '' })
    await begin()
  })
}

function usePasskey() {
  return run(async () => {
    await vault.unlock({ passkey: true })
    await begin()
  })
}

/** Saves unsent work to a file that only the organisation's recovery key opens. */
function rescue() {
  return run(async () => {
    const { exportUnsent } = await import('./store/export.js')
    form.saved = save(await exportUnsent({ database, open: vault.open }))
  })
}

/** Opens the work of whoever unlocked. */
async function begin() {
  if (!leads) { screen = 'other-tab'; return }
  await locked?.stop()
  sending = null
  const { openWork } = await fetchAfterUnlock()
  work = await openWork({ database, vault, tabs, redraw, go, place: () => place(location.hash), version, deviceName,
    advise: () => advise, installer: () => installer, wiped: () => { wipe().catch(() => {}) },
    emptied: async () => { await empty(); await show('sign-in') } })
  idle.start()
  form = {}
  if (work.client.needsSignIn && !work.client.device && !proven && !code) { screen = 'sign-in'; return }
  screen = ''
  work.start()
}

/** The phone is locked: what was sealed for that is sent, and a phone that was lost hears it. */
async function sendLocked() {
  const { lockedSending } = await import('./locked.js')
  locked ??= lockedSending({ database, wiped: wipe, changed(state) { sending = state; look().then(redraw, () => {}) } })
  if (screen === 'unlock' || screen === 'forgotten') locked.start()
}

/** Takes everything off the phone. */
async function empty() {
  const was = work
  work = null
  sending = null
  await locked?.stop()
  await was?.close().catch(() => {})
  await vault.erase().catch(() => {})
  await database.erase()
  clearMarker(marks)
  tabs.tell('erased')
  await database.open()
}

/** The server said so, or a phone that is handed back is done: nothing stays, the kept pages neither. */
async function wipe() {
  if (wiping) return
  wiping = true
  screen = 'wait' // nobody is told that it is empty before it is
  await empty()
  for (const name of await caches.keys()) await caches.delete(name)
  const registration = await navigator.serviceWorker?.getRegistration('/app/')
  await registration?.unregister()
  screen = 'wiped'
  redraw()
}

/**
 * @param {string} hash
 * @param {string} [from] the address where somebody pressed for it: whoever went elsewhere meanwhile stays there
 */
function go(hash, from = location.hash) {
  if (location.hash !== from || location.hash === hash) redraw()
  else location.hash = hash
}

vault.onLock(() => {
  const was = work
  work = null
  idle.stop()
  if (screen === '') show('unlock')
  Promise.resolve(was?.close()).catch(() => {}).then(sendLocked).catch(() => {})
})

const tabs = joinTabs({
  changed(now) {
    leads = now
    if (!now) locked?.stop()
    if (!now && work) { vault.lock().then(() => show('other-tab')) }
    else if (!now) { screen = 'other-tab'; redraw() }
    else if (screen === 'other-tab') boot()
  },
  heard(message) { if (message === 'erased') location.reload() },
})

addEventListener('hashchange', () => {
  scrollTo(0, 0)
  redraw()
  focusScreen()
})
for (const event of ['pointerdown', 'keydown', 'scroll', 'touchstart']) addEventListener(event, () => idle.touch(),
    { passive: true, capture: true })
addEventListener('online', () => { work?.client.wake(); locked?.wake() })
document.addEventListener('visibilitychange', () => {
  if (document.hidden) { idle.hide(); work?.flush().catch(() => {}) }
  else if (!work) locked?.wake()
  else if (idle.show()) { database.look().catch(() => {}); work?.client.wake(); lookForUpdate().catch(() => {}); redraw() }
})
addEventListener('pagehide', () => { work?.flush().catch(() => {}) })
setInterval(redraw, 30_000) // times that are shown grow older

async function boot() {
  let broken = ''
  const [support, file] = await Promise.all([browserSupport(), database.keyStore.get().catch(e => { broken = e.code; return null }),
      look().catch(() => {})])
  const judged = mayHoldPeople(support)
  const verdict = judged.ok && broken
    ? /** @type {const} */ ({ ok: false, code: broken === 'unavailable' ? 'no_storage' : 'storage' }) : judged
  if (!verdict.ok) { refusal = verdict.code; screen = 'refused'; redraw(); return }
  advise = judged.ok && judged.advise === 'install'
  code = takeCode(location, history) ?? code
  evicted = markerOfLost(marks, file?.id ?? null)
  if (!leads) screen = 'other-tab'
  else if (vaultStatus.exists) screen = 'unlock'
  else screen = evicted ? 'evicted' : 'sign-in'
  redraw()
  requestAnimationFrame(() => setTimeout(() => fetchAfterUnlock().then(sendLocked).catch(() => {}))) // tried again when somebody comes in
}

root.textContent = '' // what stood there before this script came
announcers()
drawHalfTypedBy(redraw)
boot()
register(() => { newVersion = true; redraw() })
  .then(async () => { newVersion = Boolean(await waiting()); redraw() }).catch(() => {})
version = await fetch('/app/shell.json').then(r => r.json()).then(s => s.version.slice(0, 8)).catch(() => '')
