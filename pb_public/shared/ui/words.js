// @ts-check
// Every sentence the pages show comes from one file of words, so that a second language is a second
// file. `words` is that file; `fill` puts values into its gaps.
import { words as enGB } from '../words/en-GB.js'

/** The words in use. */
export const words = enGB

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
 * Chooses the form for a number: count(1, words.app.visits) takes `one`, every other number `many`,
 * and {n} in it is the number.
 * @param {number} n
 * @param {{ one: string, many: string }} forms
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function count(n, forms, values = {}) {
  return fill(n === 1 ? forms.one : forms.many, { n, ...values })
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
