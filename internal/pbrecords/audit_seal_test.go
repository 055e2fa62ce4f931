package pbrecords_test

import (
	"errors"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/pbrecords"
	"doorstep/internal/pbstore"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
)

// X14: whoever takes the triggers off the audit and changes it is found out by the next who looks.
func TestAuditSeal_ALineThatIsChangedOrTakenOutNoLongerFits(t *testing.T) {
	for _, c := range []struct {
		name, change string
		after        int64 // the last line that still fits; -1: all do
	}{
		{"nothing", "SELECT 1", -1},
		{"a line is changed", "UPDATE audit SET actor = 'nobody' WHERE id = 2", 0},
		{"a line is taken out", "DELETE FROM audit WHERE id = 4", 3},
		{"a line is put in", "INSERT INTO audit (id, at, actor, role, organisation, device, action, collection, record, patient, detail) SELECT -1, at, actor, role, organisation, device, action, collection, record, patient, detail FROM audit WHERE id = 1", 0},
		{"two values change places", "UPDATE audit SET actor = record, record = actor WHERE id = 5", 3},
		{"all are taken out", "DELETE FROM audit", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			app, clock := pbtest.New(t), testkit.NewClock()
			write := func(lines int) {
				for range lines {
					if err := pbstore.WriteAudit(app, care.AuditLine{At: clock.Now(), Actor: "ann", Action: "view", Record: pbtest.ID(), Detail: struct{}{}}); err != nil {
						t.Fatal(err)
					}
				}
			}
			if seal, err := pbrecords.SealAudit(t.Context(), app, clock.Now()); err != nil || seal.Line != 0 {
				t.Fatalf("an empty audit is sealed: %+v, %v", seal, err)
			}
			var hashes []string
			for range 2 {
				write(3)
				seal, err := pbrecords.SealAudit(t.Context(), app, clock.Now())
				if err != nil {
					t.Fatal(err)
				}
				again, err := pbrecords.SealAudit(t.Context(), app, clock.Now())
				if err != nil || again != seal {
					t.Fatalf("sealed again without news: %+v, %v", again, err)
				}
				hashes = append(hashes, seal.Hash)
			}
			write(2) // not sealed yet
			for _, statement := range []string{"DROP TRIGGER audit_no_delete", "DROP TRIGGER audit_no_update", c.change} {
				if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
					t.Fatal(err)
				}
			}
			seal, err := pbrecords.VerifyAudit(t.Context(), app)
			changed := new(pbrecords.AuditChanged)
			switch {
			case c.after < 0 && (err != nil || seal.Line != 6 || seal.Hash != hashes[1]):
				t.Errorf("got %+v, %v", seal, err)
			case c.after >= 0 && (!errors.As(err, &changed) || changed.After != c.after):
				t.Errorf("got %+v, %v; want the lines after %d", seal, err, c.after)
			}
			for hash, want := range map[string]bool{hashes[0]: true, "00ff": false} {
				if got, err := pbrecords.SealedAudit(t.Context(), app, hash); err != nil || got != want {
					t.Errorf("seal %s was made here: %t, %v", hash, got, err)
				}
			}
		})
	}
}

func TestAuditSeal_SealsCanOnlyBeAdded(t *testing.T) {
	app := pbtest.New(t)
	if err := pbstore.WriteAudit(app, care.AuditLine{At: testkit.Monday, Detail: struct{}{}}); err != nil {
		t.Fatal(err)
	}
	if _, err := pbrecords.SealAudit(t.Context(), app, testkit.Monday); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"DELETE FROM audit_seals", "UPDATE audit_seals SET hash = ''"} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err == nil {
			t.Errorf("%s was allowed", statement)
		}
	}
}
