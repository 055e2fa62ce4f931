// @ts-check
// A member of staff at a page (not a phone): signing in, keeping the
// fifteen-minute token fresh while the page is open, and asking the care API. The token lives in
// sessionStorage: it survives a reload, and is gone with the tab.
import { words } from './words.js'

/**
 * What went wrong with a request. `status` 0: the server could not be reached at all.
 * The other fields are the server's own: see "Errors" in docs/protocol.md.
 */
export class Refusal extends Error {
  /** @param {number} status @param {any} body */
  constructor(status, body) {
    super(body?.message || words.common.unreachable)
    this.name = 'Refusal'
    this.status = status
    /** @type {string} */ this.code = body?.code || (status ? `http_${status}` : 'unreachable')
    /** @type {any} */ this.body = body ?? {}
  }
}

/** What went wrong, for people: the server's own plain words, and never the text of an error of the page. @param {unknown} e */
export function sentenceOf(e) {
  if (e instanceof Refusal) return e.message
  console.warn('not foreseen', e)
  return words.common.fault
}

/** @typedef {{ id: string, name: string, role: string, organisation: string, teams: string[], email?: string }} Me */

const store = 'doorstep-session'

/** The browser's store for this tab; where it is forbidden to the page, none: it signs in at each load. @returns {any} */
function own() {
  try { return sessionStorage } catch { return { getItem: () => null, setItem() {}, removeItem() {} } }
}
const renewEvery = 8 * 60 * 1000 // ms; a token lives fifteen minutes

/** One signed-in member of staff. */
export class Session {
  /** @param {{ fetch?: typeof fetch, storage?: Storage }} [o] */
  constructor(o = {}) {
    this.fetch = o.fetch ?? ((...a) => fetch(...a))
    this.storage = o.storage ?? own()
    /** @type {string} */ this.token = ''
    /** @type {Me | null} */ this.me = null
    /** How far the server's clock is ahead of this computer's, ms. */ this.ahead = 0
    /** @type {Set<() => void>} */ this.watchers = new Set()
    /** @type {ReturnType<typeof setInterval> | undefined} */ this.timer = undefined
    try {
      const kept = JSON.parse(this.storage.getItem(store) ?? 'null')
      if (kept?.token && kept?.me) this.take(kept.token, kept.me)
    } catch { /* a page that may not store anything signs in at each load */ }
  }

  /** The time by the server's clock, as its last answer told it to the second. */
  now() { return Date.now() + this.ahead }

  /** Calls fn when somebody signed in or out, or came to have another role; not when a token is renewed. @param {() => void} fn */
  watch(fn) { this.watchers.add(fn) }

  /** @param {string} token @param {any} record */
  take(token, record) {
    const before = this.me
    this.token = token
    this.me = { id: record.id, name: record.name, role: record.role, organisation: record.organisation, teams: record.teams ?? [],
        email: record.email }
    try { this.storage.setItem(store, JSON.stringify({ token, me: this.me })) } catch { /* see above */ }
    clearInterval(this.timer)
    this.timer = setInterval(() => this.renew(), renewEvery)
    if (before?.id === this.me.id && before?.role === this.me.role) return // what is open and half filled in stays so
    for (const fn of this.watchers) fn()
  }

  /** Signs in. Throws a Refusal. @param {string} identity e-mail @param {string} password */
  async signIn(identity, password) {
    const answer = await this.send('POST', '/api/sync/v1/sign-in', { identity, password }, false)
    this.take(answer.token, answer.record)
  }

  /** Fetches a new token; when the server says no, the person is signed out. */
  async renew() {
    try {
      const answer = await this.send('POST', '/api/collections/staff/auth-refresh', undefined, true)
      this.take(answer.token, answer.record)
    } catch (e) {
      if (e instanceof Refusal && (e.status === 401 || e.status === 403)) this.signOut()
    }
  }

  signOut() {
    this.token = ''
    this.me = null
    clearInterval(this.timer)
    try { this.storage.removeItem(store) } catch { /* see above */ }
    for (const fn of this.watchers) fn()
  }

  /** GET of the care API, such as get('/handovers?state=open'). @param {string} path */
  get(path) { return this.care('GET', path) }

  /** POST of the care API. @param {string} path @param {any} [body] */
  post(path, body = {}) { return this.care('POST', path, body) }

  /** A file of the care API, such as a sheet to print. @param {string} path @returns {Promise<Blob>} */
  async file(path) {
    let response
    try {
      response = await this.fetch('/api/care/v1' + path, { headers: { Authorization: `Bearer ${this.token}` }, cache: 'no-store',
        credentials: 'omit' })
    } catch {
      throw new Refusal(0, null)
    }
    if (response.ok) return response.blob()
    if (response.status === 401) this.signOut()
    throw new Refusal(response.status, await response.json().catch(() => null))
  }

  /** @param {string} method @param {string} path @param {any} [body] */
  async care(method, path, body) {
    try {
      return await this.send(method, '/api/care/v1' + path, body, true)
    } catch (e) {
      if (e instanceof Refusal && e.status === 401) this.signOut()
      throw e
    }
  }

  /** @param {string} method @param {string} path @param {any} body @param {boolean} signed */
  async send(method, path, body, signed) {
    /** @type {Record<string, string>} */
    const headers = {}
    if (signed) headers.Authorization = `Bearer ${this.token}`
    if (body !== undefined) headers['Content-Type'] = 'application/json'
    let response
    try {
      response = await this.fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: 'no-store',
            credentials: 'omit' })
    } catch {
      throw new Refusal(0, null)
    }
    const dated = Date.parse(response.headers.get('Date') ?? '')
    // A second's worth of error is no reason to shift what a right clock says.
    if (path.startsWith('/api/care/') && !Number.isNaN(dated)) this.ahead = Math.abs(dated - Date.now()) < 2000 ? 0 : dated - Date.now()
    const text = await response.text().catch(() => '')
    let answer = null
    try { answer = text ? JSON.parse(text) : null } catch { /* a proxy may answer with anything */ }
    if (!response.ok) throw new Refusal(response.status, answer)
    return answer
  }
}
