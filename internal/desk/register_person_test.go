package desk

import (
	"errors"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// register is a store of people in memory.
type register struct {
	clock
	people map[string]*care.Record
	known  map[string]bool // NHS numbers
	status care.Status     // of what is taken in
	taken  *care.Mutation
	author care.Viewer
	team   string // whose caseload they come on
}

func (r *register) Record(_ *care.Collection, id string) (*care.Record, error) {
	return r.people[id], nil
}

func (r *register) WhoHasNumber(number, _ string) (string, error) {
	if r.known[number] {
		return "somebody", nil
	}
	return "", nil
}

func (r *register) TakeInPerson(m *care.Mutation, author care.Viewer, team string) (wire.Result, error) {
	r.taken, r.author, r.team = m, author, team
	r.people[m.Ops[0].ID] = record(care.Patients, m.Ops[0].ID, m.Ops[0].Set)
	r.people[m.Ops[0].ID].Author = author.Staff
	return wire.Result{Status: r.status}, nil
}

func TestRegisteringAPerson(t *testing.T) {
	const number = "9434765919"
	for _, c := range []struct {
		name   string
		change func(*register, *Registration)
		code   string
		made   bool
	}{
		{"with a name", func(*register, *Registration) {}, "", true},
		{"with an NHS number nobody has", func(_ *register, r *Registration) { r.Set["nhs_number"] = number }, "", true},
		{"with an NHS number somebody has", func(s *register, r *Registration) { s.known[number], r.Set["nhs_number"] = true, number }, CodeSameNumber, false},
		{"who is another person with that number", func(s *register, r *Registration) {
			s.known[number], r.Set["nhs_number"], r.Anyway = true, number, true
		}, "", true},
		{"with a number that is none", func(_ *register, r *Registration) { r.Set["nhs_number"] = "123" }, "invalid_nhs_number", false},
		{"without a name", func(_ *register, r *Registration) { delete(r.Set, "family_name") }, CodeInvalid, false},
		{"with a field there is not", func(_ *register, r *Registration) { r.Set["pager"] = "1" }, CodeInvalid, false},
		{"with a value of the wrong kind", func(_ *register, r *Registration) { r.Set["phone"] = true }, "wrong_type", false},
		{"for a team that is not hers", func(_ *register, r *Registration) { r.Team = south }, CodeNotFound, false},
		{"for no team", func(_ *register, r *Registration) { r.Team = "" }, CodeNotFound, false},
		{"whose id another record has", func(s *register, r *Registration) { s.people["p1"] = record(care.Patients, "p1", nil) }, CodeIDTaken, false},
		{"sent twice: once is enough", func(s *register, r *Registration) {
			s.people["p1"] = record(care.Patients, "p1", nil)
			s.people["p1"].Author = "lea"
		}, "", false},
		{"whom the stages set aside", func(s *register, _ *Registration) { s.status = care.Quarantined }, CodeNotRegistered, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := &register{people: map[string]*care.Record{}, known: map[string]bool{}, status: care.Applied}
			r := Registration{ID: "p1", Team: north, Set: map[string]any{"family_name": "Testpatient"}}
			c.change(store, &r)
			rec, made, err := RegisterPerson(store, leaOf(care.TeamLead, reach{}), r)
			refusedWith(t, err, c.code)
			if no := (*Error)(nil); c.code == CodeSameNumber && (!errors.As(err, &no) || no.ToldOf != "somebody") {
				t.Errorf("whom the refusal tells of is not said: %+v", no)
			}
			if made != c.made || c.code == "" && rec.ID != "p1" {
				t.Errorf("made %v, %+v", made, rec)
			}
			if made && (store.team != north || store.taken.Ops[0].Kind != care.OpCreate) {
				t.Errorf("taken in as %+v by %+v for %s", store.taken, store.author, store.team)
			}
		})
	}
}

func TestAPersonWithoutAnIDGetsOne(t *testing.T) {
	store := &register{people: map[string]*care.Record{}, status: care.Applied}
	rec, made, err := RegisterPerson(store, leaOf(care.TeamLead, reach{}), Registration{Team: north, Set: map[string]any{"family_name": "Testpatient"}})
	if refusedWith(t, err, ""); !made || rec.ID != "new1" {
		t.Errorf("%v %+v", made, rec)
	}
}
