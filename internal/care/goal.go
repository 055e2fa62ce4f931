package care

import (
	"encoding/json"
	"slices"
)

// GoalOutcomes are how a goal stands, as the person says; without one it is worked towards.
var GoalOutcomes = []string{"met", "partly", "not_met", "withdrawn"}

// goals are what somebody wants, in their own words, and who works towards it with them. What a review says is of one
// moment, so that all its fields go by the latest word; what the person wants is never written over unseen.
var goals = &Collection{Name: Goals, Synced: true, Pushable: true, Fields: []Field{
	{Name: "patient", Kind: Ref, Ref: Patients, Policy: Immutable, Identity: true, Limited: true},
	{Name: "words", Kind: Text, Max: 2000},                    // the person's own
	{Name: "safe_words", Kind: Text, Max: 500, Limited: true}, // what a voluntary service that helps reads of them; written to be safe to share
	{Name: "team", Kind: Ref, Ref: Teams, Policy: Latest, Limited: true},
	{Name: "helpers", Kind: List, Policy: Set, Limited: true}, // organisations that work towards it with the team
	{Name: "agreed_on", Kind: Date, Policy: Latest},
	{Name: "review_on", Kind: Date, Policy: Latest, Limited: true},
	{Name: "reviewed_on", Kind: Date, Policy: Latest, Limited: true}, // the last time
	{Name: "outcome", Kind: Enum, Values: GoalOutcomes, Policy: Latest, Limited: true},
	{Name: "said", Kind: Text, Max: 2000, Policy: Latest}, // what the person said of it at the last review
}}

// goalSteps are what is to be done towards a goal, each a record of its own, so that two people who add or do one do
// not meet. A step that a voluntary service is to do is what its people see of the goal beside the safe words.
var goalSteps = &Collection{Name: GoalSteps, Synced: true, Pushable: true, Fields: []Field{
	{Name: "patient", Kind: Ref, Ref: Patients, Policy: Immutable, Identity: true, Limited: true},
	{Name: "goal", Kind: Ref, Ref: Goals, Policy: Immutable, Limited: true},
	{Name: "task", Kind: Text, Max: 500, Limited: true},
	{Name: "helper", Kind: Ref, Ref: Organisations, Policy: Latest, Limited: true}, // who does it; null = the team of the goal
	{Name: "due_on", Kind: Date, Policy: Latest, Limited: true},
	{Name: DoneField, Kind: Date, Policy: Latest, Limited: true},
}}

// DoneField says when a step of a goal was done: all that whoever helps writes of it.
const DoneField = "done_on"

// HelpedBy says whether an organisation helps with a goal, or is to do a step of one; of a record of another
// collection it is true, for nobody needs to help with it to see it.
func HelpedBy(r *Record, organisation string) bool {
	switch r.Collection.Name {
	case Goals:
		list, _ := r.Get("helpers").([]string)
		return organisation != "" && slices.Contains(list, organisation)
	case GoalSteps:
		return organisation != "" && r.Text("helper") == organisation
	}
	return true
}

// HelpedByIn is HelpedBy of a record of a collection as it travels.
func HelpedByIn(collection string, data json.RawMessage, organisation string) bool {
	if collection != Goals && collection != GoalSteps {
		return true
	}
	var d struct {
		Helpers []string `json:"helpers"`
		Helper  string   `json:"helper"`
	}
	return json.Unmarshal(data, &d) == nil && organisation != "" && (d.Helper == organisation || slices.Contains(d.Helpers, organisation))
}
