// @ts-check
// What is the matter with a phone.
import { ago, duration } from '../shared/ui/format.js'
import { now as present } from '../shared/ui/now.js'
import { count, fill, word, words } from './words.js'

const w = words.desk.phones
const clockMatters = 2 * 60_000 // ms: beyond this the order of what happened could be told wrongly
const unsentTooLong = 4 * 3_600_000 // ms: half a round

/** Since when the oldest unsent change waits: its phone's own clock, put right. @param {any} p ms, 0 = nothing waits, or not known */
export const unsentSince = p => (p.unsent.count && p.unsent.oldest ? Date.parse(p.unsent.oldest) + (p.clock_offset_ms ?? 0) : 0)

/** How the server refuses what it asks for. @param {any} p @returns {any[]} */
export const refusals = p => (p.reasons ?? []).filter((/** @type {any} */ r) => r.code === 'refused')

/** In plain words, the worst first; empty when nothing is. @param {any} p @param {number} [now] @returns {string[]} */
export function problems(p, now = present()) {
  const list = refusals(p).map(r => fill(word(w.refused, r.asks), { ago: ago(r.since, now), answer: r.answer }))
  const inUse = p.state === 'active' || p.state === 'draining'
  if (p.unsent.count && (p.state === 'lost' || p.state === 'revoked')) list.push(count(p.unsent.count, w.heldWhenLost))
  else if (p.unsent.count && inUse) list.push(unsentSince(p) ? fill(count(p.unsent.count, w.unsentSince), { ago: ago(unsentSince(p), now) })
      : count(p.unsent.count, w.unsent))
  if (p.silent) list.push(p.last_seen ? fill(w.silent, { ago: ago(p.last_seen, now) }) : w.never)
  if (p.reasons?.some((/** @type {any} */ r) => r.code === 'old_app')) list.push(w.oldApp)
  if (inUse && Math.abs(p.clock_offset_ms ?? 0) > clockMatters) {
    list.push(fill(p.clock_offset_ms > 0 ? w.clockSlow : w.clockFast, { by: duration(p.clock_offset_ms / 1000) }))
  }
  return list
}

/** How soon somebody should look: 0 not at all, else the greater the sooner. @param {any} p @param {number} [now] */
export function attention(p, now = present()) {
  if (p.state === 'lost' || p.state === 'revoked') return 0
  const old = unsentSince(p) && now - unsentSince(p) > unsentTooLong
  return (refusals(p).length ? 16 : 0) + (p.silent && p.unsent.count ? 8 : 0) + (old ? 4 : 0) + (p.silent ? 2
      : 0) + (Math.abs(p.clock_offset_ms ?? 0) > clockMatters || p.reasons?.length ? 1 : 0)
}
