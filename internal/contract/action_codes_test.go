package contract_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/wire"
	"doorstep/internal/worktime"
)

// TestEachActionNamesTheRefusalsItCanGive does every action on handovers in every state and class, as every role on
// every side, with each thing that an action can need given and left out. What refuses it there, and what refuses
// any action at an inbox, is what the document says of its route, no more and no less.
func TestEachActionNamesTheRefusalsItCanGive(t *testing.T) {
	actions := 0
	for path, item := range load(t).Paths.Map() {
		verb, of := strings.CutPrefix(path, "/api/care/v1/handovers/{id}/")
		if !of || verb == "hold" || verb == "release" || item.Post == nil {
			continue
		}
		actions++
		kind := handover.Kind(strings.ReplaceAll(verb, "-", "_"))
		switch verb { // as internal/httpapi names them
		case "convert":
			kind = handover.HandOn
		case "call":
			kind = handover.RecordCall
		}
		// At an inbox anything can come too late, name a version there is not, be another's, or make no sense.
		want := refusals(t, kind)
		for _, code := range []wire.Code{wire.CodeAlready, wire.CodeChanged, wire.CodeNotFound, wire.CodeMalformed, wire.CodeInvalid, wire.CodeForbidden, wire.CodeInactive} {
			want[string(code)] = true
		}
		if verb != "see" { // it writes no line
			want[string(wire.CodeTooManyLines)] = true
		}
		for _, status := range []string{"400", "403", "404", "409"} {
			var can []string
			for code := range want {
				if row, ok := wire.RowOf(wire.Code(code)); !ok {
					t.Errorf("%s can be refused with %s, of which the table of internal/wire knows nothing", verb, code)
				} else if strconv.Itoa(row.Status) == status {
					can = append(can, code)
				}
			}
			named := codesOf(t, path+" "+status, item.Post.Responses.Value(status).Value)
			slices.Sort(can)
			slices.Sort(named)
			if !slices.Equal(can, named) {
				t.Errorf("%s names %v with %s, and can give %v", path, named, status, can)
			}
		}
	}
	if actions < 12 {
		t.Errorf("only %d actions were found", actions)
	}
}

// refusals are the codes with which an action can be refused, whatever the handover and whoever does it.
func refusals(t *testing.T, kind handover.Kind) map[string]bool {
	t.Helper()
	week, err := worktime.New(worktime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	now := begin
	machine := handover.Machine{Clocks: handover.DefaultClocks(), Calendar: week}
	found := map[string]bool{}
	for _, state := range care.States {
		for _, class := range []care.Class{care.Routine, care.Safeguarding} {
			for _, decided := range []string{"", "somebody", "me"} {
				for _, d := range care.Duties() {
					for _, team := range []string{"here", "there", "elsewhere"} {
						for _, a := range variants(kind) {
							h := handover.Handover{ID: "h", State: care.State(state), Class: class, FromStaff: "author", FromTeam: "there", ToTeam: "here",
								AcknowledgedBy: decided, AcknowledgedAt: now.Add(-time.Hour), FiledBy: decided, ConfirmedBy: decided}
							_, _, err := machine.Apply(h, a, handover.Actor{Staff: "me", Role: d.Role, Teams: []string{team}}, now)
							if no := new(handover.Error); errors.As(err, &no) {
								found[no.Code] = true
							}
						}
					}
				}
			}
		}
	}
	return found
}

// variants are an action with all that any action needs, and with each part of it left out.
func variants(kind handover.Kind) []handover.Action {
	whole := handover.Action{Kind: kind, Reason: "because", Text: "text", Outcome: "advice_given", To: handover.Team{ID: "next", Kind: "mental_health"},
		SafeNote: "a note", Name: "Dr Guy", CalledRole: "GP", Reached: true}
	list := []handover.Action{whole}
	for _, without := range []func(*handover.Action){
		func(a *handover.Action) { a.Reason = "" },
		func(a *handover.Action) { a.Outcome = "" },
		func(a *handover.Action) { a.Outcome, a.Text = "more_work_asked", "" },
		func(a *handover.Action) { a.To = handover.Team{} },
		func(a *handover.Action) { a.To.Kind, a.SafeNote = "voluntary", "" },
		func(a *handover.Action) { a.Name = "" },
	} {
		a := whole
		without(&a)
		list = append(list, a)
	}
	return list
}
