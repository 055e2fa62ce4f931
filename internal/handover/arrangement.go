package handover

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// Alarm is one rule that holds at one record, as the alarms table and the judge know it.
type Alarm struct {
	ID          string
	Rule        string // code
	Version     int
	Class       care.Class
	Destination string // the rule's: care.ToPractice and the like, or team:<id>; or the stored key
	NEWS2       bool   // the rule judges the score, so a later set may supersede it

	Collection, Record string
	Visit              string // "" for none
	Staff, Team        string // who recorded it, and for which team
	At                 time.Time
	ClockKnown         bool
	Verified           bool

	// Handover it is attached to, "" for a new alarm.
	Handover string
}

// AlarmOf is the alarm of a judgement, not yet attached.
func AlarmOf(a rules.Alarm) Alarm {
	return Alarm{ID: a.ID, Rule: a.Rule.Code, Version: a.Rule.Version, Class: a.Rule.Class, Destination: a.Rule.Destination,
		NEWS2: a.NEWS2, Collection: a.Event.Collection, Record: a.Event.ID, Visit: a.Event.Visit, Staff: a.Event.Staff,
		Team: a.Event.Team, At: a.Event.At, ClockKnown: a.Event.ClockKnown, Verified: a.Event.Verified}
}

// Stored is the alarm as the alarms table keeps it; whether it holds and under which key it was arranged is
// for the caller to add.
func (a Alarm) Stored(patient string) care.Alarm {
	return care.Alarm{ID: a.ID, Rule: a.Rule, Version: int64(a.Version), Patient: patient, Collection: a.Collection, Record: a.Record,
		Visit: a.Visit, ClinicalTime: a.At, ClockKnown: a.ClockKnown, Class: a.Class, NEWS2: a.NEWS2, Staff: a.Staff, Team: a.Team,
		Verified: a.Verified, Handover: a.Handover}
}

// KnownAlarm is a stored alarm, attached.
func KnownAlarm(k care.Alarm) Alarm {
	return Alarm{ID: k.ID, Rule: k.Rule, Version: int(k.Version), Class: k.Class, Destination: k.Destination,
		NEWS2: k.NEWS2, Collection: k.Collection, Record: k.Record, Visit: k.Visit, Staff: k.Staff, Team: k.Team,
		At: k.ClinicalTime, ClockKnown: k.ClockKnown, Verified: k.Verified, Handover: k.Handover}
}

// Clearing is a complete, verified set at which no rule on scores triggers.
type Clearing struct {
	Record     string
	At         time.Time
	ClockKnown bool
}

// ClearingOf is a set of a judgement.
func ClearingOf(e rules.Event) Clearing { return Clearing{e.ID, e.At, e.ClockKnown} }

// Reason is a rule that led to a handover.
type Reason struct {
	Rule    string `json:"id"` // code
	Version int    `json:"version"`
}

// Existing is a handover of the person as it stands.
type Existing struct {
	ID     string
	State  care.State
	Visit  string
	Class  care.Class
	ByHand bool
	ToTeam string // where it is now
	// Key is the Route.Key it was raised for: what the alarms table keeps as the destination
	// of its alarms; for one raised by hand the team it was first sent to.
	Key string
	// CopyOf is the handover that this is a copy of, "" for none.
	CopyOf string

	Reasons      []Reason
	Alarms       []string // ids of the alarms attached that held until now
	SupersededBy string
	ClinicalTime time.Time
	LateBy       time.Duration
	AckDue       time.Time
	ActDue       time.Time
	Unverified   bool
	Confirmed    bool // a clinician confirmed it: what was unverified until then is settled
}

// Input is everything about one person that decides how alarms become handovers.
type Input struct {
	Patient string
	Place   Place
	// Alarms that hold, attached or new. Clearing sets, all since the earliest alarm given.
	Alarms   []Alarm
	Clearing []Clearing
	// Since: from this moment on the evidence was judged anew and is complete. What is known
	// of earlier times is taken as it stands: nothing is undone because it was not loaded.
	Since time.Time
	// Existing handovers of the person: those that are not closed, and those that an alarm given here belongs to. Stored finds
	// any other by its id, nil for none; a nil Stored: there are no others. It is asked whether an id is free, and for the copies
	// of an unverified handover.
	Existing []Existing
	Stored   func(id string) *Existing

	Now       time.Time
	Calendar  Calendar
	Clocks    Clocks
	Directory Directory
}

// New is a handover to raise.
type New struct {
	ID, Patient, Visit             string
	FromStaff, FromTeam, ReplyTeam string
	NamedRegistrant                string
	Destination                    string // as named by the rule
	Route                          Route
	State                          care.State // care.Queued or care.NoDestination
	Class                          care.Class
	ByHand                         bool
	Reasons                        []Reason
	Alarms                         []string
	Unverified                     bool
	SupersededBy                   string
	// Unfollowed: whoever raised it does not follow it.
	Unfollowed bool
	// Follows is the handover whose answer asks for this one, "" for none.
	Follows string
	// CopyOf is set on the copies of an unverified handover to team lead and coordinator.
	CopyOf string
	// Ask and Note: the recommendation, and why it is asked for, where they come from a person
	// or the machine instead of a rule.
	Ask, Note string

	ClinicalTime, RaisedAt, AckDue, ActDue time.Time
	LateBy                                 time.Duration
}

// Change is what becomes of an existing handover. Every field holds the value to store,
// changed or not.
type Change struct {
	ID           string
	Class        care.Class
	Reasons      []Reason
	ClinicalTime time.Time
	LateBy       time.Duration
	AckDue       time.Time
	ActDue       time.Time
	Unverified   bool
	SupersededBy string
	// Added and Removed alarms. Removed ones moved to another handover or hold no more.
	Added, Removed []string
	// Again: the class rose. Apply the machine's Raise: people must be told anew, and whoever
	// had acknowledged the lower class has not acknowledged this one.
	Again bool
	// Events for the history, in order; Deliver is never set here.
	Events []Event
}

// Joining says that what was raised as From stands in Into since late evidence arrived or the
// nurse raised it by hand. Apply the machine's Join to From.
type Joining struct{ From, Into string }

// Attachment is where an alarm belongs now.
type Attachment struct{ Alarm, Handover, Key string }

// Plan is what [Arrange] decided. Applying it and arranging again gives an empty plan.
type Plan struct {
	New      []New
	Changes  []Change
	Joins    []Joining
	Attached []Attachment
	// Withdrawn handovers have lost the last of their alarms to a correction or a retraction.
	// They stay visible and are still acknowledged; write the event, once.
	Withdrawn []string
}
