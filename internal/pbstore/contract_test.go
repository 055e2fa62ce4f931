package pbstore_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"slices"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/rooms"
	"doorstep/internal/storetest"
	"doorstep/internal/testkit/pbtest"

	"github.com/pocketbase/pocketbase/core"
)

func TestStore_KeepsTheContractOfAStore(t *testing.T) {
	storetest.Contract(t, func(t *testing.T) storetest.World { return newWorld(t) })
}

// world is the real store as the contract asks it.
type world struct {
	*pbtest.App
	store *pbstore.Store
	now   time.Time
	town  storetest.Town
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{App: pbtest.New(t), now: storetest.Monday.Add(-time.Hour)}
	w.furnish(t)
	store, err := pbstore.Open(w.BaseApp, pbstore.Options{Now: func() time.Time { return w.now }, Entropy: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	w.store = store
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := w.settle(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.TakeDue(w.now); err != nil { // of the caseload that was there
		t.Fatal(err)
	}
	return w
}

// furnish puts the town in as an import would.
func (w *world) furnish(t *testing.T) {
	t.Helper()
	town := &w.town
	town.Riverside = w.Put(t, care.Neighbourhoods, map[string]any{"name": "Riverside"}).Id
	for _, o := range town.Organisations() {
		*o.ID = w.Org(t, o.Kind, o.Name).Id
	}
	teams := map[string]*core.Record{}
	for _, p := range town.Teams() {
		team := w.Put(t, care.Teams, map[string]any{"organisation": *p.Organisation, "kind": p.Kind, "name": p.Name, "route": "inbox", "neighbourhood": town.Riverside})
		*p.ID, teams[team.Id] = team.Id, team
	}
	for _, p := range town.Posts() {
		*p.ID = w.Staff(t, p.Role, p.Name, teams[*p.Team]).Id
	}
	for _, p := range []*string{&town.Ada, &town.Ben} {
		*p = w.Put(t, care.Patients, map[string]any{"family_name": "Testpatient", "given_name": "Test", "date_of_birth": storetest.Born, "practice": town.Practice}).Id
	}
	w.Put(t, care.Caseload, map[string]any{"patient": town.Ada, "team": town.Nurses, "from": storetest.Monday.Add(-90 * 24 * time.Hour), "reason": "test"})
	r := storetest.ThirdMissedDose
	w.Put(t, care.HandoverRules, map[string]any{"code": r.Code, "version": r.Version, "title": r.Title, "collection": r.Collection, "trigger": r.Trigger,
		"unless": r.Unless, "class": string(r.Class), "destination": r.Destination, "ask": r.Ask, "state": r.State})
}

// settle takes in what was written past the engine, as the engine does before each change.
func (w *world) settle() error {
	for more := true; more; {
		if err := w.store.Write(context.Background(), func(tx *pbstore.Tx) (err error) {
			more, err = tx.Settle(500, func() bool { return false }, rooms.Of(tx).TakeIn)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// Change implements storetest.World.
func (w *world) Change(at time.Time, fn func(rooms.Store) error) error {
	if err := w.settle(); err != nil {
		return err
	}
	w.now = at
	return w.store.Write(context.Background(), func(tx *pbstore.Tx) error {
		tx.Next()
		return fn(tx)
	})
}

// TakeDue implements storetest.World.
func (w *world) TakeDue(until time.Time) (taken []storetest.Due, err error) {
	if err := w.settle(); err != nil {
		return nil, err
	}
	was := w.now
	w.now = until
	defer func() { w.now = was }()
	err = w.store.Write(context.Background(), func(tx *pbstore.Tx) error {
		list, err := tx.TakeDue(1000)
		for _, d := range list {
			taken = append(taken, storetest.Due{At: d.At, Kind: d.Kind, Ref: d.Ref})
		}
		return err
	})
	storetest.SortDue(taken)
	return taken, err
}

// Outbox implements storetest.World.
func (w *world) Outbox() (keys []string, err error) {
	items, err := w.store.Outbox(nil).Due(context.Background(), w.now.Add(1000*time.Hour), 1000)
	for _, i := range items {
		keys = append(keys, i.Key)
	}
	slices.Sort(keys)
	return keys, err
}

// Counts implements storetest.World.
func (w *world) Counts() (map[string]int, error) {
	n := map[string]int{}
	err := w.store.Read(context.Background(), func(v *pbstore.Snapshot) error {
		return v.Each(`SELECT kind, count(*) FROM rule_counts GROUP BY kind`, func(r *sql.Rows) error {
			var kind string
			var times int
			err := r.Scan(&kind, &times)
			n[kind] = times
			return err
		})
	})
	return n, err
}

// People implements storetest.World.
func (w *world) People() *storetest.Town { return &w.town }
