package arrange_test

import (
	"strings"
	"testing"
	"time"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rooms"
	"doorstep/internal/storetest"
)

// byHand stores a handover that somebody raised on their phone, as taking it in does.
func (b *bench) byHand(v care.Viewer, n int, values map[string]any) (rec *care.Record, lacks *handover.Error) {
	b.t.Helper()
	all := map[string]any{"patient": b.Town.Ada}
	for k, v := range values {
		all[k] = v
	}
	rec = storetest.Record(care.Handovers, storetest.ID(1000+n), v.Staff, b.clock, all)
	b.must(func(r *arrange.Room) error {
		person, err := b.Patient(rec.Person())
		if err != nil {
			return err
		}
		m, list := r.PlanManual(rec, person, v, b.clock)
		if len(list) > 0 {
			lacks = list[0].Error
		}
		if _, err := b.Insert(rec); err != nil {
			return err
		}
		if !m.ClinicalTime().Equal(b.clock) {
			b.t.Errorf("it counts from %s", m.ClinicalTime())
		}
		return r.Announce(m)
	})
	return b.handover(rec.ID), lacks
}

func TestManual_WhereItGoesAndByWhen(t *testing.T) {
	for _, c := range []struct {
		name   string
		who    func(*storetest.Town) care.Viewer
		values func(*storetest.Town) map[string]any
		to     func(*storetest.Town) string
		lacks  string
	}{
		{"to the person's practice", (*storetest.Town).Nurse, func(*storetest.Town) map[string]any { return map[string]any{"class": "SD"} },
			func(t *storetest.Town) string { return t.Surgery }, ""},
		{"to a team", (*storetest.Town).Nurse, func(t *storetest.Town) map[string]any { return map[string]any{"class": "R", "to_team": t.Others} },
			func(t *storetest.Town) string { return t.Others }, ""},
		{"a concern to the safeguarding lead", (*storetest.Town).Nurse, func(*storetest.Town) map[string]any { return map[string]any{"class": "SG"} },
			func(t *storetest.Town) string { return t.Safeguarding }, ""},
		{"an urgent one without a registrant", (*storetest.Town).Befriender, func(*storetest.Town) map[string]any { return map[string]any{"class": "U2"} },
			func(t *storetest.Town) string { return t.Surgery }, handover.CodeRegistrantNeeded},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			rec, lacks := b.byHand(c.who(&b.Town), 1, c.values(&b.Town))
			if rec.Text("to_team") != c.to(&b.Town) || rec.Get("by_hand") != true || rec.Time("ack_due").IsZero() || !b.has(rec.ID, handover.EventRaised) {
				t.Errorf("it is %v with the history %v", rec.Values, b.history(rec.ID))
			}
			if (lacks == nil) != (c.lacks == "") || lacks != nil && lacks.Code != c.lacks {
				t.Errorf("it lacks %v", lacks)
			}
			if named := rec.Text("from_team") != ""; named == (rec.Text("class") == "SG") {
				t.Errorf("the sender's team is %q", rec.Text("from_team"))
			}
		})
	}
}

func TestManual_ATeamThatIsNotThereStaysNamed(t *testing.T) {
	b := newBench(t)
	gone := storetest.ID(4444)
	rec, _ := b.byHand(b.Town.Nurse(), 1, map[string]any{"class": "SD", "to_team": gone})
	if rec.Text("state") != string(care.NoDestination) || rec.Text("to_team") != b.Town.Coordination {
		t.Errorf("it is %s with %s", rec.Text("state"), rec.Text("to_team"))
	}
}

func TestManual_AVoluntaryTeamReadsTheAskAndTheSafeNote(t *testing.T) {
	b := newBench(t)
	rec, _ := b.byHand(b.Town.Nurse(), 1, map[string]any{"class": "R", "to_team": b.Town.Befrienders, "situation": "Lives alone since May.",
		"recommendation": "Please visit on Fridays.", "safe_note": "Likes chess."})
	if got := rec.Text("safe_note"); !strings.Contains(got, "Fridays") || !strings.Contains(got, "chess") || strings.Contains(got, "alone") {
		t.Errorf("the safe note is %q", got)
	}
	if words := b.evidence(rec).Words; words == nil || words.SafeNote != "Likes chess." {
		t.Errorf("kept are %+v", words)
	}
}

