// @ts-check
// What a change of caseloads does to phones, as a sentence.
import { count, fill, words } from './words.js'

const w = words.desk

/** @param {any} purges @param {any} backfills what a change does to phones, in one or two sentences */
export function effect(purges, backfills) {
  const side = (/** @type {any} */ e, /** @type {{ phones: import('../shared/ui/words.js').Forms, none: string }} */ forms) => {
    if (!e.people) return ''
    const people = count(e.people, w.effect.people)
    if (!e.devices) return fill(forms.none, { people, staff: count(e.staff, w.effect.staff) })
    return count(e.devices, forms.phones, { people, records: count(e.records, w.effect.records) })
  }
  const both = [side(purges, w.effect.lose), side(backfills, w.effect.get)].filter(Boolean)
  return both.length ? both.join(' ') : w.effect.nothing
}
