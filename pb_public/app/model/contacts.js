// @ts-check
// On which lists of people to keep in touch with somebody is, and when they are to be seen next, by what this phone holds. The
// desk reckons by the same cases (internal/plan/contact.go, internal/plan/testdata/contacts.json).
import { day } from '../../shared/ui/format.js'
import { startOf } from './duplicates.js'

/** @typedef {any} Rec a record with its id, as the phone shows it */
/** @typedef {{ at: string, staff: string }} Contact somebody was seen */
/**
 * How somebody stands on a list; due: '' where this phone cannot know.
 * @typedef {{ name: string, every: number, last: Contact | null, due: string, state: 'overdue' | 'due' | 'later' | '' }} Standing
 */

const soon = 7

/** So many days later. @param {string} date @param {number} days */
const later = (date, days) => new Date(Date.parse(`${date}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

/**
 * The last day on which somebody is to be contacted.
 * @param {string} last a moment, '' = never @param {string} since @param {number} every days
 */
export const nextContact = (last, since, every) => later(last ? day(last) : since, every)

/** @param {string} due @param {string} today @param {number} every @returns {'overdue' | 'due' | 'later'} */
export const contactState = (due, today, every) =>
  due < today ? 'overdue' : due > later(today, Math.min(soon, Math.floor(every / 2))) ? 'later' : 'due'

/**
 * How a person stands on the lists that their record names.
 * @param {Rec} person
 * @param {{ visits: readonly Rec[], checkins: readonly Rec[] }} held
 * @param {(team: string) => string} serviceOf the organisation of a team, '' = not known
 * @param {{ limited: boolean, now: number }} by who reads only what is safe to share holds no visits
 * @returns {Standing[]}
 */
export function standingOf(person, held, serviceOf, { limited, now }) {
  const lists = (limited ? person.shared_lists : person.contact_lists) ?? []
  return lists.map((/** @type {any} */ l) => {
    const known = !limited || l.service, every = l.every_days
    const last = known ? lastContact(person.id, held, l.service ? serviceOf : null, l.service, now) : null
    const due = known ? nextContact(last?.at ?? '', l.since, every) : ''
    return { name: l.name, every, last, due, state: due && contactState(due, day(now), every) }
  }).sort((/** @type {Standing} */ a, /** @type {Standing} */ b) => (a.due < b.due ? -1 : a.due > b.due ? 1 : a.name < b.name ? -1 : 1))
}

/**
 * When somebody was seen last: at a visit, or at a check-in; of a voluntary service's list only by its own people.
 * @param {string} patient @param {{ visits: readonly Rec[], checkins: readonly Rec[] }} held
 * @param {((team: string) => string) | null} serviceOf @param {string} service @param {number} now
 * @returns {Contact | null}
 */
function lastContact(patient, { visits, checkins }, serviceOf, service, now) {
  /** @type {Contact | null} */ let last = null
  const take = (/** @type {string} */ at, /** @type {Rec} */ r) => {
    if (at && Date.parse(at) <= now && !(last && last.at >= at)) last = { at, staff: r.staff ?? r.author ?? '' }
  }
  for (const c of checkins) {
    if (c.patient === patient && c.seen === true && (!serviceOf || serviceOf(c.team ?? '') === service)) take(c.happened_at ?? '', c)
  }
  if (!serviceOf) for (const v of visits) if (v.patient === patient && v.status === 'completed') take(startOf(v), v)
  return last
}
