// @ts-check
// Notices of this browser: that something urgent waits, also while the page is closed. They are asked for by a button, and
// never when a page opens; where a browser or a person said no, that is said, and not asked again.
import { html, nothing } from './render.js'
import { words } from './words.js'
import { workerAddress } from './worker-address.js'

const w = words.common.notices

/**
 * How the server is asked.
 * @typedef {{ get: () => Promise<{ server_key: string, items: { endpoint: string }[] }>,
 *   take: (s: { endpoint: string, p256dh: string, auth: string }) => Promise<unknown>, end: (endpoint: string) => Promise<unknown> }} Asks
 */

/**
 * What is known of notices here: looking, on, off, denied (the browser was told to let none through), unsupported,
 * none (this server sends none), failed (the browser's push service gave no address).
 * @typedef {'looking' | 'on' | 'off' | 'denied' | 'unsupported' | 'none' | 'failed'} State
 */

/** Notices of one page in this browser. */
export class Notices {
  /** @param {{ scope: string, asks: Asks, changed: () => void, trouble: (e: unknown) => void }} o scope: such as /practice/ */
  constructor(o) {
    this.o = o
    /** @type {State} */ this.state = 'looking'
    this.busy = false
    this.key = ''
    this.endpoint = '' // by which the server knows this browser; '' = it tells nothing here
  }

  /** Whether this browser has what notices take. */
  static possible() { return 'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis }

  /** Looks how it stands, without asking anybody; what the browser changed by itself is told to the server. */
  async look() {
    try {
      this.state = await this.found()
    } catch {
      this.state = 'looking' // asked again when somebody opens this
    }
    this.o.changed()
  }

  /** @returns {Promise<State>} */
  async found() {
    if (!Notices.possible()) return 'unsupported'
    const { server_key: key, items } = await this.o.asks.get()
    this.key = key
    if (!key) return 'none'
    if (Notification.permission === 'denied') return 'denied'
    const has = await (await this.registration())?.pushManager.getSubscription()
    if (!has || Notification.permission !== 'granted') return 'off'
    if (!sameKey(has, key)) { // the server has another key since: this one reaches nobody
      await has.unsubscribe()
      return 'off'
    }
    const known = items.some(i => i.endpoint === has.endpoint)
    this.endpoint = known ? has.endpoint : ''
    if (known) await this.o.asks.take(said(has)) // seen today
    return known ? 'on' : 'off' // of somebody else, or taken away since
  }

  /** The worker of this page alone, if it is registered. */
  async registration() {
    const r = await navigator.serviceWorker.getRegistration(this.o.scope)
    return r?.scope.endsWith(this.o.scope) ? r : undefined
  }

  /** Turns them on; called by a press, for a browser asks its person only then. */
  async turnOn() {
    if (this.busy) return
    this.busy = true
    this.o.changed()
    try {
      this.state = await this.subscribe()
    } catch (e) {
      this.o.trouble(e)
    }
    this.busy = false
    this.o.changed()
  }

  /** @returns {Promise<State>} */
  async subscribe() {
    const allowed = await Notification.requestPermission()
    if (allowed !== 'granted') return allowed === 'denied' ? 'denied' : 'off'
    const registration = await navigator.serviceWorker.register(workerAddress('/notices-worker.js'),
      { scope: this.o.scope, updateViaCache: 'none' })
    await active(registration)
    /** @type {PushSubscription} */ let has
    try {
      has = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(this.key) })
    } catch {
      return 'failed'
    }
    await this.o.asks.take(said(has))
    this.endpoint = has.endpoint
    return 'on'
  }

  /** Turns them off: in this browser first, so that nothing is shown whatever the network does. */
  async turnOff() {
    const endpoint = this.endpoint
    this.busy = true
    this.o.changed()
    try {
      await (await (await this.registration())?.pushManager.getSubscription())?.unsubscribe()
      this.endpoint = ''
      this.state = 'off'
      if (endpoint) await this.o.asks.end(endpoint)
    } catch (e) {
      this.o.trouble(e)
    }
    this.busy = false
    this.o.changed()
  }

  /** Whoever signs out is told nothing here any more. The server is asked at once, while they are still signed in. */
  leave() {
    const endpoint = this.endpoint
    this.endpoint = ''
    this.state = 'looking'
    if (!endpoint) return
    this.o.asks.end(endpoint).catch(() => {}) // the push service says that it is gone
    this.registration().then(r => r?.pushManager.getSubscription()).then(s => s?.unsubscribe()).catch(() => {})
  }
}

/** What a browser says of itself. @param {PushSubscription} s */
function said(s) {
  const keys = s.toJSON().keys ?? {}
  return { endpoint: s.endpoint, p256dh: keys.p256dh ?? '', auth: keys.auth ?? '' }
}

/** @param {string} text base64 for addresses */
function bytesOf(text) {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), c => c.charCodeAt(0))
}

/** @param {PushSubscription} s @param {string} key */
function sameKey(s, key) {
  const had = s.options?.applicationServerKey
  if (!had) return true // a browser that does not say
  const now = bytesOf(key), before = new Uint8Array(had)
  return before.length === now.length && before.every((b, i) => b === now[i])
}

/** @param {ServiceWorkerRegistration} r */
async function active(r) {
  const worker = r.installing ?? r.waiting
  if (r.active || !worker) return
  await new Promise(resolve => worker.addEventListener('statechange', () => { if (worker.state === 'activated') resolve(undefined) }))
}

/** What is said of notices, and the button that turns them on or off. @param {Notices} n */
export function noticesView(n) {
  const off = n.state === 'off' || n.state === 'failed'
  return html`<p>${w.what}</p>
    ${n.state === 'failed' ? html`<p class="ds-banner ds-banner--bad" role="alert">${w.failed}</p>` : nothing}
    ${off ? press(w.turnOn, n, () => n.turnOn()) : n.state === 'on' ? html`<p><strong>${w.on}</strong></p>
      ${press(w.turnOff, n, () => n.turnOff())}` : html`<p>${w[n.state]}</p>`}`
}

/** @param {string} text @param {Notices} n @param {() => void} does */
const press = (text, n, does) => html`<button type="button" class="nhsuk-button nhsuk-button--secondary" data-focus="notices"
    aria-disabled=${n.busy ? 'true' : 'false'} @click=${() => { if (!n.busy) does() }}>${text}</button>`
