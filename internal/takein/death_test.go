package takein_test

import (
	"slices"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/storetest"
)

// A death, and that it was a mistake, is looked at by the job of plans, whoever recorded it; nothing else of a person is.
func TestTheDeathOfAPersonIsNotedForTheirPlans(t *testing.T) {
	for _, c := range []struct {
		name  string
		set   map[string]any
		noted bool
	}{
		{"a death", map[string]any{"died_on": "2026-03-01"}, true},
		{"another telephone", map[string]any{"phone": "01632 960001"}, false},
		{"a death that is to come", map[string]any{"died_on": "2999-03-01"}, false},
		{"that somebody lives, who lives", map[string]any{"died_on": nil}, false},
	} {
		d := newDesk(t)
		d.push(d.Town.Nurse(), d.update(care.Patients, d.Town.Ada, 0, c.set, nil))
		due, err := d.TakeDue(d.clock)
		if err != nil {
			t.Fatal(err)
		}
		noted := slices.ContainsFunc(due, func(row storetest.Due) bool { return row.Kind == care.DueDeath && row.Ref == d.Town.Ada })
		if noted != c.noted {
			t.Errorf("%s: noted %v", c.name, noted)
		}
		if !c.noted {
			continue
		}
		d.push(d.Town.Nurse(), d.update(care.Patients, d.Town.Ada, d.stored(care.Patients, d.Town.Ada).Version, map[string]any{"died_on": nil}, nil))
		if due, err := d.TakeDue(d.clock); err != nil || !slices.ContainsFunc(due, func(row storetest.Due) bool { return row.Kind == care.DueDeath }) {
			t.Errorf("%s, and that it was a mistake: %+v %v", c.name, due, err)
		}
	}
}
