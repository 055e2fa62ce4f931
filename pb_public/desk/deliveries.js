// @ts-check
// What became of telling a team by a way beyond its inbox, in one line. None of it is a receipt by a person.
import { when } from '../shared/ui/format.js'
import { count, fill, word, words } from './words.js'

const w = words.desk.deliveries

/**
 * @typedef {{ id: number, channel: string, state: string, attempts: number, next_at?: string, until?: string, at?: string,
 *   why?: string }} Delivery
 */

/** A way inside a sentence: "by e-mail". @param {string} channel */
export const wayName = channel => word(w.ways, channel)

/** Why, as what follows "because". @param {string | undefined} why */
export const whyText = why => word(w.whys, why ?? 'broken')

/** @param {Delivery} d @param {number} now */
export function deliveryText(d, now) {
  const state = d.state === 'waiting' && d.why ? 'retried' : d.state
  return fill(word(w.states, state), { way: wayName(d.channel), why: whyText(d.why), attempts: count(d.attempts, w.attempts),
    at: when(d.at ?? '', now), next: when(d.next_at ?? '', now), until: when(d.until ?? '', now) })
}
