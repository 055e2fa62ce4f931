// One seeded run: several clients against the real server on a bad day, then healing, then the reckoning. The checks are
// those of the Go simulator, as far as a client can break them.
import { Chance } from './chance.mjs'
import { text } from './mistakes.mjs'
import { Phone } from './phone.mjs'
import { reckon } from './reckon.mjs'

const patience = 11 * 60_000 // longer than any phone waits before it tries again

export class World {
  elapsed = 0
  began = Date.now()
  healing = false
  serial = 0
  /** @type {string[]} */ failures = []
  /** @type {string[]} */ story = []
  /** @type {Record<string, number>} */ counts = {}
  /** @type {Phone[]} */ phones = []
  /** @type {Phone | null} the one that was backed up */ lucky = null
  #told = 0
  /** @type {any[]} requests the network holds back */ late = []
  /** @type {Map<string, string>} what each change said when it was first sent, by key */ sent = new Map()
  /** @type {{ key: string, collection: string, id: string, field: string, value: string, saw: any }[]} */ values = []
  /** @type {Set<string>} changes that went down with a phone that was put back to a backup */ excused = new Set()

  /**
   * @param {import('../stand/stand.mjs').Stand} stand @param {number} seed
   * @param {import('./mistakes.mjs').Mistakes} [mistakes]
   * @param {{ digests?: boolean }} [options] digests: phones compare what they hold once a day, which heals what a pull missed
   */
  constructor(stand, seed, mistakes = {}, { digests = true } = {}) {
    this.stand = stand
    this.seed = seed
    this.mistakes = mistakes
    this.digestEvery = digests ? 24 * 3600_000 : Infinity
    this.chance = new Chance(seed)
    this.restores = seed % 6 === 0
    this.copies = seed % 4 === 1
  }

  /** @param {{ steps?: number }} [options] */
  async run({ steps = 45 } = {}) {
    await this.stand.reset()
    for (const name of ['nia', 'ned', 'sam', 'lea', 'val']) this.phones.push(new Phone(this, name, name))
    if (this.chance.in100(50)) this.phones.push(new Phone(this, 'nia-2', 'nia'))
    if (this.chance.in100(50)) this.phones.push(new Phone(this, 'sue', 'sue'))
    for (const p of this.phones) {
      await p.open()
      await p.signIn()
    }
    for (let i = 0; i < steps && this.failures.length === 0; i++) {
      if (i === Math.floor(steps / 3)) await this.#backups()
      if (i === Math.floor(steps * 2 / 3)) await this.#restores()
      await this.act()
      await this.pass(this.chance.below(6_000))
    }
    if (this.failures.length === 0) await this.heal()
    if (this.failures.length === 0) await reckon(this)
    for (const p of this.phones) await p.client?.stop()
    return this
  }

  /** One phone alone, signed in and filled. @param {string} who */
  async one(who) {
    await this.stand.reset()
    const phone = new Phone(this, who, who)
    this.phones.push(phone)
    await phone.open()
    await phone.signIn()
    await phone.client.sync()
    return { phone, patient: phone.people()[0].id }
  }

  reckon() { return reckon(this) }

