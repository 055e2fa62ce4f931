package takein_test

import (
	"testing"
	"time"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/rooms"
	"doorstep/internal/storetest"
	"doorstep/internal/takein"
)

// raised puts handovers by hand about Ada there that somebody raised at a time.
func (d *desk) raised(from, n int, by string, at time.Time, values map[string]any) {
	d.t.Helper()
	for i := range n {
		h := storetest.Record(care.Handovers, storetest.ID(from+i), by, at, map[string]any{"patient": d.Town.Ada, "from_staff": by, "by_hand": true,
			"from_team": d.Town.Nurses, "to_team": d.Town.Surgery, "state": string(care.Sent), "class": "SD", "raised_at": care.Stamp(at)})
		h.SetAll(values)
		if err := d.Change(d.clock, func(s rooms.Store) error { _, err := s.Insert(h); return err }); err != nil {
			d.t.Fatal(err)
		}
	}
}

// One person hands over so often in a day and no more; what is above that is kept whole and is due as soon as it would have been
// acknowledged. The last ones are for emergencies, concerns know no limit, whoever lets one in lends it the room, and what others or
// the rules raised, or what was raised yesterday, counts nothing.
func TestAHandoverByHandBeyondWhatOnePersonMayRaiseInADayIsKeptWhole(t *testing.T) {
	const usual = arrange.MaxByHand - 20
	one := func(class care.Class) func(*desk) []op {
		return func(d *desk) []op {
			return []op{create(care.Handovers, storetest.ID(1), map[string]any{"patient": d.Town.Ada, "class": string(class), "recommendation": "Please ring."})}
		}
	}
	for name, c := range map[string]struct {
		today, yesterday, others, byRules int
		ops                               func(*desk) []op
		kept                              bool
		within                            time.Duration // it is due
	}{
		"one of a few":                   {today: 5, ops: one(care.SameDay)},
		"the last one":                   {today: usual - 1, ops: one(care.SameDay)},
		"one more":                       {today: usual, ops: one(care.SameDay), kept: true, within: takein.IssueDeadline},
		"one more, urgent":               {today: usual, ops: one(care.Urgent), kept: true, within: 15 * time.Minute},
		"an emergency all the same":      {today: usual, ops: one(care.Emergency)},
		"an emergency when none is left": {today: arrange.MaxByHand, ops: one(care.Emergency), kept: true, within: takein.IssueDeadline},
		"a concern when none is left":    {today: arrange.MaxByHand, ops: one(care.Safeguarding)},
		"many of yesterday":              {yesterday: arrange.MaxByHand, ops: one(care.SameDay)},
		"many of a colleague":            {others: arrange.MaxByHand, ops: one(care.SameDay)},
		"many that the rules raised":     {byRules: arrange.MaxByHand, ops: one(care.SameDay)},
		"two of one change, with room for 1": {today: usual - 1, kept: true, within: takein.IssueDeadline, ops: func(d *desk) []op {
			return append(one(care.SameDay)(d), create(care.Handovers, storetest.ID(2), map[string]any{"patient": d.Town.Ada, "class": "SD"}))
		}},
	} {
		d := newDesk(t)
		d.raised(10_000, c.today, d.Town.Ann, d.clock.Add(-time.Hour), nil)
		d.raised(20_000, c.yesterday, d.Town.Ann, d.clock.Add(-25*time.Hour), nil)
		d.raised(30_000, c.others, d.Town.Bob, d.clock.Add(-time.Hour), nil)
		d.raised(40_000, c.byRules, d.Town.Ann, d.clock.Add(-time.Hour), map[string]any{"by_hand": false})
		res := d.push(d.Town.Nurse(), c.ops(d)...)
		if (res.Status == care.Quarantined) != c.kept || (d.stored(care.Handovers, storetest.ID(1)) == nil) != c.kept {
			t.Errorf("%s ended %+v", name, res)
			continue
		}
		if !c.kept {
			continue
		}
		row := d.held(res, care.CodeTooManyHandovers)
		if due, err := care.ParseStamp(row.Text("due_at")); err != nil || due.After(d.clock.Add(c.within)) || care.AsIssue(row).Fix() != care.FixSupervisor {
			t.Errorf("%s: it is due at %s (%v), for %s", name, row.Text("due_at"), err, care.AsIssue(row).Fix())
		}
		lead := d.Town.Lead()
		d.must(func(r *takein.Room) error {
			res, err := r.Replay(row, nil, takein.Resolver{Staff: lead.Staff, At: d.clock}, &lead)
			if err == nil && (res.Status == care.Quarantined || d.stored(care.Handovers, storetest.ID(1)) == nil) {
				t.Errorf("%s: the lead cannot let it in: %+v", name, res)
			}
			return err
		})
	}
}

// What is refused for another reason raises its handovers all the same, until their author has raised as many as one person may. From then
// on it waits with its change, which is due as soon as that would have been acknowledged.
func TestAnUrgentHandoverInARefusedChangeIsDueAtOnceWhereItIsNotRaised(t *testing.T) {
	for name, c := range map[string]struct {
		today  int
		within time.Duration
		raised bool
	}{
		"one of a few": {today: 5, within: takein.IssueDeadline, raised: true},
		"one too many": {today: arrange.MaxByHand, within: 15 * time.Minute},
	} {
		d := newDesk(t)
		stranger := d.Town.Stranger()
		d.raised(10_000, c.today, stranger.Staff, d.clock.Add(-time.Hour), nil)
		row := d.held(d.push(stranger, create(care.Visits, storetest.ID(1001), d.visit(nil)),
			create(care.Handovers, storetest.ID(1), map[string]any{"patient": d.Town.Ada, "class": string(care.Urgent)})), care.CodeNoPermission)
		due, err := care.ParseStamp(row.Text("due_at"))
		if err != nil || due.After(d.clock.Add(c.within)) || c.raised && due.Before(d.clock.Add(takein.IssueDeadline)) {
			t.Errorf("%s: it is due at %s, %v", name, row.Text("due_at"), err)
		}
	}
}
