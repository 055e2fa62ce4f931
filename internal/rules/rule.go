package rules

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/news2"
)

// Window is how far back from an event its history reaches where a rule says nothing else: counted between the
// two events, not back from now. Phones look as far: window in pb_public/app/model/rules.js.
const Window = 48 * time.Hour

// MostDays is how many days the history of one rule may reach back.
const MostDays = 30

// The states of a rule, as care.RuleStates lists them.
const (
	Active  = "active"
	Shadow  = "shadow"
	Retired = "retired"
)

// Rule is one version of one rule, as handover_rules stores it.
type Rule struct {
	ID      string // record id
	Code    string // stable over versions
	Version int
	Title   string // what the practice reads

	Collection string // visits, observations or checkins
	Trigger    string // CEL without history
	Unless     string // CEL with history, "" = never; true means: not an alarm
	Days       int    // how far back its history reaches; 0 = Window

	Class       care.Class
	Destination string // care.ToPractice and the like, or team:<id>
	Ask         string // the recommendation put into the handover
	State       string // Active, Shadow or Retired

	Owner      string // staff who answers for it
	ApprovedBy string // the second person
	ReviewOn   string // 2006-01-02
}

// Window is how far back from an event the history of the rule reaches.
func (r *Rule) Window() time.Duration {
	if r.Days == 0 {
		return Window
	}
	return time.Duration(r.Days) * 24 * time.Hour
}

// Patient is the person the evidence belongs to.
type Patient struct {
	ID     string
	Values map[string]any // wire fields of patients, Go values as care.Kind says
}

// Event is one record as evidence at one clinical time. A record with an open conflict or
// with refused values gives several events with the same ID, all unverified, one for each
// reading of it.
type Event struct {
	Collection, ID string
	Visit          string // the visit it belongs to; a visit's own id; "" for none
	Patient        string
	Staff, Team    string // who recorded it and for which team: they send the handover that comes of it
	At             time.Time
	WrittenAt      time.Time // when its author wrote it, which may be later
	ClockKnown     bool      // the offset of the recording device was known
	Verified       bool      // false: built from a refused or a losing value
	Values         map[string]any
	NEWS2          *news2.Score // observations only
	Replaced       bool         // a later set names this one as replaced: no evidence any more
}

// Alarm is one rule that holds at one record.
type Alarm struct {
	ID    string // hash of rule code, patient and record
	Rule  *Rule
	Event Event
	// NEWS2: the rule judges the score, so a later set below every trigger clears it.
	NEWS2 bool
}

// Broken is a rule that cannot run. Its owner must be told; the others run.
type Broken struct {
	Rule   Rule
	Reason string
}

// Fault counts evaluations of a rule that failed: a type error, a cost over the limit.
type Fault struct {
	Rule    *Rule
	Count   int
	Records []string // at which it failed, in clinical order
	Last    string   // the last reason; it names fields, never their contents
}

// Judgement is the result of judging the evidence of one person. All lists are in clinical order (time,
// then record), then by rule code.
type Judgement struct {
	// Alarms that hold.
	Alarms []Alarm
	// Shadow: what rules in shadow would have raised.
	Shadow []Alarm
	// Passed: where an active rule triggered and its "unless" let it pass. Whatever changes the history of
	// such a record must be judged too.
	Passed []Alarm
	// Clearing: complete, verified sets at which no NEWS2 rule triggers. They end a run of
	// NEWS2 alarms and may supersede a handover; see internal/handover.
	Clearing []Event
	// Faults by rule, sorted by code and version.
	Faults []Fault
}
