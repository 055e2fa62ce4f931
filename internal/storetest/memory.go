package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rooms"
	"doorstep/internal/rules"
	"doorstep/internal/wire"
)

// Memory is a store in memory. It answers as the real one does, which the contract holds, and keeps
// nothing: a change that fails leaves what it wrote.
type Memory struct {
	Town Town

	seq     int64
	now     time.Time
	made    int
	epoch   string
	records map[string]map[string]*care.Record // by collection and id
	alarms  map[string]care.Alarm
	touched map[string]bool // people the running change judged
	outbox  []string
	due     []Due
	counts  map[string]bool
	expects map[string][]care.Reference // who names a record that has not come
	people
	rules *rules.Set

	// Audited are the lines of the audit.
	Audited []string
	// Filed are records that came about a registration and were filed under another: the one that died, collection and id.
	Filed []string
	// Leaves names the ways by which a handover leaves.
	Leaves []string
	// Fail, when set, is asked before each write; its error is the write's.
	Fail func(what string) error
}

// Due is something to be looked at at a time.
type Due struct {
	At   time.Time
	Kind care.DueKind
	Ref  string
}

var _ rooms.Store = (*Memory)(nil)

// NewMemory is a store with the town in it.
func NewMemory() *Memory {
	m := &Memory{epoch: "e1", now: Monday, Leaves: []string{"inbox"}, records: map[string]map[string]*care.Record{}, alarms: map[string]care.Alarm{},
		touched: map[string]bool{}, counts: map[string]bool{}, expects: map[string][]care.Reference{}}
	m.rules = compiled()
	m.furnish()
	return m
}

// Change implements World.
func (m *Memory) Change(at time.Time, fn func(rooms.Store) error) error {
	m.seq++
	m.now = at.UTC().Truncate(time.Millisecond)
	err := fn(m)
	clear(m.touched)
	return err
}

// TakeDue implements World.
func (m *Memory) TakeDue(until time.Time) ([]Due, error) {
	var taken []Due
	m.due = slices.DeleteFunc(m.due, func(d Due) bool {
		if d.At.After(until) {
			return false
		}
		taken = append(taken, d)
		return true
	})
	SortDue(taken)
	return taken, nil
}

// SortDue sorts due rows by time, kind and ref.
func SortDue(list []Due) {
	slices.SortFunc(list, func(a, b Due) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Ref, b.Ref))
	})
}

// Outbox implements World.
func (m *Memory) Outbox() ([]string, error) { return slices.Clone(m.outbox), nil }

// Counts implements World.
func (m *Memory) Counts() (map[string]int, error) {
	n := map[string]int{}
	for key := range m.counts {
		kind, _, _ := strings.Cut(key, " ")
		n[kind]++
	}
	return n, nil
}

// Seq implements care.Moment.
func (m *Memory) Seq() int64 { return m.seq }

// Next implements care.Moment.
func (m *Memory) Next() int64 {
	m.seq++
	return m.seq
}

// Now implements care.Moment.
func (m *Memory) Now() time.Time { return m.now }

// NewID implements care.Moment.
func (m *Memory) NewID() string {
	m.made++
	return fmt.Sprintf("made%022d", m.made)
}

// BaseSeq implements takein.Store.
func (m *Memory) BaseSeq(b care.Base) int64 {
	if b.Epoch != m.epoch {
		return 0
	}
	return min(b.Seq, m.seq)
}

func (m *Memory) refuse(what string) error {
	if m.Fail == nil {
		return nil
	}
	return m.Fail(what)
}

// Record implements the rooms' stores.
func (m *Memory) Record(c *care.Collection, id string) (*care.Record, error) {
	if rec := m.records[c.Name][id]; rec != nil {
		return rec.Clone(), nil
	}
	return nil, nil
}

// Insert implements the rooms' stores.
func (m *Memory) Insert(rec *care.Record) (bool, error) {
	if err := m.refuse("insert " + rec.Collection.Name); err != nil {
		return false, err
	}
	name := rec.Collection.Name
	if m.records[name][rec.ID] != nil {
		return false, nil
	}
	rec.Version = m.seq
	if rec.ReceivedAt.IsZero() {
		rec.ReceivedAt = m.now
	}
	if m.records[name] == nil {
		m.records[name] = map[string]*care.Record{}
	}
	m.records[name][rec.ID] = kept(rec)
	m.noticed(rec)
	return true, nil
}

// kept is a record as it is stored: an offset that is not proven is not kept.
func kept(rec *care.Record) *care.Record {
	c := rec.Clone()
	if !c.ClockKnown {
		c.ClockOffset = 0
	}
	return c
}

