// Code generated from state.go by go test ./internal/care -update; DO NOT EDIT.

package care

// Lists of states for SQL, as in: state IN ` + SQLClosed. Their meanings are methods of State.
const (
	SQLClosed      = `('done', 'stood_down')`                                                                                                     // answered or stood down: nobody has anything left to do
	SQLOpen        = `('queued', 'sent', 'call_needed', 'no_destination', 'seen', 'acknowledged', 'accepted', 'declined', 'escalated', 'failed')` // not closed: an index finds these among all that a team ever had
	SQLInNoHands   = `('queued', 'sent', 'call_needed', 'no_destination', 'seen', 'declined', 'escalated', 'failed')`                             // open, and nobody has said that they look after it
	SQLOffTheClock = `('done', 'failed', 'stood_down')`                                                                                           // no deadline runs any more
	SQLEnded       = `('done', 'declined', 'failed', 'stood_down')`                                                                               // takes no further alarms
	SQLInHand      = `('acknowledged', 'accepted')`                                                                                               // somebody said that they look after it
)
