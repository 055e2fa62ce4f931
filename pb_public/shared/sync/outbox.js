// @ts-check
// The outbox and the sent log: what was recorded, what is confirmed, and what must be sent again.

import { advance, forget } from './item.js'
import { placeKey, sentLogKept } from './state.js'
import { letGoOfWaiting } from './swap.js'

/** @typedef {import('./core.js').Core} Core */
/** @typedef {import('./state.js').Tx} Tx */
/** @typedef {import('./state.js').Change} Change */

/**
 * The key of the change this outbox numbered mid under its present client; null when it numbered none so, or no
 * longer knows.
 * @param {import('./state.js').State} s @param {number} mid
 */
function keyAt(s, mid) {
  const { client, confirmedMid, confirmedKey } = s.self
  const queued = s.outbox.find(c => c.mid === mid && c.client === client)
  if (queued) return queued.key
  if (mid > 0 && mid === confirmedMid) return confirmedKey
  const logged = s.sentlog.filter(c => c.mid === mid && c.client === client).at(-1)
  return logged ? logged.key : null
}

/**
 * Whether last_mid and last_key of the server tell our own story. If not, somebody else numbers changes under our
 * client: a copy of this device, or this device is a backup of itself.
 * @param {Core} core @param {number} lastMid @param {string} lastKey
 */
export const ours = (core, lastMid, lastKey) => lastMid === 0 || keyAt(core.state, lastMid) === lastKey

/**
 * The last mid that the server ever said it took in under the present client.
 * @param {import('./state.js').State} s
 */
export const taken = ({ self, outbox }) =>
  Math.max(self.confirmedMid, ...outbox.filter(c => c.answered && c.client === self.client).map(c => c.mid))

/**
 * Moves every change up to last_mid from the outbox to the sent log, if last_key is our key there. Only a finished pull
 * may do this, because its base holds their effects; a draining device, which may not pull, does it by the answer to
 * its push.
 * @param {Tx} t @param {number} lastMid @param {string} lastKey
 */
export function confirm(t, lastMid, lastKey) {
  const { core, state } = t
  if (!ours(core, lastMid, lastKey)) return fork(t)
  if (lastMid < taken(state)) return sendAgain(t, lastMid + 1) // the server lost what it had taken in
  if (lastMid === state.self.confirmedMid) return
  const confirmedAt = core.trueTime()
  for (const c of state.outbox.filter(c => c.mid <= lastMid)) {
    t.unqueue(c)
    const logged = { ...c, answered: true, confirmedAt }
    if (c.turnedAway) { // its number is taken, and its content is nowhere but here
      state.aside.push(logged)
      t.put('aside', placeKey(c.place), logged)
      continue
    }
    state.sentlog.push(logged)
    t.put('sentlog', placeKey(c.place), logged)
    advance(t, logged, 'sent')
  }
  t.putSelf({ confirmedMid: lastMid, confirmedKey: lastKey })
  prune(t, confirmedAt)
  letGoOfWaiting(t)
}

/**
 * Forgets what the sent log has kept long enough. A clock that jumps back keeps more than it should, never less.
 * @param {Tx} t @param {number} now
 */
function prune(t, now) {
  const log = t.state.sentlog
  let n = 0
  for (; n < log.length && now - log[n].confirmedAt > sentLogKept; n++) {
    t.take('sentlog', placeKey(log[n].place))
    forget(t, log[n].key)
  }
  t.state.sentlog = log.slice(n)
}

const roomAgainAfter = 600_000 // ms that a change waits for which the server had no room

/**
 * Queues anew, behind all others and under its old key, each change for which the server had no room a while ago.
 * @param {Tx} t @param {number} now
 */
export function tryForRoom(t, now) {
  const { state } = t
  const again = state.aside.filter(c => c.turnedAway && now - c.confirmedAt >= roomAgainAfter)
  state.aside = state.aside.filter(c => !again.includes(c))
  for (const c of again) {
    t.take('aside', placeKey(c.place))
    const { nextPlace: place, nextMid: mid, client } = state.self
    const queued = { ...c, place, mid, client, answered: false, turnedAway: false, confirmedAt: 0 }
    t.putSelf({ nextPlace: place + 1, nextMid: mid + 1 })
    t.queue(queued)
    advance(t, queued, 'saved')
  }
}

/**
 * Takes changes back from the sent log into the outbox.
 * @param {Tx} t @param {(c: Change) => boolean} which
 */
function takeBack(t, which) {
  const log = t.state.sentlog
  t.state.sentlog = log.filter(c => !which(c))
  for (const c of log) {
    if (!which(c)) continue
    t.take('sentlog', placeKey(c.place))
    t.queue({ ...c, confirmedAt: 0 })
  }
}

/**
 * Makes every change from a mid on unsent: the server asked for it (gap), or has gone back behind it.
 * @param {Tx} t @param {number} mid
 */
export function sendAgain(t, mid) {
  const { self } = t.state
  takeBack(t, c => c.client === self.client && c.mid >= mid)
  for (const c of t.state.outbox) {
    if (c.mid >= mid && c.answered) t.queue({ ...c, answered: false })
  }
  const lowest = Math.min(self.nextMid, ...t.state.outbox.map(c => c.mid))
  if (lowest > mid) return fork(t) // what it asks for is nowhere any more: only a new client can go on
  if (self.confirmedMid >= mid) t.putSelf({ confirmedKey: keyAt(t.state, mid - 1) ?? '', confirmedMid: mid - 1 })
}

/**
 * Marks that the client is not ours alone any more: the device is enrolled anew, and everything unconfirmed is numbered
 * again from one, under the same keys.
 * @param {Tx} t
 */
export function fork(t) {
  if (t.state.self.enrol === '') t.putSelf({ enrol: 'anew' })
}

/**
 * Gives the changes of the outbox, and those of the sent log, from a place on, mids that follow after, all of them
 * unsent. The keys stay: what took effect already does nothing.
 * @param {Tx} t @param {number} place @param {number} after
 */
export function renumber(t, place, after) {
  const { self } = t.state
  takeBack(t, c => c.place >= place)
  let next = after + 1
  for (const c of t.state.outbox) {
    if (c.place < place) continue
    const again = { ...c, mid: next++, client: self.client, answered: false }
    t.queue(again)
    advance(t, again, 'saved')
  }
  t.putSelf({ nextMid: next })
}

/**
 * Takes a change that no request can carry out of the queue, so that what follows it can go. Its content stays on the
 * device; what follows was never taken in, so it may be numbered again.
 * @param {Tx} t @param {Change} c
 */
export function setAside(t, c) {
  t.unqueue(c)
  t.state.aside.push(c)
  t.put('aside', placeKey(c.place), c)
  advance(t, c, 'needs_you')
  for (const o of t.state.outbox) {
    if (o.mid < c.mid) continue
    const lower = { ...o, mid: o.mid - 1 }
    t.queue(lower)
    advance(t, lower, 'saved')
  }
  t.putSelf({ nextMid: t.state.self.nextMid - 1 })
}
