// @ts-check
// NEWS2 while a nurse types: the seven sub-scores, the total and the band, as the server's own
// internal/news2 works them out. The server's score is the one that counts; this one is shown until
// it comes. Held to the same golden files.
// Source: Royal College of Physicians, National Early Warning Score (NEWS) 2, December 2017, Charts 1 and 4.

/**
 * One set of readings. null means the reading was not taken: never 0, never false.
 * @typedef {object} Readings
 * @property {number | null} [respiration_rate] breaths a minute
 * @property {number | null} [spo2] per cent
 * @property {boolean | null} [on_oxygen] true oxygen, false air
 * @property {number | null} [systolic] mmHg
 * @property {number | null} [pulse] beats a minute
 * @property {string | null} [acvpu] A, C, V, P or U
 * @property {number | null} [temperature] degrees Celsius, at most one decimal
 */

/**
 * What NEWS2 needs to know about the person.
 * @typedef {object} Person
 * @property {number | null} [age] whole years at the time of the reading
 * @property {boolean | null} [pregnant]
 * @property {number} [scale] SpO2 scale, 1 or 2
 */

/** @typedef {'respiration_rate' | 'spo2' | 'oxygen' | 'systolic' | 'pulse' | 'acvpu' | 'temperature'} Parameter */

/**
 * @typedef {Record<Parameter, number | null> & {
 *   total: number | null, band: string, single_three: boolean, floor_total: number, floor_band: string,
 *   scale: number, status: 'complete' | 'incomplete' | 'not_applicable', age_unknown?: true }} Score age_unknown: scored as an adult
 */

/** The seven, in the order of the chart. @type {Parameter[]} */
export const parameters = ['respiration_rate', 'spo2', 'oxygen', 'systolic', 'pulse', 'acvpu', 'temperature']

/** Runs of readings with one score each: [up to and including, score]. @typedef {[number, number][]} Table */

/** @type {Table} */ const respiration = [[8, 3], [11, 1], [20, 0], [24, 2], [Infinity, 3]]
/** @type {Table} */ const spo2Scale1 = [[91, 3], [93, 2], [95, 1], [Infinity, 0]]
/** @type {Table} */ const spo2Scale2Air = [[83, 3], [85, 2], [87, 1], [Infinity, 0]]
/** @type {Table} */ const spo2Scale2Oxygen = [[83, 3], [85, 2], [87, 1], [92, 0], [94, 1], [96, 2], [Infinity, 3]]
/** @type {Table} */ const systolic = [[90, 3], [100, 2], [110, 1], [219, 0], [Infinity, 3]]
/** @type {Table} */ const pulse = [[40, 3], [50, 1], [90, 0], [110, 1], [130, 2], [Infinity, 3]]
/** Tenths of a degree, so that comparisons are exact. @type {Table} */
const temperature = [[350, 3], [360, 1], [380, 0], [390, 1], [Infinity, 2]]

const adult = 16 // whole years; NEWS2 is not for anybody younger, nor in pregnancy

/**
 * @param {Table} table
 * @param {number | null | undefined} reading
 */
function look(table, reading) {
  if (reading === null || reading === undefined || !Number.isFinite(reading)) return null
  const row = table.find(([upTo]) => reading <= upTo)
  return row ? row[1] : null
}

/**
 * @param {number} scale
 * @param {number | null | undefined} reading
 * @param {boolean | null | undefined} oxygen
 */
function saturation(scale, reading, oxygen) {
  if (scale !== 2) return look(spo2Scale1, reading)
  if (oxygen === true) return look(spo2Scale2Oxygen, reading)
  // Air or oxygen not recorded: 93 and more could be 0 to 3, so it has no score.
  if (oxygen !== false && reading !== null && reading !== undefined && reading > 92) return null
  return look(spo2Scale2Air, reading)
}

/**
 * Chart 4, in its order.
 * @param {number} total
 * @param {boolean} three
 */
function bandOf(total, three) {
  if (total >= 7) return 'high'
  if (total >= 5) return 'medium'
  if (three) return 'low_medium'
  return total >= 1 ? 'low' : 'zero'
}

/**
 * Scores one set of readings for one person; what is missing has no score, and the status says so.
 * @param {Readings} r
 * @param {Person} [person]
 * @returns {Score}
 */
export function score(r, person = {}) {
  const scale = person.scale === 2 ? 2 : 1
  const none = { respiration_rate: null, spo2: null, oxygen: null, systolic: null, pulse: null, acvpu: null, temperature: null }
  if ((typeof person.age === 'number' && person.age < adult) || person.pregnant === true) {
    return { ...none, total: null, band: 'not_applicable', single_three: false, floor_total: 0, floor_band: 'not_applicable', scale,
        status: 'not_applicable' }
  }
  const oxygen = r.on_oxygen ?? null
  /** @type {Record<Parameter, number | null>} */
  const sub = {
    respiration_rate: look(respiration, r.respiration_rate),
    spo2: saturation(scale, r.spo2, oxygen),
    oxygen: oxygen === null ? null : oxygen ? 2 : 0,
    systolic: look(systolic, r.systolic),
    pulse: look(pulse, r.pulse),
    acvpu: r.acvpu === 'A' ? 0 : r.acvpu && 'CVPU'.includes(r.acvpu) ? 3 : null,
    temperature: r.temperature === null || r.temperature === undefined ? null : look(temperature, Math.round(r.temperature * 10)),
  }
  const points = parameters.map(p => sub[p])
  const floor = points.reduce((/** @type {number} */ sum, p) => sum + (p ?? 0), 0)
  const three = points.includes(3)
  const band = bandOf(floor, three)
  const adultly = typeof person.age === 'number' ? {} : /** @type {{ age_unknown: true }} */ ({ age_unknown: true })
  if (!points.includes(null)) {
    return { ...sub, total: floor, band, single_three: three, floor_total: floor, floor_band: band, scale, status: 'complete', ...adultly }
  }
  return { ...sub, total: null, band: 'incomplete', single_three: three, floor_total: floor,
      floor_band: band === 'zero' ? 'incomplete' : band, scale, status: 'incomplete', ...adultly }
}

/**
 * Whole years on the day of a reading; null when the birth date is missing or lies after it.
 * @param {string | null | undefined} born a date, 1941-05-06
 * @param {string} taken a date or time that begins with one, in Europe/London
 */
export function ageAt(born, taken) {
  if (!born || !taken) return null
  const [by, bm, bd] = born.slice(0, 10).split('-').map(Number)
  const [ty, tm, td] = taken.slice(0, 10).split('-').map(Number)
  const years = ty - by - (tm < bm || (tm === bm && td < bd) ? 1 : 0)
  return years < 0 || Number.isNaN(years) ? null : years
}
