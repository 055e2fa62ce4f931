// @ts-check
// Visits that two services make for the same person and purpose within a day: said before anybody leaves. The server says it
// on the board of the day by the same cases (internal/plan/duplicate.go, internal/plan/testdata/duplicates.json).

/** @typedef {any} Rec a record with its id, as the phone shows it */

const within = 24 * 3_600_000, together = 30 * 60_000
/** Purposes with several visits a day by order, and the one that says nothing of what a visit is for. */
const ordered = new Set(['', 'insulin', 'medication', 'palliative', 'other'])
const stands = new Set(['', 'planned', 'in_progress', 'completed'])

/** When a visit is, or was. @param {Rec} v */
export const startOf = v => v.started_at ?? v.planned_start ?? ''

/**
 * Those of other visits that a visit repeats, or that repeat it, the earliest first.
 * @param {Rec} visit @param {readonly Rec[]} others @param {(team: string) => string} serviceOf the organisation of a team, '' = not known
 * @returns {Rec[]}
 */
export function duplicatesOf(visit, others, serviceOf) {
  const purpose = visit.purpose ?? '', service = visit.team ? serviceOf(visit.team) : '', at = Date.parse(startOf(visit))
  if (ordered.has(purpose) || !service || Number.isNaN(at)) return []
  return others.filter(o => {
    if (o.patient !== visit.patient || o.purpose !== purpose) return false
    const by = o.team ? serviceOf(o.team) : '', apart = Math.abs(Date.parse(startOf(o)) - at)
    return by && by !== service && apart > together && apart <= within && stands.has(o.status ?? '')
  }).sort((a, b) => (startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : a.id < b.id ? -1 : 1))
}
