package handover

import "time"

// Event is one thing that happened to a handover; it becomes a row of handover_events.
type Event struct {
	Kind string // an Event… constant or the name of an action's outcome
	At   time.Time
	By   string // staff, "" for the machine
	Team string // where it was, or went to, at that moment
	Text string
	// Detail holds coded facts: reason, name, role, reached, read_back, outcome, from, to.
	Detail map[string]any
	// Deliver: it stands with another team now, or must be shown anew. Write an outbox row for
	// (handover, Team, every channel); see delivery.Key.
	Deliver bool
	// Spawn is a handover that follows from this one.
	Spawn *New
}
