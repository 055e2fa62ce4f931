package pbstore_test

import (
	"context"
	"errors"
	"maps"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/storetest"
)

// Several phones' changes share a transaction. One that fails is undone alone: the next one goes by what the
// ones before it said of a person, not by what was known before them all.
func TestWhatAnEarlierChangeSaidOfAPersonOutlivesALaterOneThatFails(t *testing.T) {
	w := newWorld(t)
	patients, _ := care.ByName(care.Patients)
	failing := errors.New("the second change fails")
	rename := func(tx *pbstore.Tx, name string) error {
		tx.Next()
		old, err := tx.Patient(w.town.Ada)
		if err != nil {
			return err
		}
		rec := *old
		rec.Values = maps.Clone(old.Values)
		rec.Values["family_name"] = name
		return tx.Update(&rec, old, []string{"family_name"})
	}
	w.now = storetest.Monday
	err := w.store.Write(context.Background(), func(tx *pbstore.Tx) error {
		if _, err := tx.Patient(w.town.Ada); err != nil { // so that the memory of the store knows her by her old name
			return err
		}
		if err := rename(tx, "First"); err != nil {
			return err
		}
		if failed, err := tx.Savepoint(func() error { return errors.Join(rename(tx, "Second"), failing) }); err != nil || !errors.Is(failed, failing) {
			t.Errorf("got %v and %v", failed, err)
		}
		known, err := tx.Patient(w.town.Ada)
		if err != nil {
			return err
		}
		stored, err := tx.Record(patients, w.town.Ada)
		if err != nil {
			return err
		}
		if care.AsPatient(known).FamilyName() != "First" || care.AsPatient(stored).FamilyName() != "First" {
			t.Errorf("the transaction knows %q and holds %q", care.AsPatient(known).FamilyName(), care.AsPatient(stored).FamilyName())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
