package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorstep/internal/care"
	"doorstep/internal/plan"
	"doorstep/internal/worktime"
)

// diary is what stands of one plan, as a store would keep it.
type diary struct {
	stood map[string]plan.Stood // by day and place
	now   time.Time
}

// work does what a plan asks for, and says what that was.
func (d *diary) work(p *plan.Plan, closed plan.Closed) (made, wrote, withdrew, kept int) {
	first := plan.DayOf(d.now)
	want := p.Between(first, plan.Later(first, plan.Horizon-1), "team", closed)
	return d.apply(p, want)
}

func (d *diary) apply(p *plan.Plan, want []plan.Occurrence) (made, wrote, withdrew, kept int) {
	visits, _ := care.ByName(care.Visits)
	var stood []plan.Stood
	for _, k := range slices.Sorted(maps.Keys(d.stood)) {
		stood = append(stood, d.stood[k])
	}
	steps, kept := plan.Steps(p.ID, want, stood, d.now)
	for _, s := range steps {
		switch {
		case s.Make:
			s.Record = &care.Record{Collection: visits, ID: s.ID, Values: map[string]any{"patient": "ada"}}
			s.Record.SetAll(s.Want.Fields(care.Visits))
			s.Wrote = s.Want
			made++
		case s.Write:
			s.Record.SetAll(s.Want.Differ(care.Visits, s.Wrote))
			s.Wrote = s.Want
			wrote++
		case s.Withdraw:
			s.Record.Retracted, s.Withdrawn = d.now, true
			withdrew++
		}
		d.stood[fmt.Sprintf("%s/%d", s.Day, s.Place)] = s.Stood
	}
	return made, wrote, withdrew, kept
}

func (d *diary) on(day string) *care.Record { return d.stood[day+"/0"].Record }

// ahead are the visits that have still to be made, by the clocks of London.
func (d *diary) ahead() string {
	var lines []string
	for _, k := range slices.Sorted(maps.Keys(d.stood)) {
		s := d.stood[k]
		if s.Record.Retracted.IsZero() && care.OnlyPlanned(s.Record) && care.AsVisit(s.Record).PlannedStart().After(d.now) {
			v := care.AsVisit(s.Record)
			lines = append(lines, strings.TrimSpace(worktime.InLondon(v.PlannedStart()).Format("Mon 2 15:04 ")+v.Staff()))
		}
	}
	return strings.Join(lines, ", ")
}

func monday(t *testing.T) *diary {
	t.Helper()
	return &diary{stood: map[string]plan.Stood{}, now: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)}
}

func wound(change func(*plan.Content)) plan.Content {
	return insulin(func(c *plan.Content) {
		c.Purpose, c.Rule, c.Start, c.Staff = "wound_care", "FREQ=WEEKLY;BYDAY=MO,TH", "2026-11-30", "ann"
		if change != nil {
			change(c)
		}
	})
}

func TestTheNextFourteenDaysStandAndStandOnce(t *testing.T) {
	d, p := monday(t), read(t, wound(nil))
	if made, _, _, _ := d.work(p, alwaysOpen); made != 3 || d.ahead() != "Thu 3 08:00 ann, Mon 7 08:00 ann, Thu 10 08:00 ann" {
		t.Fatalf("made %d: %s", made, d.ahead())
	}
	before := d.on("2026-12-03").ID
	if made, wrote, withdrew, kept := d.work(p, alwaysOpen); made+wrote+withdrew+kept != 0 {
		t.Errorf("the job that runs again changes something: %d %d %d %d", made, wrote, withdrew, kept)
	}
	d.now = d.now.Add(24 * time.Hour)
	if made, _, _, _ := d.work(p, alwaysOpen); made != 1 || d.on("2026-12-03").ID != before || d.on("2026-12-14") == nil {
		t.Errorf("the next day: %s", d.ahead())
	}
}

func TestAChangeMovesOnlyWhatNobodyHasTouched(t *testing.T) {
	for _, c := range []struct {
		name   string
		touch  func(d *diary)
		change func(*plan.Content)
		want   string
		kept   int
	}{
		{"another time for all of them", func(*diary) {}, func(c *plan.Content) { c.From, c.To = "07:00", "09:00" },
			"Thu 3 07:00 ann, Mon 7 07:00 ann, Thu 10 07:00 ann", 0},
		{"one was moved by hand and stays", func(d *diary) { d.on("2026-12-03").SetAll(map[string]any{"planned_start": "2026-12-03T11:00:00.000Z"}) },
			func(c *plan.Content) { c.From, c.To = "07:00", "09:00" }, "Thu 3 11:00 ann, Mon 7 07:00 ann, Thu 10 07:00 ann", 1},
		{"one was given to Bob and stays", func(d *diary) { d.on("2026-12-07").SetAll(map[string]any{"staff": "bob"}) },
			func(c *plan.Content) { c.Staff = "cat" }, "Thu 3 08:00 cat, Mon 7 08:00 bob, Thu 10 08:00 cat", 1},
		{"one was done and stays", func(d *diary) { d.on("2026-12-03").SetAll(map[string]any{"status": "completed"}) },
			func(c *plan.Content) { c.Staff = "cat" }, "Mon 7 08:00 cat, Thu 10 08:00 cat", 0},
		{"one was taken away and does not come back", func(d *diary) { d.on("2026-12-03").Retracted = d.now },
			func(c *plan.Content) { c.Staff = "cat" }, "Mon 7 08:00 cat, Thu 10 08:00 cat", 0},
		{"somebody wrote a note on one", func(d *diary) {
			d.on("2026-12-03").SetAll(map[string]any{"status": nil, "note": "rang: not in before ten"})
		},
			func(c *plan.Content) { c.Rule = "FREQ=WEEKLY;BYDAY=MO" }, "Mon 7 08:00 ann", 0},
		{"Fridays in place of Thursdays", func(*diary) {}, func(c *plan.Content) { c.Rule = "FREQ=WEEKLY;BYDAY=MO,FR" },
			"Fri 4 08:00 ann, Mon 7 08:00 ann, Fri 11 08:00 ann", 0},
		{"it ends", func(d *diary) { d.on("2026-12-10").SetAll(map[string]any{"staff": "bob"}) }, func(c *plan.Content) { c.Until = "2026-11-30" }, "Thu 10 08:00 bob", 1},
		{"two go from now on", func(*diary) {}, func(c *plan.Content) { c.AtDoor, c.Second = 2, "bob" },
			"Thu 3 08:00 ann, Thu 3 08:00 bob, Mon 7 08:00 ann, Mon 7 08:00 bob, Thu 10 08:00 ann, Thu 10 08:00 bob", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := monday(t)
			d.work(read(t, wound(nil)), alwaysOpen)
			c.touch(d)
			_, _, _, kept := d.work(read(t, wound(c.change)), alwaysOpen)
			if d.ahead() != c.want || kept != c.kept {
				t.Errorf("got  %s, kept %d\nwant %s, kept %d", d.ahead(), kept, c.want, c.kept)
			}
		})
	}
}

