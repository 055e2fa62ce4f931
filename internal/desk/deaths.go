package desk

import (
	"slices"
	"time"

	"doorstep/internal/care"
)

const (
	// deathsTold is how long it is told at a desk that somebody died; phones tell it as long.
	deathsTold = 28 * 24 * time.Hour
	// mostDeaths bounds one list.
	mostDeaths = 200
)

// DeathList finds who died, and who has them.
type DeathList interface {
	PeopleSearch
	// DiedSince lists those whom these holders have now and who died on a day or later, the last first.
	DiedSince(by Holders, day string, limit int) ([]PersonKey, error)
}

// Deaths are the people on a lead's caseloads who died lately, the last first: the teams must know, and somebody has to end
// what is kept for them.
func Deaths(store DeathList, lead Lead, now time.Time) ([]FoundPerson, error) {
	keys, err := store.DiedSince(*lead.holders(), care.Today(now.Add(-deathsTold)), mostDeaths)
	if err != nil {
		return nil, err
	}
	var only *Holders
	if !lead.Clinical() {
		only = lead.holders()
		keys = slices.DeleteFunc(keys, func(k PersonKey) bool { return !lead.Holds(k.ID) }) // there without consent
	}
	if len(keys) == 0 {
		return nil, nil
	}
	return withHolders(store, keys, only)
}
