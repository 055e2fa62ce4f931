package desk

import (
	"slices"

	"doorstep/internal/care"
)

// SayNotHere notes what a practice takes elsewhere than in its inbox, in place of what it said of that class; without a
// last day it takes the class again. It returns all that counts now.
func SayNotHere(store SayStore, team, by string, said care.NotHere) ([]care.NotHere, error) {
	teams, _ := care.ByName(care.Teams)
	old, err := store.Record(teams, team)
	if err != nil {
		return nil, err
	}
	if old == nil {
		return nil, refuse(CodeNotFound, "There is no such practice.")
	}
	now := store.Now()
	said.At = care.Stamp(now)
	var stands care.NotHeres
	_ = stands.Scan(string(care.AsTeam(old).NotHere())) // what nobody can read says nothing
	stands = slices.DeleteFunc(stands, func(n care.NotHere) bool { return n.Class == said.Class || n.Until < care.Today(now) })
	if said.Until != "" {
		stands = append(stands, said)
	}
	rec := old.Clone()
	rec.SetAll(map[string]any{notHereField: nil})
	if len(stands) > 0 {
		rec.SetAll(map[string]any{notHereField: care.JSON(stands)})
	}
	rec.Stamped(notHereField, care.Change{Seq: store.Seq(), Author: by, At: now})
	return stands, store.Update(rec, old, []string{notHereField})
}

const notHereField = "not_here"
