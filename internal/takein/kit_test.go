package takein_test

import (
	"encoding/json"
	"testing"
	"time"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/judge"
	"doorstep/internal/rooms"
	"doorstep/internal/storetest"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// desk is a room of takein over a store in memory; the rooms behind it only note what they are handed.
type desk struct {
	*storetest.Memory
	t     *testing.T
	clock time.Time
	mid   int

	judged    []judge.TakenIn
	deleted   []*care.Record
	planned   []*care.Record
	announced []arrange.Manual
	calls     []*care.Record
	lines     []*care.Record
	replaced  []*care.Record
	words     []arrange.Words
	lacks     []handover.Lack
	failing   error // what the next room answers
}

func newDesk(t *testing.T) *desk {
	return &desk{Memory: storetest.NewMemory(), t: t, clock: storetest.Monday}
}

// Judge implements takein.Judge.
func (d *desk) Judge(in judge.TakenIn) error {
	d.judged = append(d.judged, in)
	return d.failing
}

// Deleted implements takein.Judge.
func (d *desk) Deleted(rec *care.Record) error {
	d.deleted = append(d.deleted, rec)
	return nil
}

// PlanManual implements takein.Handovers.
func (d *desk) PlanManual(rec, _ *care.Record, _ care.Viewer, _ time.Time) (arrange.Manual, []handover.Lack) {
	d.planned = append(d.planned, rec)
	return arrange.Manual{Record: rec}, d.lacks
}

// Announce implements takein.Handovers.
func (d *desk) Announce(m arrange.Manual) error {
	d.announced = append(d.announced, m)
	return nil
}

// RecordCall implements takein.Handovers.
func (d *desk) RecordCall(rec *care.Record, _ care.Viewer, whom arrange.Rung) error {
	if whom == arrange.RungPractice {
		d.calls = append(d.calls, rec)
	}
	return nil
}

// stands puts a handover about Ada there, sent by one team to another.
func (d *desk) stands(id, from, to string) {
	d.t.Helper()
	d.standsAs(id, from, to, care.SameDay)
}

// standsAs is stands of a class.
func (d *desk) standsAs(id, from, to string, class care.Class) {
	d.t.Helper()
	h := storetest.Record(care.Handovers, id, "", time.Time{}, map[string]any{"patient": d.Town.Ada, "from_team": from, "to_team": to, "state": string(care.Sent), "class": string(class)})
	if err := d.Change(d.clock, func(s rooms.Store) error { _, err := s.Insert(h); return err }); err != nil {
		d.t.Fatal(err)
	}
}

// Line implements takein.Handovers.
func (d *desk) Line(line *care.Record, _ care.Viewer) error {
	d.lines = append(d.lines, line)
	return nil
}

// MayAdd implements takein.Handovers.
func (d *desk) MayAdd(handover, staff string, kinds ...string) (bool, error) {
	return (&arrange.Room{Store: d.Memory}).MayAdd(handover, staff, kinds...)
}

// MayRaise implements takein.Handovers.
func (d *desk) MayRaise(staff string, class care.Class, same int) (bool, error) {
	return (&arrange.Room{Store: d.Memory, Moment: d.Memory}).MayRaise(staff, class, same)
}

// RaiseWords implements takein.Handovers.
func (d *desk) RaiseWords(w arrange.Words) error {
	d.words = append(d.words, w)
	return nil
}

// ReplaceRefused implements takein.Handovers.
func (d *desk) ReplaceRefused(issue *care.Record, _ []care.Op) error {
	d.replaced = append(d.replaced, issue)
	return nil
}

// AcknowledgeBy implements takein.Handovers.
func (d *desk) AcknowledgeBy(class care.Class, at time.Time) time.Time {
	if class == care.Urgent {
		return at.Add(15 * time.Minute)
	}
	return time.Time{}
}

// WorkingTimeChanged implements takein.Handovers.
func (d *desk) WorkingTimeChanged([]string, func(string) handover.Calendar) error { return nil }

func (d *desk) room(s rooms.Store) *takein.Room {
	return &takein.Room{Store: s, Evidence: s, Notes: s, Reference: s, Moment: s, Judge: d, Handovers: d}
}

// do runs fn as one change, a minute after the one before.
func (d *desk) do(fn func(*takein.Room) error) error {
	d.t.Helper()
	d.clock = d.clock.Add(time.Minute)
	return d.Change(d.clock, func(s rooms.Store) error { return fn(d.room(s)) })
}

// must is do for what must not fail.
func (d *desk) must(fn func(*takein.Room) error) {
	d.t.Helper()
	if err := d.do(fn); err != nil {
		d.t.Fatal(err)
	}
}

// op is an op as it travels.
type op = map[string]any

func create(collection, id string, set map[string]any) op {
	return op{"op": "create", "collection": collection, "id": id, "set": set}
}

func (d *desk) update(collection, id string, base int64, set, was map[string]any) op {
	o := op{"op": "update", "collection": collection, "id": id, "patient": d.Town.Ada, "base": wire.FormatBase(care.Base{Epoch: "e1", Seq: base}), "set": set}
	if was != nil {
		o["was"] = was
	}
	return o
}

// by is a person's phone, whose clock is known and right.
func (d *desk) by(v care.Viewer) takein.By {
	client := storetest.ID(500)
	if v.Staff != d.Town.Ann {
		client = "other" + v.Staff[5:]
	}
	return takein.By{Viewer: v, Device: storetest.ID(600), Client: client, Clock: care.DeviceClock{Known: true}}
}

// mutation is a change as it is decoded from a push.
func (d *desk) mutation(author string, ops ...op) *care.Mutation {
	d.t.Helper()
	d.mid++
	raw, err := json.Marshal(map[string]any{"mid": d.mid, "key": storetest.ID(7000 + d.mid), "author": author, "authored_at": care.Stamp(d.clock), "ops": ops})
	if err != nil {
		d.t.Fatal(err)
	}
	m, err := wire.DecodeKept(raw)
	if err != nil {
		d.t.Fatal(err)
	}
	return &m
}

// push lets somebody's phone send one change, and returns how it ended.
func (d *desk) push(v care.Viewer, ops ...op) wire.Result {
	d.t.Helper()
	return d.accept(d.by(v), d.mutation(v.Staff, ops...))
}

func (d *desk) accept(by takein.By, m *care.Mutation) (res wire.Result) {
	d.t.Helper()
	d.must(func(r *takein.Room) (err error) {
		res, err = r.Accept(m, by)
		return err
	})
	return res
}

// applied is push for what must be taken in as it is.
func (d *desk) applied(v care.Viewer, ops ...op) {
	d.t.Helper()
	if res := d.push(v, ops...); res.Status != care.Applied || len(res.Issues)+len(res.Conflicts) > 0 {
		d.t.Fatalf("it ended %+v", res)
	}
}

// stored returns a record, nil when there is none.
func (d *desk) stored(collection, id string) *care.Record {
	d.t.Helper()
	c, _ := care.ByName(collection)
	rec, err := d.Record(c, id)
	if err != nil {
		d.t.Fatal(err)
	}
	return rec
}

// issue returns a conflict or a quarantine row.
func (d *desk) issue(id string) *care.Record {
	d.t.Helper()
	if rec := d.stored(care.Conflicts, id); rec != nil {
		return rec
	}
	return d.stored(care.Quarantine, id)
}

// held fails unless a change was kept whole for a reason, and returns its row.
func (d *desk) held(res wire.Result, code string) *care.Record {
	d.t.Helper()
	if res.Status != care.Quarantined || len(res.Issues) != 1 || res.Issues[0].Code != code {
		d.t.Fatalf("it ended %+v, want held for %s", res, code)
	}
	row := d.issue(res.Issues[0].ID)
	if row == nil || row.Text("code") != code || row.Text("state") != "open" || len(row.Raw("content")) == 0 && row.Text("raw") == "" {
		d.t.Fatalf("the row that keeps it is %v", row)
	}
	return row
}

func (d *desk) visit(values map[string]any) map[string]any {
	all := map[string]any{"patient": d.Town.Ada, "status": "completed"}
	for k, v := range values {
		all[k] = v
	}
	return all
}

// makeVisit stores a visit of Ann's and returns the number of the change that made it.
func (d *desk) makeVisit(id string, values map[string]any) int64 {
	d.t.Helper()
	d.applied(d.Town.Nurse(), create(care.Visits, id, d.visit(values)))
	return d.stored(care.Visits, id).Version
}
