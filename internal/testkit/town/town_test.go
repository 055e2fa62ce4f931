package town_test

import (
	"slices"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/testkit/town"
)

func TestRiversideIsStoredWholeAndEverybodyCanSignIn(t *testing.T) {
	app := pbtest.New(t)
	s := &town.Seeder{App: app, NewID: func() (string, error) { return pbtest.ID(), nil }}
	riverside := town.Settle(s)
	if s.Err != nil {
		t.Fatal(s.Err)
	}
	for collection, want := range map[string]int{care.Organisations: len(town.Organisations), care.Teams: len(town.Teams), care.StaffName: len(town.Staff), care.Patients: len(town.People)} {
		if n, err := app.CountRecords(collection); err != nil || n != int64(want) {
			t.Errorf("%d %s, %v; want %d", n, collection, err, want)
		}
	}
	for _, m := range town.Staff {
		r, err := app.FindRecordById(care.StaffName, riverside.Staff[m.Short])
		if err != nil {
			t.Fatal(err)
		}
		if !r.ValidatePassword(town.Password) || r.Email() != m.Email() || !slices.Equal(r.GetStringSlice("teams"), riverside.TeamsOf(m)) {
			t.Errorf("%s: %v", m.Short, r)
		}
	}
}

func TestASeederStopsAtItsFirstError(t *testing.T) {
	app := pbtest.New(t)
	s := &town.Seeder{App: app, NewID: func() (string, error) { return pbtest.ID(), nil }}
	s.Put("no such collection", nil)
	if s.Err == nil {
		t.Fatal("no error")
	}
	if id := s.Put(care.Organisations, map[string]any{"name": "Elm Row", "kind": "practice"}); id != "" {
		t.Errorf("it went on and saved %s", id)
	}
}
