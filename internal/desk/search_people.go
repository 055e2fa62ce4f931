package desk

import (
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/folding"
)

// PersonKey is a place in the order of a search: whose name begins with what was typed comes first, then by name, as the
// lead may know it.
type PersonKey struct {
	Name string `json:"n"`
	ID   string `json:"i"`
}

// PeopleQuery is one page of the people on a lead's own caseloads.
type PeopleQuery struct {
	Text  string // as it was typed; see folding.Read; "" = everybody
	After PersonKey
	Limit int
}

// FoundPerson is a person on a lead's caseloads, with the ids of who has them: for a desk with the
// clinical view everybody, for a voluntary service its own only.
type FoundPerson struct {
	ID           string
	Record       *care.Record // nil where there is none
	Teams, Staff []string
	// By are the parts of them in which what was typed was found.
	By []folding.Part
}

// Sought says whom to find: people whom these holders have now.
type Sought struct {
	By Holders
	// Terms must all be found.
	Terms folding.Sought
	// Limited: to be searched and sorted by what the limited projection holds. What one may not read cannot be found out
	// by searching, either.
	Limited bool
	// Grants are the names of the holders under which they have people whom the limited projection shows: who is there
	// without consent is not found.
	Grants []string
	After  PersonKey
	Limit  int
}

// PeopleSearch finds people and who has them.
type PeopleSearch interface {
	FindPeople(Sought) (found []PersonKey, more bool, err error)
	// People reads persons by id.
	People(ids []string) (map[string]*care.Record, error)
	// HoldersNow lists who has these people now, each once; only nil = of all.
	HoldersNow(patients []string, only *Holders) ([]care.CaseloadRow, error)
}

// searchTerms bounds the terms of one search.
const searchTerms = 8

// SearchPeople reads one page of who is on the caseloads of a lead's teams and staff now; last is
// the place after it.
func SearchPeople(store PeopleSearch, lead Lead, q PeopleQuery) (found []FoundPerson, last PersonKey, more bool, err error) {
	sought := Sought{By: *lead.holders(), Terms: folding.Read(q.Text, searchTerms), Limited: !lead.Clinical(), After: q.After, Limit: q.Limit}
	if sought.Limited {
		sought.Terms, sought.Grants = sought.Terms.Within(folding.LimitedParts...), lead.HolderNames()
	}
	keys, more, err := store.FindPeople(sought)
	if err != nil || len(keys) == 0 {
		return nil, last, false, err
	}
	last = keys[len(keys)-1]
	var only *Holders
	if sought.Limited {
		only = &sought.By
		keys = slices.DeleteFunc(keys, func(k PersonKey) bool { return !lead.Holds(k.ID) }) // whose consent ended this moment
	}
	if found, err = withHolders(store, keys, only); err != nil {
		return nil, last, false, err
	}
	for i := range found {
		found[i].By, _ = sought.Terms.Find(documentOf(found[i].Record, sought.Limited))
	}
	return found, last, more, nil
}

// documentOf is what is searched of a person; nothing where there is no record.
func documentOf(rec *care.Record, limited bool) folding.Document {
	if rec == nil {
		return nil
	}
	person := folded(rec)
	if limited {
		return person.Limited()
	}
	return person.Document()
}

// folded is a person as they are found and compared.
func folded(rec *care.Record) folding.Person {
	p := care.AsPatient(rec)
	return folding.Person{FamilyName: p.FamilyName(), GivenName: p.GivenName(), PreferredName: p.PreferredName(), Address: p.Address(),
		Postcode: p.Postcode(), Phone: p.Phone(), DateOfBirth: p.DateOfBirth(), NHSNumber: p.NHSNumber(), AddressHidden: p.AddressHidden()}
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
