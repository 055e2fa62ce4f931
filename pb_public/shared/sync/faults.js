// @ts-check
// Mistakes a client can make. Tests switch them on, one at a time, to prove that they would notice; everywhere else
// they are off: nothing but a test imports `seeded`.

/**
 * @typedef {object} Faults
 * @property {boolean} [dropOnOK] HTTP 200 on a push empties the outbox
 * @property {boolean} [ackMovesCursor] the answer to a push advances the pull cursor
 * @property {boolean} [shortPageEnds] a page with fewer rows than asked for is taken for the last
 * @property {boolean} [swapEachPage] pages are applied as they come instead of staged
 * @property {boolean} [keepRevoked] a revoke takes nothing away
 * @property {boolean} [revokeTakesShared] a revoke takes records that another held scope still brings
 * @property {boolean} [baseFollowsPull] an edit names the newest base and values, not what its author saw
 * @property {boolean} [noTimer] a failed round is not tried again before the next local change
 * @property {boolean} [newKeyOnRetry] a change that is sent again gets a new key
 * @property {boolean} [dropOnRefusal] an error of the server empties the outbox
 */

/** The option of openClient under which a test hands over faults. */
export const seeded = Symbol('faults seeded by a test')
