package desk

import (
	"slices"
	"strings"

	"doorstep/internal/care"
)

// PersonKey is a place in the order of a search: by name, as the lead may know it.
type PersonKey struct {
	Name string `json:"n"`
	ID   string `json:"i"`
}

// PeopleQuery is one page of the people on a lead's own caseloads.
type PeopleQuery struct {
	Text  string // words that must all be found; "" = everybody
	After PersonKey
	Limit int
}

// FoundPerson is a person on a lead's caseloads, with the ids of who has them: for a desk with the
// clinical view everybody, for a voluntary service its own only.
type FoundPerson struct {
	ID           string
	Record       *care.Record // nil where there is none
	Teams, Staff []string
}

// Sought says whom to find: people whom these holders have now.
type Sought struct {
	By Holders
	// Words must all be found, each anywhere in what one may search; a Number instead of them is
	// an NHS number, or part of one.
	Words  []string
	Number string
	// Limited: to be searched and sorted by what the limited projection holds. What one may not
	// read cannot be found out by searching, either.
	Limited bool
	After   PersonKey
	Limit   int
}

// PeopleSearch finds people and who has them.
type PeopleSearch interface {
	FindPeople(Sought) (found []PersonKey, more bool, err error)
	// People reads persons by id.
	People(ids []string) (map[string]*care.Record, error)
	// HoldersNow lists who has these people now, each once; only nil = of all.
	HoldersNow(patients []string, only *Holders) ([]care.CaseloadRow, error)
}

// searchWords bounds the words of one search.
const searchWords = 6

// SearchPeople reads one page of who is on the caseloads of a lead's teams and staff now; last is
// the place after it.
func SearchPeople(store PeopleSearch, lead Lead, q PeopleQuery) (found []FoundPerson, last PersonKey, more bool, err error) {
	sought := Sought{By: *lead.holders(), Limited: !lead.Clinical(), After: q.After, Limit: q.Limit}
	if sought.Words, sought.Number = care.Sought(q.Text, searchWords); sought.Limited && sought.Number != "" {
		sought.Words, sought.Number = strings.Fields(q.Text), "" // they find nobody by a number, and so nobody by its parts
	}
	sought.Words = sought.Words[:min(len(sought.Words), searchWords)]
	keys, more, err := store.FindPeople(sought)
	if err != nil || len(keys) == 0 {
		return nil, last, false, err
	}
	last = keys[len(keys)-1]
	var only *Holders
	if sought.Limited { // without consent, not even that they are there
		only = &sought.By
		keys = slices.DeleteFunc(keys, func(k PersonKey) bool { return !lead.Holds(k.ID) })
	}
	found, err = withHolders(store, keys, only)
	return found, last, more, err
}

// withHolders reads the people, and who has them.
func withHolders(store PeopleSearch, keys []PersonKey, only *Holders) ([]FoundPerson, error) {
	ids := make([]string, len(keys))
	at := map[string]int{}
	for i, k := range keys {
		ids[i], at[k.ID] = k.ID, i
	}
	people, err := store.People(ids)
	if err != nil {
		return nil, err
	}
	rows, err := store.HoldersNow(ids, only)
	if err != nil {
		return nil, err
	}
	found := make([]FoundPerson, len(keys))
	for i, id := range ids {
		found[i] = FoundPerson{ID: id, Record: people[id]}
	}
	for _, r := range rows {
		f := &found[at[r.Patient]]
		if r.Team != "" {
			f.Teams = append(f.Teams, r.Team)
		}
		if r.Staff != "" {
			f.Staff = append(f.Staff, r.Staff)
		}
	}
	return found, nil
}
