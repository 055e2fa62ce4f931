// @ts-check
// What is the matter with a phone.
import { ago, duration } from '../shared/ui/format.js'
import { count, fill, words } from '../shared/ui/words.js'

const w = words.desk.phones
const clockMatters = 2 * 60_000 // ms: beyond this the order of what happened could be told wrongly
const unsentTooLong = 4 * 3_600_000 // ms: half a round

/** In plain words, the worst first; empty when nothing is. @param {any} p @param {number} [now] @returns {string[]} */
export function problems(p, now = Date.now()) {
  const list = []
  const inUse = p.state === 'active' || p.state === 'draining'
  if (p.unsent.count && (p.state === 'lost' || p.state === 'revoked')) list.push(count(p.unsent.count, w.heldWhenLost))
  else if (p.unsent.count && inUse) list.push(p.unsent.oldest ? fill(count(p.unsent.count, w.unsentSince), { ago: ago(p.unsent.oldest, now) }) : count(p.unsent.count, w.unsent))
  if (p.silent) list.push(p.last_seen ? fill(w.silent, { ago: ago(p.last_seen, now) }) : w.never)
  if (inUse && Math.abs(p.clock_offset_ms ?? 0) > clockMatters) {
    list.push(fill(p.clock_offset_ms > 0 ? w.clockSlow : w.clockFast, { by: duration(p.clock_offset_ms / 1000) }))
  }
  return list
}

/** How soon somebody should look: 0 not at all, else the greater the sooner. @param {any} p @param {number} [now] */
export function attention(p, now = Date.now()) {
  if (p.state === 'lost' || p.state === 'revoked') return 0
  const old = p.unsent.oldest && now - Date.parse(p.unsent.oldest) > unsentTooLong
  return (p.silent && p.unsent.count ? 8 : 0) + (old ? 4 : 0) + (p.silent ? 2 : 0) + (Math.abs(p.clock_offset_ms ?? 0) > clockMatters ? 1 : 0)
}
