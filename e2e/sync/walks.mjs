// Walks of several pages, in which people come and go: whatever happens at whatever page, a finished pull leaves the phone
// as a new one. Nothing heals it: no phone here compares what it holds.
import { openClient } from '../../pb_public/shared/sync/client.js'
import { MemoryStorage } from '../../pb_public/shared/sync/storage.js'
import { newPhone, unlike } from './anew.mjs'

/** @typedef {{ at: number, what: string }} Step something that happens before the page of that number is asked for */

/** There and back: what is lost and given again, in whatever way, and what brings the town home after it. */
export const thereAndBack = {
  nia: [
    ['the team loses Calder', 'the team gets Calder'],
    ['the team loses Calder', 'the nurse gets Calder by name', 'the nurse loses Calder by name', 'the team gets Calder'],
    ['the nurse gets Calder by name', 'the team loses Calder', 'the nurse loses Calder by name', 'the team gets Calder'],
    ['cover for an hour begins', 'the cover ends', 'the team gets Calder'],
    ['all are moved away', 'all are moved back'],
    ['the nurse is a support worker', 'the nurse is a nurse'],
    ['the nurse is a volunteer', 'the nurse is a nurse'],
    ['the nurse works elsewhere', 'the nurse works here'],
    ['a visit is found to be of Dunne', 'the visit is found to be of Calder'],
    ['the team loses Calder', "Calder's notes change", 'the team gets Calder'],
    ['the trust is a voluntary service', 'the trust is a trust'],
    ['the team loses Calder', 'the app is killed', 'the team gets Calder'],
  ],
  val: [
    ['Calder withdraws consent', 'Calder consents'],
    ['the volunteer loses Calder', 'the volunteer gets Calder'],
    ['the volunteer loses Calder', "Calder's telephone changes", 'the volunteer gets Calder'],
    ['the service is withdrawn', 'the service is there again'],
  ],
}

export class WalkTown {
  /** @type {Record<string, MemoryStorage>} phones as they stand when nothing has happened: signed in, and holding nothing */ empty = {}
  /** @type {Record<string, MemoryStorage>} and when they hold everybody */ full = {}

  /** @param {import('../stand/stand.mjs').Stand} stand */
  constructor(stand) {
    this.stand = stand
    this.people = ['Birch', 'Calder', 'Dunne'].map(name => stand.patients[name])
    this.happenings = this.#happenings()
  }

  /** Fills the pages and two phones. */
  async settle() {
    const { stand } = this
    const { north, south } = stand.teams
    await stand.exec(`DELETE FROM caseload WHERE team IN ('${north}', '${south}') OR staff IN ('${stand.staff.nia.id}')`)
    for (const patient of this.people) {
      const reason = 'test'
      await stand.save('caseload', { patient, team: north, reason })
      await stand.save('caseload', { patient, team: south, reason, from: this.stamp(-2), to: this.stamp(-1) })
      await stand.save('caseload', { patient, staff: stand.staff.nia.id, reason, from: this.stamp(-2), to: this.stamp(-1) })
      const many = (/** @type {string} */ into, /** @type {string} */ values) => stand.exec(`INSERT INTO ${into} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 45) SELECT ${values} FROM n`)
      await many('visits (id, patient, status, note)', `'01jz0' || substr('${patient}', 15, 6) || printf('%015d', i), '${patient}', 'completed', 'as every day'`)
      await many('checkins (id, patient, staff, happened_at, seen, wellbeing)', `'01jz1' || substr('${patient}', 15, 6) || printf('%015d', i), '${patient}', '${stand.staff.val.id}', '${this.stamp(-1)}', 1, 'well'`)
    }
    await stand.settle()
    this.visit = (await stand.query('SELECT id FROM visits WHERE patient = ? ORDER BY id LIMIT 1', this.people[1]))[0].id
    for (const who of ['nia', 'val']) {
      const storage = new MemoryStorage()
      const client = await newPhone(stand, stand.staff[who], { storage })
      this.empty[who] = storage.snapshot()
      const error = await client.sync()
      if (error) throw error
      this.full[who] = storage.snapshot()
    }
  }

  /** The server's time so many hours from now, as the database writes it. @param {number} hours */
  stamp(hours) { return new Date(Date.now() + hours * 3600_000).toISOString().replace('T', ' ') }

