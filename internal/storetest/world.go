package storetest

import (
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rooms"
)

// World is a store under test, with the town in it.
type World interface {
	// Change runs fn in a transaction of its own, as the change with the next number, at a time.
	Change(at time.Time, fn func(rooms.Store) error) error
	// TakeDue removes and returns what is due by a time, sorted by time, kind and ref.
	TakeDue(until time.Time) ([]Due, error)
	// Outbox lists the keys of what waits to be delivered.
	Outbox() ([]string, error)
	// Counts says how much was counted of rules, by kind.
	Counts() (map[string]int, error)
	// People are who is in the store.
	People() *Town
}

// People implements World.
func (m *Memory) People() *Town { return &m.Town }

// bench is a world in a test: whatever fails ends it.
type bench struct {
	World
	t   *testing.T
	now time.Time
}

// do runs fn as one change, a minute after the one before.
func (b *bench) do(fn func(s rooms.Store)) {
	b.t.Helper()
	b.now = b.now.Add(time.Minute)
	if err := b.Change(b.now, func(s rooms.Store) error { fn(s); return nil }); err != nil {
		b.t.Fatal(err)
	}
}

// due takes what is due by a time, but caseloads, which are the store's own.
func (b *bench) due(until time.Time) (kinds []care.DueKind) {
	b.t.Helper()
	list, err := b.TakeDue(until)
	ok(b.t, err)
	for _, d := range list {
		if d.Kind != care.DueCaseload {
			kinds = append(kinds, d.Kind)
		}
	}
	return kinds
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// must is ok for a value.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		ok(t, err)
		return v
	}
}

// Record makes a record as a nurse's phone would have sent it, at a clinical time.
func Record(collection, id, author string, at time.Time, values map[string]any) *care.Record {
	c, found := care.ByName(collection)
	if !found {
		panic("storetest: no collection " + collection)
	}
	rec := &care.Record{Collection: c, ID: id, Values: values}
	rec.Author, rec.AuthoredAt, rec.ReceivedAt, rec.ClinicalTime, rec.ClockKnown = author, at, at, at, true
	return rec
}
