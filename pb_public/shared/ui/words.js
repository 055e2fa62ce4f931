// @ts-check
// Every sentence the pages show comes from a file of words, and so does the language that plurals, dates and the order
// of names follow: a second language has files of its own, named here and in the words.js of the desk and the practices.
// `fill` puts values into its gaps.
import { words as enGB } from '../words/en-GB.js'

/** The words in use. */
export const words = enGB

if (typeof document !== 'undefined') document.documentElement.lang = words.locale

/** One form for each way in which a language counts. @typedef {{ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>} Forms */

const plurals = new Intl.PluralRules(words.locale)
const collator = new Intl.Collator(words.locale)

/** The order of two names or sentences in this language, for sorting. @param {string} a @param {string} b */
export const inOrder = (a, b) => collator.compare(a, b)

/**
 * Fills the gaps of a sentence: fill('{n} not sent', { n: 3 }) is '3 not sent'.
 * A gap that gets no value stays visible: better odd than silently empty.
 * @param {string} sentence
 * @param {Record<string, string | number>} values
 * @returns {string}
 */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (gap, name) => (name in values ? String(values[name]) : gap))
}

/**
 * Chooses the form for a number by the rules of the language: in English count(1, words.app.visits) takes `one` and every
 * other number `other`. {n} in it is the number.
 * @param {number} n
 * @param {Forms} forms
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function count(n, forms, values = {}) {
  return fill(forms[plurals.select(n)] ?? forms.other, { n, ...values })
}

/**
 * The word for a coded value; the code itself, made readable, where there is none yet: a newer
 * server may know codes that this page does not.
 * @param {Record<string, string>} table
 * @param {string | null | undefined} code
 * @returns {string}
 */
export function word(table, code) {
  if (code === null || code === undefined || code === '') return ''
  return table[code] ?? code.replaceAll('_', ' ')
}
