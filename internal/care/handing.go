package care

// Class is the urgency of a handover (product rule after uk-domain §4.2; every time is
// configurable and needs a clinical lead's sign-off).
type Class string

// The classes, most urgent first. Safeguarding travels apart from all of them.
const (
	Emergency    Class = "E"  // 999 first; the app only records it
	Urgent       Class = "U2" // acknowledge in 15 minutes, act in 2 hours
	SameDay      Class = "SD" // acknowledge in 2 core hours, act the same working day
	Routine      Class = "R"  // acknowledge in 1 working day, act in 5
	Information  Class = "I"  // nothing is due
	Safeguarding Class = "SG" // acknowledge in 1 hour by the safeguarding lead
)

// Classes lists them, most urgent first, safeguarding last.
var Classes = []string{string(Emergency), string(Urgent), string(SameDay), string(Routine), string(Information), string(Safeguarding)}

// Urgency orders classes: greater is more urgent. Safeguarding counts as urgent.
func (c Class) Urgency() int {
	switch c {
	case Emergency:
		return 5
	case Urgent, Safeguarding:
		return 4
	case SameDay:
		return 3
	case Routine:
		return 2
	case Information:
		return 1
	}
	return 0
}

// HandoverOutcomes are the coded answers of a clinician.
var HandoverOutcomes = []string{"advice_given", "call_patient", "home_visit", "appointment", "prescribed", "referred",
	"admitted", "no_action_needed", "more_work_asked", "other"}

// DeclineCauses are the reasons that can be chosen when a handover is declined, beside the reason in words: the person is not
// theirs, another service is to do it, they cannot in the time asked, too little is known, it is dealt with.
var DeclineCauses = []string{"not_ours", "other_service", "no_capacity", "too_little_known", "done_already", "other"}

// CallAnswers are what a sender can say of a call: made, tried in vain, or not needed. Missing: nobody said.
var CallAnswers = []string{CallMade, CallInVain, CallNotNeeded}

// The answers by name.
const (
	CallMade      = "yes"
	CallInVain    = "could_not"
	CallNotNeeded = "not_needed"
)

// Parts of a handover's text that a phone may have filled in from what was recorded.
const (
	PartSituation      = "situation"
	PartBackground     = "background"
	PartAssessment     = "assessment"
	PartRecommendation = "recommendation"
)

// Parts lists them in the order of SBAR.
var Parts = []string{PartSituation, PartBackground, PartAssessment, PartRecommendation}

// handovers: a device may raise one by hand and record a call on it; the server does the rest.
var handovers = &Collection{Name: Handovers, Synced: true, Pushable: true, Fields: []Field{
	{Name: "patient", Kind: Ref, Ref: Patients, Policy: Immutable, Identity: true, Limited: true},
	{Name: "visit", Kind: Ref, Ref: Visits, Policy: Immutable},
	{Name: "from_staff", Kind: Ref, Ref: StaffName, Policy: Server, Limited: true},
	{Name: "from_team", Kind: Ref, Ref: Teams, Policy: Immutable, Limited: true},
	{Name: "reply_team", Kind: Ref, Ref: Teams, Policy: Immutable},
	{Name: "named_registrant", Kind: Ref, Ref: StaffName, Policy: Immutable},
	{Name: "to_team", Kind: Ref, Ref: Teams, Policy: Immutable, Limited: true}, // empty on a create by hand: the person's practice
	{Name: "class", Kind: Enum, Values: Classes, Policy: Immutable, Limited: true},
	{Name: "rules", Kind: Object, Policy: Server, Shape: ruleVersions},
	{Name: "by_hand", Kind: Bool, Policy: Server},
	{Name: "situation", Kind: Text, Max: 4000, Policy: Immutable},
	{Name: "background", Kind: Text, Max: 4000, Policy: Immutable},
	{Name: "assessment", Kind: Text, Max: 4000, Policy: Immutable},
	{Name: "recommendation", Kind: Text, Max: 4000, Policy: Immutable}, // the ask
	{Name: "safe_note", Kind: Text, Max: 1000, Policy: Immutable, Limited: true},
	{Name: "filled_in", Kind: List, Values: Parts, Policy: Immutable},      // parts that are not its sender's own words
	{Name: "evidence", Kind: Object, Policy: Server, Shape: evidenceShape}, // records and readings with sub-scores, by reference and value
	{Name: "confirmed_by", Kind: Ref, Ref: StaffName, Policy: Server},
	{Name: "unverified", Kind: Bool, Policy: Server},
	{Name: "clinical_time", Kind: Time, Policy: Server},
	{Name: "raised_at", Kind: Time, Policy: Server, Limited: true},
	{Name: "late_by_seconds", Kind: Int, Policy: Server, Max: 1 << 40},
	{Name: "superseded_by", Kind: Ref, Ref: Observations, Policy: Server},
	{Name: "state", Kind: Enum, Values: States, Policy: Server, Limited: true},
	{Name: "ack_due", Kind: Time, Policy: Server},
	{Name: "act_due", Kind: Time, Policy: Server},
	{Name: "seen_by", Kind: Ref, Ref: StaffName, Policy: Server},
	{Name: "acknowledged_by", Kind: Ref, Ref: StaffName, Policy: Server},
	{Name: "acknowledged_at", Kind: Time, Policy: Server},
	{Name: "owner", Kind: Ref, Ref: StaffName, Policy: Server},
	// Whether whoever it goes to was rung.
	{Name: "called", Kind: Enum, Values: CallAnswers, Policy: Latest},
	{Name: "called_why", Kind: Text, Max: 500, Policy: Latest}, // why it could not be done
	{Name: "called_at", Kind: Time, Policy: Latest},
	{Name: "called_name", Kind: Text, Max: 200, Policy: Latest},
	{Name: "called_role", Kind: Text, Max: 100, Policy: Latest},
	{Name: "reached", Kind: Bool, Policy: Latest},
	{Name: "read_back", Kind: Bool, Policy: Latest},
	// Whether 999 was rung, which is another question.
	{Name: "called_999", Kind: Enum, Values: CallAnswers, Policy: Latest},
	{Name: "called_999_why", Kind: Text, Max: 500, Policy: Latest},
	{Name: "called_999_at", Kind: Time, Policy: Latest},
	{Name: "called_999_name", Kind: Text, Max: 200, Policy: Latest},
	{Name: "called_999_read_back", Kind: Bool, Policy: Latest},
	{Name: "decline_reason", Kind: Text, Max: 2000, Policy: Server},
	{Name: "outcome", Kind: Enum, Values: HandoverOutcomes, Policy: Server},
	{Name: "answer", Kind: Text, Max: 4000, Policy: Server},
	{Name: "filed_by", Kind: Ref, Ref: StaffName, Policy: Server},
	{Name: "filed_at", Kind: Time, Policy: Server},
	{Name: "follows", Kind: Ref, Ref: Handovers, Policy: Server, Limited: true}, // the handover whose answer asks for this one
	{Name: "amended_at", Kind: Time, Policy: Server, Limited: true},             // when its sender's side last added to it, or what it rests on was corrected
}}

