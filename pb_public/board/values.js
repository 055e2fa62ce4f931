// @ts-check
// Figures in words: shares in per cent, times as people say them, and what is hidden.
import { duration } from '../shared/ui/format.js'
import { fill, words } from './words.js'

const w = words.board

/**
 * @typedef {object} Cell
 * @property {number | null} n @property {number | null} of @property {number | null} left_out @property {number | null} value
 * @property {number} [low] @property {number} [high] @property {boolean} [more] @property {boolean} [high_more]
 * @property {boolean} [hidden]
 * @property {Record<string, number>} [each]
 */

/** The value that is charted. @param {Cell} cell @param {string} kind */
export const charted = (cell, kind) => (kind === 'time' ? cell.high ?? null : cell.value)

/** A value of a measure, in words. @param {number | null | undefined} value @param {string} kind @param {string} code */
export function say(value, kind, code) {
  if (value === null || value === undefined) return w.nothing
  if (kind === 'time') return duration(Math.round(value))
  if (kind === 'share' || code === 'upc') return `${Math.round(value * 1000) / 10}%`
  return String(Math.round(value * 100) / 100)
}

/** A figure in words. @param {Cell | undefined} cell @param {string} kind @param {string} code */
export function figure(cell, kind, code) {
  if (!cell) return w.nothing
  const value = charted(cell, kind)
  if (value === null) return cell.hidden ? w.hidden : w.nothing
  const more = kind === 'time' && cell.high_more
  return more ? fill(w.chart.atLeast, { value: say(value, kind, code) }) : say(value, kind, code)
}

/** A number, or that it is hidden. @param {number | null | undefined} n */
export const number = n => (n === null || n === undefined ? w.hidden : String(n))
