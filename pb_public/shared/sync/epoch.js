// @ts-check
// Meeting a server that tells another story than ours: a restored one, or one on which somebody else uses our client.

import { fork, ours, renumber, sendAgain, taken } from './outbox.js'
import { dropStaging } from './pull.js'

/** @typedef {import('./state.js').Tx} Tx */

/**
 * Compares what the server says about our client with what we know: every answer that names last_mid and last_key
 * must tell our own story, and none may go back behind what was answered or confirmed before. Says whether it is as we
 * know it.
 * @param {Tx} t @param {string} epoch @param {number} lastMid @param {string} lastKey
 */
export function standing(t, epoch, lastMid, lastKey) {
  const { self } = t.state
  if (epoch !== self.epoch) enterEpoch(t, epoch, lastMid, lastKey)
  else if (!ours(t.core, lastMid, lastKey)) fork(t)
  else if (lastMid < taken(t.state)) sendAgain(t, lastMid + 1) // the server lost what it had taken in
  else return true
  return false
}

/**
 * Meets a server that was restored: it may have lost changes it had confirmed. last_mid proves nothing then, because
 * the numbers it lost may be in use again; the place of last_key in our own order, which spans our former clients, says
 * what it still has.
 * @param {Tx} t @param {string} epoch @param {number} lastMid @param {string} lastKey
 */
export function enterEpoch(t, epoch, lastMid, lastKey) {
  const { state } = t
  const first = state.self.epoch === ''
  dropStaging(t)
  t.putSelf({ epoch })
  if (first) return
  const place = Math.max(0, ...[...state.sentlog, ...state.outbox].filter(c => c.key === lastKey).map(c => c.place))
  // What it has but no pull confirmed yet stays in the outbox until one does.
  const open = state.outbox.some(c => c.place <= place)
  t.putSelf(open ? { confirmedMid: 0, confirmedKey: '' } : { confirmedMid: lastMid, confirmedKey: lastKey })
  renumber(t, place + 1, lastMid)
}
