package judge_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/judge"
	"doorstep/internal/rooms"
	"doorstep/internal/rules"
	"doorstep/internal/storetest"
)

// bench is a room of judging over a store in memory; the room behind it notes what it is handed, and stores
// alarms and an open handover for each rule.
type bench struct {
	*storetest.Memory
	t        *testing.T
	clock    time.Time
	arranged []arrange.Input
	refused  []arrange.RefusedHandover
	amended  []arrange.Amendment
	rules    *rules.Set // in place of the shipped ones
}

// ruled is a reference with other rules.
type ruled struct {
	judge.Reference
	set *rules.Set
}

func (r ruled) Rules() *rules.Set { return r.set }

func newBench(t *testing.T) *bench {
	return &bench{Memory: storetest.NewMemory(), t: t, clock: storetest.Monday}
}

// Arrange implements judge.Arrange.
func (b *bench) Arrange(in arrange.Input) error {
	b.arranged = append(b.arranged, in)
	for _, a := range in.Alarms {
		row := a.Stored(in.Person.ID)
		row.Holds = true
		if row.Handover == "" {
			row.Handover = "handover of " + a.Rule
		}
		h := storetest.Record(care.Handovers, row.Handover, "", time.Time{}, map[string]any{"patient": in.Person.ID, "state": string(care.Queued)})
		if _, err := b.Insert(h); err != nil {
			return err
		}
		if err := b.PutAlarm(row); err != nil {
			return err
		}
	}
	for _, a := range in.Lapsed {
		if err := b.PutAlarm(a); err != nil {
			return err
		}
	}
	return nil
}

// RaiseRefused implements judge.Arrange.
func (b *bench) RaiseRefused(_ *care.Record, h arrange.RefusedHandover) error {
	b.refused = append(b.refused, h)
	return nil
}

// Amend implements judge.Arrange.
func (b *bench) Amend(a arrange.Amendment) error {
	b.amended = append(b.amended, a)
	return nil
}

// change runs fn as one change, a minute after the one before.
func (b *bench) change(fn func(s rooms.Store, r *judge.Room) error) {
	b.t.Helper()
	b.clock = b.clock.Add(time.Minute)
	if err := b.Change(b.clock, func(s rooms.Store) error {
		room := &judge.Room{Store: s, Reference: s, Moment: s, Next: b}
		if b.rules != nil {
			room.Reference = ruled{s, b.rules}
		}
		return fn(s, room)
	}); err != nil {
		b.t.Fatal(err)
	}
}

// refused is a change that was kept whole.
func refused(row *care.Record) judge.TakenIn { return judge.TakenIn{Refused: []*care.Record{row}} }

// take lets records and issues be stored and judged as one change of a phone would be.
func (b *bench) take(in judge.TakenIn) {
	b.t.Helper()
	b.change(func(s rooms.Store, r *judge.Room) error {
		for _, w := range in.Written {
			if w.Old != nil {
				var fields []string
				for _, f := range w.Record.Collection.Fields {
					fields = append(fields, f.Name)
				}
				if err := s.Update(w.Record, w.Old, fields); err != nil {
					return err
				}
			} else if _, err := s.Insert(w.Record); err != nil {
				return err
			}
		}
		for _, issue := range append(slices.Clone(in.Issues), in.Refused...) {
			if _, err := s.Insert(issue); err != nil {
				return err
			}
		}
		return r.Judge(in)
	})
}

func made(records ...*care.Record) judge.TakenIn {
	var in judge.TakenIn
	for _, rec := range records {
		in.Written = append(in.Written, judge.Written{Record: rec})
	}
	return in
}

// visit and set are records of Ann's about Ada, hours before Monday morning.
func (b *bench) visit(n int, hours float64, values map[string]any) *care.Record {
	return b.record(care.Visits, n, hours, map[string]any{"status": "completed", "team": b.Town.Nurses}, values)
}

func (b *bench) set(n int, hours float64, values map[string]any) *care.Record {
	base := map[string]any{"respiration_rate": int64(16), "spo2": int64(97), "on_oxygen": false, "systolic": int64(128), "pulse": int64(72), "acvpu": "A", "temperature": 36.8}
	rec := b.record(care.Observations, n, hours, base, values)
	ada, _ := b.Patient(b.Town.Ada)
	if score := rules.ScoreOf(rec.Values, ada, rec.ClinicalTime); score != nil {
		rec.Values["news2"] = care.JSON(score)
	}
	return rec
}

func (b *bench) record(collection string, n int, hours float64, base, values map[string]any) *care.Record {
	all := map[string]any{"patient": b.Town.Ada}
	for _, from := range []map[string]any{base, values} {
		for k, v := range from {
			all[k] = v
		}
	}
	rec := storetest.Record(collection, storetest.ID(1000+n), b.Town.Ann, storetest.Monday.Add(-time.Duration(hours*float64(time.Hour))), all)
	rec.Client = storetest.ID(500)
	rec.SetAll(map[string]any{"nothing": nil})
	return rec
}

// grave is a set of readings whose score is 8.
var grave = map[string]any{"respiration_rate": int64(25), "pulse": int64(112), "spo2": int64(91)}

// row is a quarantine row of Ann's about Ada.
func (b *bench) row(n int, values map[string]any) *care.Record {
	all := map[string]any{"patient": b.Town.Ada, "state": "open", "author": b.Town.Ann, "client": storetest.ID(500), "mid": int64(n),
		"key": storetest.ID(7000 + n), "message": "no", "opened_at": care.Stamp(b.clock)}
	for k, v := range values {
		all[k] = v
	}
	return storetest.Record(care.Quarantine, storetest.ID(2000+n), b.Town.Ann, b.clock, all)
}

// held is the row of a change that was refused whole.
func (b *bench) held(n int, ops ...map[string]any) *care.Record {
	content := care.JSON(map[string]any{"mid": n, "key": storetest.ID(7000 + n), "author": b.Town.Ann, "authored_at": care.Stamp(b.clock), "ops": ops})
	return b.row(n, map[string]any{"kind": "mutation", "code": "no_permission", "content": content})
}

// aside is the row of one field that was set aside.
func (b *bench) aside(n int, rec *care.Record, field string, value any) *care.Record {
	return b.row(n, map[string]any{"kind": "field", "collection": rec.Collection.Name, "record": rec.ID, "field": field, "content": care.JSON(value)})
}

// told describes what was arranged last: rules, records, and whether verified.
func (b *bench) told() string {
	if len(b.arranged) == 0 {
		return ""
	}
	var list []string
	for _, a := range b.arranged[len(b.arranged)-1].Alarms {
		list = append(list, fmt.Sprintf("%s at %s %v", a.Rule, strings.TrimLeft(strings.TrimPrefix(a.Record, "test"), "0"), a.Verified))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func create(collection, id string, set map[string]any) map[string]any {
	return map[string]any{"op": "create", "collection": collection, "id": id, "set": set}
}
