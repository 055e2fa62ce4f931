// @ts-check
// People on this phone: finding one by what a nurse would type, and what to know before the door opens.
import { ageAt, score } from '../../shared/ui/news2.js'
import { day, personName } from '../../shared/ui/format.js'
import { inOrder } from '../../shared/ui/words.js'
import { anyScored } from '../../shared/ui/readings.js'
import { cannotBeRead } from '../../shared/ui/unreadable.js'

/** @typedef {any} Rec a record with its id, as the phone shows it */

/** Letters without accents and case, so that "siân" finds SIAN. @param {string} text */
const plain = text => text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase()

/**
 * An index for searching: made once for a list of people, asked at each key.
 * @param {Rec[]} people
 */
export function index(people) {
  const rows = people.map(p => ({ person: p, name: personName(p),
        text: plain([p.family_name, p.given_name, p.preferred_name, p.postcode, p.address].filter(Boolean).join(' ')),
    digits: String(p.nhs_number ?? '') })).sort((a, b) => inOrder(a.name, b.name))
  return {
    all: rows.map(r => r.person),
    /**
     * People whose names, postcode or address have each word typed; digits look into the NHS number as well.
     * @param {string} typed @returns {Rec[]}
     */
    find(typed) {
      const wanted = plain(typed).split(/\s+/).filter(Boolean)
      if (!wanted.length) return this.all
      const digits = typed.replace(/\D/g, '')
      return rows.filter(r => wanted.every(w => r.text.includes(w)) || (digits.length > 2 && r.digits.includes(digits))).map(r => r.person)
    },
  }
}

/**
 * The sets of readings of a person, newest first, without those that a correction replaced.
 * @param {Rec[]} observations of one person
 */
export function sets(observations) {
  const replaced = new Set(observations.map(o => o.replaces).filter(Boolean))
  return observations.filter(o => !replaced.has(o.id) && o.taken_at)
    .sort((a, b) => (a.taken_at < b.taken_at ? 1 : a.taken_at > b.taken_at ? -1 : a.id < b.id ? 1 : -1))
}

/** What NEWS2 needs to know about a person. @param {Rec} patient @param {string | number} at */
export function forScore(patient, at) {
  return { age: ageAt(patient.date_of_birth, day(at)), pregnant: patient.pregnant ?? null, scale: patient.spo2_scale?.scale === 2 ? 2 : 1 }
}

/**
 * The score of a set: the server's where it has come, else the phone's own; null for one that holds nothing NEWS2 scores.
 * @param {Rec} set @param {Rec} patient @returns {import('../../shared/ui/news2.js').Score | null}
 */
export function scoreOf(set, patient) {
  return set.news2 ?? (anyScored(set) ? scored(set, patient, set.taken_at) : null)
}

/**
 * Readings as the server scores them: where it has a scale of the person that nobody can read, on the graver of the two.
 * @param {import('../../shared/ui/news2.js').Readings} taken @param {Rec} patient @param {string | number} at
 */
export function scored(taken, patient, at) {
  const facts = forScore(patient, at), own = score(taken, facts)
  const other = cannotBeRead(patient, 'spo2_scale') ? score(taken, { ...facts, scale: 2 }) : own
  return other.floor_total > own.floor_total ? other : own
}

/** How old what the phone shows is: fresh, amber after a day, red after three. @param {string | null} synced @param {number} now */
export function freshness(synced, now) {
  if (!synced) return 'red'
  const hours = (now - Date.parse(synced)) / 3600000
  return hours >= 72 ? 'red' : hours >= 24 ? 'amber' : 'fresh'
}
