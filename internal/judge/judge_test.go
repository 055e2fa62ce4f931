package judge_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/judge"
	"doorstep/internal/rooms"
	"doorstep/internal/rules"
	"doorstep/internal/storetest"
)

func TestJudge_WhatFiresIsHandedOn(t *testing.T) {
	for _, c := range []struct {
		name string
		what func(*bench) judge.TakenIn
		want string
	}{
		{"a grave set", func(b *bench) judge.TakenIn { return made(b.set(1, 1, grave)) }, "news2_7 at 1001 true"},
		{"a visit with a soft sign", func(b *bench) judge.TakenIn {
			return made(b.visit(1, 1, map[string]any{"soft_signs": []string{"confused"}}))
		}, "soft_signs at 1001 true"},
		{"a visit where all is well", func(b *bench) judge.TakenIn { return made(b.visit(1, 1, nil)) }, ""},
		{"a set where all is well", func(b *bench) judge.TakenIn { return made(b.set(1, 1, nil)) }, ""},
		{"a record that rules do not judge", func(b *bench) judge.TakenIn {
			return made(storetest.Record(care.Handovers, storetest.ID(1001), b.Town.Ann, b.clock, map[string]any{"patient": b.Town.Ada}))
		}, ""},
		{"a handover by hand, about which the rules say nothing", func(b *bench) judge.TakenIn {
			return judge.TakenIn{Raised: []judge.Raised{{Patient: b.Town.Ada, ClinicalTime: b.clock}}}
		}, ""},
		{"a record about nobody", func(b *bench) judge.TakenIn {
			return made(b.set(1, 1, map[string]any{"patient": "", "respiration_rate": int64(25), "pulse": int64(130), "spo2": int64(85)}))
		}, ""},
		{"a grave set in a change that was refused", func(b *bench) judge.TakenIn {
			return refused(b.held(1, create(care.Observations, storetest.ID(1001), map[string]any{"patient": b.Town.Ada,
				"respiration_rate": 25, "pulse": "112", "spo2": 91, "on_oxygen": "no", "systolic": 128, "acvpu": "A", "temperature": 36.8, "taken_at": care.Stamp(storetest.Monday)})))
		}, "news2_7 at 1001 false"},
		{"an edit in a change that was refused", func(b *bench) judge.TakenIn {
			b.take(made(b.visit(1, 1, nil)))
			return refused(b.held(1, map[string]any{"op": "update", "collection": care.Visits, "id": storetest.ID(1001), "patient": b.Town.Ada,
				"base": "", "set": map[string]any{"critical_medicine": "missed"}}))
		}, "critical_medicine at 1001 false"},
		{"a reading that was set aside", func(b *bench) judge.TakenIn {
			set := b.set(1, 1, map[string]any{"respiration_rate": int64(25), "pulse": int64(112)})
			in := made(set)
			in.Issues = []*care.Record{b.aside(1, set, "spo2", "91")}
			return in
		}, "news2_5_6 at 1001 true, news2_7 at 1001 false"},
		{"a reading that cannot be understood", func(b *bench) judge.TakenIn {
			set := b.set(1, 1, grave)
			in := made(set)
			in.Issues = []*care.Record{b.aside(1, set, "temperature", "hot"), b.aside(2, set, "shoe_size", 43)}
			return in
		}, "news2_7 at 1001 true"},
		{"the losing side of a conflict", func(b *bench) judge.TakenIn {
			visit := b.visit(1, 1, nil)
			b.take(made(visit))
			return judge.TakenIn{Issues: []*care.Record{b.conflict(1, visit, "critical_medicine", "given", "missed")}}
		}, "critical_medicine at 1001 false"},
		{"a withdrawal against an edit", func(b *bench) judge.TakenIn {
			visit := b.visit(1, 1, map[string]any{"soft_signs": []string{"confused"}})
			b.take(made(visit))
			return judge.TakenIn{Issues: []*care.Record{b.conflict(1, visit, "", nil, nil)}}
		}, "soft_signs at 1001 false"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			in := c.what(b)
			b.arranged = nil
			b.take(in)
			if got := b.told(); got != c.want {
				t.Errorf("told of %q, want %q", got, c.want)
			}
		})
	}
}

