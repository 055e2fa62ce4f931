// @ts-check
// What every view of the desk works with: who is at it, what they may do, the staff and teams by
// name, the kinds of fields, and how to ask the server.
import { dutyOf } from '../shared/duties.js'
import { day } from '../shared/ui/format.js'
import { now } from '../shared/ui/now.js'
import { Refusal } from '../shared/ui/session.js'
import { words } from './words.js'

/**
 * A view: what main.js opens, loads, draws, and reads again when something changed.
 * @typedef {object} View
 * @property {string} title
 * @property {string} [who] whom it is about: name, birth date and number, at the head of every sheet when it is printed
 * @property {{ to: string, text: string }} [back]
 * @property {() => Promise<void>} [load]
 * @property {() => Promise<void>} [refresh] like load, but leaves alone what is being typed
 * @property {() => any} draw
 * @property {() => void} [close]
 */

/**
 * @typedef {{ for: 'desk' | 'accounts' | 'clinical' | 'neighbourhood' | 'setup' | 'rules',
 *   open: (desk: DeskContext, args: string[]) => View }} Opener
 */

/** @typedef {{ id: string, name: string, role: string, teams: { id: string, name: string }[], inactive_since?: string }} Member */
/** @typedef {{ id: string, name: string, kind: string, route: string, phone: string, neighbourhood: string, organisation: string }} Team */
/** @typedef {{ collection: string, name: string, kind: string, values?: string[], min?: number, max?: number, once?: boolean }} Field */

const teamFields = 'id,name,kind,route,phone,neighbourhood,organisation,not_here'
const keptFor = 60_000 // ms: names change seldom

export class DeskContext {
  /** @type {Map<string, { at: number, value: Promise<any> }>} */ #kept = new Map()

  /**
   * @param {import('../shared/ui/session.js').Session} session
   * @param {{ redraw: () => void, go: (to: string, from?: View) => void, say: (text: string, kind?: string) => void }} page
   */
  constructor(session, page) {
    this.session = session
    this.redraw = page.redraw
    this.go = page.go
    this.say = page.say
    /** Members by id, as last read. @type {Map<string, Member>} */ this.members = new Map()
    /** Teams by id, as last read. @type {Map<string, Team>} */ this.teamsById = new Map()
    /** Organisations that are no practices, by id. @type {Map<string, { id: string, name: string }>} */ this.partnersById = new Map()
    /** Fields by collection and name, as last read. @type {Map<string, Field>} */ this.fieldsByName = new Map()
  }

  get duty() { return dutyOf(this.session.me?.role) }
  get me() { return this.session.me?.id ?? '' }
  get isDesk() { return this.duty.desk === true }
  get isClinical() { return this.isDesk && this.duty.view === 'clinical' }
  get isCoordinator() { return this.duty.chain === true }

  /** @param {'desk' | 'accounts' | 'clinical' | 'neighbourhood' | 'setup' | 'rules'} what */
  may(what) {
    if (what === 'accounts') return this.duty.accounts === true
    if (what === 'rules') return this.duty.rules === true
    if (what === 'setup') return this.duty.setsUp !== undefined
    if (what === 'neighbourhood') return this.isClinical && this.isCoordinator
    return what === 'clinical' ? this.isClinical : this.isDesk
  }

  /** The view that opens by itself; '' for whom there is none. */
  get home() { return this.isDesk ? 'start' : this.may('setup') ? 'organisations' : this.may('accounts') ? 'phones'
    : this.may('rules') ? 'rules' : '' }

  get nav() {
    const n = words.desk.nav
    const all = [
      { to: 'start', text: n.start, covers: ['start'], for: /** @type {const} */ ('desk') },
      { to: 'day', text: n.day, covers: ['day', 'plan'], for: /** @type {const} */ ('desk') },
      { to: 'lone', text: n.lone, covers: ['lone'], for: /** @type {const} */ ('desk') },
      { to: 'lists', text: n.lists, covers: ['lists', 'list', 'listed'], for: /** @type {const} */ ('desk') },
      { to: 'issues', text: n.issues, covers: ['issues', 'issue'], for: /** @type {const} */ ('desk') },
      { to: 'handovers', text: n.handovers, covers: ['handovers', 'handover', 'undelivered'],
        for: /** @type {const} */ ('desk') },
      { to: 'people', text: n.people, covers: ['people', 'person', 'correct', 'merge', 'said', 'register', 'caseload', 'imports'],
        for: /** @type {const} */ ('desk') },
      { to: 'cover', text: n.cover, covers: ['cover'], for: /** @type {const} */ ('desk') },
      { to: 'organisations', text: n.setUp, covers: ['organisations', 'organisation', 'team', 'neighbourhood', 'accounts', 'account',
        'routes', 'route', 'templates', 'template'], for: /** @type {const} */ ('setup') },
      { to: 'rules', text: n.rules, covers: ['rules', 'rule'], for: /** @type {const} */ ('rules') },
      { to: 'phones', text: n.phones, covers: ['phones'], for: /** @type {const} */ ('accounts') },
      { to: 'staff', text: n.staff, covers: ['staff', 'leaver', 'code'], for: /** @type {const} */ ('accounts') },
    ]
    return all.filter(item => this.may(item.for))
  }

