package handover

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorstep/internal/care"
)

// piece is one thing that can arrive: an alarm, or a clearing set.
type piece struct {
	alarm *Alarm
	clear *Clearing
}

// drawPieces draws three days of a person's alarms over a few visits, with clashing times.
func drawPieces(t *rapid.T) []piece {
	start := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	when := func() time.Time {
		return start.Add(time.Duration(rapid.IntRange(0, 24).Draw(t, "slot")) * 3 * time.Hour)
	}
	rules := []string{"news2_7", "news2_5_6", "soft_signs", "critical_medicine", "no_reply", "to_practice_sg"}
	var list []piece
	for i := range rapid.IntRange(0, 9).Draw(t, "alarms") {
		rule := rapid.SampledFrom(rules).Draw(t, "rule")
		c := classOf[rule]
		visit := rapid.SampledFrom([]string{"", "v1", "v2", "v3", "v4"}).Draw(t, "visit")
		id := fmt.Sprintf("A%02d", i)
		list = append(list, piece{alarm: &Alarm{ID: id, Rule: rule, Version: 1, Class: c.class, Destination: c.destination, NEWS2: c.news2,
			Collection: care.Observations, Record: "r" + id, Visit: visit, Staff: "nurse", Team: "nursing", At: when(),
			ClockKnown: rapid.IntRange(0, 5).Draw(t, "clock") > 0, Verified: rapid.IntRange(0, 5).Draw(t, "verified") > 0}})
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "clearing") {
		list = append(list, piece{clear: &Clearing{fmt.Sprintf("c%d", i), when(), rapid.IntRange(0, 5).Draw(t, "clock") > 0}})
	}
	return list
}

// arrive hands the pieces to a server in this order, arranging after each batch.
func arrive(t *rapid.T, pieces []piece, batch func(left int) int) *ledger {
	l := newLedger()
	now := time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC)
	var alarms []Alarm
	var clearing []Clearing
	for done := 0; done < len(pieces); {
		size := batch(len(pieces) - done)
		for _, p := range pieces[done : done+size] {
			if p.alarm != nil {
				alarms = append(alarms, *p.alarm)
			} else {
				clearing = append(clearing, *p.clear)
			}
		}
		done += size
		l.arrange(t, alarms, clearing, now)
		if again := l.arrange(t, alarms, clearing, now); !again.Empty() {
			t.Fatalf("arranging again changes something: %+v", again)
		}
		now = now.Add(time.Minute)
	}
	return l
}

func TestTheOrderOfArrivalDecidesNeitherGroupingNorSupersession(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := drawPieces(t)
		once := arrive(t, pieces, func(left int) int { return left })
		mixed := arrive(t, rapid.Permutation(pieces).Draw(t, "arrival"), func(left int) int { return rapid.IntRange(1, left).Draw(t, "batch") })
		if a, b := once.groups(), mixed.groups(); !reflect.DeepEqual(a, b) {
			t.Fatalf("at once %v\nmixed   %v", a, b)
		}
	})
}

// What must hold whoever acts in between.
func TestEveryAlarmHasOneHandoverThatIsAtLeastAsUrgentAndNeverLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLedger()
		now := time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC)
		var alarms []Alarm
		var clearing []Clearing
		for _, p := range rapid.Permutation(drawPieces(t)).Draw(t, "arrival") {
			if p.alarm != nil {
				alarms = append(alarms, *p.alarm)
			} else {
				clearing = append(clearing, *p.clear)
			}
			before := map[string]Existing{}
			for id, h := range l.handovers {
				before[id] = *h
			}
			l.arrange(t, alarms, clearing, now)
			check(t, l, before, alarms)
			act(t, l)
			now = now.Add(time.Minute)
		}
	})
}

func check(t *rapid.T, l *ledger, before map[string]Existing, alarms []Alarm) {
	for _, a := range alarms {
		h := l.handovers[l.alarms[a.ID].Handover]
		if h == nil {
			t.Fatalf("alarm %s has no handover", a.ID)
		}
		if l.joined[h.ID] != "" {
			t.Fatalf("alarm %s is in a handover that was joined to another", a.ID)
		}
		if h.Class.Urgency() < a.Class.Urgency() || h.ClinicalTime.After(a.At) {
			t.Fatalf("alarm %s of %s at %s is in a handover of %s at %s", a.ID, a.Class, a.At, h.Class, h.ClinicalTime)
		}
		if (h.Class == care.Safeguarding) != (a.Class == care.Safeguarding) {
			t.Fatalf("safeguarding is not apart: %s in %s", a.ID, h.ID)
		}
	}
	for id, b := range before {
		h := l.handovers[id]
		if b.State.Ended() && !reflect.DeepEqual(*h, b) {
			t.Fatalf("%s had ended and changed: %+v, was %+v", id, *h, b)
		}
		if h.Class.Urgency() < b.Class.Urgency() || h.ActDue.After(b.ActDue) {
			t.Fatalf("%s became less urgent: %+v, was %+v", id, *h, b)
		}
		if into := l.joined[id]; into != "" && l.joined[into] == "" {
			if acted := l.handovers[into].State; b.State != care.StoodDown && !acted.Untouched() {
				t.Fatalf("%s was joined into %s, which is %s", id, into, acted)
			}
		}
	}
}

// act lets a person do something to a handover now and then.
func act(t *rapid.T, l *ledger) {
	for _, id := range sortedKeys(l.handovers) {
		h := l.handovers[id]
		if h.State.Ended() || rapid.IntRange(0, 4).Draw(t, "acts") > 0 {
			continue
		}
		h.State = rapid.SampledFrom([]care.State{care.Seen, care.Acknowledged, care.Accepted, care.Escalated, care.Done, care.Declined}).Draw(t, "state")
	}
}
