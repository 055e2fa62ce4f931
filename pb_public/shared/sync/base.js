// @ts-check
// Bases: the epoch and the version of what an author saw, and the history in which it came, such as
// e3.86970.17-a4k2m7q5tx3zw; a server that names no histories gives e3.86970.

/** @param {{ epoch: string, version: number, history?: string }} held */
export const baseOf = held => `${held.epoch}.${held.version}${held.history ? `.${held.history}` : ''}`

/** @param {string} base @returns {{ epoch: string, seq: number } | null} */
function parse(base) {
  const [epoch = '', seq] = base.split('.')
  return epoch === '' || seq === undefined ? null : { epoch, seq: Number(seq) }
}

/** @param {string} a @param {string} b how far b lies after a; NaN when they cannot be compared */
function distance(a, b) {
  const x = parse(a), y = parse(b)
  return x && y && x.epoch === y.epoch ? y.seq - x.seq : NaN
}

/**
 * The lower of two bases; '', nothing seen, is lowest. Bases of two epochs cannot be compared: then the first, which
 * is the older work's, stays.
 * @param {string} a @param {string} b
 */
export const earlier = (a, b) => (distance(a, b) < 0 ? b : a)

/** The higher of two bases, the first when they cannot be compared. @param {string} a @param {string} b */
export const later = (a, b) => (distance(a, b) > 0 ? b : a)
