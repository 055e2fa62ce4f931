// @ts-check
// The table of readings, made from internal/care/readings.go by: go test ./internal/care -update.
// Change it there. Words for labels and units are in shared/words.

/**
 * @typedef {object} Reading
 * @property {string} name wire name
 * @property {'int' | 'decimal' | 'bool' | 'enum'} kind a decimal has at most one
 * @property {number} [min] below is impossible @property {number} [max] above is impossible
 * @property {number} [askBelow] below, a form asks to look again @property {number} [askAbove] above, likewise
 * @property {string[]} [values] of an enum
 * @property {string} [score] the parameter of NEWS2 it scores for; missing where it scores for none
 * @property {string} [pair] the reading that is written with it
 * @property {boolean} [trend] shown over time beside the score
 */

/** In the order in which they are taken and written. @type {readonly Reading[]} */
export const readings = [
  { name: 'respiration_rate', kind: 'int', min: 0, max: 120, askBelow: 5, askAbove: 60, score: 'respiration_rate' },
  { name: 'spo2', kind: 'int', min: 1, max: 100, askBelow: 80, askAbove: 100, score: 'spo2' },
  { name: 'on_oxygen', kind: 'bool', score: 'oxygen' },
  { name: 'systolic', kind: 'int', min: 0, max: 300, askBelow: 50, askAbove: 250, score: 'systolic', pair: 'diastolic' },
  { name: 'diastolic', kind: 'int', min: 0, max: 300, askBelow: 30, askAbove: 150 },
  { name: 'pulse', kind: 'int', min: 0, max: 350, askBelow: 30, askAbove: 200, score: 'pulse' },
  { name: 'acvpu', kind: 'enum', values: ['A', 'C', 'V', 'P', 'U'], score: 'acvpu' },
  { name: 'temperature', kind: 'decimal', min: 10, max: 47, askBelow: 34, askAbove: 41, score: 'temperature' },
  { name: 'blood_glucose', kind: 'decimal', min: 0.1, max: 150, askBelow: 3, askAbove: 30, trend: true },
  { name: 'weight', kind: 'decimal', min: 0.2, max: 650, askBelow: 30, askAbove: 200, trend: true },
  { name: 'pain_score', kind: 'int', min: 0, max: 10, askBelow: 0, askAbove: 10, trend: true },
]
