// @ts-check
// What the states of a handover and of an issue mean, made from internal/care/state.go and issue_states.go by:
// go test ./internal/care -update. Change it there.

/** @param {string[]} states @returns {(h: { state: string }) => boolean} */
const oneOf = states => h => states.includes(h.state)

/** answered or stood down: nobody has anything left to do */
export const closedStates = ['done', 'stood_down']
export const closed = oneOf(closedStates)

/** somebody said that they look after it */
export const inHandStates = ['acknowledged', 'accepted']
export const inHand = oneOf(inHandStates)

/** a person took it in hand, answered it, or said why it is not for them */
export const repliedToStates = ['acknowledged', 'accepted', 'done', 'declined']
export const repliedTo = oneOf(repliedToStates)

/** somebody at the destination has had it before their eyes */
export const readThereStates = ['seen', 'acknowledged', 'accepted', 'done', 'declined']
export const readThere = oneOf(readThereStates)

/** the time for an answer ran out */
export const unansweredStates = ['escalated', 'failed']
export const unanswered = oneOf(unansweredStates)

/** nobody there has said yet that they look after it, and the time has not run out */
export const waitingStates = ['queued', 'sent', 'seen']
export const waiting = oneOf(waitingStates)

/** goes no further without the sender's side */
export const stuckStates = ['call_needed', 'no_destination', 'escalated', 'failed']
export const stuck = oneOf(stuckStates)

/** @typedef {{ state?: string, kind?: string }} Issue */

/** Somebody still has to decide it. One that a push answered with has no state until it is pulled. @param {Issue} i */
export const openIssue = i => i.state === undefined || i.state === 'open'

/** the kinds of issue, in the order of the desk's filter */
export const issueKinds = ['conflict', 'set_aside', 'quarantined']

/** two values, each with an author @param {Issue} i */
export const conflict = i => i.kind === 'conflict'

/** one value that could not be stored @param {Issue} i */
export const setAside = i => i.kind === 'set_aside'

/** a whole change that could not be stored @param {Issue} i */
export const heldBack = i => i.kind === 'quarantined'
