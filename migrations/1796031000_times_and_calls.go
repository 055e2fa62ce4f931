package migrations

import (
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(timesAndCalls, noWayBack) }

// timesAndCalls lets visits, sets of readings and check-ins say when their times were entered by hand, and handovers
// what the sender said of ringing 999 and of ringing whoever it goes to. A new database has all of it from its baseline.
func timesAndCalls(app core.App) error {
	answers := func(name string) core.Field {
		return &core.SelectField{Name: name, Values: []string{"yes", "could_not", "not_needed"}, MaxSelect: 1}
	}
	changed := false
	for _, add := range []struct {
		collection string
		fields     []core.Field
	}{
		{"visits", []core.Field{&core.DateField{Name: "time_entered_at"}}},
		{"observations", []core.Field{&core.DateField{Name: "time_entered_at"}}},
		{"checkins", []core.Field{&core.DateField{Name: "time_entered_at"}}},
		{"handovers", []core.Field{answers("called"), &core.TextField{Name: "called_why", Max: 500}, answers("called_999"),
			&core.TextField{Name: "called_999_why", Max: 500}, &core.DateField{Name: "called_999_at"},
			&core.TextField{Name: "called_999_name", Max: 200}, &core.JSONField{Name: "called_999_read_back", MaxSize: 64}}},
	} {
		added, err := addFields(app, add.collection, add.fields)
		if err != nil {
			return err
		}
		changed = changed || added
	}
	if !changed {
		return nil
	}
	return collections.InstallTriggers(app)
}

// addFields gives a collection those of the fields that it has not, and says whether there were any.
func addFields(app core.App, collection string, fields []core.Field) (bool, error) {
	c, err := app.FindCollectionByNameOrId(collection)
	if err != nil {
		return false, fmt.Errorf("find %s: %w", collection, err)
	}
	missing := false
	for _, f := range fields {
		if c.Fields.GetByName(f.GetName()) == nil {
			c.Fields.Add(f)
			missing = true
		}
	}
	if !missing {
		return false, nil
	}
	if err := app.Save(c); err != nil {
		return false, fmt.Errorf("add fields to %s: %w", collection, err)
	}
	return true, nil
}
