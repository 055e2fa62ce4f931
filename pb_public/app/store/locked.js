// @ts-check
// What of the database a locked phone can use: changes sealed to the server, the key it signs in with, and whose phone it is by numbers
// alone. None of it can be read by this phone, so it lies beside the vault.
import { webKeys } from '../../shared/sync/key.js'
import { rowsIn } from './database.js'

/** @typedef {import('../../shared/sync/locked.js').LockedStorage} LockedStorage */
/** @typedef {import('./database.js').Database} Database */

/** Tables that lie in clear: their content is sealed to the server, or says nothing about anybody. */
export const clearTables = new Set(['sealed', 'locked'])

/** States of a sealed change. */
const waits = 'waits', taken = 'taken'

/** @param {string} t @param {string} k @param {any} clear @param {string} [s] @returns {import('./database.js').Row} */
export const clearRow = (t, k, clear, s = waits) => ({ t, k, s, v: 1, iv: none, data: none, clear })
const none = new Uint8Array(0)

/**
 * Keys that sign and cannot be read out by any script, open while everything else is locked.
 * @param {Database} database
 */
export const lockedKeys = database => webKeys({
  get: name => database.read(['facts'], async ({ facts }) => (await facts.get(`key ${name}`))?.value),
  put: (name, pair) => database.change(['facts'], async ({ facts }) => { await facts.put({ name: `key ${name}`, value: pair }) }),
  delete: name => database.change(['facts'], ({ facts }) => facts.delete(`key ${name}`)),
})

/** @param {Database} database @returns {LockedStorage} */
export function lockedStorage(database) {
  return {
    load: () => database.read(['rows'], async stores => {
      const cover = await stores.rows.get(['locked', 'locked'])
      const rows = await rowsIn(stores.rows, 'sealed', waits)
      return { cover: cover?.clear, changes: rows.sort((a, b) => (a.k < b.k ? -1 : 1)).map(r => r.clear) }
    }),
    taken: keys => database.change(['rows'], async ({ rows }) => {
      for (const row of await rowsIn(rows, 'sealed', waits)) {
        if (keys.includes(row.clear.key)) await rows.put(clearRow(row.t, row.k, { key: row.clear.key }, taken))
      }
    }),
  }
}

/**
 * How it stands, for the lock screen: changes that go while the phone is locked, and those that went. What is neither goes once
 * it is unlocked.
 * @param {Database} database
 */
export const lockedCounts = database => database.read(['rows'], async ({ rows }) => {
  const count = (/** @type {string} */ s) => rows.index('[t+s]').count(['sealed', s])
  return { waits: await count(waits), taken: await count(taken) }
})
