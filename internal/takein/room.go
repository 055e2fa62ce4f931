package takein

import (
	"time"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/judge"
	"doorstep/internal/rules"
)

// Store is what taking in reads and writes. Every method reads what the running transaction itself has
// written; writes take the number of the running change and enter the feed.
type Store interface {
	// Record returns a stored record, nil when there is none.
	Record(c *care.Collection, id string) (*care.Record, error)
	// Insert stores a new record; false when its id is taken, and nothing happened.
	Insert(rec *care.Record) (bool, error)
	// Update stores the named fields and the meta of rec, which was read as old.
	Update(rec, old *care.Record, fields []string) error
	// WaitingFor lists open quarantine rows that wait for a record to appear, by client and mid, after a place in that
	// order.
	WaitingFor(record, client string, mid int64, atMost int) ([]*care.Record, error)
	// OpenIssues lists the conflicts and what was refused about a person, as far as nobody has decided them.
	OpenIssues(patient string) ([]*care.Record, error)
	// OpenIssuesOf lists the issues of one of the two collections that are filed under a person and not decided, by id,
	// after one of them.
	OpenIssuesOf(patient, collection, after string, atMost int) ([]*care.Record, error)
	// QuarantinedCreate returns the open quarantine row that holds a record's create, "" when none.
	QuarantinedCreate(record string) (string, error)
	// Held is what waits of an author until somebody decides: how many rows there are, and how many bytes those of the
	// quarantine quote.
	Held(author string) (rows, bytes int64)
	// BaseSeq turns what an author saw into a number of the present epoch: a base of an earlier
	// epoch counts at most as the point at which the two part; an unknown one as nothing seen.
	BaseSeq(care.Base) int64
	// Admit puts a person on a team's caseload from now on: the next op is taken in, and the pull that confirms
	// this one is answered, with the person on it.
	Admit(patient, team, reason string) error
}

// Evidence is what taking in reads of what was recorded before.
type Evidence interface {
	// Events is what judging reads of a person; see judge.Store.
	Events(patient string, from, to time.Time) (events []rules.Event, all bool, err error)
}

// Notes is what taking in notes beside records.
type Notes interface {
	// Expect notes that a record names another one that is not there yet.
	Expect(record string, by care.Reference) error
	// Expecting lists who named a record before it came, and forgets them.
	Expecting(record string) ([]care.Reference, error)
	// DueAt makes the escalation job look at something at a time.
	DueAt(at time.Time, kind care.DueKind, ref string) error
	// NoteFiled notes that a record which came about a registration was filed under the one it was made one person with; of
	// people, which field of that one's record somebody wrote who meant the other's.
	NoteFiled(dead, collection, record string) error
	// Audit writes a line of the audit: whom an answer tells of who is not its reader's to look at.
	Audit(actor, device, action, collection, record, patient string, detail any) error
}

// Reference answers about people and teams.
type Reference interface {
	// Patient returns a person's record, nil when there is none. It is not to be changed.
	Patient(id string) (*care.Record, error)
	// Holds says whether the viewer has the person on a caseload: now, and at a past moment.
	Holds(v care.Viewer, patient string, at time.Time) (now, then bool)
	// Near says whether a person is the viewer's, or of those whom their desk answers for; see access.Access.Near.
	Near(v care.Viewer, patient string) bool
	// Teams lists the teams on whose caseload a person is now.
	Teams(patient string) []string
	// Staff returns what is known of a member of staff; false when there is none.
	Staff(id string) (care.Viewer, bool)
	// WhoHasNumber is somebody else than this person who is registered with an NHS number, "" for nobody.
	WhoHasNumber(number, but string) (person string, err error)
	// StandingAt is what a member of staff was at a past moment; false where nothing else is known than what
	// they are.
	StandingAt(staff string, at time.Time) (care.Viewer, bool)
	// Directory finds teams and organisations.
	Directory() arrange.Directory
}

// Judge is the next room, as taking in uses it.
type Judge interface {
	// Judge lets the rules look at what one change did.
	Judge(judge.TakenIn) error
	// Deleted judges a person anew after a record about them was deleted.
	Deleted(rec *care.Record) error
}

// Handovers is the room of handovers, as taking in uses it: for those that people raise by hand.
type Handovers interface {
	// PlanManual fills in what the server decides about a handover by hand about a person. What it lacks are
	// issues for its sender.
	PlanManual(rec, person *care.Record, sender care.Viewer, at time.Time) (arrange.Manual, []handover.Lack)
	// Announce starts the history of a handover by hand, once it is stored.
	Announce(arrange.Manual) error
	// RecordCall writes down what the sender stored with a handover of a call, and lets one to the practice count.
	RecordCall(rec *care.Record, sender care.Viewer, whom arrange.Rung) error
	// Line does what a line says that a phone wrote into the history of a handover, and stores it.
	Line(line *care.Record, author care.Viewer) error
	// MayAdd says whether somebody may write lines of these kinds into the history of a handover, beside what they have
	// written.
	MayAdd(handover, staff string, kinds ...string) (bool, error)
	// MayRaise says whether somebody may raise one more handover by hand of a class, beside what they have raised and
	// what the same change raises.
	MayRaise(staff string, class care.Class, same int) (bool, error)
	// RaiseWords brings what somebody wrote for the safeguarding lead alone before that lead.
	RaiseWords(arrange.Words) error
	// ReplaceRefused closes what was raised for a refused change that is taken in now.
	ReplaceRefused(issue *care.Record, made []care.Op) error
	// AcknowledgeBy is when a handover of a class must be acknowledged; zero: nothing is due.
	AcknowledgeBy(class care.Class, at time.Time) time.Time
	// WorkingTimeChanged sets the deadlines of handovers by the working time that holds now.
	WorkingTimeChanged(handovers []string, before func(organisation string) handover.Calendar) error
}

// Room takes in within one transaction.
type Room struct {
	Store     Store
	Evidence  Evidence
	Notes     Notes
	Reference Reference
	Moment    care.Moment
	Judge     Judge
	Handovers Handovers
	// Alarm lets it leave beyond the desk that somebody is alone and wants looking after; nil: nothing leaves.
	Alarm func(stay string) error

	woken    int // changes that waited and ran again
	handedOn int // issues that were looked at because their person is with others
}

// By says through what a change came in: a device's push, or the server itself.
type By struct {
	care.Viewer
	Device, Client string
	Clock          care.DeviceClock
	// AdmitTo is the team on whose caseload somebody comes whom the change registers; "" = the author's first.
	AdmitTo string
	// Approver decided that the change may be made, and lends it their own rights for that; nil where nobody did.
	Approver *care.Viewer
	// AtDesk: the author sits at a desk and decides about all whom it looks after, held by their own team or not.
	AtDesk bool
}
