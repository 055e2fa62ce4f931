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

// 12: that there is nobody of an id is known once it was looked up, until somebody registers them.
func TestWhomATransactionLookedForInVain(t *testing.T) {
	w := newWorld(t)
	patients, _ := care.ByName(care.Patients)
	nobody := storetest.ID(1001)
	w.now = storetest.Monday
	err := w.store.Write(context.Background(), func(tx *pbstore.Tx) error {
		tx.Next()
		first, err := tx.Patient(nobody)
		if err != nil || first != nil {
			t.Errorf("got %v and %v", first, err)
		}
		if !tx.KnowsThereIsNo(nobody) {
			t.Error("what was looked up in vain is looked up again")
		}
		rec := &care.Record{Collection: patients, ID: nobody, Values: map[string]any{"family_name": "New"}}
		if ok, err := tx.Insert(rec); err != nil || !ok {
			t.Fatalf("inserted: %v, %v", ok, err)
		}
		known, err := tx.Patient(nobody)
		if err != nil || known == nil || tx.KnowsThereIsNo(nobody) {
			t.Errorf("once registered: %v and %v", known, err)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// 12: what came about a registration is noted as filed by its merge once, however often it comes.
func TestWhatAMergeFiledIsNotedOnce(t *testing.T) {
	w := newWorld(t)
	w.now = storetest.Monday
	err := w.store.Write(context.Background(), func(tx *pbstore.Tx) error {
		if _, err := tx.Statements().Exec(`INSERT INTO merged_people (id, dead, survivor, "by", at, before, after) VALUES ('m', 'dead', ?, '', '', '{}', '{}')`, w.town.Ada); err != nil {
			return err
		}
		for range 2 {
			if err := tx.NoteFiled("dead", care.Visits, storetest.ID(1002)); err != nil {
				return err
			}
		}
		var n int
		if err := tx.Statements().Row(`SELECT count(*) FROM merged_records WHERE merge = 'm'`).Scan(&n); err != nil || n != 1 {
			t.Errorf("%d notes, %v", n, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
