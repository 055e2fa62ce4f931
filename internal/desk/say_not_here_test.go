package desk

import (
	"testing"

	"doorstep/internal/care"
)

// teamStore is a store of one team.
type teamStore struct {
	sayStore
	team *care.Record
}

func (s *teamStore) Record(*care.Collection, string) (*care.Record, error) { return s.team, nil }

func (s *teamStore) Update(rec, _ *care.Record, _ []string) error {
	s.team = rec
	return nil
}

func TestWhatAPracticeTakesElsewhereIsSaidClassByClass(t *testing.T) {
	store := &teamStore{team: record(care.Teams, "elm", map[string]any{})}
	say := func(class care.Class, until, instead string) (classes string) {
		t.Helper()
		stands, err := SayNotHere(store, "elm", "guy", care.NotHere{Class: class, Until: until, Instead: instead, By: "Guy"})
		if err != nil {
			t.Fatal(err)
		}
		var kept care.NotHeres
		if err := kept.Scan(string(care.AsTeam(store.team).NotHere())); err != nil || len(kept) != len(stands) {
			t.Errorf("%v is stored, %v answered", kept, stands)
		}
		for _, n := range stands {
			classes += string(n.Class) + " " + n.Instead + ";"
		}
		return classes
	}
	for i, got := range []string{say(care.Routine, "2099-01-01", "a"), say(care.Information, "2099-01-01", "b"), say(care.Routine, "2099-01-01", "c"), say(care.Routine, "", "")} {
		if want := []string{"R a;", "R a;I b;", "I b;R c;", "I b;"}[i]; got != want {
			t.Errorf("after %d: %q, want %q", i, got, want)
		}
	}
	if say(care.Information, "", "") != "" || care.AsTeam(store.team).NotHere() != nil {
		t.Errorf("nothing is left: %s", care.AsTeam(store.team).NotHere())
	}
	store.team = nil
	if _, err := SayNotHere(store, "elm", "guy", care.NotHere{Class: care.Routine}); err == nil {
		t.Error("a practice there is not")
	}
}
