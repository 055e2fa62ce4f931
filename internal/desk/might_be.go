package desk

import (
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/folding"
)

const (
	// likeSearched is how many people one search looks through for those whom somebody might be.
	likeSearched = 200
	// mostAlike is how many of them are told.
	mostAlike = 10
)

// MightBe lists the people on a lead's caseloads whom somebody might be, by their number, birthday and name in any
// spelling, those most alike first: at registration, and of people who are registered. But is the id of the person who is
// asked about, "" for one who is not registered. See folding.Person.MightBe.
func MightBe(store PeopleSearch, lead Lead, who *care.Record, but string) ([]FoundPerson, error) {
	if !lead.Clinical() {
		return nil, nil // birthdays and numbers are not theirs to compare
	}
	asked := foldingOf(lead, who)
	var keys []PersonKey
	for _, terms := range asked.Candidates() {
		found, _, err := store.FindPeople(Sought{By: *lead.holders(), Terms: terms, Limit: likeSearched})
		if err != nil {
			return nil, err
		}
		for _, k := range found {
			if k.ID != but && !slices.ContainsFunc(keys, func(have PersonKey) bool { return have.ID == k.ID }) {
				keys = append(keys, k)
			}
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	found, err := withHolders(store, keys, nil)
	if err != nil {
		return nil, err
	}
	alike := found[:0]
	for _, f := range found {
		if f.Record == nil || !f.Record.Retracted.IsZero() {
			continue
		}
		if f.By = asked.MightBe(foldingOf(lead, f.Record)); f.By != nil {
			alike = append(alike, f)
		}
	}
	slices.SortStableFunc(alike, func(a, b FoundPerson) int { return len(b.By) - len(a.By) })
	return alike[:min(len(alike), mostAlike)], nil
}

// Typed is a person as a form says of somebody who is not registered; what cannot be read as a field is left out.
func Typed(set map[string]any) *care.Record {
	patients, _ := care.ByName(care.Patients)
	who := &care.Record{Collection: patients, Values: map[string]any{}}
	for name, raw := range set {
		if f, ok := patients.Field(name); ok {
			if v, wrong := f.Check(raw); wrong == nil && v != nil {
				who.Values[name] = v
			}
		}
	}
	return who
}

// Knows says whether a stored person, nil for none, is somebody of whom a lead may know.
func (l Lead) Knows(person *care.Record) bool {
	return person != nil && person.Retracted.IsZero() && l.Near(person.ID)
}

// foldingOf is a person as a lead may compare them: where they are found is not compared where it is not the lead's to know.
func foldingOf(lead Lead, rec *care.Record) folding.Person {
	p := folded(rec)
	p.AddressHidden = p.AddressHidden && !lead.Holds(rec.ID)
	return p
}
