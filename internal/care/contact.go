package care

import "slices"

// Coded values of a visit.
var (
	VisitPurposes = []string{"wound_care", "insulin", "medication", "catheter", "palliative", "fall", "assessment",
		"observation", "bloods", "continence", "rehabilitation", "mental_health_review", "social_care_review", "wellbeing", "other"}
	VisitStatuses = []string{"planned", "in_progress", "completed", "no_access", "refused", "cancelled", "retracted"}
	VisitOutcomes = []string{"care_given", "care_part_given", "care_not_needed", "advice_given", "handed_over", "admitted", "died", "other"}
	// SoftSigns is the unbranded "not their usual self" list, in our own words.
	SoftSigns     = []string{"breathless", "unsteady", "distressed", "withdrawn", "more_tired", "restless", "confused", "not_eating", "other"}
	MedicineGiven = []string{"given", "missed", "refused", "not_due"}
	ACVPU         = []string{"A", "C", "V", "P", "U"}
	Wellbeing     = []string{"well", "as_usual", "not_usual_self", "unwell"}
)

var visits = &Collection{Name: Visits, Synced: true, Pushable: true, Fields: []Field{
	{Name: "patient", Kind: Ref, Ref: Patients, Policy: Immutable, Identity: true},
	{Name: "team", Kind: Ref, Ref: Teams, Policy: Latest},
	{Name: "staff", Kind: Ref, Ref: StaffName, Policy: Latest},
	{Name: "delegated_by", Kind: Ref, Ref: StaffName},
	{Name: "purpose", Kind: Enum, Values: VisitPurposes},
	{Name: "planned_start", Kind: Time, Policy: Latest},
	{Name: "planned_end", Kind: Time, Policy: Latest},
	{Name: "status", Kind: Enum, Values: VisitStatuses},
	{Name: "no_access_kind", Kind: Enum, Values: []string{"no_reply", "failed"}},
	{Name: "started_at", Kind: Time},
	{Name: "ended_at", Kind: Time},
	{Name: "soft_signs", Kind: List, Policy: Set, Values: SoftSigns},
	{Name: "critical_medicine", Kind: Enum, Values: MedicineGiven},
	{Name: "outcome", Kind: Enum, Values: VisitOutcomes},
	{Name: "note", Kind: Text, Max: 20000},
	{Name: "details", Kind: Object, Shape: detailsShape}, // what the template of its purpose asked
	{Name: TimeEnteredField, Kind: Time},
	{Name: "corrected", Kind: Object, Policy: Server, Shape: correctedTimes(Visits)}, // see CorrectedField
}}

// observations are append-only: a correction is a new set naming the one it replaces. What is
// measured is in the table of readings.
var observations = &Collection{Name: Observations, Synced: true, Pushable: true, AppendOnly: true, Fields: slices.Concat(
	[]Field{
		{Name: "patient", Kind: Ref, Ref: Patients, Policy: Immutable, Identity: true},
		{Name: "visit", Kind: Ref, Ref: Visits, Policy: Immutable},
		{Name: "taken_at", Kind: Time, Policy: Immutable},
	},
	readingFields(),
	[]Field{
		{Name: "replaces", Kind: Ref, Ref: Observations, Policy: Immutable},
		{Name: TimeEnteredField, Kind: Time, Policy: Immutable},
		{Name: "news2", Kind: Object, Policy: Server, Shape: scoreShape},
		{Name: "corrected", Kind: Object, Policy: Server, Shape: correctedTimes(Observations)},
	},
)}

var checkins = &Collection{Name: Checkins, Synced: true, Pushable: true, Fields: []Field{
	{Name: "patient", Kind: Ref, Ref: Patients, Policy: Immutable, Identity: true, Limited: true},
	{Name: "team", Kind: Ref, Ref: Teams, Policy: Latest, Limited: true},
	{Name: "staff", Kind: Ref, Ref: StaffName, Policy: Latest, Limited: true},
	{Name: "planned_start", Kind: Time, Policy: Latest, Limited: true},
	{Name: "planned_end", Kind: Time, Policy: Latest, Limited: true},
	{Name: "happened_at", Kind: Time, Limited: true},
	{Name: TimeEnteredField, Kind: Time, Limited: true},
	{Name: "seen", Kind: Bool, Limited: true},
	{Name: "wellbeing", Kind: Enum, Values: Wellbeing, Limited: true},
	{Name: "concern", Kind: Text, Max: 5000, Limited: true},
	{Name: "safeguarding", Kind: Text, Max: 5000, Limited: true, Sealed: true},
	{Name: "corrected", Kind: Object, Policy: Server, Shape: correctedTimes(Checkins), Limited: true},
}}
