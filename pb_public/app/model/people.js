// @ts-check
// People on this phone: finding one by what a nurse would type, and what to know before the door opens.
import { ageAt, score } from '../../shared/ui/news2.js'
import { day, moment, personName } from '../../shared/ui/format.js'
import { fold } from '../../shared/ui/fold.js'
import { inOrder, words as said } from '../../shared/ui/words.js'
import { anyScored } from '../../shared/ui/readings.js'
import { cannotBeRead } from '../../shared/ui/unreadable.js'

/** @typedef {any} Rec a record with its id, as the phone shows it */

/** A date as it may be typed: 04/03/1941, 4.3.41, 4 3 1941, 1941-03-04. */
const typedDate = /\b(?:(\d{4})[-./](\d{1,2})[-./](\d{1,2})|(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4}|\d{2}))\b/

/** The digits of a number; a telephone number as it is dialled in this country. @param {string | null | undefined} text */
const digitsOf = text => fold(text).replace(/\D/g, '').replace(/^(00)?440?(?=\d{9})/, '0')

/** 3 February 1944: who is looked for by it may type the month in full or in short. */
const inFull = new Intl.DateTimeFormat(said.locale, { dateStyle: 'long', timeZone: 'UTC' })

/**
 * An index for searching: made once for a list of people, asked at each key.
 * @param {Rec[]} people
 */
export function index(people) {
  const rows = people.map(p => {
    const born = (p.date_of_birth ?? '').slice(0, 10), [y, m, d] = born.split('-'), at = moment(born)
    const words = [p.family_name, p.given_name, p.preferred_name, p.postcode, p.address].map(fold)
    return { person: p, name: personName(p), born, family: words[0], first: words.slice(1, 3),
      text: [...words, ...words.map(w => w.replaceAll(' ', '')), ...at ? [d, m, y, fold(inFull.format(at))] : []].join('\n'),
      numbers: [p.nhs_number, y + m + d, d + m + y, ...(p.phone ?? '').split(/[^\d ()+.-]/)].map(digitsOf).join(' ') }
  }).sort((a, b) => inOrder(a.name, b.name))
  return {
    all: rows.map(r => r.person),
    /**
     * People as they are shown or known: names in any order, date of birth, NHS number, telephone, postcode, address. Whose
     * family name begins like what was typed comes first, then whose other name does.
     * @param {string} typed @returns {Rec[]}
     */
    find(typed) {
      const date = typed.match(typedDate), two = (/** @type {number} */ n) => date?.[n]?.padStart(2, '0') ?? ''
      const bornOn = date && [date[1] ?? date[6], two(2) || two(5), two(3) || two(4)].join('-') // the year may have two digits
      const wanted = fold(date ? typed.replace(date[0], ' ') : typed).split(' ').filter(Boolean)
      if (!date && !wanted.length) return this.all
      const digits = /\p{L}/u.test(typed) ? '' : digitsOf(typed)
      const begins = (/** @type {string} */ name) => wanted.some(w => name.startsWith(w))
      const rank = (/** @type {typeof rows[number]} */ r) => (begins(r.family) ? 0 : r.first.some(begins) ? 1 : 2)
      const apart = !digits || digits.length > 14 // more than one number has
      return rows.filter(r => (digits.length > 2 && r.numbers.includes(digits))
          || ((!bornOn || r.born.endsWith(bornOn)) && wanted.every(w => r.text.includes(w)
            || (apart && w.length > 2 && r.numbers.includes(w)))))
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
