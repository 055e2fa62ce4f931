// @ts-check
// Whether this phone is told that something urgent waits: see docs/protocol.md (3.5).

import { Unreachable } from './errors.js'
import { exchange } from './exchange.js'

/**
 * Asks with the token of the last round. It rejects where there is no way to ask now.
 * @param {import('./core.js').Core} core @param {'GET' | 'POST'} method @param {string} path @param {object} [body] @returns {Promise<any>}
 */
export async function notices(core, method, path, body) {
  if (!core.access.text || core.monotonic() >= core.access.until) throw new Unreachable('this phone has to sync first', null)
  return exchange(core, { method, path, body, bearer: core.access.text })
}