// Update implements the rooms' stores.
func (m *Memory) Update(rec, old *care.Record, fields []string) error {
	if err := m.refuse("update " + rec.Collection.Name); err != nil {
		return err
	}
	rec.Version = m.seq
	stored := m.records[rec.Collection.Name][rec.ID]
	if stored == nil {
		return nil
	}
	for _, name := range fields {
		if _, ok := rec.Collection.Field(name); !ok {
			return fmt.Errorf("update %s: no field %s", rec.Collection.Name, name)
		}
		stored.SetAll(map[string]any{name: rec.Get(name)})
	}
	if !rec.ReceivedAt.Equal(old.ReceivedAt) {
		stored.ReceivedAt, stored.AuthoredAt, stored.ClockKnown = rec.ReceivedAt, rec.AuthoredAt, rec.ClockKnown
	}
	stored.ClinicalTime, stored.Version, stored.Changed, stored.Retracted = rec.ClinicalTime, rec.Version, rec.Clone().Changed, rec.Retracted
	m.noticed(rec)
	return nil
}

func (m *Memory) noticed(rec *care.Record) {
	if rec.Collection.Name == care.Handovers {
		m.touched[rec.Text("patient")] = true
	}
}

// list returns copies of the records of a collection that fit, in an order, by id where that leaves them equal.
func (m *Memory) list(collection string, fits func(*care.Record) bool, order func(a, b *care.Record) int) []*care.Record {
	var found []*care.Record
	for _, rec := range m.records[collection] {
		if fits(rec) {
			found = append(found, rec.Clone())
		}
	}
	slices.SortFunc(found, func(a, b *care.Record) int { return cmp.Or(order(a, b), cmp.Compare(a.ID, b.ID)) })
	return found
}

func byID(_, _ *care.Record) int { return 0 }

// WaitingFor implements takein.Store.
func (m *Memory) WaitingFor(record, client string, mid int64, atMost int) ([]*care.Record, error) {
	order := func(q *care.Record, client string, mid int64) int {
		n, _ := care.AsIssue(q).Mid()
		return cmp.Or(cmp.Compare(care.AsIssue(q).Client(), client), cmp.Compare(n, mid))
	}
	list := m.list(care.Quarantine, func(q *care.Record) bool {
		return care.AsIssue(q).WaitsFor() == record && isOpen(q) && order(q, client, mid) > 0
	}, func(a, b *care.Record) int {
		n, _ := care.AsIssue(b).Mid()
		return order(a, care.AsIssue(b).Client(), n)
	})
	return list[:min(len(list), atMost)], nil
}

// QuarantinedCreate implements takein.Store.
func (m *Memory) QuarantinedCreate(record string) (string, error) {
	held := m.list(care.Quarantine, func(q *care.Record) bool {
		return isOpen(q) && care.AsIssue(q).HoldsChange() && slices.Contains(wire.HeldIn(q).Creates, record)
	}, func(a, b *care.Record) int { return cmp.Compare(b.Version, a.Version) })
	if len(held) == 0 {
		return "", nil
	}
	return held[0].ID, nil
}

// Expect implements takein.Notes.
func (m *Memory) Expect(record string, by care.Reference) error {
	if err := m.refuse("expect"); err != nil {
		return err
	}
	if !slices.Contains(m.expects[record], by) {
		m.expects[record] = append(m.expects[record], by)
	}
	return nil
}

// Expecting implements takein.Notes.
func (m *Memory) Expecting(record string) ([]care.Reference, error) {
	list := m.expects[record]
	delete(m.expects, record)
	return list, nil
}

// NoteFiled implements takein.Notes.
func (m *Memory) NoteFiled(dead, collection, record string) error {
	m.Filed = append(m.Filed, dead+" "+collection+" "+record)
	return m.refuse("note filed")
}

// Held implements takein.Store.
func (m *Memory) Held(author string) (rows, bytes int64) {
	for _, name := range []string{care.Conflicts, care.Quarantine} {
		for _, i := range m.records[name] {
			if care.AsIssue(i).AwaitsDecision() && cmp.Or(care.AsIssue(i).Author(), i.Author) == author {
				rows++
				bytes += int64(len(care.AsIssue(i).Content()) + len(care.AsIssue(i).Raw()))
			}
		}
	}
	return rows, bytes
}

func isOpen(issue *care.Record) bool { return care.AsIssue(issue).IsOpen() }

// DueAt implements the rooms' stores.
func (m *Memory) DueAt(at time.Time, kind care.DueKind, ref string) error {
	if err := m.refuse("due"); err != nil {
		return err
	}
	if d := (Due{at.UTC().Truncate(time.Millisecond), kind, ref}); !slices.Contains(m.due, d) {
		m.due = append(m.due, d)
	}
	return nil
}

// Write stores a record past the engine, as somebody in the dashboard does.
func (m *Memory) Write(rec *care.Record) { m.records[rec.Collection.Name][rec.ID] = kept(rec) }

// Erase deletes a record past the engine.
func (m *Memory) Erase(rec *care.Record) { delete(m.records[rec.Collection.Name], rec.ID) }
