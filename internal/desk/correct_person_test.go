package desk

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// corrections is a store of one person, Ivy, who takes in whatever comes.
type corrections struct {
	register
	answer wire.Result
}

func (*corrections) Present() care.Base { return care.Base{Epoch: "e", Seq: 7} }

func (c *corrections) TakeIn(m *care.Mutation, _ care.Viewer) (wire.Result, error) {
	c.taken = m
	return c.answer, nil
}

func ivy() *care.Record {
	rec := record(care.Patients, "ivy", map[string]any{"family_name": "Testpatient", "phone": "01632 960001", "nhs_number": "9990000018",
		"consent": care.JSON([]any{map[string]any{"service": "01jz1yq0t9c2m4n8r5w7x3y1k0", "given": true}})})
	rec.Changed = map[string]care.Change{"phone": {Author: "bob", At: noon.Add(-time.Hour), Seq: 5}}
	return rec
}

// U14, U15. Whoever corrects a record is told which field is wrong, and nothing is stored.
func TestCorrectingAPersonsRecord(t *testing.T) {
	const service = "01jz1yq0t9c2m4n8r5w7x3y1k0"
	said := func(more ...any) any {
		return append([]any{map[string]any{"service": service, "given": true}}, more...)
	}
	withdrawn := map[string]any{"service": service, "given": false}
	for _, c := range []struct {
		name  string
		role  care.Role
		id    string
		field string
		value any
		was   any
		code  string
	}{
		{"a name", care.TeamLead, "ivy", "family_name", "Renamed", "Testpatient", ""},
		{"no name at all", care.TeamLead, "ivy", "family_name", nil, "Testpatient", CodeInvalid},
		{"a phone taken away", care.CareCoordinator, "ivy", "phone", nil, "01632 960001", ""},
		{"a phone that somebody changed since", care.TeamLead, "ivy", "phone", "0161", "01632 960000", CodeChanged},
		{"an NHS number that is none", care.TeamLead, "ivy", "nhs_number", "123", "9990000018", "invalid_nhs_number"},
		{"an NHS number that belongs to somebody else", care.TeamLead, "ivy", "nhs_number", "943 476 5919", "9990000018", CodeSameNumber},
		{"what the server alone writes", care.TeamLead, "ivy", "nhs_number_status", "verified", nil, CodeInvalid},
		{"a field there is not", care.TeamLead, "ivy", "pager", "1", nil, CodeInvalid},
		{"a value of the wrong kind", care.TeamLead, "ivy", "pregnant", "yes", nil, "wrong_type"},
		{"somebody who is not hers", care.TeamLead, "sid", "family_name", "Renamed", "x", CodeNotFound},
		{"scale 2, with the reason", care.TeamLead, "ivy", "spo2_scale", map[string]any{"scale": json.Number("2"), "reason": "COPD, target 88 to 92"}, nil, ""},
		{"scale 2, without a reason", care.TeamLead, "ivy", "spo2_scale", map[string]any{"scale": json.Number("2")}, nil, CodeInvalid},
		{"scale 2, by a coordinator", care.CareCoordinator, "ivy", "spo2_scale", map[string]any{"scale": json.Number("2"), "reason": "COPD"}, nil, CodeInvalid},
		{"a consent withdrawn", care.TeamLead, "ivy", "consent", said(withdrawn), said(), ""},
		{"the first word about a service", care.TeamLead, "una", "consent", []any{withdrawn}, nil, ""},
		{"what was said before, written anew", care.TeamLead, "ivy", "consent", []any{withdrawn}, said(), CodeInvalid},
		{"what was said before, taken away", care.TeamLead, "ivy", "consent", []any{}, said(), CodeInvalid},
		{"an address that is for those who visit, by whoever only oversees", care.CareCoordinator, "una", "address", "1 New Road", nil, CodeInvalid},
		{"that an address is for those who visit, taken back by whoever only oversees", care.CareCoordinator, "una", "address_hidden", false, true, CodeInvalid},
		{"a name of somebody whose address is for those who visit", care.CareCoordinator, "una", "family_name", "Renamed", "Hidden", ""},
		{"a death", care.TeamLead, "ivy", "died_on", "2026-03-01", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := &corrections{register: register{people: map[string]*care.Record{"ivy": ivy(), "sid": record(care.Patients, "sid", map[string]any{"family_name": "x"}),
				"una": record(care.Patients, "una", map[string]any{"family_name": "Hidden", "address": "1 Old Road", "address_hidden": true})},
				known: map[string]bool{"9434765919": true}}, answer: wire.Result{Status: care.Applied}}
			_, err := CorrectPerson(store, leaOf(c.role, reach{holds: []string{"ivy"}, oversees: []string{"una"}}), Correction{ID: c.id, Set: map[string]any{c.field: c.value}, Was: map[string]any{c.field: c.was}})
			refusedWith(t, err, c.code)
			no := (*Error)(nil)
			if errors.As(err, &no) && c.code != CodeNotFound && no.Field != c.field {
				t.Errorf("the wrong field is %q", no.Field)
			}
			if c.code == CodeSameNumber && no.ToldOf != "somebody" || c.code == CodeChanged && (no.By != "bob" || no.At.IsZero()) {
				t.Errorf("%+v", no)
			}
			if (store.taken != nil) != (c.code == "") {
				t.Fatalf("taken in: %+v", store.taken)
			}
			if store.taken != nil {
				op := store.taken.Ops[0]
				if op.Kind != care.OpUpdate || op.ID != c.id || op.Base.Seq != 7 || len(op.Set) != 1 || len(op.Was) != 1 {
					t.Errorf("%+v", op)
				}
			}
		})
	}
}

