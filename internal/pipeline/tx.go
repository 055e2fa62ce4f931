package pipeline

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rules"
)

// Tx is the running write transaction as the pipeline sees it. Every method reads what the
// transaction itself has written.
type Tx interface {
	Records
	People
	Evidence
	// Seq is the number of the change that is being taken in; Now is the server's time.
	Seq() int64
	Now() time.Time
	// BaseSeq turns what an author saw into a number of the present epoch: a base of an earlier
	// epoch counts at most as the point at which the two part; an unknown one as nothing seen.
	BaseSeq(care.Base) int64
	// NewID makes the id of a record the server creates.
	NewID() string
}

// Records reads and writes synced records. Writes set the version to Seq and enter the feed.
type Records interface {
	// Record returns a stored record, nil when there is none.
	Record(c *care.Collection, id string) (*care.Record, error)
	// Insert stores a new record; false when its id is taken, and nothing happened.
	Insert(rec *care.Record) (bool, error)
	// Update stores the named fields and the meta of rec, which was read as old.
	Update(rec, old *care.Record, fields []string) error
	// WaitingFor lists open quarantine rows that wait for a record to appear.
	WaitingFor(record string) ([]*care.Record, error)
	// QuarantinedCreate returns the open quarantine row that holds a record's create, "" when none.
	QuarantinedCreate(record string) (string, error)
}

// People answers who may see whom.
type People interface {
	// Patient returns a person's record, nil when there is none.
	Patient(id string) (*care.Record, error)
	// Holds says whether the viewer has the person on a caseload: now, and at a past moment.
	Holds(v care.Viewer, patient string, at time.Time) (now, then bool)
	// Teams lists the teams on whose caseload a person is now.
	Teams(patient string) []string
	// Admit puts a person on a team's caseload from now on.
	Admit(patient, team, reason string) error
	// Staff returns what is known of a member of staff; false when there is none.
	Staff(id string) (care.Viewer, bool)
	// Directory finds teams and organisations.
	Directory() Directory
	// Calendar is the working time of an organisation, "" for core hours; Clocks the deadlines.
	Calendar(organisation string) handover.Calendar
	Clocks() handover.Clocks
}

// Directory is what the pipeline asks about teams beyond where a handover goes.
type Directory interface {
	handover.Directory
	// AnyCoordinator is a care coordination team, for what belongs to nobody; "" when there is none.
	AnyCoordinator() string
	// Neighbourhood and Organisation are those of a team, "" when unknown.
	Neighbourhood(team string) string
	Organisation(team string) string
}

// Evidence reads and writes what the rules judge.
type Evidence interface {
	// Rules are the compiled rules in force.
	Rules() *rules.Set
	// Watched says whether a person has an open handover, which even a record that fires nothing
	// may move, and whether they have alarms no earlier than a moment, to whose history a record
	// of that moment belongs.
	Watched(patient string, since time.Time) (open, later bool)
	// Events lists the person's standing records with a clinical time in the window.
	Events(patient string, from, to time.Time) ([]rules.Event, error)
	// OpenIssues lists the conflicts and what was refused about a person, as far as nobody has
	// decided them.
	OpenIssues(patient string) ([]*care.Record, error)
	// Doubts is how many issues of a person are open; it costs no look-up.
	Doubts(patient string) int
	// Standing says whether an alarm of a rule about the person holds and its handover is open, or
	// whether one was let pass.
	Standing(patient, rule string) (bool, error)
	// Alarms lists what was raised for a person so far, in the last thirty days.
	Alarms(patient string) ([]care.Alarm, error)
	// CountRule notes that a rule would have raised something in shadow, or has failed, at ref;
	// the same once only.
	CountRule(kind string, rule *rules.Rule, ref, reason string) error
	// PutAlarm stores an alarm, new or changed.
	PutAlarm(care.Alarm) error
	// OpenHandovers lists the person's handovers that are not closed, and those of a visit.
	Handovers(patient string) ([]*care.Record, error)
	// History lists the events of a handover, oldest first.
	History(handover string) ([]*care.Record, error)
	// Enqueue puts a delivery into the outbox; a key that is there already changes nothing.
	Enqueue(key, channel, handover, team string) error
	// DueAt makes the escalation job look at something at a time.
	DueAt(at time.Time, kind, ref string) error
}

// By says through what a change came in: a device's push, or the server itself.
type By struct {
	care.Viewer
	Device string
	Client string
	// Offset is server minus device; times authored before SteadySince were stamped by a clock
	// that may have been another. OffsetKnown is false before the first hello.
	Offset      time.Duration
	OffsetKnown bool
	SteadySince time.Time
	// Approved: a supervisor replays the change; who may do what was decided by them.
	Approved bool
	// Faults are seeded design bugs, for the simulator's tests only.
	Faults Faults
}

// Faults switch single safeguards of the pipeline off. The zero value is the real one.
type Faults struct {
	SilentOverwrite bool // an edit made over an unseen value is applied as if it were clean
	MuteRefused     bool // a refused or losing value is not judged
	ByArrival       bool // what superseded what is decided by when it arrived
	TrustOldBase    bool // a base from before a restore counts as it stands
}

// clockTolerance is how far a clock may drift between two hellos.
const clockTolerance = 5 * time.Minute

// Correct turns a device's time into ours: corrected by the offset, never after receipt.
// The second value says whether the offset in force at that moment is known: a time that comes
// out after its receipt was stamped by a clock that has been set since.
func (b By) Correct(device, received time.Time) (time.Time, bool) {
	if device.IsZero() {
		return received, false
	}
	t := device.Add(b.Offset).Truncate(time.Millisecond)
	known := b.OffsetKnown && !t.Before(b.SteadySince) && !t.After(received.Add(clockTolerance))
	if t.After(received) {
		t = received
	}
	return t, known
}
