// @ts-check
// What the server orders: wipe, drain, sign in again, update.

import { forget } from './item.js'
import { confirm } from './outbox.js'
import { dropStaging } from './pull.js'
import { newSelf, placeKey } from './state.js'

/** @typedef {import('./state.js').Tx} Tx */

/** @param {Tx} t @param {string} directive */
export function applyDirective(t, directive) {
  const { core, state } = t
  switch (directive) {
    case 'wipe':
      eraseAll(t)
      t.putSelf({ directive })
      return
    case 'drain':
      t.putSelf({ directive })
      drained(t)
      return
    case 'relogin':
      t.putSelf({ directive, enrol: state.self.enrol || 'again' })
      core.access = { text: '', until: 0, scope: '' }
      return
    case 'upgrade':
      t.putSelf({ directive })
      return
    default:
      if (state.self.directive) t.putSelf({ directive: '' })
  }
}

/**
 * Wipes a draining device once nothing is left to send: its owner has no more right to what is on it. What a push
 * answered is with the server; no pull will come to confirm it. What no request can carry, or the server had no room
 * for, stays, and nothing else with it.
 * @param {Tx} t
 */
export function drained(t) {
  const { state } = t
  if (state.self.directive !== 'drain' || !state.outbox.every(c => c.answered)) return
  const last = state.outbox.at(-1)
  if (last) confirm(t, last.mid, last.key)
  if (state.aside.length === 0) return applyDirective(t, 'wipe')
  eraseRecords(t)
  eraseSent(t)
}

/** Takes away all that the server sent. @param {Tx} t */
function eraseRecords(t) {
  for (const key of [...t.state.records.keys()]) t.takeRecord(key)
  for (const scope of [...t.state.scopes]) t.hold(scope, false)
  dropStaging(t)
}

/** Takes away own work that the server has: all but what was put aside, and its receipts. @param {Tx} t */
function eraseSent(t) {
  const { state } = t
  for (const c of state.sentlog) t.take('sentlog', placeKey(c.place))
  state.sentlog = []
  for (const key of [...state.items.keys()]) if (!state.aside.some(c => c.key === key)) forget(t, key)
}

/** Takes everything off the device, its key too. @param {Tx} t */
export function eraseAll(t) {
  const { core, state } = t
  eraseRecords(t)
  for (const key of state.items.keys()) t.take('items', key)
  for (const c of [...state.outbox]) t.unqueue(c)
  for (const c of state.sentlog) t.take('sentlog', placeKey(c.place))
  for (const c of state.aside) t.take('aside', placeKey(c.place))
  core.dropKey(state.self.key)
  core.dropLockedKey(state.self.lockedKey)
  state.items.clear()
  state.sentlog = []
  state.aside = []
  state.self = { ...newSelf(), limits: state.self.limits }
  t.putSelf()
  t.receipts = true
  core.forget()
}
