package storetest

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rooms"
)

func visit(t *Town, n int, values map[string]any) *care.Record {
	all := map[string]any{"patient": t.Ada, "status": "completed"}
	for k, v := range values {
		all[k] = v
	}
	rec := Record(care.Visits, ID(1000+n), t.Ann, Monday.Add(-time.Hour), all)
	rec.Client = ID(500)
	return rec
}

func (b *bench) read(s rooms.Store, collection, id string) *care.Record {
	b.t.Helper()
	c, _ := care.ByName(collection)
	return must(s.Record(c, id))(b.t)
}

func insertAndRead(b *bench, t *Town) {
	rec := visit(t, 1, map[string]any{"note": "Left heel red", "soft_signs": []string{"confused"}, "ended_at": care.Stamp(Monday.Add(-time.Hour))})
	check := func(s rooms.Store) {
		got := b.read(s, care.Visits, rec.ID)
		if got == nil {
			b.t.Fatal("it is not there")
		}
		for _, f := range rec.Collection.Fields {
			if !care.Equal(got.Get(f.Name), rec.Get(f.Name)) {
				b.t.Errorf("%s is %v, want %v", f.Name, got.Get(f.Name), rec.Get(f.Name))
			}
		}
		if got.Version != rec.Version || got.Author != rec.Author || got.Client != rec.Client || !got.ClinicalTime.Equal(rec.ClinicalTime) ||
			!got.ReceivedAt.Equal(rec.ReceivedAt) || !got.AuthoredAt.Equal(rec.AuthoredAt) || !got.ClockKnown || len(got.Changed) != 0 || !got.Retracted.IsZero() {
			b.t.Errorf("beside its fields is kept %+v, want %+v", got.Meta, rec.Meta)
		}
		if b.read(s, care.Visits, ID(1)) != nil {
			b.t.Error("a record that was never made is there")
		}
	}
	b.do(func(s rooms.Store) {
		if !must(s.Insert(rec))(b.t) || rec.Version != s.Seq() {
			b.t.Fatalf("inserted with version %d in change %d", rec.Version, s.Seq())
		}
		check(s)
	})
	b.do(check)
	b.do(func(s rooms.Store) { // what is read may be altered without altering what is stored
		b.read(s, care.Visits, rec.ID).SetAll(map[string]any{"note": "altered"})
		check(s)
	})
}

func takenID(b *bench, t *Town) {
	b.do(func(s rooms.Store) {
		if !must(s.Insert(visit(t, 1, map[string]any{"note": "first"})))(b.t) || must(s.Insert(visit(t, 1, map[string]any{"note": "second"})))(b.t) {
			b.t.Error("an id was not taken, or taken twice")
		}
	})
	b.do(func(s rooms.Store) {
		if must(s.Insert(visit(t, 1, map[string]any{"note": "third"})))(b.t) {
			b.t.Error("an id was taken again in another change")
		}
		if got := b.read(s, care.Visits, ID(1001)); got.Text("note") != "first" {
			b.t.Errorf("the note is %q", got.Text("note"))
		}
	})
}

func updateNamed(b *bench, t *Town) {
	b.do(func(s rooms.Store) {
		must(s.Insert(visit(t, 1, map[string]any{"note": "old", "outcome": "care_given"})))(b.t)
	})
	b.do(func(s rooms.Store) {
		old := b.read(s, care.Visits, ID(1001))
		rec := old.Clone()
		rec.SetAll(map[string]any{"note": "new", "outcome": nil, "status": "refused"})
		rec.ClinicalTime = Monday.Add(-2 * time.Hour)
		ok(b.t, s.Update(rec, old, []string{"note", "outcome"}))
		if rec.Version != s.Seq() {
			b.t.Errorf("version %d in change %d", rec.Version, s.Seq())
		}
	})
	b.do(func(s rooms.Store) {
		got := b.read(s, care.Visits, ID(1001))
		if got.Text("note") != "new" || got.Get("outcome") != nil || got.Text("status") != "completed" || !got.ClinicalTime.Equal(Monday.Add(-2*time.Hour)) {
			b.t.Errorf("stored are %v at %s", got.Values, got.ClinicalTime)
		}
	})
}

func updateMeta(b *bench, t *Town) {
	b.do(func(s rooms.Store) { must(s.Insert(visit(t, 1, nil)))(b.t) })
	change := care.Change{Seq: 2, Client: ID(501), Author: t.Bob, At: Monday}
	b.do(func(s rooms.Store) {
		old := b.read(s, care.Visits, ID(1001))
		rec := old.Clone()
		rec.Stamped("note", change)
		rec.Retracted = s.Now()
		ok(b.t, s.Update(rec, old, nil))
	})
	b.do(func(s rooms.Store) {
		got := b.read(s, care.Visits, ID(1001))
		if last := got.LastChange("note"); last.Author != t.Bob || last.Client != change.Client || !last.At.Equal(change.At) || got.Retracted.IsZero() {
			b.t.Errorf("the last change is %+v, withdrawn at %s", last, got.Retracted)
		}
	})
}

func updateUnknown(b *bench, t *Town) {
	b.do(func(s rooms.Store) {
		rec := visit(t, 1, nil)
		must(s.Insert(rec))(b.t)
		if err := s.Update(rec, rec.Clone(), []string{"shoe_size"}); err == nil {
			b.t.Error("a field that is not there was updated")
		}
	})
}

func unprovenOffset(b *bench, t *Town) {
	b.do(func(s rooms.Store) {
		proven, unproven := visit(t, 1, nil), visit(t, 2, nil)
		proven.ClockOffset, unproven.ClockOffset, unproven.ClockKnown = time.Minute, time.Hour, false
		must(s.Insert(proven))(b.t)
		must(s.Insert(unproven))(b.t)
	})
	b.do(func(s rooms.Store) {
		if got := b.read(s, care.Visits, ID(1001)); got.ClockOffset != time.Minute || !got.ClockKnown {
			b.t.Errorf("the proven offset is %s, known %v", got.ClockOffset, got.ClockKnown)
		}
		if got := b.read(s, care.Visits, ID(1002)); got.ClockOffset != 0 || got.ClockKnown {
			b.t.Errorf("the other is %s, known %v", got.ClockOffset, got.ClockKnown)
		}
	})
}

// held is a quarantine row of a mutation that holds one op.
func held(t *Town, n int, op map[string]any, values map[string]any) *care.Record {
	content := care.JSON(map[string]any{"mid": n, "key": ID(7000 + n), "author": t.Ann, "authored_at": care.Stamp(Monday), "ops": []any{op}})
	all := map[string]any{"kind": care.HeldMutation, "state": care.IssueOpen, "patient": t.Ada, "author": t.Ann, "client": ID(500), "mid": int64(n), "key": ID(7000 + n),
		"code": "no_permission", "content": content, "opened_at": care.Stamp(Monday)}
	for k, v := range values {
		all[k] = v
	}
	return Record(care.Quarantine, ID(2000+n), t.Ann, time.Time{}, all)
}

func creates(t *Town, id string) map[string]any {
	return map[string]any{"op": "create", "collection": care.Visits, "id": id, "set": map[string]any{"patient": t.Ada, "status": "completed"}}
}

// decideIssue closes an issue.
func (b *bench) decideIssue(s rooms.Store, collection, id string) {
	b.t.Helper()
	old := b.read(s, collection, id)
	rec := old.Clone()
	rec.SetAll(map[string]any{"state": care.IssueResolved})
	ok(b.t, s.Update(rec, old, []string{"state"}))
}

func idsOf(list []*care.Record) (ids []string) {
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	return ids
}
