// @ts-check
// Sets of readings as people read them, in the order of the table of readings. The sentence is the one that the
// server writes (internal/care, ReadingsText): both are held to the same golden cases.
import { readings } from '../readings.js'
import { cannotBeRead, unreadableText } from './unreadable.js'
import { fill, word, words } from './words.js'

/** @typedef {import('../readings.js').Reading} Reading */
/** A set by wire name, as a record or as typed. @typedef {Record<string, any>} ReadingSet */
/** The sub-scores of a set by the parameters of NEWS2; null where it has no score.
 * @typedef {Record<string, any> | null | undefined} Points */
/** One line of a set; lost is for what was taken and cannot be read.
 * @typedef {{ reading: Reading, value: string, paired: boolean, points: number | null, lost?: boolean }} Line */

/** The readings that are numbers. */
export const numbers = /** @type {(Reading & { min: number, max: number, askBelow: number, askAbove: number })[]} */ (
  readings.filter(r => r.min !== undefined))

/** The readings that are chosen among a few. */
export const choices = readings.filter(r => r.kind === 'bool' || r.kind === 'enum')

/** The readings that are shown over time. */
export const overTime = readings.filter(r => r.trend)

/** @param {any} value */
const wasTaken = value => value !== null && value !== undefined && value !== ''

/** Whether a set holds anything that NEWS2 scores; without it there is nothing to score. @param {ReadingSet} set */
export const anyScored = set => readings.some(r => r.score && wasTaken(set[r.name]))

/**
 * A number as text: what can have a decimal shows one, what has more than can be stored shows them all.
 * @param {Reading} r @param {any} value
 */
const plain = (r, value) => (r.kind === 'decimal' && Number.isInteger(value) ? value.toFixed(1) : String(value))

/**
 * What was taken, line by line; a reading that is written with another stands with it, and one that cannot be read
 * says so.
 * @param {ReadingSet} set @param {Points} points @param {(r: Reading, value: any) => string} text @returns {Line[]}
 */
function linesOf(set, points, text) {
  const lines = /** @type {Line[]} */ ([]), done = new Set()
  for (const reading of readings) {
    if (done.has(reading.name)) continue
    if (cannotBeRead(set, reading.name)) {
      lines.push({ reading, paired: false, value: words.common.cannotRead.value, points: null, lost: true })
      continue
    }
    if (!wasTaken(set[reading.name])) continue
    const other = readings.find(r => r.name === reading.pair && wasTaken(set[r.name]))
    if (other) done.add(other.name)
    const value = text(reading, set[reading.name])
    lines.push({ reading, paired: Boolean(other), value: other ? `${value}/${text(other, set[other.name])}` : value,
      points: (reading.score && points?.[reading.score]) ?? null })
  }
  return lines
}

/** A value inside a sentence, without its unit. @param {Reading} r @param {any} value */
const inSentence = (r, value) => /** @type {any} */ (words.common.said.values)[r.name]?.[String(value)] ?? plain(r, value)

/**
 * @param {ReadingSet} set @param {Points} points
 * @returns {string[]} each as "pulse 112/min (2)": the sub-score in brackets, "–" for none
 */
export function readingTexts(set, points) {
  const said = words.common.said
  return linesOf(set, points, inSentence).map(({ reading: r, value, paired, points: p, lost }) => lost ? unreadableText(r.name)
    : fill(word(paired ? said.pairs : said.readings, r.name), { value }) + (r.score ? ` (${p ?? '–'})` : ''))
}

/** A reading as a sentence names it: what stands before its value. @param {string} name */
export const saidLabel = name => word(words.common.said.readings, name).split(' {value}')[0]

/**
 * All that was taken in one sentence, "" when nothing was. With gaps, what NEWS2 lacks is named in its place.
 * @param {ReadingSet} set @param {Points} points @param {boolean} [gaps]
 */
export function readingsText(set, points, gaps = false) {
  if (!gaps) return readingTexts(set, points).join(', ')
  const lines = linesOf(set, points, inSentence)
  return readings.flatMap(r => {
    const line = lines.findIndex(l => l.reading === r)
    if (line >= 0) return [readingTexts(set, points)[line]]
    return r.score ? [fill(words.common.said.missing, { label: saidLabel(r.name) })] : []
  }).join(', ')
}

