package takein_test

import (
	"testing"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/rooms"
	"doorstep/internal/storetest"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// One person writes so many lines into a handover and no more; what is above that is kept whole. The last ones are for
// what decides, whoever lets a line in lends it the room, and of another person and in another handover nothing counts.
func TestALineBeyondWhatOnePersonMayWriteIsKeptWhole(t *testing.T) {
	const h, other = 6001, 6002
	lines := func(d *desk, n, handover int, by string) {
		for i := range n {
			e := storetest.Record(care.HandoverEvents, storetest.ID(8000+handover%10*300+i), by, d.clock, map[string]any{"handover": storetest.ID(handover),
				"patient": d.Town.Ada, "kind": "added", "by": by})
			if err := d.Change(d.clock, func(s rooms.Store) error { _, err := s.Insert(e); return err }); err != nil {
				t.Fatal(err)
			}
		}
	}
	line := func(d *desk, id int, kind string) op {
		return create(care.HandoverEvents, storetest.ID(id), map[string]any{"handover": storetest.ID(h), "patient": d.Town.Ada, "kind": kind, "text": "said"})
	}
	call := func(d *desk) op {
		return d.update(care.Handovers, storetest.ID(h), 0, map[string]any{"called_name": "Joan"}, map[string]any{"called_name": nil})
	}
	for name, c := range map[string]struct {
		written, others, elsewhere int
		class                      care.Class
		ops                        func(*desk) []op
		kept                       bool
	}{
		"one of a few":                       {written: 5, ops: func(d *desk) []op { return []op{line(d, 1, "added")} }},
		"the last one":                       {written: arrange.MaxLines - 21, ops: func(d *desk) []op { return []op{line(d, 1, "read")} }},
		"one more":                           {written: arrange.MaxLines - 20, ops: func(d *desk) []op { return []op{line(d, 1, "read")} }, kept: true},
		"a kind that nobody knows":           {written: arrange.MaxLines - 20, ops: func(d *desk) []op { return []op{line(d, 1, "waved")} }, kept: true},
		"an answer all the same":             {written: arrange.MaxLines - 20, ops: func(d *desk) []op { return []op{line(d, 1, "answered")} }},
		"an answer when nothing is left":     {written: arrange.MaxLines, ops: func(d *desk) []op { return []op{line(d, 1, "answered")} }, kept: true},
		"two of one change, with room for 1": {written: arrange.MaxLines - 21, ops: func(d *desk) []op { return []op{line(d, 1, "added"), line(d, 2, "added")} }, kept: true},
		"many of a colleague":                {others: arrange.MaxLines, ops: func(d *desk) []op { return []op{line(d, 1, "added")} }},
		"many in another handover":           {elsewhere: arrange.MaxLines, ops: func(d *desk) []op { return []op{line(d, 1, "added")} }},
		"one more into a concern":            {written: arrange.MaxLines, class: care.Safeguarding, ops: func(d *desk) []op { return []op{line(d, 1, "added")} }},
		"a call as an older app notes it":    {written: arrange.MaxLines, ops: func(d *desk) []op { return []op{call(d)} }, kept: true},
	} {
		d := newDesk(t)
		d.standsAs(storetest.ID(h), d.Town.Nurses, d.Town.Surgery, c.class)
		d.stands(storetest.ID(other), d.Town.Nurses, d.Town.Surgery)
		lines(d, c.written, h, d.Town.Ann)
		lines(d, c.elsewhere, other, d.Town.Ann)
		if c.others > 0 {
			lines(d, c.others, h, d.Town.Bob)
		}
		var res wire.Result
		if res = d.push(d.Town.Nurse(), c.ops(d)...); (res.Status == care.Quarantined) != c.kept {
			t.Errorf("%s ended %+v", name, res)
			continue
		}
		if !c.kept {
			continue
		}
		row := d.held(res, care.CodeTooManyLines)
		if care.AsIssue(row).Fix() != care.FixSupervisor || len(d.lines) > 0 {
			t.Errorf("%s: it is for %s, and stored are %d lines", name, care.AsIssue(row).Fix(), len(d.lines))
		}
		lead := d.Town.Lead()
		d.must(func(r *takein.Room) error {
			res, err := r.Replay(row, nil, takein.Resolver{Staff: lead.Staff, At: d.clock}, &lead)
			if err == nil && res.Status == care.Quarantined {
				t.Errorf("%s: the lead cannot let it in: %+v", name, res)
			}
			return err
		})
	}
}
