// @ts-check
// Where a handover can go: only teams that can answer it. Who has closed, has no inbox or works elsewhere is not offered as if
// they could.
import { day } from '../../shared/ui/format.js'
import { inOrder } from '../../shared/ui/words.js'

/** @typedef {any} Rec a record with its id, as the phone shows it */
/** @typedef {{ id: string, name: string, phone: string, kind: string, byPhone: boolean }} Destination a team */
/**
 * The person's practice.
 * @typedef {object} Practice
 * @property {string} name "" where none is known
 * @property {string} team its inbox, as the server finds it; "" for none
 * @property {string} phone "" where it cannot answer
 * @property {'' | 'none' | 'closed' | 'no_inbox'} why it cannot answer; "" where it can
 */

/**
 * Whether an organisation takes anything today, as the server decides it.
 * @param {Rec | null | undefined} organisation @param {number} now ms
 */
export const isOpen = (organisation, now) => !organisation?.closed_on || organisation.closed_on.slice(0, 10) > day(now)

/**
 * @param {object} of what this phone knows
 * @param {Rec[]} of.teams @param {Rec[]} of.organisations @param {Rec} of.patient
 * @param {readonly string[]} of.mine ids of one's own teams @param {number} of.now ms
 * @returns {{ practice: Practice, teams: Destination[] }}
 */
export function destinations({ teams, organisations, patient, mine, now }) {
  const orgs = new Map(organisations.map(o => [o.id, o]))
  const areas = new Set(teams.filter(t => mine.includes(t.id)).map(t => t.neighbourhood).filter(Boolean))
  const own = patient.practice ? orgs.get(patient.practice) : null
  const inboxes = teams.filter(t => t.kind === 'practice' && t.organisation === patient.practice)
  const why = !own ? 'none' : !isOpen(own, now) ? 'closed' : !inboxes.length ? 'no_inbox' : ''
  return {
    practice: { name: own?.name ?? '', team: inboxes.map(t => t.id).sort()[0] ?? '',
      phone: why ? '' : own?.phone || inboxes.find(t => t.phone)?.phone || '', why },
    teams: teams.filter(t => t.kind !== 'safeguarding' && !mine.includes(t.id) && isOpen(orgs.get(t.organisation), now))
      .filter(t => !t.neighbourhood || !areas.size || areas.has(t.neighbourhood))
      .filter(t => !(t.kind === 'practice' && t.organisation === patient.practice)) // it stands there as the person's practice
      .map(t => ({ id: t.id, name: t.name ?? '', phone: t.phone || orgs.get(t.organisation)?.phone || '', kind: t.kind ?? '',
        byPhone: t.route === 'phone' }))
      .sort((a, b) => inOrder(a.name, b.name)),
  }
}

/**
 * What a person said about sharing with a voluntary service: the last word counts, as on the server (internal/access, Consented).
 * @param {Rec} patient @param {string} service its organisation @param {number} now ms
 * @returns {'yes' | 'no' | 'unasked'}
 */
export function consentTo(patient, service, now) {
  if (patient.objection) return 'no'
  const last = (Array.isArray(patient.consent) ? patient.consent : []).filter((/** @type {any} */ c) => c.service === service).at(-1)
  if (!last) return 'unasked'
  return last.given && !(last.expires && last.expires.slice(0, 10) < day(now)) ? 'yes' : 'no'
}

/**
 * The list of what a person said, with one word more.
 * @param {Rec} patient @param {{ service: string, given: boolean, by: string, how: string, at: string }} word
 */
export const withConsent = (patient, word) => [...(Array.isArray(patient.consent) ? patient.consent : []), word]