// conflict is an open conflict about a field.
func (b *bench) conflict(n int, rec *care.Record, field string, kept, lost any) *care.Record {
	return storetest.Record(care.Conflicts, storetest.ID(3000+n), b.Town.Bob, b.clock, map[string]any{"patient": b.Town.Ada, "state": "open",
		"collection": rec.Collection.Name, "record": rec.ID, "field": field, "kept": care.JSON(kept), "lost": care.JSON(lost), "opened_at": care.Stamp(b.clock)})
}

func TestJudge_HandsOnTheEvidenceAndWhereItCameFrom(t *testing.T) {
	b := newBench(t)
	set := b.set(1, 1, grave)
	in := made(set)
	in.Issues = []*care.Record{b.aside(1, set, "temperature", 41)}
	b.take(in)
	got := b.arranged[0]
	if !got.Reported || got.Sender != b.Town.Nurses || got.Person.ID != b.Town.Ada || !got.Since.Equal(set.ClinicalTime) {
		t.Errorf("reported %v by %s, about %s since %s", got.Reported, got.Sender, got.Person.ID, got.Since)
	}
	if len(got.Events) != 2 || got.Doubts[set.ID] != "temperature 41.0 was refused" {
		t.Errorf("%d pieces of evidence, doubts %v", len(got.Events), got.Doubts)
	}
}

func TestJudge_AFallInTheScoreIsHandedOnAsClearing(t *testing.T) {
	b := newBench(t)
	b.take(made(b.set(1, 3, grave)))
	b.take(made(b.set(2, 1, nil)))
	if got := b.arranged[len(b.arranged)-1]; len(got.Clearing) != 1 || got.Clearing[0].Record != storetest.ID(1002) {
		t.Errorf("clearing is %+v", got.Clearing)
	}
}

func TestJudge_ACorrectionLetsAnAlarmLapse(t *testing.T) {
	b := newBench(t)
	visit := b.visit(1, 1, map[string]any{"critical_medicine": "missed"})
	b.take(made(visit))
	mended := visit.Clone()
	mended.SetAll(map[string]any{"critical_medicine": "given"})
	b.take(judge.TakenIn{Written: []judge.Written{{Record: mended, Old: visit}}})
	last := b.arranged[len(b.arranged)-1]
	if len(last.Alarms) != 0 || len(last.Lapsed) != 1 || last.Lapsed[0].Holds {
		t.Errorf("alarms %v, lapsed %+v", last.Alarms, last.Lapsed)
	}
}

func TestJudge_ARecordFiledUnderTheWrongPersonIsNoEvidenceAboutThem(t *testing.T) {
	b := newBench(t)
	visit := b.visit(1, 1, map[string]any{"soft_signs": []string{"confused"}})
	b.take(made(visit))
	moved := visit.Clone()
	moved.SetAll(map[string]any{"patient": b.Town.Ben})
	b.take(judge.TakenIn{Written: []judge.Written{{Record: moved, Old: visit}}})
	about := map[string]string{}
	for _, in := range b.arranged[1:] {
		about[in.Person.ID] = fmt.Sprint(len(in.Alarms), " hold, ", len(in.Lapsed), " lapsed")
	}
	if about[b.Town.Ada] != "0 hold, 1 lapsed" || about[b.Town.Ben] != "1 hold, 0 lapsed" {
		t.Errorf("about Ada %q, about Ben %q", about[b.Town.Ada], about[b.Town.Ben])
	}
}

