package arrange

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rules"
)

// Store is what arranging reads and writes. Every method reads what the running transaction itself has
// written; writes take the number of the running change and enter the feed.
type Store interface {
	// Record returns a stored record, nil when there is none.
	Record(c *care.Collection, id string) (*care.Record, error)
	// Insert stores a new record; false when its id is taken, and nothing happened.
	Insert(rec *care.Record) (bool, error)
	// Update stores the named fields and the meta of rec, which was read as old.
	Update(rec, old *care.Record, fields []string) error
	// HandoversAbout lists the handovers of a person that tell of any of these records: they are about that visit, or
	// rest on that record. At most MostConcerned of them: first those that are not closed, then those that changed last.
	HandoversAbout(patient string, records ...string) ([]*care.Record, error)
	// History lists the last MostRead events of a handover that are of these kinds, oldest first.
	History(handover string, kinds []string) ([]*care.Record, error)
	// LinesBy is how many events of a handover a member of staff has written, MaxLines at most.
	LinesBy(handover, staff string) (int, error)
	// RaisedBy is how many handovers by hand a member of staff has raised after a time, MaxByHand at most.
	RaisedBy(staff string, after time.Time) (int, error)
	// PutAlarm stores an alarm, new or changed.
	PutAlarm(care.Alarm) error
	// Enqueue puts a delivery into the outbox; a key that is there already changes nothing.
	Enqueue(key, channel, handover, team string) error
	// DueAt makes the escalation job look at something at a time.
	DueAt(at time.Time, kind care.DueKind, ref string) error
}

// Reference answers about people, places and rules; nothing of it changes within a transaction but people.
type Reference interface {
	// Patient returns a person's record, nil when there is none. It is not to be changed.
	Patient(id string) (*care.Record, error)
	// Teams lists the teams on whose caseload a person is now.
	Teams(patient string) []string
	// Staff returns what is known of a member of staff; false when there is none.
	Staff(id string) (care.Viewer, bool)
	// Holds says whether the viewer has the person on a caseload: now, and at a past moment.
	Holds(v care.Viewer, patient string, at time.Time) (now, then bool)
	// Directory finds teams and organisations.
	Directory() Directory
	// Calendar is the working time of an organisation, "" for core hours; Clocks the deadlines.
	Calendar(organisation string) handover.Calendar
	Clocks() handover.Clocks
	// Channels names the ways by which every handover leaves.
	Channels() []string
	// Rules are the compiled rules in force.
	Rules() *rules.Set
}

// Directory is what is asked about teams beyond where a handover goes.
type Directory interface {
	handover.Directory
	// Neighbourhood and Organisation are those of a team, "" when unknown.
	Neighbourhood(team string) string
	Organisation(team string) string
	// Meant says why a destination of somebody's practice cannot take a handover, as what follows "Meant for": "Oak
	// Surgery, which has closed". "" where nothing is known of it.
	Meant(destination, practice string) string
	// NotHere is what a team says of a class that it takes elsewhere than in its inbox; false: it takes it.
	NotHere(team string, class care.Class) (care.NotHere, bool)
	// LoneWorking is when who of a team is told of somebody who is alone; as usual where it is unknown.
	LoneWorking(team string) care.LoneWorking
}

// Room arranges within one transaction.
type Room struct {
	Store     Store
	Reference Reference
	Moment    care.Moment
	// Raised is told of each handover that the server raises by itself: something may wait for it. Nil: nobody is.
	Raised func(came *care.Record) error
}

// system is the machine itself as an actor.
var system = handover.Actor{System: true}
