// @ts-check
// Unsent work as a file that only the holder of the organisation's recovery key can read; docs/recovery.md has its
// form. The rows go as they lie, sealed, with the wrapped data key beside them: it works while the app is locked and
// the passphrase is forgotten.
import { toBase64 } from '../vault/bytes.js'
import { VaultError } from '../vault/errors.js'
import { keyTable, rowsIn, unsentState } from './database.js'

/** @typedef {import('./database.js').Row} Row */

/**
 * @typedef {object} Exported
 * @property {string} name of the file
 * @property {string} text its content, JSON
 * @property {number} changes how many changes are in it
 * @property {number} drafts how many drafts of forms are in it
 */

/**
 * Makes the file. Rejects with VaultError `no_vault`, or `recovery_none` where the organisation's recovery key never
 * reached this phone. With `open`, of an unlocked phone, the file also proves that no row of it is missing.
 * @param {object} from
 * @param {import('./database.js').Database} from.database
 * @param {import('../vault/open.js').OpenVault | null} [from.open]
 * @param {() => number} [from.now] milliseconds
 * @returns {Promise<Exported>}
 */
export async function exportUnsent({ database, open = null, now = Date.now }) {
  const [file, sealed] = await database.read(['rows', keyTable], async stores => [
    /** @type {import('../vault/key-store.js').VaultFile | undefined} */ ((await stores[keyTable].get('vault'))?.file),
    [
      ...await rowsIn(stores.rows, 'cover'),
      ...await rowsIn(stores.rows, 'outbox', unsentState),
      ...await rowsIn(stores.rows, 'aside'),
      ...await rowsIn(stores.rows, 'drafts'),
    ],
  ])
  if (!file) throw new VaultError('no_vault')
  if (!file.recovery) throw new VaultError('recovery_none')
  const made = new Date(now()).toISOString()
  const rows = sealed.map(r => ({ table: r.t, key: r.k, v: r.v, iv: toBase64(r.iv), data: toBase64(r.data) }))
  const complete = open && await open.seal('export', made, 1, rows.map(r => [r.table, r.key, r.iv]))
  return {
    name: `doorstep-unsent-${made.slice(0, 16).replace('T', '-').replace(':', '')}.json`,
    text: JSON.stringify({
      doorstep_export: 1, made_at: made, vault: file.id, recovery: file.recovery, rows,
      complete: complete && { iv: toBase64(complete.iv), data: toBase64(complete.data) },
    }, null, 1),
    changes: sealed.filter(r => r.t === 'outbox' || r.t === 'aside').length,
    drafts: sealed.filter(r => r.t === 'drafts').length,
  }
}