func TestManual_WhatTheRulesFindJoinsIt(t *testing.T) {
	b := newBench(t)
	rec, _ := b.byHand(b.Town.Nurse(), 9, map[string]any{"class": "SD", "visit": storetest.ID(1001), "situation": "Her words.", "recommendation": "Please ring."})
	b.arrange(softSign)
	got := b.only(b.Town.Surgery)
	if got.ID != rec.ID || !strings.Contains(got.Text("situation"), "Her words.") || !strings.Contains(got.Text("assessment"), "confused") {
		t.Errorf("situation %q, assessment %q", got.Text("situation"), got.Text("assessment"))
	}
	doubtful := grave
	doubtful.doubtful = true
	b.arrange(softSign, doubtful) // the copies carry the sender's words too
	if copied := b.only(b.Town.Nurses); !strings.Contains(copied.Text("situation"), "Her words.") || b.evidence(copied).Words == nil {
		t.Errorf("the copy says %q", copied.Text("situation"))
	}
	voluntary := newBench(t)
	rec, _ = voluntary.byHand(voluntary.Town.Nurse(), 9, map[string]any{"class": "SD", "to_team": voluntary.Town.Befrienders, "recommendation": "Please visit."})
	voluntary.arrange(softSign)
	if got := voluntary.handover(rec.ID); strings.Contains(got.Text("safe_note"), "confused") {
		t.Errorf("a voluntary team reads %q", got.Text("safe_note"))
	}
}

func TestManual_ACallThatReachedSomebodyIsTheAcknowledgement(t *testing.T) {
	for _, c := range []struct {
		name   string
		values map[string]any
		state  care.State
	}{
		{"reached", map[string]any{"called_name": "Dr Guy", "reached": true}, care.Acknowledged},
		{"not reached", map[string]any{"called_name": "", "reached": false}, care.Queued},
		{"reached nobody by name", map[string]any{"reached": true}, care.Queued},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			rec, _ := b.byHand(b.Town.Nurse(), 1, map[string]any{"class": "SD"})
			old := rec.Clone()
			rec.SetAll(c.values)
			rec.SetAll(map[string]any{"called_at": care.Stamp(b.clock)})
			b.must(func(r *arrange.Room) error {
				if err := b.Update(rec, old, []string{"called_at", "called_name", "reached"}); err != nil {
					return err
				}
				return r.RecordCall(rec, b.Town.Nurse(), arrange.RungPractice)
			})
			if got := b.handover(rec.ID).Text("state"); got != string(c.state) {
				t.Errorf("it is %s", got)
			}
		})
	}
}

// refused is the row of Ann's that keeps a change with a handover by hand.
func (b *bench) refused(author string, set map[string]any) (*care.Record, []care.Op) {
	all := map[string]any{"patient": b.Town.Ada}
	for k, v := range set {
		all[k] = v
	}
	op := map[string]any{"op": "create", "collection": care.Handovers, "id": storetest.ID(1001), "set": all}
	content := care.JSON(map[string]any{"mid": 1, "key": storetest.ID(7001), "author": author, "authored_at": care.Stamp(b.clock), "ops": []any{op}})
	row := storetest.Record(care.Quarantine, storetest.ID(2001), author, b.clock, map[string]any{"patient": b.Town.Ada, "author": author, "key": storetest.ID(7001),
		"message": "no permission", "state": "open", "kind": "mutation", "content": content})
	return row, []care.Op{{Kind: care.OpCreate, Collection: care.Handovers, ID: storetest.ID(1001), Patient: b.Town.Ada, Set: all}}
}

