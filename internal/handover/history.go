package handover

import (
	"maps"
	"slices"
	"time"

	"doorstep/internal/care"
)

// Kinds of events in the history of a handover.
const (
	EventRaised = "raised" // it began; written by whoever stores a [New]

	// What evidence did; see [Arrange].
	EventAttached   = "attached"           // a further reason
	EventDetached   = "detached"           // a reason moved to another handover or holds no more
	EventRisen      = "risen"              // the class rose
	EventEarlier    = "earlier"            // late evidence moved the clinical time
	EventSuperseded = "superseded"         // a later set lies below every trigger
	EventStandsAnew = "superseded_not"     // that set, or its place in time, does not hold any more
	EventUnverified = "unverified"         // a reason rests on a refused or a losing value
	EventWithdrawn  = "evidence_withdrawn" // the last reason was corrected or retracted

	// What people and the machine did; see [Machine].
	EventSent           = "sent"
	EventCallNeeded     = "call_needed"
	EventSeen           = "seen"
	EventAcknowledged   = "acknowledged"
	EventUnacknowledged = "unacknowledged"
	EventAccepted       = "accepted"
	EventDeclined       = "declined"
	EventEscalated      = "escalated"
	EventFailed         = "failed"
	EventAnswered       = "answered"
	EventHandedOn       = "handed_on"   // to the history of the team that gave it away
	EventReceived       = "received_on" // to that of the team that got it
	EventCallReached    = "call_reached"
	EventCallNotReached = "call_not_reached"
	EventCalled999      = "called_999"     // the sender rang 999; written by whoever stores what a phone said
	EventNotCalled999   = "not_called_999" // the sender could not, or saw no need to
	EventFiled          = "filed"
	EventStoodDown      = "stood_down"
	EventConfirmed      = "confirmed"
	EventRaisedAgain    = "raised_again"
	EventJoined         = "joined"
	EventReassigned     = "reassigned" // to another clinician of the team, because its owner left
	EventDueMoved       = "due_moved"  // the working time it is reckoned in changed
	EventGivenBack      = "given_back" // its owner does not look after it any more
	EventRead           = "read"       // its sender has read what became of it
	EventAdded          = "added"      // a line more, by either side
	// What another partner was asked beside it. To the history of the one that answers both, and to that of the other when it is closed.
	EventTookIn      = "took_in"
	EventOtherClosed = "other_closed"

	// What came of telling its team by a way beyond the inbox. Neither is a receipt by a person.
	EventNotified     = "notified"
	EventNotDelivered = "not_delivered"

	// What became of that which it rests on; see arrange.Room.Amend.
	EventCorrected = "corrected" // a set of readings replaces one that it rests on
	EventUpdated   = "updated"   // the visit or check-in was changed
)

// leads says to which state an event brought the handover.
var leads = map[string]care.State{
	EventSent: care.Sent, EventCallNeeded: care.CallNeeded, EventSeen: care.Seen, EventAcknowledged: care.Acknowledged,
	EventAccepted: care.Accepted, EventDeclined: care.Declined, EventEscalated: care.Escalated, EventFailed: care.Failed,
	EventAnswered: care.Done, EventStoodDown: care.StoodDown, EventJoined: care.StoodDown, EventReceived: care.Queued,
	EventGivenBack: care.Acknowledged,
}

// Moves lists the kinds of event from which follows how a handover came to stand as it does: what [WithHistory] reads.
func Moves() []string { return append(slices.Sorted(maps.Keys(leads)), EventHandedOn) }

// Clocked lists the kinds of event at which a deadline may have been set.
func Clocked() []string {
	return append(Moves(), EventRaised, EventRisen, EventRaisedAgain, EventCallReached, EventDueMoved)
}

// Closing lists the events that close a handover, in the order of the alphabet.
func Closing() []string {
	var list []string
	for kind, state := range leads {
		if state.Closed() {
			list = append(list, kind)
		}
	}
	slices.Sort(list)
	return list
}

// WithHistory fills in what a handover's events know and its record does not: who brought it to
// its state, and which teams it was escalated away from. The events must be in order; those of [Moves] are enough.
func WithHistory(h Handover, events []Event) Handover {
	h.Former, h.Given = nil, nil
	for _, e := range events {
		if leads[e.Kind] == h.State {
			h.StateBy, h.StateAt = e.By, e.At
		}
		switch e.Kind {
		case EventHandedOn: // what it was before is over
			h.Given = append(append(h.Given, h.Former...), e.Team)
			h.Former = nil
		case EventDeclined:
			h.Given = append(h.Given, e.Team)
		case EventEscalated:
			if from, _ := e.Detail["from"].(string); from != "" {
				h.Former = append(h.Former, from)
			}
		}
	}
	return h
}

// className is a class inside a sentence.
var className = map[care.Class]string{
	care.Emergency: "emergency", care.Urgent: "urgent, within 2 hours", care.SameDay: "same day", care.Routine: "routine",
	care.Information: "for information", care.Safeguarding: "safeguarding",
}

func rose(from, to care.Class) string {
	return "From " + className[from] + " to " + className[to] + "."
}

// Event is one thing that happened to a handover; it becomes a row of handover_events.
type Event struct {
	Kind string // an Event… constant or the name of an action's outcome
	At   time.Time
	By   string // staff, "" for the machine
	Team string // where it was, or went to, at that moment
	// Text is what there is to say beyond the kind, which pages put into words.
	Text string
	// Detail holds coded facts: cause, name, role, reached, read_back, outcome, from, to.
	Detail map[string]any
	// Deliver: it stands with another team now, or must be shown anew. Write an outbox row for
	// (handover, Team, every channel); see delivery.Key.
	Deliver bool
	// Spawn is a handover that follows from this one.
	Spawn *New
}
