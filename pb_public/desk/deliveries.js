// @ts-check
// What became of telling a team by a way beyond its inbox, in one line. None of it is a receipt by a person.
import { closed, inHand } from '../shared/states.js'
import { when } from '../shared/ui/format.js'
import { count, fill, word, words } from './words.js'

const w = words.desk.deliveries

/**
 * @typedef {{ id: number, channel: string, state: string, attempts: number, next_at?: string, until?: string, at?: string,
 *   why?: string, once?: boolean, whole?: boolean }} Delivery
 */

/** A way inside a sentence: "by e-mail". @param {string} channel */
export const wayName = channel => word(w.ways, channel)

/** By which way, and how much of the handover: all of it, or a link alone. Of what has not left nobody can say it.
 * @param {Pick<Delivery, 'channel' | 'state' | 'once' | 'whole'>} d */
export const wayOf = d => d.whole ? fill(w.whole, { way: wayName(d.channel) })
  : d.state === 'delivered' && !d.once && d.channel !== 'webpush' ? fill(w.asLink, { way: wayName(d.channel) }) : wayName(d.channel)

/** Why, as what follows "because". @param {string | undefined} why */
export const whyText = why => word(w.whys, why ?? 'broken')

/** Whether a delivery is needed no more: somebody has the handover, or it is closed or with another team.
 * @param {any} h @param {{ team: string }} d */
export const needless = (h, d) => inHand(h) || closed(h) || h.to_team?.id !== d.team

/** @param {Delivery} d @param {number} now @param {boolean} [over] it is needed no more */
export function deliveryText(d, now, over = false) {
  const retried = d.state === 'waiting' && !!d.why && !over
  const state = retried ? 'retried' : d.channel === 'webpush' && d.state === 'settled' ? 'notice'
    : over ? { given_up: 'over', waiting: 'not_needed' }[d.state] ?? d.state : d.state
  const why = retried ? word({ ...w.whys, ...w.whysYet }, d.why ?? 'broken') : whyText(d.why)
  return fill(word(d.once ? w.link : w.states, state), { way: wayOf(d), why, attempts: count(d.attempts, w.attempts),
    at: when(d.at ?? '', now), next: when(d.next_at ?? '', now), until: when(d.until ?? '', now) })
}