func (b *bench) raiseRefused(row *care.Record, ops []care.Op) {
	b.t.Helper()
	ada, _ := b.Patient(b.Town.Ada)
	b.must(func(r *arrange.Room) error {
		for _, h := range arrange.RefusedHandovers(row, ops) {
			if err := r.RaiseRefused(ada, h); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestRefused_AHandoverInARefusedChangeReachesItsTeamTheLeadAndTheCoordinator(t *testing.T) {
	b := newBench(t)
	row, ops := b.refused(b.Town.Ann, map[string]any{"class": "U2", "situation": "Her words.", "recommendation": "Please come.", "unknown": 1})
	for range 2 { // however often it is judged
		b.raiseRefused(row, ops)
	}
	for _, team := range []string{b.Town.Surgery, b.Town.Nurses, b.Town.Coordination} {
		h := b.only(team)
		if h.Get("unverified") != true || !strings.Contains(h.Text("situation"), "Her words.") || !strings.Contains(h.Text("situation"), "UNVERIFIED: it is held back, because") {
			t.Errorf("to %s: %q, %q", team, h.Text("situation"), h.Text("assessment"))
		}
	}
}

// Whoever has handed over as often as one person may in a day fills no inbox with what is refused of them either; it waits with
// the change. Concerns reach their reader.
func TestRefused_WhoHandsOverWithoutEndFillsNoInbox(t *testing.T) {
	for name, c := range map[string]struct {
		before int
		set    map[string]any
		code   string
		raised int
	}{
		"one of a few":                       {before: 3, set: map[string]any{"class": "SD"}, code: care.CodeNoPermission, raised: 3},
		"one too many":                       {before: arrange.MaxByHand, set: map[string]any{"class": "SD"}, code: care.CodeNoPermission},
		"refused because it is one too many": {set: map[string]any{"class": "SD"}, code: care.CodeTooManyHandovers},
		"a concern, one too many":            {before: arrange.MaxByHand, set: map[string]any{"class": "SG"}, code: care.CodeNoPermission, raised: 1},
	} {
		b := newBench(t)
		for i := range c.before {
			h := storetest.Record(care.Handovers, storetest.ID(9000+i), b.Town.Ann, b.clock, map[string]any{"patient": b.Town.Ben, "from_staff": b.Town.Ann,
				"by_hand": true, "state": string(care.Done), "raised_at": care.Stamp(b.clock)})
			if err := b.Change(b.clock, func(s rooms.Store) error { _, err := s.Insert(h); return err }); err != nil {
				t.Fatal(err)
			}
		}
		row, ops := b.refused(b.Town.Ann, c.set)
		row.SetAll(map[string]any{"code": c.code})
		b.raiseRefused(row, ops)
		n := 0
		for _, list := range b.open() {
			n += len(list)
		}
		if n != c.raised {
			t.Errorf("%s: raised are %d handovers, want %d", name, n, c.raised)
		}
	}
}

func TestRefused_WhereItMayGo(t *testing.T) {
	b := newBench(t)
	row, ops := b.refused(b.Town.Guy, map[string]any{"class": "SD", "to_team": b.Town.Others})
	b.raiseRefused(row, ops)
	if len(b.open()[b.Town.Others]) != 0 || len(b.open()[b.Town.Surgery]) != 1 {
		t.Errorf("from a role that may not hand over it goes to %v", b.open())
	}
	b = newBench(t)
	row, ops = b.refused(b.Town.Ann, map[string]any{"class": "SG", "to_team": b.Town.Surgery})
	b.raiseRefused(row, ops)
	if len(b.open()) != 1 || len(b.open()[b.Town.Safeguarding]) != 1 {
		t.Errorf("a concern goes to %v", b.open())
	}
}

func TestRefused_TheHandoverThatIsMadeInTheEndTakesItsPlace(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func(*bench, string) // what becomes of the earlier one first
		stays  bool
	}{
		{"nobody has looked at it", func(*bench, string) {}, false},
		{"it was escalated", func(b *bench, id string) {
			b.clock = b.clock.Add(3 * time.Hour)
			b.must(func(r *arrange.Room) error { return r.Overdue(id) })
		}, false},
		{"somebody has it", func(b *bench, id string) { b.act(id, handover.Action{Kind: handover.Acknowledge}, b.Town.Doctor()) }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			row, ops := b.refused(b.Town.Ann, map[string]any{"class": "U2", "recommendation": "Please come."})
			b.raiseRefused(row, ops)
			early := b.only(b.Town.Surgery)
			c.before(b, early.ID)
			made, _ := b.byHand(b.Town.Nurse(), 1, map[string]any{"class": "U2", "recommendation": "Please come."})
			b.must(func(r *arrange.Room) error { return r.ReplaceRefused(row, ops) })
			stays, goes := b.handover(made.ID), b.handover(early.ID)
			if c.stays {
				stays, goes = goes, stays
			}
			if care.State(stays.Text("state")).OffTheClock() || goes.Text("state") != string(care.StoodDown) {
				t.Errorf("one is %s, the other %s", stays.Text("state"), goes.Text("state"))
			}
			if len(b.open()[b.Town.Nurses]) != 0 && !c.stays {
				t.Error("the lead's copy is still open")
			}
		})
	}
	b := newBench(t)
	row, ops := b.refused(b.Town.Ann, map[string]any{"class": "U2"})
	b.must(func(r *arrange.Room) error { return r.ReplaceRefused(row, ops) }) // of which nothing was raised
	if len(b.open()) != 0 {
		t.Error("something was raised")
	}
}

func TestAcknowledgeBy_AnUnknownClassCountsAsSameDay(t *testing.T) {
	b := newBench(t)
	b.must(func(r *arrange.Room) error {
		if got, want := r.AcknowledgeBy("?", storetest.Monday), r.AcknowledgeBy(care.SameDay, storetest.Monday); !got.Equal(want) || got.IsZero() {
			t.Errorf("%s, want %s", got, want)
		}
		if !r.AcknowledgeBy(care.Information, storetest.Monday).IsZero() {
			t.Error("information is due")
		}
		return nil
	})
}