func TestJudge_ARefusedChangeAboutTwoPeopleIsJudgedForBoth(t *testing.T) {
	b := newBench(t)
	missed := func(n int, patient string) map[string]any {
		return create(care.Visits, storetest.ID(1000+n), map[string]any{"patient": patient, "status": "completed", "critical_medicine": "missed"})
	}
	b.take(refused(b.held(1, missed(1, b.Town.Ada), missed(2, b.Town.Ben),
		create(care.Handovers, storetest.ID(1003), map[string]any{"patient": b.Town.Ben, "class": "U2"}))))
	if len(b.arranged) != 2 || b.arranged[0].Person.ID == b.arranged[1].Person.ID {
		t.Fatalf("judged are %d people", len(b.arranged))
	}
	if len(b.refused) != 1 || b.refused[0].Op.ID != storetest.ID(1003) || b.refused[0].N != 2 {
		t.Errorf("raised for what was refused: %+v", b.refused)
	}
}

// O11
func TestJudge_ARefusedChangeThatNamesNobodyIsJudgedForWhoseTheRecordIs(t *testing.T) {
	b := newBench(t)
	visit := b.visit(1, 1, nil)
	b.take(made(visit))
	row := b.held(2, map[string]any{"op": "update", "collection": care.Visits, "id": visit.ID, "base": "", "set": map[string]any{"critical_medicine": "missed"}})
	b.take(refused(row))
	if len(b.arranged) != 1 || b.arranged[0].Person.ID != b.Town.Ada || len(b.arranged[0].Alarms) == 0 || b.arranged[0].Alarms[0].Record != visit.ID {
		t.Errorf("judged are %+v", b.arranged)
	}
}

func TestJudge_ADecisionTakesTheLoserOutOfTheEvidence(t *testing.T) {
	b := newBench(t)
	visit := b.visit(1, 1, nil)
	b.take(made(visit))
	conflict := b.conflict(1, visit, "critical_medicine", "given", "missed")
	b.take(judge.TakenIn{Issues: []*care.Record{conflict}})
	settle := func(fn func(r *judge.Room, issue *care.Record) error) string {
		b.change(func(s rooms.Store, r *judge.Room) error {
			c, _ := care.ByName(care.Conflicts)
			old, err := s.Record(c, conflict.ID)
			if err != nil {
				return err
			}
			decided := old.Clone()
			decided.SetAll(map[string]any{"state": "resolved"})
			return errors.Join(s.Update(decided, old, []string{"state"}), fn(r, decided))
		})
		last := b.arranged[len(b.arranged)-1]
		return fmt.Sprint(len(last.Alarms), " hold, ", len(last.Lapsed), " lapsed")
	}
	if got := settle(func(r *judge.Room, i *care.Record) error { return r.Judge(judge.TakenIn{Settled: []*care.Record{i}}) }); got != "0 hold, 1 lapsed" {
		t.Errorf("by a change: %s", got)
	}
	n := len(b.arranged)
	settle(func(r *judge.Room, i *care.Record) error { return r.Settled(i) })
	if len(b.arranged) == n {
		t.Error("an issue that was dismissed is not judged")
	}
}

func TestJudge_DeletedEvidenceLapses(t *testing.T) {
	b := newBench(t)
	visit := b.visit(1, 5, map[string]any{"critical_medicine": "missed"})
	b.take(made(visit))
	b.change(func(s rooms.Store, r *judge.Room) error {
		gone := visit.Clone()
		gone.Retracted = s.Now()
		if err := s.Update(gone, visit, nil); err != nil {
			return err
		}
		team := storetest.Record(care.Teams, storetest.ID(9), "", time.Time{}, map[string]any{})
		return errors.Join(r.Deleted(visit), r.Deleted(team), r.Deleted(b.visit(2, 1, map[string]any{"patient": storetest.ID(4444)})))
	})
	if last := b.arranged[len(b.arranged)-1]; len(b.arranged) != 2 || len(last.Lapsed) != 1 {
		t.Errorf("lapsed are %+v", last.Lapsed)
	}
}

func TestJudge_ARuleInShadowIsCountedOnce(t *testing.T) {
	b := newBench(t)
	b.take(made(b.set(1, 1, map[string]any{"pulse": int64(112), "respiration_rate": int64(21)})))
	b.take(made(b.set(2, 0.5, map[string]any{"pulse": int64(112), "respiration_rate": int64(21)})))
	if n, err := b.Counts(); err != nil || n[rules.CountShadow] != 2 {
		t.Errorf("counted are %v, %v", n, err)
	}
}

