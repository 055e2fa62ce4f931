// @ts-check
// What the server orders: wipe, drain, sign in again, update.

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
 * answered is with the server; no pull will come to confirm it. What no request can carry stays, and nothing else with it.
 * @param {Tx} t
 */
export function drained(t) {
  const { state } = t
  if (state.self.directive !== 'drain' || !state.outbox.every(c => c.answered)) return
  if (state.aside.length === 0) applyDirective(t, 'wipe')
  else eraseRecords(t)
}

/** @param {Tx} t */
function eraseRecords(t) {
  for (const key of [...t.state.records.keys()]) t.takeRecord(key)
  for (const scope of [...t.state.scopes]) t.hold(scope, false)
  dropStaging(t)
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
  state.items.clear()
  state.sentlog = []
  state.aside = []
  state.self = { ...newSelf(), limits: state.self.limits }
  t.putSelf()
  t.receipts = true
  core.forget()
}