/**
 * What a corrected set has otherwise than the one it replaces: "respiration rate 22/min, not 25/min"; "" where nothing. The server
 * writes the same (internal/care, ReadingsChanged).
 * @param {ReadingSet} now @param {ReadingSet} was
 */
export function readingsChanged(now, was) {
  const said = words.common.said
  return readings.flatMap(r => {
    const [label, unit = ''] = word(said.readings, r.name).split('{value}')
    const text = (/** @type {any} */ v) => (wasTaken(v) ? inSentence(r, v) + unit : '')
    const is = text(now[r.name]), before = text(was[r.name])
    if (is === before) return []
    if (!is) return [fill(said.gone, { label: label.trim(), was: before })]
    return [fill(before ? said.changed : said.added, { now: label + is, was: before })]
  }).join('; ')
}

/** A value on its own, with its unit: "112 a minute", "C, New confusion". @param {string} name @param {any} value */
export function valueText(name, value) {
  const r = readings.find(known => known.name === name)
  if (!r) return String(value)
  if (r.kind === 'bool') return optionsOf(r)[String(value)] ?? String(value)
  if (r.kind === 'enum') return [value, optionsOf(r)[value]].filter(Boolean).join(', ')
  return withUnit(r, plain(r, value))
}

/** What a reading that is no number can be, code by code, in words. @param {Reading} r @returns {Record<string, string>} */
export const optionsOf = r => /** @type {any} */ (words.common.readingValues)[r.name] ?? {}

/** The unit as a form shows it beside the number. @param {Reading} r */
export const unitOf = r => /** @type {Record<string, string>} */ (words.common.units)[r.name] ?? ''

/** @param {Reading} r @param {string} text */
const withUnit = (r, text) => `${text} ${unitOf(r)}`.trim()

/** What a parameter of NEWS2, or a reading, is called at the head of a line. @param {string} name */
export const labelOf = name => word(words.common.readings, name)

/**
 * A set as rows of a table: what scores always, taken or not, and of the rest what was taken.
 * @param {ReadingSet} set @param {Points} points
 * @returns {{ name: string, value: string, score: number | null }[]} value is "" for what was not taken
 */
export function readingRows(set, points) {
  const lines = linesOf(set, points, (r, value) => (r.kind === 'int' || r.kind === 'decimal' ? plain(r, value) : valueText(r.name, value)))
  return readings.flatMap(r => {
    const line = lines.find(l => l.reading === r)
    if (!line) return r.score ? [{ name: labelOf(r.score), value: '', score: null }] : []
    const label = line.paired ? word(words.common.pairs, r.name) : labelOf(r.score ?? r.name)
    return [{ name: label, value: line.lost ? line.value : withUnit(r, line.value), score: line.points }]
  })
}

/** A set with what was measured beside the score, by wire name. @typedef {{ at: string, readings: Record<string, any> }} Measured */

const shown = 12

/** The last sets in the order in which they were taken. @template {{ at: string }} T @param {T[]} list @returns {T[]} */
export const latest = list => list.filter(p => p.at).sort((a, b) => (a.at < b.at ? -1 : 1)).slice(-shown)

/** The readings that are numbers and not shown over time by themselves: their course is for whoever asks for it. */
export const overTimeOnRequest = numbers.filter(r => !r.trend)

/**
 * What was measured beside the score, each reading that was taken at least twice, oldest first.
 * @param {Measured[]} sets in any order @param {readonly Reading[]} [which]
 * @returns {{ name: string, title: string, list: { at: string, value: any }[] }[]}
 */
export function measuredOverTime(sets, which = overTime) {
  return which.map(r => ({ name: r.name, title: fill(words.common.chart.over, { reading: labelOf(r.name) }),
    list: latest(sets.map(s => ({ at: s.at, value: s.readings[r.name] })).filter(p => typeof p.value === 'number')) }))
    .filter(m => m.list.length > 1)
}
