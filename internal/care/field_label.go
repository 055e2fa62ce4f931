package care

import (
	"fmt"
	"strings"
)

// FieldLabel is a field as a sentence names it: "respiration rate", "why there was no access". The pages name fields in
// words.app.fields of pb_public/shared/words/en-GB.js.
func FieldLabel(name string) string {
	if r := readingOf(name); r != nil {
		return r.Label
	}
	if label := fieldLabels[name]; label != "" {
		return label
	}
	if name == "" {
		return "a value"
	}
	return fmt.Sprintf("“%s”", strings.ReplaceAll(name, "_", " "))
}

// fieldLabels are the fields that people write of visits, check-ins, readings, goals and people.
var fieldLabels = map[string]string{
	"status": "what happened", "no_access_kind": "why there was no access", "purpose": "purpose", "outcome": "outcome", "note": "note",
	"started_at": "when it began", "ended_at": "when it ended", "taken_at": "when they were taken", "happened_at": "when it was",
	"planned_start": "planned from", "planned_end": "planned until", "time_entered_at": "when its times were entered",
	"soft_signs": "not their usual self", "critical_medicine": "critical medicine", "details": "what was done", "replaces": "the set that it corrects",
	"seen": "whether they were seen", "wellbeing": "how they were", "concern": "concern", "safeguarding": "safeguarding",
	"staff": "by whom", "team": "team", "delegated_by": "who delegated it", "patient": "the person", "visit": "visit",
	"family_name": "family name", "given_name": "given name", "preferred_name": "preferred name", "date_of_birth": "date of birth", "died_on": "date of death",
	"nhs_number": "NHS number", "address": "address", "postcode": "postcode", "address_hidden": "whether the address is sensitive", "lsoa": "area", "phone": "telephone", "practice": "practice",
	"lead": "lead", "communication_needs": "communication needs", "access_notes": "getting in", "risk_note": "take care",
	"words": "what they want, in their own words", "safe_words": "what is safe to share of it", "helpers": "who helps", "helper": "who does it", "agreed_on": "when it was agreed",
	"review_on": "when to ask again", "reviewed_on": "when they were asked last", "said": "what they said of it", "goal": "the goal", "task": "what is to be done", "due_on": "when it is due", "done_on": "when it was done",
	"pregnant": "pregnancy", "spo2_scale": "oxygen scale", "objection": "objection to sharing", "consent": "consent",
}