func TestTheServerSaysWhoDecidedTheScaleAndWhoRecordedConsent(t *testing.T) {
	store := &corrections{register: register{people: map[string]*care.Record{"ivy": ivy()}}, answer: wire.Result{Status: care.Applied}}
	before := care.DecodeJSON(ivy().Raw("consent")).([]any)
	after := append(slices.Clone(before), map[string]any{"service": "01jz1yq0t9c2m4n8r5w7x3y1k0", "given": false, "by": "01jz1yq0t9c2m4n8r5w7x3y1k0"})
	_, err := CorrectPerson(store, leaOf(care.TeamLead, reach{holds: []string{"ivy"}}), Correction{ID: "ivy", Was: map[string]any{"consent": before},
		Set: map[string]any{"consent": after, "spo2_scale": map[string]any{"scale": json.Number("2"), "reason": "COPD"}}})
	refusedWith(t, err, "")
	got := string(care.JSON(store.taken.Ops[0].Set))
	want := `{"consent":[{"given":true,"service":"01jz1yq0t9c2m4n8r5w7x3y1k0"},{"at":"2026-03-02T12:00:00.000Z","by":"lea","given":false,"service":"01jz1yq0t9c2m4n8r5w7x3y1k0"}],` +
		`"spo2_scale":{"author":"lea","date":"2026-03-02","reason":"COPD","role":"team_lead","scale":2}}`
	if got != want {
		t.Errorf("%s\nnot %s", got, want)
	}
}

func TestWhatTheStagesSetAsideIsARefusal(t *testing.T) {
	store := &corrections{register: register{people: map[string]*care.Record{"ivy": ivy()}},
		answer: wire.Result{Status: care.Merged, Issues: []wire.Issue{{Code: "out_of_range", Field: "died_on", Message: "The date of death lies in the future."}}}}
	lead := leaOf(care.TeamLead, reach{holds: []string{"ivy"}})
	_, err := CorrectPerson(store, lead, Correction{ID: "ivy", Set: map[string]any{"died_on": "2036-03-01"}, Was: map[string]any{"died_on": nil}})
	if no := refusedWith(t, err, "out_of_range"); no.Field != "died_on" {
		t.Errorf("%+v", no)
	}
	store.taken = nil
	if _, err := CorrectPerson(store, lead, Correction{ID: "ivy", Set: map[string]any{"phone": "01632 960001"}, Was: map[string]any{"phone": "another"}}); err != nil || store.taken != nil {
		t.Errorf("what is stored already is taken in again: %v %+v", err, store.taken)
	}
}
