// @ts-check
// Today's round: what is planned for me, in the order of the day, and what is still open from before.
import { day } from '../../shared/ui/format.js'

/**
 * A visit or a check-in as the phone shows it.
 * @typedef {{ id: string, patient: string, staff?: string | null, team?: string | null, status?: string | null,
 *   planned_start?: string | null, planned_end?: string | null, started_at?: string | null, ended_at?: string | null,
 *   happened_at?: string | null, [field: string]: any }} Contact
 */

/** @typedef {{ contact: Contact, state: 'late' | 'now' | 'due' | 'done', at: string }} Stop */

const open = new Set(['planned', 'in_progress', null, undefined, ''])

/** Whether a contact still has to be done. @param {Contact} c */
export const isOpen = c => (c.happened_at ? false : open.has(c.status))

/**
 * Mine, and what nobody of my team has taken.
 * @param {Contact} c @param {{ staff: string, teams: string[] }} me
 */
export const isMine = (c, me) => c.staff === me.staff || (!c.staff && !!c.team && me.teams.includes(c.team))

/**
 * What still stands of contacts: what was planned for somebody who died is not to be done any more.
 * @template {Contact} C @param {C[]} contacts @param {(id: string) => { died_on?: string | null } | null | undefined} person
 */
export const standing = (contacts, person) => contacts.filter(c => !isOpen(c) || !person(c.patient)?.died_on)

/** For so many days it stands on Today that somebody died. */
const toldFor = 28

/**
 * Who of the people on this phone died lately, the last first: everybody who has them must know.
 * @template {{ id: string, died_on?: string | null }} P @param {P[]} people @param {number} now ms
 */
export function deaths(people, now) {
  const since = day(now - toldFor * 86400000)
  return people.filter(p => p.died_on && p.died_on >= since).sort((a, b) => ((a.died_on ?? '') < (b.died_on ?? '') ? 1 : -1))
}

/** When a contact that is not open any more was over, as far as is known. @param {Contact} c */
const endOf = c => c.ended_at ?? c.happened_at ?? c.planned_start ?? c.started_at ?? ''

/**
 * The stops of a day in the order in which they are planned; what is late from earlier days comes
 * first, because somebody still waits. What was done today stays at the end, so that the day can be seen.
 * @param {Contact[]} contacts visits or check-ins
 * @param {{ staff: string, teams: string[] }} me
 * @param {number} now ms
 * @returns {Stop[]}
 */
export function round(contacts, me, now) {
  const today = day(now), longAgo = new Date(now - 2 * 86_400_000).toISOString()
  /** @type {Stop[]} */
  const stops = []
  for (const c of contacts) {
    if (!isMine(c, me) || (!isOpen(c) && endOf(c) < longAgo)) continue // months of them: no calendar is asked
    const at = c.planned_start ?? c.started_at ?? c.happened_at ?? ''
    if (!at) continue
    const on = day(at)
    if (isOpen(c)) {
      if (on > today) continue
      const end = Date.parse(c.planned_end ?? at)
      const state = c.status === 'in_progress' ? 'now' : on < today || end < now ? 'late' : 'due'
      stops.push({ contact: c, state, at })
    } else if (day(endOf(c)) === today) {
      stops.push({ contact: c, state: 'done', at })
    }
  }
  const order = { now: 0, late: 1, due: 2, done: 3 }
  return stops.sort((a, b) => order[a.state] - order[b.state]
      || (a.at < b.at ? -1 : a.at > b.at ? 1 : a.contact.id < b.contact.id ? -1 : 1))
}

/**
 * The planned visit of today that somebody at this person's door records: under way first, else the one that is planned
 * nearest to now. Null where there is none of mine, or of my team's that nobody has.
 * @param {Contact[]} contacts @param {string} patient @param {{ staff: string, teams: string[] }} me @param {number} now ms
 * @returns {Contact | null}
 */
export function plannedToday(contacts, patient, me, now) {
  const far = (/** @type {Contact} */ c) => (c.status === 'in_progress' ? -1 : Math.abs(Date.parse(c.planned_start ?? '') - now))
  return contacts.filter(c => c.patient === patient && isOpen(c) && isMine(c, me) && c.planned_start && day(c.planned_start) === day(now))
    .sort((a, b) => far(a) - far(b) || (a.id < b.id ? -1 : 1))[0] ?? null
}

/**
 * The next visits of a person, whoever makes them: the first that is planned and not over, and what begins with it, such as the
 * visit of whoever goes along. Without the one that is shown already.
 * @param {Contact[]} contacts @param {string} patient @param {number} now ms @param {string} [shown] its id
 * @returns {Contact[]} none where none is known on this phone
 */
export function nextPlanned(contacts, patient, now, shown = '') {
  const ahead = contacts.filter(c => c.patient === patient && c.id !== shown && c.status === 'planned'
    && Date.parse(c.planned_end ?? c.planned_start ?? '') >= now)
  const first = Math.min(...ahead.map(c => Date.parse(c.planned_start ?? '')))
  return ahead.filter(c => Date.parse(c.planned_start ?? '') === first).sort((a, b) => (a.id < b.id ? -1 : 1))
}

/**
 * The days ahead with how many stops each has, for a volunteer's week.
 * @param {Contact[]} contacts @param {{ staff: string, teams: string[] }} me @param {number} now @param {number} [days]
 */
export function week(contacts, me, now, days = 7) {
  return Array.from({ length: days }, (_, i) => {
    const at = now + i * 86400000
    return { day: day(at), at, stops: contacts.filter(c => isMine(c, me) && isOpen(c) && c.planned_start
          && day(c.planned_start) === day(at))
      .sort((a, b) => ((a.planned_start ?? '') < (b.planned_start ?? '') ? -1 : 1)) }
  })
}
