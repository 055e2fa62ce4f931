// @ts-check
// The records that a handover rests on, as the care API tells them.

/** Fields that say when something happened, the telling one first, as the server chooses among them. */
const times = ['ended_at', 'started_at', 'taken_at', 'happened_at']

/** What is no finding: times are told beside it, in words, and ids name nothing to people. */
const told = new Set([...times, 'time_entered_at', 'corrected', 'visit', 'replaces'])

/**
 * What the phone's clock said of when it happened; '' where the server had nothing to correct.
 * @param {Record<string, any>} values
 * @returns {string}
 */
export function saidOf(values) {
  const field = times.find(f => values[f])
  return field && values.corrected?.[field] ? values[field] : ''
}

/** What was found, without when and where. @param {Record<string, any>} values @returns {[string, any][]} */
export const findings = values => Object.entries(values).filter(([field]) => !told.has(field))
