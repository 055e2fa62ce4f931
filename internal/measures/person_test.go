package measures

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// counted are the counts of one measure in words: "week value×n", weeks counted from that of now.
func counted(c Counts, measure string) string {
	all := map[string]int{}
	for k, n := range c {
		if k.Measure == measure {
			all[fmt.Sprintf("%+d %s", int(k.Week-WeekOf(now)), k.Value)] += n
		}
	}
	var list []string
	for what, n := range all {
		list = append(list, fmt.Sprintf("%s×%d", what, n))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func day(n int) time.Time { return now.AddDate(0, 0, n) }

func visit(team, service, purpose string, at time.Time) Visit {
	return Visit{ID: fmt.Sprint(team, at), Team: team, Staff: team + "1", Service: service, Purpose: purpose, Status: "completed", At: at}
}

func TestHandoversAreCounted(t *testing.T) {
	sent := day(0)
	for _, c := range []struct {
		name     string
		h        Handover
		measures map[string]string
	}{
		{"nobody could take it", Handover{Class: "R"}, map[string]string{Referred: "", Acknowledging: ""}},
		{"nobody has replied, and the time has not run out", Handover{Sent: sent, AtDoor: sent.Add(-time.Hour), Due: sent.Add(time.Hour), Teams: 1, SameDay: sent.Add(2 * time.Hour)},
			map[string]string{Referred: "+0 open×1", Acknowledging: "+0 >" + stamp(sent) + "×1", FromDoor: "+0 >" + stamp(sent.Add(-time.Hour)) + "×1",
				InTime: "+0 ?" + stamp(sent.Add(time.Hour)) + "×1", SameDay: "+0 ?" + stamp(sent.Add(2*time.Hour)) + "×1"}},
		{"accepted in time", Handover{Sent: sent, AtDoor: sent.Add(-time.Hour), Acknowledged: sent.Add(time.Minute), Accepted: sent.Add(2 * time.Minute), SameDay: sent.Add(time.Hour), Teams: 1},
			map[string]string{Referred: "+0 accepted×1", Acknowledging: "+0 60×1", FromDoor: "+0 3660×1", Accepting: "+0 120×1", InTime: "+0 1×1", SameDay: "+0 1×1", SentOn: "+0 0×1"}},
		{"nobody answered in time; the third took it on a day later", Handover{Sent: sent, Late: true, Acknowledged: sent.Add(24 * time.Hour), Accepted: sent.Add(24 * time.Hour), SameDay: sent.Add(time.Hour), Teams: 3},
			map[string]string{Referred: "+0 unanswered×1", InTime: "+0 0×1", SameDay: "+0 0×1", SentOn: "+0 1×1", Acknowledging: "+0 86400×1"}},
		{"declined by somebody", Handover{Sent: sent, Acknowledged: sent.Add(time.Minute), Declined: true, Teams: 2}, map[string]string{Referred: "+0 declined×1", DeclinedFor: "+0 not_said×1", InTime: "+0 1×1"}},
		{"declined for a reason", Handover{Sent: sent, Acknowledged: sent.Add(time.Minute), Declined: true, Why: "not_ours", Teams: 2}, map[string]string{Referred: "+0 declined×1", DeclinedFor: "+0 not_ours×1"}},
		{"the class is taken elsewhere: nobody there was asked", Handover{Sent: sent, Elsewhere: true, Teams: 2, Acknowledged: sent.Add(time.Minute)},
			map[string]string{Referred: "+0 elsewhere×1", Acknowledging: "+0 -×1", InTime: "+0 -×1"}},
		{"nobody need answer it", Handover{Sent: sent, Closed: sent.Add(time.Hour), Withdrawn: true, Teams: 1, SameDay: sent.Add(time.Hour)},
			map[string]string{Referred: "+0 withdrawn×1", Acknowledging: "+0 -×1", InTime: "+0 -×1", SameDay: "+0 -×1", Advice: ""}},
		{"for information: nothing is due", Handover{Sent: sent, NoClock: true, Teams: 1}, map[string]string{InTime: "+0 -×1", SameDay: ""}},
	} {
		got := Person{Handovers: []Handover{c.h}}.Counts()
		for m, want := range c.measures {
			if have := counted(got, m); have != want {
				t.Errorf("%s: %s is %q, want %q", c.name, m, have, want)
			}
		}
	}
}

func TestAdviceIsWhatAClinicianSaidAndNoMore(t *testing.T) {
	closed := Handover{ID: "h", Sent: day(-20), Accepted: day(-20), Acknowledged: day(-20), Closed: day(-20), Advised: true, Teams: 1, Class: "R"}
	for _, c := range []struct {
		name            string
		p               Person
		advice, unknown string
	}{
		{"nothing was heard within a week", Person{}, "-3 1×1", "-3 1×1"},
		{"a nurse saw them within a week", Person{Visits: []Visit{visit("a", "x", "wound_care", day(-15))}}, "-3 1×1", "-3 0×1"},
		{"a nurse saw them after eight days", Person{Visits: []Visit{visit("a", "x", "wound_care", day(-12))}}, "-3 1×1", "-3 1×1"},
		{"they were handed over as urgent after all", Person{Handovers: []Handover{{ID: "i", Sent: day(-16), Class: "U2"}}}, "-3 0×1", ""},
		{"a routine matter later is another matter", Person{Handovers: []Handover{{ID: "i", Sent: day(-16), Class: "R"}}}, "-3 1×1", "-3 1×1"},
		{"they were admitted", Person{Visits: []Visit{{ID: "v", Status: "completed", Outcome: "admitted", At: day(-18)}}}, "-3 0×1", ""},
	} {
		c.p.Handovers = append(c.p.Handovers, closed)
		got := c.p.Counts()
		if counted(got, Advice) != c.advice || counted(got, AdviceUnknown) != c.unknown {
			t.Errorf("%s: advice %q, unknown %q", c.name, counted(got, Advice), counted(got, AdviceUnknown))
		}
	}
}

func TestVisitsThatRepeatOneByAnotherService(t *testing.T) {
	first := day(-1)
	for _, c := range []struct {
		name   string
		second Visit
		want   string
	}{
		{"another service three hours later", visit("b", "y", "wound_care", first.Add(3*time.Hour)), "-1 0×1, -1 1×1"},
		{"the same service", visit("b", "x", "wound_care", first.Add(3*time.Hour)), "-1 0×2"},
		{"another purpose", visit("b", "y", "bloods", first.Add(3*time.Hour)), "-1 0×2"},
		{"two who came together", visit("b", "y", "wound_care", first.Add(20*time.Minute)), "-1 0×2"},
		{"what is ordered several times a day says nothing", visit("b", "y", "insulin", first.Add(3*time.Hour)), "-1 -×1, -1 0×1"},
		{"a service nobody knows says nothing", visit("b", "", "wound_care", first.Add(3*time.Hour)), "-1 -×1, -1 0×1"},
	} {
		got := Person{Visits: []Visit{visit("a", "x", "wound_care", first), c.second}}.Counts()
		if have := counted(got, Repeated); have != c.want {
			t.Errorf("%s: %q, want %q", c.name, have, c.want)
		}
	}
}

func TestPlannedVisitsThatNobodyRecorded(t *testing.T) {
	start, end := day(-3), day(-3).Add(time.Hour)
	for _, c := range []struct {
		status string
		died   bool
		want   string
	}{
		{"planned", false, "-1 ?" + stamp(end) + "×1"}, {"in_progress", false, "-1 ?" + stamp(end) + "×1"}, {"completed", false, "-1 1×1"},
		{"no_access", false, "-1 1×1"}, {"refused", false, "-1 1×1"}, {"cancelled", false, "-1 -×1"}, {"planned", true, "-1 -×1"}, {"completed", true, "-1 1×1"},
	} {
		got := Person{Died: c.died, Visits: []Visit{{ID: "v", Status: c.status, Start: start, End: end}}}.Counts()
		if have := counted(got, Recorded); have != c.want {
			t.Errorf("%s, died %v: %q, want %q", c.status, c.died, have, c.want)
		}
	}
}

func TestContinuityIsCountedAtTheEndOfEachWeek(t *testing.T) {
	// A visit of a Monday counts at the ends of thirteen weeks: the last of them ends 83 days later or so, the next more than 90.
	got := Person{Visits: []Visit{visit("a", "x", "bloods", day(0))}}.Counts()
	var ends []int
	for k := range got {
		if k.Measure == UPC {
			ends = append(ends, int(k.Week-WeekOf(now)))
			if k.Value != leftOut {
				t.Errorf("one contact is %q", k.Value)
			}
		}
	}
	slices.Sort(ends)
	if want := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}; !slices.Equal(ends, want) {
		t.Errorf("weeks %v, want %v", ends, want)
	}
	if faces := counted(got, Faces); faces != "+0 1/1×1, +1 1/1×1, +2 1/1×1, +3 1/1×1" && faces != "+0 1/1×1, +1 1/1×1, +2 1/1×1" {
		t.Errorf("faces %q", faces)
	}
	two := Person{Visits: []Visit{visit("a", "x", "bloods", day(-1)), visit("b", "y", "bloods", day(-2)), visit("a", "x", "bloods", day(-3)), {ID: "c", Checkin: true, Status: "completed", Staff: "z", At: day(-1)}}}.Counts()
	if two[Key{Week: WeekOf(day(-1)), Measure: UPC, Team: "a", Value: "2/3"}] != 1 || two[Key{Week: WeekOf(day(-1)), Measure: COC, Team: "a", Value: "2/6"}] != 1 {
		t.Errorf("%v", two)
	}
}

func TestWhoIsOnAListIsSeenInTime(t *testing.T) {
	seen := visit("a", "x", "wellbeing", day(-14)) // a Monday
	called := Visit{ID: "c", Team: "v", Service: "friends", Checkin: true, Status: "completed", At: day(-14)}
	every := func(days, from int) Membership { return Membership{Team: "a", Every: days, From: day(from)} }
	left := func(m Membership, on int) Membership { m.To = day(on); return m }
	own := func(m Membership, service string) Membership { m.Own = service; return m }
	for _, c := range []struct {
		name         string
		visits       []Visit
		lists        []Membership
		onList, seen string
	}{
		{"every week: new, then seen, then overdue", []Visit{seen}, []Membership{every(7, -21)}, "-2 1×1", "-2 1×1"},
		{"every fortnight, until last week", []Visit{seen}, []Membership{left(every(14, -21), -7)}, "-1 1×-1, -2 1×1", "-2 1×1"},
		{"joined after the visit", []Visit{seen}, []Membership{every(28, -7)}, "-1 1×1", "+0 1×1, +1 1×1, -1 1×1"},
		{"nobody was ever with them: counted once the first contact was due", nil, []Membership{every(7, -21)}, "-2 1×1", ""},
		{"nobody was with them, and nothing is due yet", nil, []Membership{every(28, 0)}, "+4 1×1", ""},
		{"left in the week in which they joined", []Visit{seen}, []Membership{left(every(7, -21), -20)}, "", ""},
		{"no number of days", []Visit{seen}, []Membership{every(0, -21)}, "", ""},
		{"on two lists of a team they count once, as the stricter says", []Visit{seen}, []Membership{every(7, -14), every(28, -14)}, "-2 1×1", "-2 1×1"},
		{"on lists of two teams for each", []Visit{seen}, []Membership{every(7, -14), {Team: "b", Every: 7, From: day(-14)}}, "-2 1×2", "-2 1×2"},
		{"a voluntary service learns nothing of visits", []Visit{seen}, []Membership{own(every(7, -14), "friends")}, "-1 1×1", ""},
		{"and counts its own check-ins", []Visit{called}, []Membership{own(every(7, -14), "friends")}, "-2 1×1", "-2 1×1"},
		{"not those of another one", []Visit{called}, []Membership{own(every(7, -14), "others")}, "-1 1×1", ""},
		{"a check-in is a contact for a clinical team", []Visit{called}, []Membership{every(7, -14)}, "-2 1×1", "-2 1×1"},
	} {
		got := Person{Visits: c.visits, Lists: c.lists}.Counts()
		if have := counted(got, OnList); have != c.onList {
			t.Errorf("%s: on the list %q, want %q", c.name, have, c.onList)
		}
		if have := counted(got, SeenInTime); have != c.seen {
			t.Errorf("%s: seen %q, want %q", c.name, have, c.seen)
		}
	}
}

func TestGoalsAreCountedAsTheyStandNow(t *testing.T) {
	got := Person{Goals: []Goal{{Team: "a", AgreedOn: "2026-01-05", ReviewOn: "2026-03-20"}, {Team: "b", AgreedOn: "2026-01-12"},
		{Team: "a", AgreedOn: "2026-01-05", ReviewedOn: "2026-02-16", Outcome: "partly"}}}.Counts()
	if a, b := got[Key{Measure: GoalPeople, Team: "a", Value: yes}], got[Key{Measure: GoalPeople, Team: "b", Value: yes}]; a != 1 || b != 0 {
		t.Errorf("one person has goals that are open, and %d and %d are counted", a, b)
	}
	if have := counted(got, GoalEnds); have != "-2 partly×1" {
		t.Errorf("ended: %q", have)
	}
	if got[Key{Measure: GoalsWithDay, Team: "a", Value: yes}] != 1 || got[Key{Measure: GoalReviews, Team: "b", Value: leftOut}] != 1 {
		t.Errorf("reviews: %v", got)
	}
	if f := FigureOf(Share, Decide(map[string]int{yesUntil(day(1)): 1, leftOut: 1}, now), -1); f.N != 1 || f.Left != 1 {
		t.Errorf("%+v", f)
	}
}

// The week of now begins on 2 March 2026.
func TestGoalsAreCountedAtTheEndOfEachWeek(t *testing.T) {
	for _, c := range []struct {
		name                  string
		goals                 []Goal
		people, days, reviews string
	}{
		{"agreed, and nothing since: overdue from the week after its day", []Goal{{Team: "a", AgreedOn: "2026-02-02", Reviews: []GoalReview{{Next: "2026-02-18"}}}}, "-4 1×1", "-4 1×1", "-2 1×-1, -4 1×1"},
		{"a Sunday is the last day of its week", []Goal{{Team: "a", AgreedOn: "2026-02-02", Reviews: []GoalReview{{Next: "2026-02-15"}}}}, "-4 1×1", "-4 1×1", "-2 1×-1, -4 1×1"},
		{"reviewed late", []Goal{{Team: "a", AgreedOn: "2026-02-02", Reviews: []GoalReview{{Next: "2026-02-11"}, {On: "2026-02-24", Next: "2026-04-01"}}}}, "-4 1×1", "-4 1×1", "+4 1×-1, -1 1×1, -3 1×-1, -4 1×1"},
		{"no day was set: left out", []Goal{{Team: "a", AgreedOn: "2026-02-02", Reviews: []GoalReview{{}}}}, "-4 1×1", "", "-4 -×1"},
		{"it ended", []Goal{{Team: "a", AgreedOn: "2026-02-02", ReviewedOn: "2026-02-16", Outcome: "met", Reviews: []GoalReview{{Next: "2026-03-30"}, {On: "2026-02-16"}}}}, "-2 1×-1, -4 1×1", "-2 1×-1, -4 1×1", "-2 1×-1, -4 1×1"},
		{"it ended in the week in which it was agreed", []Goal{{Team: "a", AgreedOn: "2026-02-16", ReviewedOn: "2026-02-18", Outcome: "withdrawn", Reviews: []GoalReview{{Next: "2026-03-30"}, {On: "2026-02-18"}}}}, "", "", ""},
		{"of two goals of a person the first counts, and then the other", []Goal{{Team: "a", AgreedOn: "2026-02-02", ReviewedOn: "2026-02-16", Outcome: "met"}, {Team: "b", AgreedOn: "2026-02-09"}},
			"-2 1×0, -4 1×1", "", ""},
	} {
		got := Counts{}
		for k, n := range (Person{Goals: c.goals}).Counts() {
			if k.Week > 0 {
				got[k] = n
			}
		}
		for measure, want := range map[string]string{GoalPeople: c.people, GoalsWithDay: c.days, GoalReviews: c.reviews} {
			if have := counted(got, measure); have != want {
				t.Errorf("%s: %s %q, want %q", c.name, measure, have, want)
			}
		}
	}
}

// What a change of one person adds to the counts of all brings them to what they are counted anew.
func TestCountsAreKeptUpByWhatChanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := rapid.SliceOfN(anyPerson(), 1, 5).Draw(t, "people")
		kept := Counts{}
		for _, p := range people {
			for k, n := range p.Counts() {
				kept.add(k, n)
			}
		}
		for range rapid.IntRange(0, 5).Draw(t, "changes") {
			i := rapid.IntRange(0, len(people)-1).Draw(t, "who")
			changed := anyPerson().Draw(t, "to")
			for k, n := range changed.Counts().Minus(people[i].Counts()) {
				kept.add(k, n)
			}
			people[i] = changed
		}
		anew := Counts{}
		for _, p := range people {
			for k, n := range p.Counts() {
				anew.add(k, n)
			}
		}
		if !maps.Equal(kept, anew) {
			t.Fatalf("kept %v\nanew %v", kept, anew)
		}
	})
}

