package migrations_test

import (
	"slices"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// An older release took whom a retracted service has for people in direct care. They are asked for consent again, and
// what stands with it is looked at; nobody else is.
func TestWhomARetractedServiceHasInAnOlderDatabaseIsAskedAgain(t *testing.T) {
	app := pbtest.New(t)
	trust, charity := app.Org(t, "community_trust", "Trust"), app.Org(t, care.VoluntaryKind, "Befrienders")
	nurses, friends := app.Team(t, trust, "nursing", "Nurses"), app.Team(t, charity, care.VoluntaryKind, "Befrienders")
	ann, vera := app.Staff(t, care.DistrictNurse, "Ann", nurses), app.Staff(t, care.Volunteer, "Vera", friends)
	person := app.Patient(t, "Person", nil)
	for _, team := range []string{nurses.Id, friends.Id} {
		app.Put(t, care.Caseload, map[string]any{"patient": person.Id, "team": team})
	}
	for _, staff := range []string{ann.Id, vera.Id} {
		app.Put(t, care.Caseload, map[string]any{"patient": person.Id, "staff": staff})
	}
	asked := app.Put(t, care.Handovers, map[string]any{"patient": person.Id, "to_team": friends.Id, "state": "sent"})
	app.Put(t, care.Handovers, map[string]any{"patient": person.Id, "to_team": nurses.Id, "state": "sent"})
	charity.Set("retracted", "2026-03-02 08:00:00.000Z")
	if err := app.Save(charity); err != nil {
		t.Fatal(err)
	}
	if _, err := app.NonconcurrentDB().NewQuery(`DELETE FROM _migrations WHERE file = '1796014000_withdrawn_services.go'`).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string][]string{
		`SELECT record FROM sync_dirty WHERE op = 'ask' ORDER BY record`: {"staff:" + vera.Id, "team:" + friends.Id},
		`SELECT ref FROM sync_due WHERE kind = 'handover'`:               {asked.Id},
	} {
		var got []string
		if err := app.DB().NewQuery(query).Column(&got); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s finds %v, want %v", query, got, want)
		}
	}
}