func TestADayThatThePlanLeftAndTakesUpAgainIsAnotherVisit(t *testing.T) {
	d := monday(t)
	both, mondays := read(t, wound(nil)), read(t, wound(func(c *plan.Content) { c.Rule = "FREQ=WEEKLY;BYDAY=MO" }))
	d.work(both, alwaysOpen)
	first := d.on("2026-12-03").ID
	d.work(mondays, alwaysOpen)
	if made, _, _, _ := d.work(both, alwaysOpen); made != 2 {
		t.Errorf("made %d anew: %s", made, d.ahead())
	}
	if second := d.on("2026-12-03"); second.ID == first || !second.Retracted.IsZero() {
		t.Errorf("the visit of the Thursday is %+v", second)
	}
}

// TestAnyPlan holds, for any plan and any days on which the team is closed: a day comes out alike whichever part of the
// calendar is worked out; nobody is seen twice a day by one plan, nor on a closed day unless it says so; every visit
// has the length that was asked for; and work that is done leaves nothing to do.
func TestAnyPlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := insulin(func(c *plan.Content) {
			c.Rule = rapid.SampledFrom([]string{"FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU",
				"FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=DAILY;COUNT=9"}).Draw(t, "rule")
			c.Start = noonOf(rapid.IntRange(0, 400).Draw(t, "start"))
			c.Closed = string(rapid.SampledFrom(plan.ClosedDaysAnswers).Draw(t, "closed days"))
			from := rapid.IntRange(0, 23*4).Draw(t, "from") * 15
			length := rapid.IntRange(2, 40).Draw(t, "window") * 15
			c.From, c.To = clockOf(from), clockOf((from+length)%1440)
			c.Minutes = int64(rapid.IntRange(5, length).Draw(t, "minutes"))
			c.AtDoor = int64(rapid.IntRange(1, 2).Draw(t, "at door"))
		})
		p, err := plan.Read("p", care.Visits, c)
		if err != nil {
			t.Fatal(err)
		}
		shut := map[string]bool{}
		for range rapid.IntRange(0, 12).Draw(t, "closed") {
			shut[noonOf(rapid.IntRange(0, 430).Draw(t, "closed on"))] = true
		}
		closed := func(d worktime.Date) (string, bool) { return "closed", shut[d.String()] }
		first, err := worktime.ParseDate(noonOf(rapid.IntRange(0, 400).Draw(t, "first")))
		if err != nil {
			t.Fatal(err)
		}
		last := plan.Later(first, 20)
		whole := p.Between(first, last, "team", closed)
		var byDay []plan.Occurrence
		for n := range 21 {
			byDay = append(byDay, p.Between(plan.Later(first, n), plan.Later(first, n), "team", closed)...)
		}
		if !slices.Equal(whole, byDay) {
			t.Fatalf("worked out at once %v, day by day %v", whole, byDay)
		}
		seen := map[string]bool{}
		for _, o := range whole {
			on := plan.DayOf(o.Start).String()
			if key := fmt.Sprint(on, o.Place); seen[key] {
				t.Fatalf("%s twice", key)
			} else {
				seen[key] = true
			}
			if shut[on] && c.Closed != string(plan.Visit) {
				t.Fatalf("%s is closed", on)
			}
			if o.End.Sub(o.Start) < time.Duration(c.Minutes)*time.Minute {
				t.Fatalf("from %s to %s are not %d minutes", o.Start, o.End, c.Minutes)
			}
		}
		d := &diary{stood: map[string]plan.Stood{}, now: plan.At(first, 12*60)}
		d.work(p, closed)
		if made, wrote, withdrew, kept := d.work(p, closed); made+wrote+withdrew+kept != 0 {
			t.Fatalf("done, and still to do: %d %d %d %d", made, wrote, withdrew, kept)
		}
	})
}

// noonOf is a day so many days after 1 January 2026.
func noonOf(n int) string {
	return plan.Later(worktime.Date{Year: 2026, Month: time.January, Day: 1}, n).String()
}

func clockOf(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }
