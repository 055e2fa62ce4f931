package desk

import (
	"errors"
	"slices"
	"testing"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const (
	north = "01TEAMNORTH000000000000000"
	south = "01TEAMSOUTH000000000000000"
)

// lea leads the north team.
var lea = Lead{Rights: access.RightsOf(care.Viewer{Staff: "lea", Role: care.TeamLead, Teams: []string{north}}), Reach: &reach{teams: []string{north}, holds: []string{"ivy"}}}

// reach is what somebody looks after, as a test says.
type reach struct {
	teams, members, holds, oversees []string
	// shared are members who work for others too, and formerly is what their organisation's desks had.
	shared, formerly []string
}

func (r *reach) Near(patient string) bool { return r.Holds(patient) || r.Oversees(patient) }
func (r *reach) OwnStaff() []string {
	return slices.DeleteFunc(r.MemberIDs(), func(id string) bool { return slices.Contains(r.shared, id) })
}

func (r *reach) FormerlyOurs(rows []care.CaseloadRow) bool {
	return slices.ContainsFunc(rows, func(row care.CaseloadRow) bool {
		return slices.Contains(r.teams, row.Team) || slices.Contains(r.formerly, row.Team)
	})
}

func (r *reach) DeskTeams() []string          { return slices.Clone(r.teams) }
func (r *reach) MemberIDs() []string          { return slices.Clone(r.members) }
func (r *reach) LooksAfter(staff string) bool { return slices.Contains(r.members, staff) }
func (r *reach) Holds(patient string) bool    { return slices.Contains(r.holds, patient) }
func (r *reach) HolderNames() []string        { return []string{care.TeamScope(north)} }
func (r *reach) Oversees(patient string) bool { return slices.Contains(r.oversees, patient) }

// leadOf leads another team.
func leadOf(team string) Lead {
	return Lead{Rights: access.RightsOf(care.Viewer{Staff: "mo", Role: care.TeamLead, Teams: []string{team}}), Reach: &reach{teams: []string{team}}}
}

// clock is the fake time and the fake ids of a test.
type clock struct{ made int }

func (*clock) Now() time.Time { return noon }

func (c *clock) NewID() string {
	c.made++
	return "new" + string(rune('0'+c.made))
}

// names knows everybody by their id.
type names struct{}

func (names) NamedStaff(id string) *care.Named { return &care.Named{ID: id, Name: "N. " + id} }
func (names) NamedTeam(id string) *care.Named  { return &care.Named{ID: id} }

// record makes a record of a collection.
func record(collection, id string, values map[string]any) *care.Record {
	c, _ := care.ByName(collection)
	return &care.Record{Collection: c, ID: id, Values: values}
}

// refusedWith fails the test unless err is a refusal of that code; "" for no error at all.
func refusedWith(t *testing.T, err error, code string) *Error {
	t.Helper()
	var no *Error
	switch {
	case code == "" && err != nil:
		t.Fatalf("got %v, want no error", err)
	case code != "" && (!errors.As(err, &no) || no.Code != code || no.Message == ""):
		t.Fatalf("got %v, want a refusal %q with a sentence", err, code)
	}
	return no
}
