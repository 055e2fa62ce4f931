package handover

import (
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
)

// matrix is testdata/machine.txt.
type matrix struct {
	destination, sender map[Kind][]string
	cells               map[care.State]map[Kind]string
}

func readMatrix(t *testing.T) matrix {
	t.Helper()
	raw, err := os.ReadFile("testdata/machine.txt")
	if err != nil {
		t.Fatal(err)
	}
	m := matrix{map[Kind][]string{}, map[Kind][]string{}, map[care.State]map[Kind]string{}}
	var head []string
	for _, line := range strings.Split(string(raw), "\n") {
		col := strings.Split(line, "|")
		for i := range col {
			col[i] = strings.TrimSpace(col[i])
		}
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "who "):
			k := Kind(strings.TrimSpace(strings.TrimPrefix(col[0], "who")))
			m.destination[k], m.sender[k] = strings.Fields(col[1]), strings.Fields(col[2])
		case strings.HasPrefix(line, "from"):
			head = col
		default:
			row := map[Kind]string{}
			for i := 1; i < len(head); i++ {
				row[Kind(head[i])] = col[i]
			}
			m.cells[care.State(col[0])] = row
		}
	}
	return m
}

var (
	now         = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	coordinator = Team{ID: "coordinator", Kind: "coordination"}
)

func machine(t fataler) Machine { return Machine{Clocks: DefaultClocks(), Calendar: calendar(t)} }

// standing is a handover of a nurse that stands with the practice in a state, its deadlines gone.
func standing(state care.State, actor string) Handover {
	h := Handover{ID: "h1", Patient: "p1", Visit: "v1", FromStaff: "nurse", FromTeam: "nursing", ReplyTeam: "nursing", ToTeam: "practice-oak",
		Class: care.Urgent, State: state, ClinicalTime: now.Add(-3 * time.Hour), RaisedAt: now.Add(-3 * time.Hour),
		AckDue: now.Add(-time.Hour), ActDue: now.Add(-time.Minute)}
	switch state {
	case care.Seen:
		h.SeenBy = actor
	case care.Acknowledged:
		h.AcknowledgedBy, h.AcknowledgedAt = actor, now.Add(-time.Minute)
	case care.Accepted, care.Done:
		h.AcknowledgedBy, h.AcknowledgedAt, h.Owner = actor, now.Add(-time.Minute), actor
	}
	return h
}

// whole is an action with everything it can need.
func whole(k Kind) Action {
	a := Action{Kind: k, Reason: "because", Text: "text", Outcome: "advice_given", To: coordinator, Name: "Dr Who", CalledRole: "GP", Reached: true, ReadBack: true}
	switch k {
	case HandOn:
		a.To = Team{ID: "mental-health", Kind: "mental_health"}
	case Deliver:
		a.To = practice
	}
	return a
}

func outcome(h Handover, got Handover, err error) string {
	var refused *Error
	switch {
	case errors.As(err, &refused) && refused.Code == CodeWrongState:
		return "wrong"
	case errors.As(err, &refused):
		return refused.Code
	case err != nil:
		return err.Error()
	case got.State == h.State:
		return "stays"
	}
	return string(got.State)
}

func TestEveryStateActionAndRole(t *testing.T) {
	m, x := readMatrix(t), machine(t)
	if len(m.cells) != len(care.States) || len(m.destination) != len(table) {
		t.Fatalf("the file tells of %d states and %d actions, there are %d and %d", len(m.cells), len(m.destination), len(care.States), len(table))
	}
	roles := []string{"machine", "unheard_of"}
	for _, d := range care.Duties() {
		roles = append(roles, string(d.Role))
	}
	walked := 0
	for _, state := range care.States {
		for k := range table {
			for _, role := range roles {
				for side, allowed := range map[string][]string{"practice-oak": m.destination[k], "nursing": m.sender[k], "elsewhere": nil} {
					walked++
					duty := care.DutyOf(care.Role(role))
					actor := Actor{Staff: "x", Role: care.Role(role), Teams: []string{side}, System: role == "machine"}
					want := m.cells[care.State(state)][k]
					switch isMachine := slices.Contains(m.destination[k], "machine"); {
					case actor.System != isMachine:
						want = CodeNotAllowed
					case actor.System:
					case side == "elsewhere", side == "practice-oak" && !duty.Inbox, side == "nursing" && !duty.FollowsTeam():
						want = CodeNotFound // what may not be seen may not be acted on, and answers as if it were not there
					case !slices.Contains(allowed, role):
						want = CodeNotAllowed
					}
					h := standing(care.State(state), "x")
					if k == NotHere { // what is in a hurry is never turned away
						h.Class = care.Routine
					}
					got, events, err := x.Apply(h, whole(k), actor, now)
					if found := outcome(h, got, err); found != want && (found != "stays" || want != state) {
						t.Errorf("%s by %s of %s from %s: %s, want %s", k, role, side, state, found, want)
					}
					if err != nil && (len(events) > 0 || !reflect.DeepEqual(got, h)) {
						t.Errorf("%s from %s was refused and changed something", k, state)
					}
					if err == nil && len(events) == 0 && !reflect.DeepEqual(got, h) {
						t.Errorf("%s from %s changed something and wrote no history", k, state)
					}
					var refused *Error
					if errors.As(err, &refused) && (refused.Message == "" || !strings.HasSuffix(refused.Message, ".")) {
						t.Errorf("%s from %s: %q is no sentence", k, state, refused.Message)
					}
				}
			}
		}
	}
	if walked < 12*15*19*3 {
		t.Errorf("walked %d cells only", walked)
	}
}