// handoverEvents is the history of a handover: one row for each thing that happened to it. What somebody did to one
// with a phone comes as the row that says so: the server does it, and where that is not possible any more the row
// stands as a line that was added; see LineKinds.
var handoverEvents = &Collection{Name: HandoverEvents, Synced: true, Pushable: true, AppendOnly: true, Fields: []Field{
	{Name: "handover", Kind: Ref, Ref: Handovers, Policy: Immutable, Identity: true, Limited: true},
	{Name: "patient", Kind: Ref, Ref: Patients, Policy: Immutable, Identity: true, Limited: true},
	{Name: "at", Kind: Time, Policy: Server, Limited: true},               // when it was done, by the corrected clock of whoever did it
	{Name: "kind", Kind: Text, Max: 40, Policy: Immutable, Limited: true}, // the verb: raised, sent, seen, acknowledged, …
	{Name: "by", Kind: Ref, Ref: StaffName, Policy: Server, Limited: true},
	{Name: "from_team", Kind: Ref, Ref: Teams, Policy: Server, Limited: true}, // sender's team, for the scopes
	{Name: "from_staff", Kind: Ref, Ref: StaffName, Policy: Server, Limited: true},
	{Name: "team", Kind: Ref, Ref: Teams, Policy: Server, Limited: true}, // where it was, or went to, at that moment
	{Name: "text", Kind: Text, Max: 4000, Policy: Immutable},
	{Name: "detail", Kind: Object, Policy: Immutable, Shape: eventDetail},
}}

// LineKinds are the kinds of lines that a phone writes into the history of a handover: what its owner did to it. Any
// other is taken for a line that was added.
var LineKinds = []string{"acknowledged", "accepted", "given_back", "answered", "declined", "call_reached", "call_not_reached", "read", "added", "stood_down"}

// RuleStates: a shadow rule is evaluated and counted but raises nothing.
var RuleStates = []string{"active", "shadow", "retired"}

// Destinations a rule can name; "team:<id>" names one team.
const (
	ToPractice         = "practice"     // the person's registered practice
	ToCoordinator      = "coordinator"  // the care coordinator of the neighbourhood
	ToServiceCoord     = "service"      // the coordinator of the volunteer's own service
	ToSafeguardingLead = "safeguarding" // the safeguarding team
)

var handoverRules = &Collection{Name: HandoverRules, Fields: []Field{
	{Name: "code", Kind: Text, Max: 60}, // stable name of the rule over its versions
	{Name: "version", Kind: Int, Min: 1, Max: 1 << 20},
	{Name: "title", Kind: Text, Max: 200}, // what the practice reads
	{Name: "collection", Kind: Enum, Values: []string{Visits, Observations, Checkins}},
	{Name: "trigger", Kind: Text, Max: 4000}, // CEL over record, patient, news2: no history
	{Name: "unless", Kind: Text, Max: 4000},  // CEL that may also look at history; true = not an alarm
	{Name: "class", Kind: Enum, Values: Classes},
	{Name: "destination", Kind: Text, Max: 60},
	{Name: "ask", Kind: Text, Max: 1000},              // the recommendation put into the handover
	{Name: "window_days", Kind: Int, Min: 1, Max: 30}, // how far back its history reaches; null = 48 hours
	{Name: "cases", Kind: Object, Shape: ruleCases},   // golden cases: what it must say
	{Name: "state", Kind: Enum, Values: RuleStates},
	{Name: "owner", Kind: Ref, Ref: StaffName},
	{Name: "approved_by", Kind: Ref, Ref: StaffName},
	{Name: "review_on", Kind: Date},
}}
