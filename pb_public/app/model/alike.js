// @ts-check
// Whom of the people on this phone somebody might be, as the server says it in internal/folding, whose table of examples
// holds the two equal. It is for people to look at, and decides nothing.
import { fold } from '../../shared/ui/fold.js'

/** @typedef {any} Rec a person's record as the phone shows it */
/** @typedef {'name' | 'address' | 'date_of_birth' | 'nhs_number' | 'phone'} Part */

/**
 * By what two people might be one; empty where they are not alike.
 * @param {Rec} a @param {Rec} b @returns {Part[]}
 */
export function mightBe(a, b) {
  const number = near(digits(a.nhs_number), digits(b.nhs_number)), born = nearDay(digits(a.date_of_birth), digits(b.date_of_birth))
  const { given, family } = named(a, b), whole = given && family, address = sameAddress(a, b), phone = samePhone(a, b)
  const unknown = !a.date_of_birth || !b.date_of_birth
  const reached = address || phone
  const alike = number === 0 || (whole && (born <= 1 || number === 1 || (unknown && reached)))
    || (born === 0 && (number === 1 || (reached && (given || family)) || (family && !(a.nhs_number && b.nhs_number))))
  return alike ? /** @type {[Part, boolean][]} */ ([['name', given || family], ['address', address], ['date_of_birth', born <= 1],
    ['nhs_number', number <= 1], ['phone', phone]]).filter(p => p[1]).map(p => p[0]) : []
}

/**
 * The people whom one might be, those most alike first.
 * @param {Rec} person @param {Rec[]} people @returns {{ person: Rec, by: Part[] }[]}
 */
export const alikeOf = (person, people) => people.filter(p => p.id !== person.id).map(p => ({ person: p, by: mightBe(person, p) }))
  .filter(m => m.by.length).sort((x, y) => y.by.length - x.by.length)

/** @param {string | null | undefined} text */
const digits = text => (text ?? '').normalize('NFKD').replace(/[^0-9]/g, '')

/** Slips between two numbers: 0 and 1 count, 2 is another number, as is one that is not known. @param {string} a @param {string} b */
const near = (a, b) => (a && b ? slips(a, b, 1) : 2)

/** The same of days: day and month exchanged is one slip. @param {string} a @param {string} b */
const nearDay = (a, b) => (a.length !== 8 || b.length !== 8 ? 2
  : a !== b && a === b.slice(0, 4) + b.slice(6) + b.slice(4, 6) ? 1 : slips(a, b, 1))

/** The words of names, and each name as one word. @param {(string | null | undefined)[]} each */
const wordsOf = (...each) => each.flatMap(name => {
  const folded = fold(name)
  return [...folded.split(' '), folded.replaceAll(' ', '')].filter(Boolean)
})

/** Whether given and family names are spelt alike; they may stand in each other's place. @param {Rec} a @param {Rec} b */
function named(a, b) {
  const g1 = wordsOf(a.given_name, a.preferred_name), g2 = wordsOf(b.given_name, b.preferred_name)
  const f1 = wordsOf(a.family_name), f2 = wordsOf(b.family_name), family = anySpelt(f1, f2), given = anySpelt(g1, g2)
  if (!(given && family) && anySpelt(wordsOf(a.given_name), f2) && anySpelt(f1, wordsOf(b.given_name))) return { given: true, family: true }
  return { given: given || (family && (!g1.length || !g2.length)), family }
}

/** @param {string[]} a @param {string[]} b */
const anySpelt = (a, b) => a.some(x => b.some(y => spelt(x, y)))

/** Whether two words are one name but for a slip, or one is the other in short. @param {string} a @param {string} b */
function spelt(a, b) {
  const [x, y] = [...a].length > [...b].length ? [b, a] : [a, b], n = [...x].length
  if (a === b || (n !== 2 && y.startsWith(x))) return true
  return n >= 8 ? slips(x, y, 2) <= 2 : n >= 4 && slips(x, y, 1) <= 1
}

/**
 * Letters that are added, left out, mistaken or exchanged with their neighbour between two words; more than most is most and one.
 * @param {string} one @param {string} other @param {number} most
 */
function slips(one, other, most) {
  const a = [...one], b = [...other]
  if (Math.abs(a.length - b.length) > most) return most + 1
  /** @type {number[][]} */ const rows = [b.map((_, j) => j).concat(b.length)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1)
    }
    rows.push(row)
  }
  return Math.min(rows[a.length][b.length], most + 1)
}

/** @param {Rec} a @param {Rec} b */
function sameAddress(a, b) {
  const joined = (/** @type {string | null | undefined} */ text) => fold(text).replaceAll(' ', '')
  const [x, y] = joined(a.postcode) && joined(b.postcode) ? [a.postcode, b.postcode] : [a.address, b.address]
  return joined(x) !== '' && joined(x) === joined(y)
}

/** The telephone numbers in a field, as they are dialled in this country. @param {string | null | undefined} text */
const phones = text => ((text ?? '').normalize('NFKD').match(/[0-9][0-9()+.\s-]*/g) ?? [])
  .map(n => digits(n).replace(/^(?:0044|44(?=\d{9}))0*/, '0'))

/** @param {Rec} a @param {Rec} b */
const samePhone = (a, b) => phones(a.phone).some(n => phones(b.phone).includes(n))
