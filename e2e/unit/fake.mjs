// A server that says what a test wants, and a device whose clocks and timers a test moves.
import { openClient } from '../../pb_public/shared/sync/client.js'
import { mistaken } from '../sync/mistakes.mjs'
import { MemoryStorage } from '../../pb_public/shared/sync/storage.js'

export const nia = '01jz1v00000000000000000nia'
export const ames = '01jz1x0000000000000000ames'
export const birch = '01jz1x000000000000000birch'

/** What a server says without being told otherwise; `say` tells it otherwise, once. */
export class FakeServer {
  epoch = 'e1'
  head = 100
  directive = 'none'
  /** @type {any} */ schema = { current: 1, min_pull: 1, min_push: 1 }
  /** @type {any} */ limits = { push_mutations: 200, push_bytes: 4 << 20, pull_rows: 1000 }
  /** @type {any} */ pace = { min_interval_ms: 30_000, jitter_ms: 0 }
  offset = 0
  tokenScope = 'sync'
  client = '' // whose lastMid and lastKey these are
  lastMid = 0
  lastKey = ''
  cursors = 0
  /** @type {{ what: string, body: any, query: Record<string, string>, headers: Headers }[]} */ heard = []
  /** @type {Map<string, any[]>} */ said = new Map()
  /** @type {Map<string, any>} the same for every request of a kind */ always = new Map()
  /** @type {any[]} pages of the next pulls */ pages = []

  /**
   * Answers the next request of a kind so. An answer is a status and a body, a function that makes them, 'lost' (the
   * request never arrives) or 'cut' (it is done and its answer is lost).
   * @param {string} what @param {...any} answers
   */
  say(what, ...answers) { this.said.set(what, [...this.said.get(what) ?? [], ...answers]) }

  /** The requests of a kind that arrived. @param {string} what */
  asked(what) { return this.heard.filter(h => h.what === what) }
  kinds() { return this.heard.map(h => h.what) }

  /** @type {typeof fetch} */
  fetch = async (input, init = {}) => {
    const url = new URL(String(input))
    const what = /** @type {string} */ (url.pathname.split('/').at(-1))
    const told = this.said.get(what)?.shift() ?? this.always.get(what)
    if (told === 'lost') throw new TypeError('fetch failed')
    let text = init.body ?? ''
    const headers = new Headers(init.headers)
    if (headers.get('Content-Encoding') === 'gzip') text = await new Response(new Blob([/** @type {any} */ (text)]).stream().pipeThrough(new DecompressionStream('gzip'))).text()
    const body = typeof text === 'string' && text.startsWith('{') ? JSON.parse(text) : text
    const request = { what, body, query: Object.fromEntries(url.searchParams), headers }
    this.heard.push(request)
    let answer = typeof told === 'function' ? await told(request, init) : told
    if (told === undefined || told === 'cut') answer = this.usual(request)
    if (told === 'cut') throw new TypeError('fetch failed')
    if (answer instanceof Response) return answer
    const [status, said, more] = answer
    return new Response(typeof said === 'string' ? said : JSON.stringify(said), { status, headers: more })
  }

  /** @param {any} request */
  usual({ what, body }) {
    switch (what) {
      case 'sign-in': return [200, { token: 'staff-token', record: { id: nia } }]
      case 'devices': {
        const client = body.client ?? 'client-1'
        if (client !== this.client) Object.assign(this, { client, lastMid: 0, lastKey: '' })
        return [201, { device: 'device-1', client }]
      }
      case 'token': return [200, { access_token: `access-${this.asked('token').length}`, token_type: 'Bearer', expires_in: 900, scope: this.tokenScope }]
      case 'hello': return [200, { epoch: this.epoch, head: this.head, last_mid: this.lastMid, last_key: this.lastKey, clock_offset_ms: this.offset, scopes: [], revoked: [],
        schema: this.schema, directive: this.directive, limits: this.limits, pace: this.pace }]
      case 'push': {
        for (const m of body.mutations) {
          this.lastMid = m.mid
          this.lastKey = m.key
        }
        return [200, { epoch: this.epoch, last_mid: this.lastMid, last_key: this.lastKey, results: body.mutations.map(m => ({ mid: m.mid, key: m.key, status: 'applied', replayed: false })) }]
      }
      case 'pull': return [200, this.page(this.pages.shift())]
      case 'digest': return [200, { epoch: this.epoch, differs: [], changes: [] }]
      default: return [404, { code: 'not_found', message: 'not there', retry: 'never' }]
    }
  }

