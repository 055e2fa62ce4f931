// Package collections says what the schema of Doorstep is: one file for each collection with its
// typed record, its rules and its indexes. How a database got there is told by migrations; a
// golden file proves that the two agree.
package collections

import (
	"fmt"
	"slices"

	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// All lists every collection as it should be today, in the order of care.Collections.
func All() []*core.Collection {
	return []*core.Collection{
		Neighbourhoods(), Organisations(), Teams(), StaffMembers(), Patients(), Caseloads(),
		Visits(), Observations(), Checkins(), Goals(), GoalSteps(), LoneStays(), Handovers(), HandoverEvents(), HandoverRules(),
		Devices(), Conflicts(), Quarantine(),
	}
}

// Create makes all collections in an empty database. Teams name a member of staff and staff name
// their teams, so it makes them first without the relations that point forward, then completes
// them. Only the baseline migration calls it.
func Create(app core.App) error {
	made := map[string]bool{}
	for _, c := range All() {
		made[c.Id] = true // a relation to itself waits too: PocketBase wants it saved first
		c.Fields = slices.DeleteFunc(c.Fields, func(f core.Field) bool {
			r, ok := f.(*core.RelationField)
			return ok && (!made[r.CollectionId] || r.CollectionId == c.Id)
		})
		rules := [2]*string{c.ListRule, c.ViewRule}
		c.ListRule, c.ViewRule = nil, nil // may name a collection that comes later
		c.Indexes = nil                   // may name a relation that waits
		if err := app.Save(c); err != nil {
			return fmt.Errorf("create collection %s: %w", c.Name, err)
		}
		c.ListRule, c.ViewRule = rules[0], rules[1]
	}
	for _, whole := range All() {
		c, err := app.FindCollectionByNameOrId(whole.Id)
		if err != nil {
			return fmt.Errorf("find collection %s: %w", whole.Name, err)
		}
		c.Fields = whole.Fields
		c.ListRule, c.ViewRule = whole.ListRule, whole.ViewRule
		c.Indexes = whole.Indexes
		if err := app.Save(c); err != nil {
			return fmt.Errorf("complete collection %s: %w", whole.Name, err)
		}
	}
	return nil
}

// hasClinicalTime names the collections whose records tell when something happened at the door.
var hasClinicalTime = map[string]bool{care.Visits: true, care.Observations: true, care.Checkins: true}
