// @ts-check
// People on this phone: finding one by what a nurse would type, and what to know before the door opens.
import { ageAt, score } from '../../shared/ui/news2.js'
import { birth, day, personName } from '../../shared/ui/format.js'
import { fold } from '../../shared/ui/fold.js'
import { inOrder } from '../../shared/ui/words.js'
import { anyScored } from '../../shared/ui/readings.js'
import { cannotBeRead } from '../../shared/ui/unreadable.js'

/** @typedef {any} Rec a record with its id, as the phone shows it */

/** A date as it may be typed: 04/03/1941, 4.3.41, 1941-03-04. */
const typedDate = /\b(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2}))\b/

/**
 * Whether somebody was born on a day that was typed; the year may have two digits.
 * @param {string | null | undefined} born 1941-03-04 @param {RegExpMatchArray} typed
 */
function bornOn(born, typed) {
  const [y, m, d] = (born ?? '').slice(0, 10).split('-')
  const [year, month, day] = typed[1] ? [typed[1], typed[2], typed[3]] : [typed[6], typed[5], typed[4]]
  return Boolean(d) && y.endsWith(year) && Number(m) === Number(month) && Number(d) === Number(day)
}

/**
 * An index for searching: made once for a list of people, asked at each key.
 * @param {Rec[]} people
 */
export function index(people) {
  const rows = people.map(p => {
    const [y, m, d] = (p.date_of_birth ?? '').slice(0, 10).split('-')
    const words = [p.family_name, p.given_name, p.preferred_name, p.postcode, p.address].map(fold)
    return { person: p, name: personName(p), born: p.date_of_birth, family: words[0], first: words.slice(1, 3),
      text: [...words, ...words.map(w => w.replaceAll(' ', '')), fold(birth(p.date_of_birth)), d ? `${d}/${m}/${y}` : ''].join(' '),
      digits: [p.nhs_number, p.phone].map(n => String(n ?? '').replace(/\D/g, '')) }
  }).sort((a, b) => inOrder(a.name, b.name))
  return {
    all: rows.map(r => r.person),
    /**
     * People as they are shown or known: names in any order, date of birth, NHS number, telephone, postcode, address. Whose
     * family name begins like what was typed comes first, then whose other name does.
     * @param {string} typed @returns {Rec[]}
     */
    find(typed) {
      const date = typed.match(typedDate)
      const wanted = fold(date ? typed.replace(date[0], ' ') : typed).split(' ').filter(Boolean)
      if (!date && !wanted.length) return this.all
      const digits = /\p{L}/u.test(typed) ? '' : typed.replace(/\D/g, '')
      const begins = (/** @type {string} */ name) => wanted.some(w => name.startsWith(w))
      const rank = (/** @type {typeof rows[number]} */ r) => (begins(r.family) ? 0 : r.first.some(begins) ? 1 : 2)
      return rows.filter(r => (digits.length > 2 && r.digits.some(n => n.includes(digits)))
          || ((!date || bornOn(r.born, date)) && wanted.every(w => r.text.includes(w))))
        .map((r, i) => ({ r, i, rank: rank(r) })).sort((a, b) => a.rank - b.rank || a.i - b.i).map(({ r }) => r.person)
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