  /** @param {any} [page] */
  page(page = {}) {
    return { epoch: this.epoch, head: this.head, cursor: `c${++this.cursors}`, more: false, last_mid: this.lastMid, last_key: this.lastKey, scopes: [], changes: [], ...page }
  }
}

/** An error body. @param {number} status @param {string} code @param {object} [more] @param {Record<string, string>} [headers] */
export const refusal = (status, code, more = {}, headers = {}) => [status, { code, message: `about ${code}`, retry: 'later', ...more }, headers]

/** A record as it travels. @param {string} collection @param {string} id @param {number} version @param {string[]} scopes @param {object} data */
export const change = (collection, id, version, scopes, data) => ({ collection, id, version, scopes, data })

/** A device with a client on it. */
export class Device {
  wall = Date.parse('2026-03-02T07:58:00.000Z')
  up = 5_000
  /** @type {Set<{ at: number, work: () => void }>} */ timers = new Set()
  chance = 0.5

  /** @param {FakeServer} server @param {{ storage?: any, mistakes?: import('../sync/mistakes.mjs').Mistakes, options?: any }} [parts] */
  static async open(server, { storage = new MemoryStorage(), mistakes, options } = {}) {
    const d = new Device()
    d.server = server
    d.storage = storage
    d.mistakes = mistakes
    d.options = options
    await d.reopen()
    return d
  }

  /** Starts the app again on what its storage holds. */
  async reopen() {
    this.timers.clear()
    const server = /** @type {FakeServer} */ (this.server)
    let n = 0
    this.client = await openClient(mistaken({
      storage: this.storage, server: 'https://doorstep.test/', name: "Nia's phone", platform: 'test', app: '1', fetch: server.fetch,
      now: () => this.wall, monotonic: () => this.up,
      random: bytes => { for (let i = 0; i < bytes.length; i++) bytes[i] = bytes.length === 4 ? (i === 0 ? this.chance * 256 : 0) : (n += 7) % 256 },
      timers: {
        set: (work, ms) => {
          const timer = { at: this.up + ms, work }
          this.timers.add(timer)
          return timer
        },
        clear: timer => { this.timers.delete(timer) },
      }, ...this.options,
    }, this.mistakes))
    return this.client
  }

  /** Time goes by. @param {number} ms */
  async pass(ms) {
    const until = this.up + ms
    for (;;) {
      const due = [...this.timers].filter(t => t.at <= until).sort((a, b) => a.at - b.at)[0]
      const step = (due ? Math.max(due.at, this.up) : until) - this.up
      this.up += step
      this.wall += step
      if (!due) return
      this.timers.delete(due)
      due.work()
      await this.client.idle()
    }
  }

  /** When the next timer goes off, in ms; Infinity: none is set. */
  get due() { return Math.min(...[...this.timers].map(t => t.at)) - this.up }
}

/** A device that is signed in and holds two people, after its first round. @param {{ mistakes?: any, options?: any, storage?: any }} [parts] */
export async function settled(parts) {
  const server = new FakeServer()
  server.pages.push(twoPeople())
  const device = await Device.open(server, parts)
  await device.client.signIn({ identity: 'nia@example.org', password: 'secret' })
  const error = await device.client.sync()
  if (error) throw error
  server.heard.length = 0
  return { server, device, get client() { return device.client } }
}

export const twoPeople = () => ({
  scopes: [{ id: 'pc:ames', op: 'add' }, { id: 'pc:birch', op: 'add' }],
  changes: [
    change('patients', ames, 10, ['pc:ames'], { family_name: 'Ames', access_notes: 'first', phone: null, communication_needs: ['large_print'] }),
    change('patients', birch, 11, ['pc:birch'], { family_name: 'Birch', access_notes: null, phone: null }),
  ],
})

/** Records an edit of somebody's access notes. @param {import('../../pb_public/shared/sync/client.js').Client} client @param {string} text @param {any} [seen] */
export const edit = (client, text, seen) => client.record([{ op: 'update', collection: 'patients', id: seen?.id ?? ames, seen, set: { access_notes: text } }])
/** @param {import('../../pb_public/shared/sync/client.js').Client} client @param {string} [id] */
export const notes = (client, id = ames) => client.view('patients', id)?.values.access_notes
