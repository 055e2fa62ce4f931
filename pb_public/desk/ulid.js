// @ts-check
// Ids for new records, made as a phone makes them.
import { minter } from '../shared/sync/ulid.js'
import { now } from '../shared/ui/now.js'

const mint = minter(bytes => { crypto.getRandomValues(bytes) })

/** @param {number} [at] ms */
export const newID = (at = now()) => mint(at)
