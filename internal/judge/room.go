package judge

import (
	"time"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// Store is what judging reads and writes. Every method reads what the running transaction itself has written.
type Store interface {
	// Record returns a stored record, nil when there is none.
	Record(c *care.Collection, id string) (*care.Record, error)
	// Events lists the person's records that were not withdrawn, with a clinical time in the window: of the last
	// MaxEvidence that came or were changed. All says that no others were left out.
	Events(patient string, from, to time.Time) (events []rules.Event, all bool, err error)
	// Replaced says which of these sets of readings another set of the same person replaces that was not
	// withdrawn, whenever that was taken. A set never replaces itself.
	Replaced(patient string, sets []string) (map[string]bool, error)
	// OpenIssues lists the conflicts and what was refused about a person, as far as nobody has decided them:
	// what is filed under the person, and refused changes that name them. Of a record it lists the refused
	// changes that name it. Of those filed under a person it lists the last MaxEvidence of each kind, oldest first.
	OpenIssues(of string) ([]*care.Record, error)
	// Alarms lists what was raised for a person so far, in clinical order: all of the last thirty days, and
	// what is older from a moment on.
	Alarms(patient string, from time.Time) ([]care.Alarm, error)
	// Handovers lists the handovers of a person that are not closed, those that a stranger reported, and of the others
	// those that are named.
	Handovers(patient string, named []string) ([]*care.Record, error)
	// Watch says, without a look-up, what there is about a person that a change of a moment may touch.
	Watch(patient string, since time.Time) Watch
	// Told says whether somebody need not be told of a rule about a person again: its last alarm holds and
	// its handover is open, or it was let pass.
	Told(patient, rule string) (bool, error)
	// CountRule notes that a rule would have raised something in shadow, or has failed, at ref; the same once only.
	CountRule(kind string, rule *rules.Rule, ref, reason string) error
	// DueAt makes the escalation job look at something at a time.
	DueAt(at time.Time, kind care.DueKind, ref string) error
}

// AlarmMemory is how long what was raised is remembered without being asked for. Readings no older than that are judged
// anew when somebody sets right what is recorded of their person: of what lies further back nobody needs to be told.
const AlarmMemory = 30 * 24 * time.Hour

// Watch is what is known of a person without a look-up.
type Watch struct {
	// Open: there is an open handover, which even a record that fires nothing may move.
	Open bool
	// Later: there are alarms no earlier than the moment, to whose history a record of that moment belongs.
	Later bool
	// Issues is how many issues of the person are open.
	Issues int
}

// Reference answers about people and rules.
type Reference interface {
	// Patient returns a person's record, nil when there is none. It is not to be changed.
	Patient(id string) (*care.Record, error)
	// Staff returns what is known of a member of staff; false when there is none.
	Staff(id string) (care.Viewer, bool)
	// Teams lists the teams on whose caseload a person is now.
	Teams(patient string) []string
	// Rules are the compiled rules in force.
	Rules() *rules.Set
}

// Arrange is the next room, as judging uses it.
type Arrange interface {
	// Arrange turns a person's alarms into handovers.
	Arrange(arrange.Input) error
	// Amend says to whoever has one of a person's handovers that what it rests on was corrected or changed.
	Amend(a arrange.Amendment) error
	// RaiseRefused raises what was handed over by hand in a change that was refused.
	RaiseRefused(person *care.Record, h arrange.RefusedHandover) error
}

// Room judges within one transaction.
type Room struct {
	Store     Store
	Reference Reference
	Moment    care.Moment
	Next      Arrange
}