  /** Closes, or opens again, what a holder's caseload says of people. @param {string} holder @param {string[]} people @param {string} to */
  #until(holder, people, to) {
    return this.stand.exec(`UPDATE caseload SET "to" = '${to}' WHERE patient IN (${people.map(p => `'${p}'`)}) AND (team = '${holder}' OR staff = '${holder}')`)
  }

  /**
   * What can happen while a phone walks, by name. Each leaves the town in a state from which any other may follow.
   * @returns {Record<string, () => Promise<unknown>>}
   */
  #happenings() {
    const { stand, people } = this
    const { teams, staff, organisations } = stand
    const [, calder, dunne] = people
    const ends = (/** @type {string} */ holder, /** @type {string[]} */ who) => this.#until(holder, who, this.stamp(0))
    const begins = (/** @type {string} */ holder, /** @type {string[]} */ who) => this.#until(holder, who, '')
    const nurse = (/** @type {object} */ fields) => stand.save('staff', { ...fields }, staff.nia.id)
    const consent = (/** @type {boolean} */ given) => stand.save('patients', { consent: [{ service: organisations.friends, given }] }, calder)
    return {
      'the team loses Calder': () => ends(teams.north, [calder]),
      'the team gets Calder': () => begins(teams.north, [calder]),
      'the nurse loses Calder by name': () => ends(staff.nia.id, [calder]),
      'the nurse gets Calder by name': () => begins(staff.nia.id, [calder]),
      'cover for an hour begins': async () => {
        await this.#until(staff.nia.id, [calder], this.stamp(1))
        await ends(teams.north, [calder])
      },
      'the cover ends': () => ends(staff.nia.id, [calder]),
      'all are moved away': async () => {
        await ends(teams.north, people)
        await begins(teams.south, people)
      },
      'all are moved back': async () => {
        await ends(teams.south, people)
        await begins(teams.north, people)
      },
      'the nurse is a support worker': () => nurse({ role: 'support_worker' }),
      'the nurse is a volunteer': () => nurse({ role: 'volunteer', teams: [teams.friends], organisation: organisations.friends }),
      'the nurse is a nurse': () => nurse({ role: 'district_nurse', teams: [teams.north], organisation: organisations.trust }),
      'the nurse works elsewhere': () => nurse({ teams: [teams.south] }),
      'the nurse works here': () => nurse({ teams: [teams.north] }),
      'Calder withdraws consent': () => consent(false),
      'Calder consents': () => consent(true),
      'the volunteer loses Calder': () => ends(staff.val.id, [calder]),
      'the volunteer gets Calder': () => begins(staff.val.id, [calder]),
      'the service is withdrawn': () => stand.save('organisations', { retracted: this.stamp(0) }, organisations.friends),
      'the service is there again': () => stand.save('organisations', { retracted: '' }, organisations.friends),
      'the trust is a voluntary service': () => stand.save('organisations', { kind: 'voluntary' }, organisations.trust),
      'the trust is a trust': () => stand.save('organisations', { kind: 'community_trust' }, organisations.trust),
      'a visit is found to be of Dunne': () => stand.save('visits', { patient: dunne }, this.visit),
      'the visit is found to be of Calder': () => stand.save('visits', { patient: calder }, this.visit),
      "Calder's notes change": () => stand.save('patients', { access_notes: `changed at ${performance.now()}` }, calder),
      "Calder's telephone changes": () => stand.save('patients', { phone: `01632 960${Math.floor(performance.now()) % 1000}` }, calder),
    }
  }

  /** @param {string} what */
  async happens(what) {
    await this.happenings[what]()
    await this.stand.settle()
  }

  /**
   * A phone walks with things happening on the way. Says what it lacks at the end of any pull; '' for nothing.
   * @param {{ who: string, from: MemoryStorage, rows: number, steps: readonly Step[] }} walk
   */
  async walk({ who, from, rows, steps }) {
    const left = [...steps], storage = from.snapshot()
    let pages = 0
    const fetchPage = async (/** @type {any} */ input, /** @type {any} */ init) => {
      if (!String(input).includes('/pull?')) return fetch(input, init)
      for (; left[0]?.at <= pages; left.shift()) {
        if (left[0].what === 'the app is killed') {
          left.shift()
          throw new TypeError('killed')
        }
        await this.happens(left[0].what)
      }
      pages++
      return fetch(input, init)
    }
    const open = () => openClient({ storage, server: this.stand.url, name: who, platform: 'test', app: '1', pageRows: rows, digestEvery: Infinity, fetch: fetchPage })
    let client = await open()
    for (let killed = 0; killed < 20;) {
      const error = await client.sync()
      if (error) {
        killed++
        client = await open()
        continue
      }
      const wrong = await this.#unlikeANewOne(who, client)
      if (wrong) return `after page ${pages}: ${wrong}`
      if (left.length === 0) return ''
    }
    return 'the pulls never end'
  }

  /** @param {string} who @param {import('../../pb_public/shared/sync/client.js').Client} client */
  async #unlikeANewOne(who, client) {
    const anew = await openClient({ storage: this.empty[who].snapshot(), server: this.stand.url, name: who, platform: 'test', app: '1', digestEvery: Infinity })
    const error = await anew.sync()
    return error ? `a new phone fails: ${error}` : unlike(client, anew)
  }
}

/** @param {readonly Step[]} steps */
export const told = steps => steps.map(s => `before page ${s.at} ${s.what}`).join(', ')
