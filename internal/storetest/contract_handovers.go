package storetest

import (
	"slices"
	"time"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/rooms"
)

func histories(b *bench, t *Town) {
	event := func(n int, handover, kind, by string) *care.Record {
		return Record(care.HandoverEvents, ID(8000+n), by, time.Time{}, map[string]any{"handover": handover, "patient": t.Ada, "kind": kind, "by": by, "at": care.Stamp(Monday)})
	}
	b.do(func(s rooms.Store) {
		for n, by := range map[int]map[string]any{3: {"by_hand": true}, 4: {"by_hand": true, "state": string(care.Done)}, 5: {"by_hand": false}} {
			h := handoverOf(t, n, care.Sent)
			h.SetAll(map[string]any{"patient": ID(4444), "from_staff": t.Ann})
			h.SetAll(by)
			must(s.Insert(h))(b.t)
		}
		must(s.Insert(handoverOf(t, 2, care.Queued)))(b.t)
		must(s.Insert(handoverOf(t, 1, care.Done)))(b.t)
		must(s.Insert(event(9, ID(6001), "seen", t.Guy)))(b.t)
		must(s.Insert(event(3, ID(6002), "seen", "")))(b.t)
	})
	b.do(func(s rooms.Store) {
		must(s.Insert(event(2, ID(6001), "seen", t.Guy)))(b.t)
		must(s.Insert(event(4, ID(6001), "added", t.Ann)))(b.t)
		must(s.Insert(event(1, ID(6001), "sent", "")))(b.t)
		if got := idsOf(must(s.History(ID(6001), []string{"sent", "seen"}))(b.t)); !slices.Equal(got, []string{ID(8009), ID(8001), ID(8002)}) {
			b.t.Errorf("of its history, these kinds are %v", got)
		}
		for staff, want := range map[string]int{t.Guy: 2, t.Ann: 1, t.Bob: 0, "": 0} {
			if got := must(s.LinesBy(ID(6001), staff))(b.t); got != want {
				b.t.Errorf("%q has written %d of it, want %d", staff, got, want)
			}
		}
		for _, c := range []struct {
			staff string
			after time.Time
			want  int
		}{{t.Ann, Monday.Add(-time.Hour), 2}, {t.Ann, Monday, 0}, {t.Bob, Monday.Add(-time.Hour), 0}} {
			if got := must(s.RaisedBy(c.staff, c.after))(b.t); got != c.want {
				b.t.Errorf("%q has raised %d by hand after %s, want %d", c.staff, got, c.after, c.want)
			}
		}
		closed := handoverOf(t, 6, care.StoodDown)
		closed.Values["evidence"] = care.JSON(map[string]any{"key": "k", "stranger": true})
		must(s.Insert(closed))(b.t)
		for _, c := range []struct {
			patient     string
			named, want []string
		}{
			{t.Ada, nil, []string{ID(6002), ID(6006)}}, {t.Ada, []string{ID(6001), ID(6002), ID(6004), ID(6999)}, []string{ID(6001), ID(6002), ID(6006)}},
			{t.Ben, nil, nil}, {t.Ben, []string{ID(6001)}, nil},
		} {
			if got := idsOf(must(s.Handovers(c.patient, c.named))(b.t)); !slices.Equal(got, c.want) {
				b.t.Errorf("handovers of %s with %v are %v, want %v: the open ones, what a stranger reported, and those that are named", c.patient, c.named, got, c.want)
			}
		}
	})
	b.do(func(s rooms.Store) { // a line that is sent again keeps its place
		old := b.read(s, care.HandoverEvents, ID(8009))
		rec := old.Clone()
		rec.SentAgain()
		ok(b.t, s.Update(rec, old, nil))
	})
	b.do(func(s rooms.Store) {
		if got := idsOf(must(s.History(ID(6001), []string{"seen"}))(b.t)); !slices.Equal(got, []string{ID(8009), ID(8002)}) {
			b.t.Errorf("of its history, sent again, these kinds are %v", got)
		}
		for n := range arrange.MaxLines + 5 {
			must(s.Insert(event(100+n, ID(6002), "added", t.Ann)))(b.t)
		}
		if got := must(s.LinesBy(ID(6002), t.Ann))(b.t); got != arrange.MaxLines {
			b.t.Errorf("counted are %d", got)
		}
	})
}

func telling(b *bench, t *Town) {
	evidence := func(records ...int) map[string]any {
		var list []map[string]any
		for _, n := range records {
			list = append(list, map[string]any{"collection": care.Observations, "id": ID(1000 + n), "at": care.Stamp(Monday), "values": map[string]any{}})
		}
		return map[string]any{"evidence": care.JSON(map[string]any{"key": t.Surgery, "records": list})}
	}
	with := func(n int, state care.State, all map[string]any) *care.Record {
		rec := handoverOf(t, n, state)
		rec.SetAll(all)
		return rec
	}
	about := func(s rooms.Store, patient string, records ...string) []string {
		return idsOf(must(s.HandoversAbout(patient, records...))(b.t))
	}
	b.do(func(s rooms.Store) {
		must(s.Insert(with(1, care.Done, map[string]any{"visit": ID(1001)})))(b.t)
		must(s.Insert(with(2, care.Sent, evidence(2, 3))))(b.t)
		must(s.Insert(with(3, care.Sent, evidence(4))))(b.t)
		must(s.Insert(with(4, care.Sent, map[string]any{"visit": ID(1001), "patient": t.Ben})))(b.t)
	})
	b.do(func(s rooms.Store) {
		old := b.read(s, care.Handovers, ID(6003))
		rec := old.Clone()
		rec.SetAll(evidence(4, 2))
		ok(b.t, s.Update(rec, old, []string{"evidence"}))
		for _, c := range []struct {
			records, want []string
		}{
			{[]string{ID(1001)}, []string{ID(6001)}}, {[]string{ID(1003)}, []string{ID(6002)}}, {[]string{ID(1009)}, nil}, {[]string{""}, nil},
			{[]string{ID(1001), ID(1002)}, []string{ID(6003), ID(6002), ID(6001)}}, // the open ones first, and what changed last
		} {
			if got := about(s, t.Ada, c.records...); !slices.Equal(got, c.want) {
				b.t.Errorf("of %v tell %v, want %v", c.records, got, c.want)
			}
		}
		if got := about(s, t.Ben, ID(1001)); !slices.Equal(got, []string{ID(6004)}) {
			b.t.Errorf("of Ben's, of the visit tell %v", got)
		}
	})
}

func heldOf(b *bench, t *Town) {
	counts := func(s rooms.Store, when string, want int64) {
		b.t.Helper()
		if rows, _ := s.Held(t.Ann); rows != want {
			b.t.Errorf("%s, %d wait of hers, want %d", when, rows, want)
		}
	}
	b.do(func(s rooms.Store) {
		must(s.Insert(held(t, 1, creates(t, ID(1001)), nil)))(b.t)
		must(s.Insert(conflict(t, 1)))(b.t)
		later := conflict(t, 2)
		later.SetAll(map[string]any{"policy": care.PolicyLatest})
		must(s.Insert(later))(b.t)
		counts(s, "in the change that opens them", 2)
	})
	b.do(func(s rooms.Store) {
		counts(s, "later", 2)
		b.decideIssue(s, care.Conflicts, ID(3001))
		counts(s, "when one is decided", 1)
	})
	b.do(func(s rooms.Store) { counts(s, "later still", 1) })
}
