package arrange_test

import (
	"testing"

	"doorstep/internal/access"
	"doorstep/internal/arrange"
	"doorstep/internal/storetest"
)

// What goes to "the practice", "the care coordinators" or "the safeguarding lead" goes to a team that takes it: whoever
// has closed, has ended, or belongs to an organisation that has, is passed over for the next.
func TestDirectory_NothingGoesToATeamThatTakesNothing(t *testing.T) {
	ended, closed, open := storetest.ID(1), storetest.ID(2), storetest.ID(3)
	orgs := []*access.Organisation{{ID: ended, Kind: "practice", Retracted: true}, {ID: closed, Kind: "practice", ClosedOn: "2026-01-01"}, {ID: open, Kind: "practice"}}
	for _, kind := range []string{access.CoordinationTeam, "safeguarding", "practice"} {
		var teams []*access.Team
		for i, o := range orgs {
			teams = append(teams, &access.Team{ID: storetest.ID(10 + i), Organisation: o.ID, Kind: kind, Neighbourhood: "riverside"})
		}
		d := arrange.DirectoryOf(access.NewDirectory(teams, orgs), storetest.Monday)
		nobody := arrange.DirectoryOf(access.NewDirectory(teams[:2], orgs), storetest.Monday)
		for want, d := range map[string]arrange.Directory{storetest.ID(12): d, "": nobody} {
			var got []string
			switch kind {
			case access.CoordinationTeam:
				near, _ := d.Coordinator("riverside")
				anywhere, _ := d.Coordinator("")
				got = []string{near.ID, anywhere.ID}
			case "safeguarding":
				near, _ := d.Safeguarding("riverside")
				anywhere, _ := d.Safeguarding("")
				got = []string{near.ID, anywhere.ID}
			default:
				of, _ := d.Practice(open)
				got = []string{of.ID}
				for _, org := range []string{ended, closed} {
					if team, ok := d.Practice(org); ok {
						t.Errorf("the practice %s still has %s", org, team.ID)
					}
				}
			}
			for _, id := range got {
				if id != want {
					t.Errorf("%s: goes to %q, want %q", kind, id, want)
				}
			}
		}
	}
}
