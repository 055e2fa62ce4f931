// @ts-check
// What of the database a locked phone can use: changes sealed to the server, the key it signs in with, and whose phone it is by numbers
// alone. None of it can be read by this phone, so it lies beside the vault.
import { webKeys } from '../../shared/sync/key.js'

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
export const lockedKeys = ({ dexie }) => webKeys({
  get: async name => (await dexie.table('facts').get(`key ${name}`))?.value,
  put: async (name, pair) => { await dexie.table('facts').put({ name: `key ${name}`, value: pair }) },
  delete: async name => { await dexie.table('facts').delete(`key ${name}`) },
})

/** @param {Database} database @returns {LockedStorage} */
export function lockedStorage(database) {
  return {
    load: () => database.guard(async () => {
      const cover = await database.rows.get(['locked', 'locked'])
      const rows = await database.rows.where('[t+s]').equals(['sealed', waits]).toArray()
      return { cover: cover?.clear, changes: rows.sort((a, b) => (a.k < b.k ? -1 : 1)).map(r => r.clear) }
    }),
    taken: keys => database.guard(() => database.dexie.transaction('rw', 'rows', async () => {
      for (const row of await database.rows.where('[t+s]').equals(['sealed', waits]).toArray()) {
        if (keys.includes(row.clear.key)) await database.rows.put(clearRow(row.t, row.k, { key: row.clear.key }, taken))
      }
    })),
  }
}

/**
 * How it stands, for the lock screen: changes that go while the phone is locked, and those that went. What is neither goes once
 * it is unlocked.
 * @param {Database} database
 */
export const lockedCounts = database => database.guard(async () => {
  const count = (/** @type {string} */ s) => database.rows.where('[t+s]').equals(['sealed', s]).count()
  return { waits: await count(waits), taken: await count(taken) }
})