  async #backups() {
    if (this.restores) await this.stand.backup('night')
    if (!this.copies) return
    this.lucky = this.chance.pick(this.phones)
    this.lucky.backup()
  }

  async #restores() {
    if (this.restores) {
      this.note('server', 'restored from a backup')
      this.count('server restored')
      await this.stand.restore('night')
    }
    if (!this.lucky) return
    this.note(this.lucky.name, 'restored from a backup')
    this.count('phone restored')
    await this.lucky.restore()
  }

  /** Time goes by, for the server too, and timers go off. @param {number} ms */
  async pass(ms) {
    this.elapsed += ms
    if (this.elapsed - this.#told > 5_000) { // what is less a phone takes for the way
      this.#told = this.elapsed
      await this.stand.clock(this.elapsed)
    }
    for (const p of this.phones) {
      await p.revive()
      await p.tick()
    }
  }

  /** Nobody writes any more and everything works: what is unsent must arrive by the clients' own timers. */
  async heal() {
    this.note('world', '═══ healing ═══')
    this.healing = true
    for (const parcel of this.late.splice(0)) await this.#deliver(parcel)
    for (let i = 0; i < 14; i++) {
      await this.pass(patience)
      if (i === 1) await this.stand.settle()
      const busy = this.phones.some(p => p.client.debugState().outbox.length > 0 || p.client.debugState().staged > 0 || p.client.needsSignIn)
      if (!busy && i > 2) return
    }
    for (const p of this.phones) {
      const { outbox } = p.client.debugState()
      if (outbox.length > 0) this.fail(`${p.name} still has ${outbox.length} changes in its outbox (needs sign-in: ${p.client.needsSignIn}, directive ${p.client.directive || 'none'}, ${p.client.status().error})`)
    }
  }

  // —— the network

  /** Decides the fate of one request of a phone. @param {Phone} phone @param {string} address @param {RequestInit} init */
  async carry(phone, address, init) {
    const url = new URL(address)
    const what = url.pathname.split('/').at(-1) ?? ''
    if (what === 'stream') return new Response('', { status: 503 }) // nothing nudges: only its own timer moves a client
    const parcel = { phone, what, url: String(url), init: { method: init.method, headers: init.headers, body: init.body } }
    const roll = this.healing ? 1000 : this.chance.below(1000)
    const lost = (/** @type {string} */ why) => {
      this.note(phone.name, `${what} ✗ ${why}`)
      this.count('lost')
      return new TypeError('fetch failed')
    }
    if (roll < 50) throw lost('request lost')
    if (roll < 120) {
      await this.#deliver(parcel)
      throw lost('reply lost')
    }
    if (roll < 160) {
      const first = await this.#deliver(parcel)
      const second = await this.#deliver(parcel)
      this.note(phone.name, `${what} arrived twice`)
      return this.#hand(phone, what, this.chance.in100(50) ? first : second)
    }
    if (roll < 190) {
      this.late.push(parcel)
      throw lost('held up on the way')
    }
    if (roll < 192) {
      if (roll === 191) await this.#deliver(parcel)
      this.note('server', 'killed and started')
      this.count('server killed')
      await this.stand.restart()
      throw lost(roll === 191 ? 'reply lost, server down' : 'server down')
    }
    if (roll < 202) return new Response('<html>upstream', { status: 503, headers: { 'Retry-After': '20' } })
    const answer = await this.#deliver(parcel)
    if (roll < 212) {
      this.note(phone.name, `${what} ✗ answer cut short`)
      return new Response(answer.text.slice(0, answer.text.length / 2), { status: answer.status })
    }
    if (what === 'push' && roll < 300) {
      this.count('written while a push was under way')
      await this.#visit(phone)
    }
    return this.#hand(phone, what, answer)
  }

  /** Hands an answer to the phone. @param {Phone} phone @param {string} what @param {{ status: number, text: string, headers: Headers }} answer */
  #hand(phone, what, { status, text, headers }) {
    if (status === 200 && ['pull', 'push', 'hello'].includes(what)) phone.heard = { what, body: JSON.parse(text) }
    if (status === 409 || status === 410) this.count(JSON.parse(text).code)
    return new Response(text, { status, headers })
  }

  /** Brings a request to the server, and listens. @param {any} parcel */
  async #deliver({ phone, what, url, init }) {
    if (what === 'push') await this.#listen(phone, init)
    const answer = await fetch(url, init)
    const text = await answer.text()
    if (answer.status >= 500 && answer.status !== 503) this.fail(`${what} of ${phone.name} answered ${answer.status}: ${text}`)
    if (answer.status >= 400) this.note('server', `${phone.name}: ${what} ${answer.status} ${text.slice(0, 90)}`)
    if (what === 'push' && answer.ok) {
      this.note('server', `${phone.name}: ` + JSON.parse(text).results.map(r => `${r.key.slice(-5)} ${r.status}${r.replayed ? ' (again)' : ''}`).join(', '))
      for (const r of JSON.parse(text).results) if (!r.replayed) this.count(r.status)
    }
    return { status: answer.status, text, headers: answer.headers }
  }

  /** A change says the same whenever it is sent, and what its author saw. @param {Phone} phone @param {RequestInit} init */
  async #listen(phone, init) {
    for (const { mid, key, ...content } of JSON.parse(await text(init)).mutations) {
      const said = JSON.stringify(content)
      const before = this.sent.get(key)
      this.sent.set(key, said)
      if (before !== undefined && before !== said) this.fail(`${phone.name} sent change ${key} (mid ${mid}) again and said something else`)
      if (!phone.recorded.has(key) && !this.excused.has(key)) this.fail(`${phone.name} sent change ${key}, which nobody recorded`)
      if (before === undefined) content.ops.forEach((op, i) => this.#honest(phone, op, phone.saw.get(key)?.[i]?.seen))
    }
  }

  /** An edit says what its author saw, and no newer base. @param {Phone} phone @param {any} op @param {any} seen */
  #honest(phone, op, seen) {
    if (!seen || op.op === 'create' || op.op === 'resolve') return
    for (const [field, was] of Object.entries(op.was ?? {})) {
      const shown = seen.values[field] ?? null
      if (JSON.stringify(was) !== JSON.stringify(shown)) this.fail(`${phone.name} says ${field} of ${op.id} was ${JSON.stringify(was)}; the screen showed ${JSON.stringify(shown)}`)
    }
    const [epoch, version] = (op.base ?? '').split('.'), [seenEpoch, seenVersion] = seen.base.split('.')
    if (op.base && (seen.base === '' || (epoch === seenEpoch && Number(version) > Number(seenVersion)))) this.fail(`${phone.name} names base ${op.base} for ${op.id}, of which ${seen.base || 'nothing'} was seen`)
  }

  // —— what people do

  async act() {
    const { chance } = this
    const phone = chance.pick(this.phones)
    const roll = chance.below(100)
    if (roll < 10) return this.#reassign()
    if (roll < 13) {
      this.note(phone.name, '† killed')
      this.count('killed')
      return phone.open()
    }
    if (roll < 17 && this.late.length > 0) return void await this.#deliver(this.late.splice(chance.below(this.late.length), 1)[0])
    if (roll < 25) return this.pass(chance.below(4) * 60_000)
    if (phone.client.staff === '') return
    if (phone.name === 'val') return this.#checkin(phone)
    if (roll < 40) return this.#visit(phone)
    const person = this.#person(phone)
    if (!person) return
    const visit = chance.pick(phone.visitsOf(person).slice(-3))
    if (roll < 58) return phone.save('person', person, this.#someOf({ access_notes: 50, family_name: 15, phone: 40, address: 20 }))
    if (roll < 64) return void phone.forms.push(person, ...(visit ? [visit] : []))
    if (roll < 74 && phone.forms.length > 0) {
      const form = chance.pick(phone.forms)
      return phone.save('old form', form, { [form.collection === 'visits' ? 'note' : 'access_notes']: this.unique('old form') })
    }
    if (roll < 84 && visit) return phone.save('note', visit, { note: this.unique('note') })
    if (roll < 88 && visit) return phone.record('withdraws', [{ op: 'retract', collection: 'visits', id: visit.id }])
    if (roll < 92) {
      return phone.record('needs', [{ op: chance.in100(60) ? 'add' : 'remove', collection: 'patients', id: person.id, field: 'communication_needs', values: [chance.pick(['large_print', 'interpreter', 'easy_read'])] }])
    }
    if (roll < 95) {
      return phone.record('impossible readings', [{ op: 'create', collection: 'observations', set: { patient: person.id, taken_at: new Date(phone.now()).toISOString(), systolic: 1290, pulse: 70, colour: this.unique('pale') } }])
    }
    const issue = chance.pick(phone.client.issues())
    if (issue) return this.#decide(phone, issue)
  }

  /** A person of this phone; mostly the same few, so that people meet. @param {Phone} phone */
  #person(phone) {
    const people = phone.people()
    return people.length === 0 ? null : this.chance.pick(this.chance.in100(70) ? people.slice(0, 2) : people)
  }

  /** @param {Phone} phone */
  async #visit(phone) {
    const person = this.#person(phone)
    if (!person || phone.name === 'val') return
    const id = phone.client.newID()
    const at = new Date(phone.now()).toISOString()
    await phone.record('visit', [
      { op: 'create', collection: 'visits', id, set: { patient: person.id, status: 'completed', started_at: at, ended_at: at, note: this.unique('visit note') } },
      { op: 'create', collection: 'observations', set: { patient: person.id, visit: id, taken_at: at, respiration_rate: 14 + this.chance.below(12), spo2: 97, on_oxygen: false, systolic: 120, pulse: 72, acvpu: 'A', temperature: 36.6 } },
    ])
  }

  /** @param {Phone} phone */
  async #checkin(phone) {
    const person = this.#person(phone)
    if (!person) return
    await phone.record('check-in', [{ op: 'create', collection: 'checkins', set: { patient: person.id, staff: phone.staff.id, happened_at: new Date(phone.now()).toISOString(), seen: true, wellbeing: 'well', concern: this.chance.in100(30) ? this.unique('concern') : null } }])
  }

  /** @param {Phone} phone @param {any} issue */
  async #decide(phone, issue) {
    const { kind, field, policy } = issue.values
    const text = ['access_notes', 'note', 'family_name', 'phone', 'address'].includes(field)
    if (kind === 'conflict' && policy !== 'retract' && !text) return
    const set = kind === 'conflict' ? (policy === 'retract' ? { retract: this.chance.in100(50) } : { [field]: this.unique('decided') }) : {}
    await phone.record('decides', [{ op: 'resolve', issue: issue.id, set }])
  }

  /** @param {Record<string, number>} chances in 100, by field */
  #someOf(chances) {
    const set = Object.fromEntries(Object.entries(chances).filter(([, percent]) => this.chance.in100(percent)).map(([field]) => [field, this.unique(field)]))
    return Object.keys(set).length > 0 ? set : { access_notes: this.unique('access_notes') }
  }

  /** A lead moves people through the pages' API. */
  async #reassign() {
    const { stand, chance } = this
    const patient = chance.pick(Object.values(stand.patients))
    const teams = { lea: 'north', lou: 'south' }
    const lead = chance.pick(['lea', 'lou'])
    const other = lead === 'lea' ? 'lou' : 'lea'
    const mine = { team: stand.teams[teams[lead]] }, theirs = { team: stand.teams[teams[other]] }
    try {
      if (chance.in100(50)) await stand.care(lead, 'POST', '/caseload/move', { patients: [patient], from: mine, to: theirs, reason: 'moved house' })
      else await stand.care(lead, 'POST', '/caseload', { patient, ...(chance.in100(60) ? mine : { staff: stand.staff.sue.id }), reason: 'cover' })
      this.note('desk', `${lead} moves ${patient.slice(-5)}`)
      this.count('reassigned')
    } catch (e) {
      if (!(e.status >= 400 && e.status < 500)) throw e
      this.note('desk', `${lead} may not move ${patient.slice(-5)}: ${e.message.slice(0, 140)}`)
    }
  }

  // —— the books

  /** Notes what somebody wrote, to look for it at the end. @param {Phone} phone @param {string} key @param {string} id @param {any} op @param {any} saw */
  wrote(phone, key, id, op, saw) {
    const { collection, at } = op.op === 'resolve' ? { collection: saw?.collection, at: saw?.id } : { collection: op.collection, at: id }
    if (!op.set || !collection) return
    for (const [field, value] of Object.entries(op.set)) {
      if (typeof value === 'string' && value.includes('#')) this.values.push({ key, collection, id: at, field, value, saw: saw?.values[field] ?? null })
    }
  }

  /** A text nobody else writes in this run. @param {string} what */
  unique(what) { return `${what} #${++this.serial}.` }

  /** @param {string} who @param {string} what */
  note(who, what) { this.story.push(`${(this.elapsed / 1000).toFixed(1).padStart(8)} s  ${who.padEnd(7)} ${what}`) }
  /** @param {string} what */
  fail(what) {
    this.failures.push(what)
    if (this.failures.length < 4) this.note('✗✗', what)
  }
  /** @param {string} what */
  count(what) { this.counts[what] = (this.counts[what] ?? 0) + 1 }

  report() {
    return [`seed ${this.seed} failed:`, ...this.failures.slice(0, 12).map(f => '  - ' + f), '', ...this.story.slice(-90), '',
      `replay: cd e2e && SEED=${this.seed} node --test sync/faults.test.mjs`].join('\n')
  }
}
