package fhir

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/news2"
)

// Handover is a handover as one reader sees it. What is not for them is empty. Times that are zero are not known.
type Handover struct {
	ID      string
	Version int64
	Class   care.Class
	State   care.State
	Person  Person

	From     *Staff
	FromTeam *Organisation
	ToTeam   *Organisation
	Owner    *Staff // the clinician who accepted it

	Situation, Background, Assessment, Recommendation, SafeNote string
	Reasons                                                     []string // titles of the rules that led to it
	Unverified                                                  bool     // it rests on a value in doubt
	Outcome, Answer, DeclineReason                              string

	RecordedAt time.Time // when it happened at the door
	RaisedAt   time.Time // when it reached the server
	ChangedAt  time.Time // when it came to stand as it does
	AckDue     time.Time
	ActDue     time.Time

	Evidence []Evidence
	// Sheet is the handover on paper, a PDF; none: there is no document.
	Sheet []byte
}

// Person is whom it is about. Where they live is never in it where that is for those who visit alone.
type Person struct {
	ID                                string
	FamilyName, GivenName, CalledName string
	DateOfBirth, DiedOn               string // days, as 1941-05-06
	NHSNumber                         string // ten digits; "" for none
	Verified                          bool   // the number is
	Address, Postcode, Phone          string
	Practice                          *Organisation
	Needs, Risk                       string
}

// Staff is a member of staff.
type Staff struct{ ID, Name, Role string }

// Organisation is a team, a practice, or whom one belongs to.
type Organisation struct {
	ID, Name, Phone, ODSCode string
	PartOf                   *Organisation
}

// Evidence is a record behind it.
type Evidence struct {
	Collection, ID string
	At             time.Time // when it was taken, or happened
	ReachedAt      time.Time // zero: it was refused and is kept apart
	By             *Staff
	ClockKnown     bool
	Verified       bool // no value of it is in doubt
	Values         map[string]any
	Score          *news2.Score
	ReplacedBy     string // id of the set that corrects it
	ReplacedAt     time.Time
}