  forget() { this.#kept.clear() }

  /**
   * Shows what came of a press, then reads the view again. Where the server cannot say now, what stands there stays: what was
   * pressed is done or refused all the same.
   * @param {Pick<View, 'load'>} view
   */
  async readAgain(view) {
    this.redraw()
    try {
      await view.load?.()
    } catch (e) {
      if (!(e instanceof Refusal)) throw e
    }
    this.redraw()
  }

  /** @template T @param {string} name @param {() => Promise<T>} read @returns {Promise<T>} */
  #once(name, read) {
    const have = this.#kept.get(name)
    if (have && performance.now() - have.at < keptFor) return have.value
    const value = read()
    this.#kept.set(name, { at: performance.now(), value })
    value.catch(() => this.#kept.delete(name))
    return value
  }

  /** The staff one looks after, by name. @returns {Promise<Member[]>} */
  staff() {
    return this.#once('staff', async () => {
      const list = (await this.session.get('/staff')).items
      this.members = new Map(list.map((/** @type {Member} */ m) => [m.id, m]))
      return list
    })
  }

  /** After a change of staff. */
  staffChanged() { this.#kept.delete('staff') }

  /** After a change of organisations or teams. */
  directoryChanged() { for (const name of ['teams', 'destinations', 'partners']) this.#kept.delete(name) }

  /** Every team of the directory, by name. @returns {Promise<Team[]>} */
  teams() {
    return this.#once('teams', async () => {
      const list = (await this.session.send('GET',
            `/api/collections/teams/records?perPage=1000&skipTotal=1&sort=name&fields=${teamFields}`, undefined, true)).items
      this.teamsById = new Map(list.map((/** @type {Team} */ t) => [t.id, t]))
      return list
    })
  }

  /** The organisations that work with practices, by name. @returns {Promise<{ id: string, name: string }[]>} */
  partners() {
    return this.#once('partners', async () => {
      const q = new URLSearchParams({ perPage: '1000', skipTotal: '1', sort: 'name', fields: 'id,name', filter: `kind != 'practice'` })
      const list = (await this.session.send('GET', `/api/collections/organisations/records?${q}`, undefined, true)).items
      this.partnersById = new Map(list.map((/** @type {{ id: string, name: string }} */ o) => [o.id, o]))
      return list
    })
  }

  /** Teams to which a handover can go: whoever has closed is not offered as if they could answer. @returns {Promise<Team[]>} */
  destinations() {
    return this.#once('destinations', async () => {
      const tomorrow = day(now() + 86_400_000)
      const filter = `closed_on != '' && closed_on < '${tomorrow}'`
      const q = new URLSearchParams({ perPage: '1000', skipTotal: '1', fields: 'id', filter })
      const closed = new Set((await this.session.send('GET', `/api/collections/organisations/records?${q}`, undefined, true)).items
        .map((/** @type {{ id: string }} */ o) => o.id))
      return (await this.teams()).filter(t => !closed.has(t.organisation ?? ''))
    })
  }

  /** Teams whose caseload is this desk's: one's own; of the coordinator, the neighbourhood's. @returns {Promise<Team[]>} */
  async ownTeams() {
    const all = await this.teams()
    const mine = this.session.me?.teams ?? []
    if (!this.isCoordinator) return all.filter(t => mine.includes(t.id))
    const hoods = new Set(all.filter(t => mine.includes(t.id)).map(t => t.neighbourhood))
    return all.filter(t => hoods.has(t.neighbourhood) || !t.neighbourhood)
  }

  /** @returns {Promise<Map<string, Field>>} */
  fields() {
    return this.#once('fields', async () => {
      const list = (await this.session.get('/fields')).items
      this.fieldsByName = new Map(list.map((/** @type {Field} */ f) => [`${f.collection}.${f.name}`, f]))
      return this.fieldsByName
    })
  }

  /** Practices whose name holds the words. @param {string} text @returns {Promise<{ id: string, name: string, ods_code?: string }[]>} */
  async practices(text) {
    const filter = [`kind = 'practice'`, `closed_on = ''`,
        ...text.trim().split(/\s+/).filter(Boolean).map(word => `name ~ '${word.replace(/['\\]/g, '')}'`)].join(' && ')
    const q = new URLSearchParams({ perPage: '20', skipTotal: '1', sort: 'name', fields: 'id,name,ods_code', filter })
    return (await this.session.send('GET', `/api/collections/organisations/records?${q}`, undefined, true)).items
  }

  /**
   * All pages of a list, up to a bound that a screen can show.
   * @param {string} path
   * @param {number} [most]
   * @returns {Promise<{ items: any[], more: boolean, base?: string }>}
   */
  async all(path, most = 1000) {
    /** @type {any[]} */ const items = []
    for (let cursor = '', base; ;) {
      const answer = await this.session.get(`${path}${path.includes('?') ? '&' : '?'}limit=200${cursor && `&cursor=${cursor}`}`)
      items.push(...answer.items)
      base ??= answer.base // the oldest: nothing is decided over what came while the pages were read
      if (!answer.more || items.length >= most) return { items, more: answer.more, base }
      cursor = answer.cursor
    }
  }

  /** Whom somebody might be: who is registered, or what a form says. @param {{ person: string } | { set: Record<string, string> }} who */
  async alike(who) { return (await this.session.post('/people/alike', who)).items }

  /** @param {string} text @param {string} [cursor] */
  search(text, cursor) { return this.session.post('/people/search', { text, limit: 50, ...(cursor && { cursor }) }) }
}
