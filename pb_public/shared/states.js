// @ts-check
// What the states of a handover mean, made from internal/care/state.go by: go test ./internal/care -update.
// Change it there.

/** @param {string[]} states @returns {(h: { state: string }) => boolean} */
const oneOf = states => h => states.includes(h.state)

/** answered or stood down: nobody has anything left to do */
export const closedStates = ['done', 'stood_down']
export const closed = oneOf(closedStates)

/** somebody said that they look after it */
export const inHandStates = ['acknowledged', 'accepted']
export const inHand = oneOf(inHandStates)

/** somebody at the destination has had it before their eyes */
export const readThereStates = ['seen', 'acknowledged', 'accepted', 'done', 'declined']
export const readThere = oneOf(readThereStates)

/** the time for an answer ran out */
export const unansweredStates = ['escalated', 'failed']
export const unanswered = oneOf(unansweredStates)

/** goes no further without the sender's side */
export const stuckStates = ['call_needed', 'no_destination', 'escalated', 'failed']
export const stuck = oneOf(stuckStates)
