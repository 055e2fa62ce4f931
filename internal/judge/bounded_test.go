package judge_test

import (
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/judge"
	"doorstep/internal/rooms"
	"doorstep/internal/rules"
)

// flood stores n harmless sets of readings about Ada that were taken so many minutes apart, the last one at noon.
func (b *bench) flood(n, minutes int) {
	for i := range n {
		b.change(func(s rooms.Store, _ *judge.Room) error {
			_, err := s.Insert(b.set(100+i, float64((n-i)*minutes)/60, nil))
			return err
		})
	}
}

// X5
func TestAPersonIsJudgedOnceForAllThatOneTransactionBringsAboutThem(t *testing.T) {
	b := newBench(t)
	b.change(func(s rooms.Store, r *judge.Room) error {
		g := &judge.Gathered{Next: r}
		for n := range 20 {
			set := b.set(n, 20-float64(n), grave)
			if _, err := s.Insert(set); err != nil {
				return err
			}
			if err := g.Judge(made(set)); err != nil {
				return err
			}
		}
		if len(b.arranged) > 0 {
			t.Error("somebody was judged before the end")
		}
		return g.End()
	})
	if len(b.arranged) != 1 || strings.Count(b.told(), "news2_7 at") != 20 {
		t.Errorf("judged %d times, told of %s", len(b.arranged), b.told())
	}
}

func TestWhatALaterChangeOfATransactionDecidesWasLeftOpenByNoneOfThem(t *testing.T) {
	b := newBench(t)
	b.change(func(s rooms.Store, r *judge.Room) error {
		g := &judge.Gathered{Next: r}
		row := b.held(1, create(care.Visits, "x", map[string]any{"patient": b.Town.Ada, "status": "completed", "critical_medicine": "missed"}))
		row.SetAll(map[string]any{"state": care.IssueResolved})
		if _, err := s.Insert(row); err != nil {
			return err
		}
		if err := g.Judge(refused(row)); err != nil {
			return err
		}
		if err := g.Judge(judge.TakenIn{Settled: []*care.Record{row}}); err != nil {
			return err
		}
		return g.End()
	})
	if len(b.arranged) > 0 {
		t.Errorf("told of %s", b.told())
	}
}

// X5
func TestMoreReadingsThanAPersonCanTakeAreSaidOnceToAPersonAndMuteNoAlarm(t *testing.T) {
	b := newBench(t)
	b.take(made(b.set(1, 40, grave)))
	b.flood(judge.MaxEvidence+20, 5)
	b.take(made(b.set(2, 0, grave)))
	first := b.told()
	for _, want := range []string{"news2_7 at 1001", "news2_7 at 1002", rules.TooMany.Code} {
		if !strings.Contains(first, want) {
			t.Errorf("of %s nobody is told: %s", want, first)
		}
	}
	b.take(made(b.set(3, -0.1, grave)))
	if strings.Count(b.told(), rules.TooMany.Code) != 1 || !strings.Contains(b.told(), "news2_7 at 1003") || !strings.Contains(b.told(), "news2_7 at 1001") {
		t.Errorf("a further one is told as %s", b.told())
	}
	if in := b.arranged[len(b.arranged)-1]; len(in.Events) > judge.MaxEvidence+1 || len(in.Lapsed) > 0 {
		t.Errorf("%d records were read, %d alarms lapsed", len(in.Events), len(in.Lapsed))
	}
}

func TestALongHistoryIsNotTooManyReadings(t *testing.T) {
	b := newBench(t)
	b.take(made(b.set(1, 24*28, grave))) // whose handover nobody has answered for four weeks
	b.flood(judge.MaxEvidence+20, 120)
	b.take(made(b.set(2, 0, grave)))
	if strings.Contains(b.told(), rules.TooMany.Code) || !strings.Contains(b.told(), "news2_7 at 1001") || !strings.Contains(b.told(), "news2_7 at 1002") {
		t.Errorf("told of %s", b.told())
	}
}

// A rule that looks back 30 days reads them where it triggers. Where there are more records in them than are read, nobody can
// say that it holds nothing: its alarm stands, and the others judge their 48 hours as ever.
func TestARuleThatLooksFarBackReadsItsDaysAndMutesNothingWhereTheyAreTooMany(t *testing.T) {
	weight := rules.Rule{ID: "w", Code: "weight_up", Version: 1, Title: "Weight up", Collection: care.Observations, Class: care.SameDay, Destination: care.ToPractice, State: rules.Active,
		Days: 30, Trigger: `record.weight != null`, Unless: `!history.exists(h, h.record.weight != null && record.weight - h.record.weight >= 2.0)`}
	set, broken := rules.Compile(append(rules.Defaults(), weight))
	if len(broken) > 0 {
		t.Fatal(broken[0].Reason)
	}
	for name, c := range map[string]struct {
		before float64 // the weight three weeks ago
		others int     // sets of readings since
		holds  bool
	}{
		"2 kg up":                       {69, 20, true},
		"1 kg up":                       {70, 20, false},
		"1 kg up, and too much to read": {70, judge.MaxEvidence + 20, true},
	} {
		b := newBench(t)
		b.rules = set
		b.take(made(b.set(1, 24*21, map[string]any{"weight": c.before})))
		b.flood(c.others, 80)
		b.take(made(b.set(2, 0, map[string]any{"weight": 71.0})))
		if holds := strings.Contains(b.told(), "weight_up at 1002"); holds != c.holds {
			t.Errorf("%s: told of %s", name, b.told())
		}
	}
}

func TestTooManyIsMoreThanARecordEveryQuarterOfAnHour(t *testing.T) {
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	spaced := func(n int, by time.Duration) (events []rules.Event) {
		for i := range n {
			events = append(events, rules.Event{Collection: care.Observations, ID: string(rune('a' + i)), At: at.Add(time.Duration(i) * by)})
		}
		return events
	}
	for name, c := range map[string]struct {
		events []rules.Event
		want   bool
	}{
		"none":                                  {nil, false},
		"one every quarter of an hour":          {spaced(1000, 15*time.Minute), false},
		"one every fourteen minutes":            {spaced(1000, 14*time.Minute), true},
		"as many as a window holds, at once":    {spaced(rules.MaxInWindow, 0), false},
		"one more than a window holds, at once": {spaced(rules.MaxInWindow+1, 0), true},
	} {
		if _, tooMany := rules.HasTooMany(c.events); tooMany != c.want {
			t.Errorf("%s: %v", name, tooMany)
		}
	}
}
