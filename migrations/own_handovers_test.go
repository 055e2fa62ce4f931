package migrations_test

import (
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// X7: the phone of a support worker gives back what it held of other people's handovers, also where it was filled
// by an older release.
func TestSupportWorkersOfAnOlderDatabaseBeginAnew(t *testing.T) {
	app := pbtest.New(t)
	run := func(query string) {
		t.Helper()
		if _, err := app.NonconcurrentDB().NewQuery(query).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	team := app.Put(t, care.Teams, map[string]any{"organisation": app.Org(t, "community_trust", "Trust").Id, "kind": "nursing", "name": "Nurses"})
	katya, ann := app.Staff(t, care.SupportWorker, "Katya", team), app.Staff(t, care.DistrictNurse, "Ann", team)
	for _, id := range []string{katya.Id, ann.Id} {
		run(`INSERT OR REPLACE INTO sync_staff (staff, fingerprint, reset_seq, past) VALUES ('` + id + `', 'as before', 7, '[]')`)
	}
	run(`DELETE FROM sync_dirty`)
	run(`DELETE FROM _migrations WHERE file = '1796000100_own_handovers.go'`)
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	var anew []string
	if err := app.DB().NewQuery(`SELECT d.record FROM sync_dirty d JOIN sync_staff s ON s.staff = d.record WHERE d.collection = 'staff' AND s.fingerprint = ''`).Column(&anew); err != nil {
		t.Fatal(err)
	}
	if len(anew) != 1 || anew[0] != katya.Id {
		t.Errorf("anew begin %v, want the support worker alone", anew)
	}
}
