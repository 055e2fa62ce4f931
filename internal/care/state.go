package care

import "slices"

// State is where a handover stands. See internal/handover for the moves between them.
type State string

// States of a handover.
const (
	Queued        State = "queued"         // raised, not yet in an inbox
	Sent          State = "sent"           // in the destination's inbox
	CallNeeded    State = "call_needed"    // the route is a phone number and no call is recorded yet
	NoDestination State = "no_destination" // no practice, or a closed one: the coordinator's queue
	Seen          State = "seen"
	Acknowledged  State = "acknowledged" // received; reception may do this
	Accepted      State = "accepted"     // a clinician owns it
	Done          State = "done"         // answered
	Declined      State = "declined"     // with a reason; goes on to the next in the chain
	Escalated     State = "escalated"    // no answer in time: with the next in the chain
	Failed        State = "failed"       // the chain is used up; the care coordinator keeps it
	StoodDown     State = "stood_down"   // a person said, with a reason, that it need not be answered
)

// States lists them in the order of the field.
var States = []string{string(Queued), string(Sent), string(CallNeeded), string(NoDestination), string(Seen),
	string(Acknowledged), string(Accepted), string(Done), string(Declined), string(Escalated), string(Failed), string(StoodDown)}

// in reports whether a state is one of these.
func (s State) in(list ...State) bool { return slices.Contains(list, s) }

// Closed: it is answered or stood down. It leaves the inbox, and nobody has anything left to do.
func (s State) Closed() bool { return s.in(Done, StoodDown) }

// Open: it is not closed. Where SQL asks for it by name, an index finds it among all that a team ever had.
func (s State) Open() bool { return slices.Contains(States, string(s)) && !s.Closed() }

// InNoHands: it is open, and nobody has said that they look after it.
func (s State) InNoHands() bool { return s.Open() && !s.InHand() }

// OffTheClock: no deadline runs. It is closed, or the chain is used up and it has come to its last holder;
// such a one still wants an answer and stays open.
func (s State) OffTheClock() bool { return s.Closed() || s == Failed }

// Ended: it takes no further alarms; the next one starts a new handover.
func (s State) Ended() bool { return s.OffTheClock() || s == Declined }

// Untouched: no person and no clock has done anything to it yet, so evidence may still regroup it.
func (s State) Untouched() bool { return s.in(Queued, Sent, CallNeeded, NoDestination, Seen) }

// InHand: somebody said that they look after it. Only the deadline for the answer still runs.
func (s State) InHand() bool { return s.in(Acknowledged, Accepted) }

// RepliedTo: a person took it in hand, answered it, or said why it is not for them. That nobody answered in
// time is no reply, and to be stood down is none of the destination's.
func (s State) RepliedTo() bool { return s.InHand() || s.in(Done, Declined) }

// ReadThere: somebody at the destination has had it before their eyes.
func (s State) ReadThere() bool { return s == Seen || s.RepliedTo() }

// Unanswered: the time for an answer ran out.
func (s State) Unanswered() bool { return s.in(Escalated, Failed) }

// Waiting: it has a destination, nobody there has said yet that they look after it, and the time has not run out.
func (s State) Waiting() bool { return s.in(Queued, Sent, Seen) }

// Stuck: it goes no further without the sender's side: nowhere to go, somebody must ring, or nobody answered.
func (s State) Stuck() bool { return s.in(NoDestination, CallNeeded) || s.Unanswered() }

// StatesThat lists the states of which something holds, in the order of States.
func StatesThat(holds func(State) bool) []string {
	return slices.DeleteFunc(slices.Clone(States), func(s string) bool { return !holds(State(s)) })
}

// stateList is a meaning of states that SQL and the pages need as a list.
type stateList struct {
	name  string // in Go and in SQL constants; with a small first letter in JavaScript
	about string
	holds func(State) bool
	// sql and pages: where the list is used.
	sql, pages bool
}

// stateLists are written into states_sql.go and pb_public/shared/states.js by go test ./internal/care -update.
var stateLists = []stateList{
	{"Closed", "answered or stood down: nobody has anything left to do", State.Closed, true, true},
	{"Open", "not closed: an index finds these among all that a team ever had", State.Open, true, false},
	{"InNoHands", "open, and nobody has said that they look after it", State.InNoHands, true, false},
	{"OffTheClock", "no deadline runs any more", State.OffTheClock, true, false},
	{"Ended", "takes no further alarms", State.Ended, true, false},
	{"Untouched", "no person and no clock has done anything to it yet", State.Untouched, false, false},
	{"InHand", "somebody said that they look after it", State.InHand, true, true},
	{"RepliedTo", "a person took it in hand, answered it, or said why it is not for them", State.RepliedTo, false, true},
	{"ReadThere", "somebody at the destination has had it before their eyes", State.ReadThere, false, true},
	{"Unanswered", "the time for an answer ran out", State.Unanswered, false, true},
	{"Waiting", "nobody there has said yet that they look after it, and the time has not run out", State.Waiting, false, true},
	{"Stuck", "goes no further without the sender's side", State.Stuck, false, true},
}