func TestJudge_AManyTimesRefusedMatterIsJudgedWithinAMinute(t *testing.T) {
	b := newBench(t)
	refuse := func(n int, values map[string]any) int {
		before := len(b.arranged)
		set := b.set(n, 1, values)
		in := made(set)
		in.Issues = []*care.Record{b.aside(n, set, "temperature", "warm")}
		b.take(in)
		return len(b.arranged) - before
	}
	judged := 0
	for n := range 40 {
		judged += refuse(n+1, grave)
	}
	if judged < 20 || judged >= 40 {
		t.Errorf("%d of 40 were judged at once", judged)
	}
	due, err := b.TakeDue(b.clock.Add(time.Hour))
	if err != nil || len(due) == 0 || due[0].Kind != care.DueJudge || due[0].Ref != b.Town.Ada || due[0].At.Second() != 0 {
		t.Fatalf("due is %v, %v", due, err)
	}
	if refuse(41, map[string]any{"acvpu": "V", "respiration_rate": int64(25), "pulse": int64(60)}) != 1 {
		t.Error("something new among them waits")
	}
	before := len(b.arranged)
	b.change(func(_ rooms.Store, r *judge.Room) error { return r.Refused(b.Town.Ada) })
	if len(b.arranged) != before+1 {
		t.Error("they are not judged together")
	}
	b.change(func(_ rooms.Store, r *judge.Room) error {
		return errors.Join(r.Refused(b.Town.Ben), r.Refused(storetest.ID(4444)))
	})
	if len(b.arranged) != before+1 {
		t.Error("somebody of whom nothing is kept is judged")
	}
}

// The same evidence in any order, one change each or many in one, comes to the same alarms.
func TestJudge_ArrivalOrderAndBatchingChangeNothing(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		days := draw(r)
		want := tell(t, r, days, false)
		for telling := range 3 {
			order := slices.Clone(days)
			r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			if got := tell(t, r, order, telling > 0); got != want {
				t.Fatalf("seed %d, telling %d: in order\n%s\nthis way\n%s", seed, telling, want, got)
			}
		}
	}
}

// piece is one thing that happened, as the bench makes it.
type piece struct {
	n     int
	hours float64
	set   map[string]any // readings; nil for a visit
	visit map[string]any
}

func draw(r *rand.Rand) []piece {
	kinds := []map[string]any{{}, {"respiration_rate": int64(25)}, {"respiration_rate": int64(25), "pulse": int64(112)}, grave, {"temperature": nil}}
	signs := []map[string]any{{}, {"soft_signs": []string{"unsteady"}}, {"critical_medicine": "missed"}, {"status": "no_access", "no_access_kind": "no_reply"}}
	slots := r.Perm(70)
	var days []piece
	for i := range 4 + r.IntN(6) {
		p := piece{n: i + 1, hours: float64(slots[i]) + 0.5}
		if r.IntN(3) == 0 {
			p.visit = signs[r.IntN(len(signs))]
		} else {
			p.set = kinds[r.IntN(len(kinds))]
		}
		days = append(days, p)
	}
	return days
}

// tell lets the pieces arrive, some of them together, and describes the alarms that hold in the end.
func tell(t *testing.T, r *rand.Rand, days []piece, batched bool) string {
	t.Helper()
	b := newBench(t)
	var in judge.TakenIn
	for i, p := range days {
		rec := b.visit(p.n, p.hours, p.visit)
		if p.set != nil {
			rec = b.set(p.n, p.hours, p.set)
		}
		in.Written = append(in.Written, judge.Written{Record: rec})
		if !batched || i == len(days)-1 || r.IntN(2) == 0 {
			b.take(in)
			in = judge.TakenIn{}
		}
	}
	list, err := b.Alarms(b.Town.Ada, b.Now())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, a := range list {
		if a.Holds {
			lines = append(lines, a.Rule+" at "+a.Record)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
