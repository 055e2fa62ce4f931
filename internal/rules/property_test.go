package rules

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorstep/internal/care"
	"doorstep/internal/news2"
)

var rawScale = json.RawMessage(`{"scale":2,"role":"matron"}`)

// drawEvents draws a week of a person's evidence, with clashing times and disputed records.
// Moving: the readings of one record may stand at different times.
func drawEvents(t *rapid.T, moving bool) []Event {
	hours := rapid.SliceOfN(rapid.IntRange(0, 120), 10, 10).Draw(t, "hours")
	n := rapid.IntRange(0, 14).Draw(t, "events")
	events := make([]Event, 0, n)
	for i := range n {
		record := rapid.IntRange(0, 9).Draw(t, "record")
		hour := hours[record]
		if moving && rapid.Bool().Draw(t, "moved") {
			hour = rapid.IntRange(0, 120).Draw(t, "hour")
		}
		e := Event{
			Patient: person, ID: fmt.Sprintf("r%02d", record),
			At:         time.Date(2026, 3, 2, hour, 0, 0, 0, time.UTC),
			ClockKnown: rapid.IntRange(0, 4).Draw(t, "clock") > 0,
			Verified:   rapid.IntRange(0, 4).Draw(t, "verified") > 0,
			Replaced:   rapid.IntRange(0, 9).Draw(t, "replaced") == 0,
			Values:     map[string]any{},
		}
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			e.Collection, e.Visit = care.Visits, e.ID
			e.Values["status"] = rapid.SampledFrom(care.VisitStatuses).Draw(t, "status")
			e.Values["soft_signs"] = care.NewList(rapid.SliceOfN(rapid.SampledFrom(care.SoftSigns), 0, 2).Draw(t, "signs"))
		case 1:
			e.Collection = care.Checkins
			e.Values["concern"] = rapid.SampledFrom([]any{nil, "worried"}).Draw(t, "concern")
		default:
			e.Collection, e.Visit = care.Observations, fmt.Sprintf("v%d", i%3)
			e.NEWS2 = drawScore(t)
		}
		events = append(events, e)
	}
	return events
}

func drawScore(t *rapid.T) *news2.Score {
	reading := func(name string, values ...int) *int {
		i := rapid.IntRange(0, len(values)).Draw(t, name)
		if i == len(values) {
			return nil
		}
		return &values[i]
	}
	air, alert, warm := false, news2.Alert, news2.Tenths(368)
	s := news2.Calculate(news2.Reading{
		RespirationRate: reading("rate", 16, 16, 22, 26), SpO2: reading("spo2", 97, 97, 93, 90), OnOxygen: &air,
		Systolic: reading("systolic", 128, 128, 128, 88), Pulse: reading("pulse", 72, 96, 120), ACVPU: &alert, Temperature: &warm,
	}, news2.Person{Scale: 1})
	return &s
}

func TestTheOrderOfArrivalChangesNothing(t *testing.T) {
	set := defaults(t)
	rapid.Check(t, func(t *rapid.T) {
		events := drawEvents(t, true)
		want := set.Judge(Patient{ID: person}, events)
		shuffled := rapid.Permutation(events).Draw(t, "arrival")
		if got := set.Judge(Patient{ID: person}, shuffled); !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %v\nwant %v", summary(got), summary(want))
		}
	})
}

// A server judges after every batch, and each time only the window around what arrived.
func TestJudgingBatchByBatchInWindowsEndsWhereJudgingAllEnds(t *testing.T) {
	set := defaults(t)
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.Permutation(drawEvents(t, false)).Draw(t, "arrival")
		known := map[string]bool{}
		for done := 0; done < len(events); {
			size := rapid.IntRange(1, len(events)-done).Draw(t, "batch")
			for _, arrived := range events[done : done+size] {
				judgeAround(set, events[:done+size], arrived.At, known)
			}
			done += size
		}
		want := map[string]bool{}
		for _, a := range set.Judge(Patient{ID: person}, events).Alarms {
			want[a.ID] = true
		}
		if !reflect.DeepEqual(known, want) {
			t.Fatalf("batch by batch %v, at once %v", known, want)
		}
	})
}

// judgeAround loads what lies within the window on both sides of a moment, and decides anew
// the records from that moment to the end of the window: all whose history can have changed.
func judgeAround(set *Set, stored []Event, moment time.Time, known map[string]bool) {
	var near []Event
	decided := map[string]bool{}
	for _, e := range stored {
		if d := e.At.Sub(moment); d < -Window || d > Window {
			continue
		}
		near = append(near, e)
		if e.At.Before(moment) {
			continue
		}
		decided[e.ID] = true
		for _, r := range Defaults() {
			delete(known, AlarmID(r.Code, person, e.ID))
		}
	}
	for _, a := range set.Judge(Patient{ID: person}, near).Alarms {
		if decided[a.Event.ID] {
			known[a.ID] = true
		}
	}
}

func TestEveryAlarmHasItsTriggerAndATriggerWithoutExceptionIsAnAlarm(t *testing.T) {
	set := defaults(t)
	rapid.Check(t, func(t *rapid.T) {
		events := drawEvents(t, true)
		j := set.Judge(Patient{ID: person}, events)
		raised := map[string]bool{}
		for _, a := range append(j.Alarms, j.Shadow...) {
			raised[a.ID] = true
		}
		allowed := map[string]bool{}
		for _, e := range events {
			for _, r := range set.Triggers(Patient{ID: person}, e) {
				id := AlarmID(r.Code, person, e.ID)
				allowed[id] = true
				if r.Unless == "" && !raised[id] {
					t.Fatalf("%s at %s triggers, has no exception and is no alarm", r.Code, e.ID)
				}
			}
		}
		for id := range raised {
			if !allowed[id] {
				t.Fatalf("alarm %s without a trigger", id)
			}
		}
	})
}

func summary(j Judgement) []string { return append(lines(j.Alarms, true), lines(j.Shadow, false)...) }

func TestAnOrdinaryVisitIsCheckedWithFewAllocations(t *testing.T) {
	set := defaults(t)
	well := stories(t)[0]
	p := Patient{ID: person}
	for _, e := range well.events {
		n := testing.AllocsPerRun(200, func() {
			if set.Triggers(p, e) != nil {
				t.Fatal("an ordinary record triggers")
			}
		})
		if n > 12 { // 7 when this was written
			t.Errorf("%s: %.0f allocations, want at most 12: this runs for every record of every push", e.Collection, n)
		}
	}
}

func BenchmarkTriggersOfAnOrdinarySet(b *testing.B) {
	set := defaults(b)
	score := news2.Calculate(news2.Reading{}, news2.Person{})
	e := Event{Collection: care.Observations, ID: "s1", Patient: person, Verified: true, Values: map[string]any{}, NEWS2: &score}
	b.ReportAllocs()
	for b.Loop() {
		set.Triggers(Patient{}, e)
	}
}
