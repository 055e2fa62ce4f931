// @ts-check
// Between the clock of this phone, which may be wrong by days, and the time it is. Screens know the time it is; what
// is sent is what the clock says, because the server corrects it by the offset it measured (docs/protocol.md §12).
import { clockSaid, when } from '../../shared/ui/format.js'

/** The times a phone writes that the server corrects. */
export const corrected = /** @type {const} */ (['started_at', 'ended_at', 'taken_at', 'happened_at', 'time_entered_at',
  'went_in_at', 'panic_at', 'safe_at', 'out_at'])

/** @param {string} at @param {number} ms */
function shifted(at, ms) {
  const t = Date.parse(at)
  return Number.isNaN(t) ? at : new Date(t + ms).toISOString()
}

/**
 * The values of a record as they are shown: its times as the server corrected them, those of own work that it has not
 * seen yet by the offset known here, and under `said` what the clock of the phone said of each of them.
 * @param {{ readonly [field: string]: any }} values @param {readonly string[]} own fields that own unconfirmed work wrote
 * @param {number} offset the time it is minus this phone's clock, ms
 * @returns {Record<string, any>}
 */
export function shownTimes(values, own, offset) {
  if (!values.corrected && own.length === 0) return values // most of what a phone holds
  /** @type {Record<string, any>} */ const shown = { ...values }
  /** @type {Record<string, string>} */ const said = {}
  for (const field of corrected) {
    const clock = values[field]
    if (typeof clock !== 'string' || !clock) continue
    const at = own.includes(field) ? shifted(clock, offset) : values.corrected?.[field] ?? clock
    if (at === clock) continue
    shown[field] = at
    said[field] = clock
  }
  return Object.keys(said).length ? { ...shown, said } : shown
}

/**
 * What a change sends of its times: what the clock of this phone says of them.
 * @param {Record<string, any>} set @param {number} offset as above @returns {Record<string, any>}
 */
export function clockTimes(set, offset) {
  if (!offset) return set
  return Object.fromEntries(Object.entries(set)
      .map(([field, value]) => [field, typeof value === 'string' && /** @type {readonly string[]} */ (corrected).includes(field)
        ? shifted(value, -offset) : value]))
}

/**
 * A time of a record, and what the clock of the phone said where that was another.
 * @param {Record<string, any>} rec
 * @param {string} field
 * @param {number} now ms
 */
export function timeText(rec, field, now) {
  const said = clockSaid(rec[field], rec.said?.[field])
  return when(rec[field], now) + (said && ` (${said})`)
}