func anyPerson() *rapid.Generator[Person] {
	return rapid.Custom(func(t *rapid.T) Person {
		p := Person{Died: rapid.Bool().Draw(t, "died")}
		moment := func(name string) time.Time {
			return now.Add(time.Duration(rapid.IntRange(-100*24, 24).Draw(t, name)) * time.Hour)
		}
		for i := range rapid.IntRange(0, 8).Draw(t, "visits") {
			v := visit(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "team"), rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "service"), rapid.SampledFrom([]string{"", "bloods", "insulin"}).Draw(t, "purpose"), moment("at"))
			v.ID, v.Checkin = fmt.Sprint(i), rapid.Bool().Draw(t, "checkin")
			v.Status = rapid.SampledFrom([]string{"completed", "planned", "no_access", "cancelled"}).Draw(t, "status")
			if rapid.Bool().Draw(t, "planned") {
				v.Start, v.End = v.At, v.At.Add(time.Hour)
			}
			p.Visits = append(p.Visits, v)
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "handovers") {
			h := Handover{ID: fmt.Sprint(i), From: "a", To: "b", Class: rapid.SampledFrom([]string{"U2", "R"}).Draw(t, "class"), Sent: moment("sent"), Teams: rapid.IntRange(1, 3).Draw(t, "teams")}
			h.AtDoor, h.Due = h.Sent, h.Sent.Add(time.Hour)
			if rapid.Bool().Draw(t, "replied") {
				h.Acknowledged, h.Accepted = h.Sent.Add(time.Minute), h.Sent.Add(time.Minute)
				h.Closed, h.Advised = h.Sent.Add(time.Hour), rapid.Bool().Draw(t, "advised")
			}
			p.Handovers = append(p.Handovers, h)
		}
		if rapid.Bool().Draw(t, "list") {
			p.Lists = []Membership{{Team: "a", Every: rapid.IntRange(1, 40).Draw(t, "every"), From: moment("from")}}
		}
		for range rapid.IntRange(0, 2).Draw(t, "goals") {
			on := func(name string) string { return dateOf(moment(name)).String() }
			p.Goals = append(p.Goals, Goal{Team: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "whose"), AgreedOn: on("agreed"), ReviewedOn: on("reviewed"),
				Outcome: rapid.SampledFrom([]string{"", "met"}).Draw(t, "outcome"), Reviews: []GoalReview{{Next: on("next")}, {On: on("on"), Next: on("then")}}})
		}
		return p
	})
}

func TestWeeksBeginOnMondayInLondon(t *testing.T) {
	for _, c := range []struct{ at, monday string }{
		{"2026-03-02T00:00:00Z", "2026-03-02"}, {"2026-03-01T23:59:59Z", "2026-02-23"},
		{"2026-03-29T23:30:00Z", "2026-03-30"}, // half past midnight in summer time
		{"2026-10-25T23:30:00Z", "2026-10-19"}, {"2026-01-01T12:00:00Z", "2025-12-29"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		w := WeekOf(at)
		if w.Monday().String() != c.monday || at.Before(w.Begins()) || at.After(w.Ends()) || WeekOfDay(c.monday) != w {
			t.Errorf("%s is in the week of %s, %s to %s", c.at, w.Monday(), w.Begins(), w.Ends())
		}
	}
	if p := PeriodOf(WeekOf(now)); WeekOf(now)-p > 3 || PeriodOf(p) != p || PeriodOf(p+3) != p || PeriodOf(p+4) != p+4 {
		t.Errorf("the period of this week begins %d", p)
	}
}
