// @ts-check
// Names of the staff that records speak of by id.

import { ServerError, Unreachable } from './errors.js'
import { exchange } from './exchange.js'

/**
 * Asks with the token of the last round; it gets none of its own, because names can wait.
 * @param {import('./core.js').Core} core @returns {Promise<{ me: any, staff: any[], rules: any[] } | null>}
 */
export async function names(core) {
  if (!core.access.text || core.monotonic() >= core.access.until || !core.mayPull()) return null
  try {
    return await exchange(core, { method: 'GET', path: '/names', bearer: core.access.text })
  } catch (e) {
    if (e instanceof ServerError || e instanceof Unreachable) return null
    throw e
  }
}
