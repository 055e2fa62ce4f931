package lone_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/lone"
)

var (
	london = func() *time.Location {
		l, err := time.LoadLocation("Europe/London")
		if err != nil {
			panic(err)
		}
		return l
	}()
	monday = time.Date(2026, 3, 2, 14, 0, 0, 0, time.UTC)
	team   = care.UsualLoneWorking
)

func at(minutes int) time.Time { return monday.Add(time.Duration(minutes) * time.Minute) }

// said is what was told, in minutes after two o'clock: "overdue prompt 45 coordinator 60".
func said(t lone.Told) string {
	words := []string{t.Alarm}
	for _, x := range []struct {
		who string
		at  time.Time
	}{{"prompt", t.Prompt}, {"coordinator", t.Coordinator}, {"manager", t.Manager}} {
		if !x.at.IsZero() {
			words = append(words, fmt.Sprintf("%s %g", x.who, x.at.Sub(monday).Minutes()))
		}
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

// Somebody went in at two and wants to be out at half past. What is told when the job looks at these minutes.
func TestWhoIsToldOfSomebodyWhoIsAlone(t *testing.T) {
	due := lone.Stay{DueOut: at(30)}
	for _, c := range []struct {
		name  string
		looks []int
		stay  func(minute int) lone.Stay
		told  string
		next  int // minutes; 0 = never
	}{
		{"before they wanted to be out", []int{0, 30, 44}, func(int) lone.Stay { return due }, "overdue", 45},
		{"a quarter of an hour later they are asked", []int{0, 45}, func(int) lone.Stay { return due }, "overdue prompt 45", 60},
		{"then the coordinator, then the manager", []int{45, 60, 75, 90}, func(int) lone.Stay { return due }, "overdue prompt 45 coordinator 60 manager 75", 0},
		{"a server that was down tells all of them at once", []int{0, 200}, func(int) lone.Stay { return due }, "overdue prompt 200 coordinator 200 manager 200", 0},
		{"nobody is told twice", []int{45, 46, 60, 61, 61}, func(int) lone.Stay { return due }, "overdue prompt 45 coordinator 60", 75},
		{"a clock that is set back takes nothing back and tells nothing again", []int{45, 60, 0, 45, 60}, func(int) lone.Stay { return due }, "overdue prompt 45 coordinator 60", 75},
		{"who said that they stay longer is asked later", []int{45, 50, 60}, func(m int) lone.Stay {
			if m < 50 {
				return due
			}
			return lone.Stay{DueOut: at(60)}
		}, "overdue", 75},
		{"and anew when they overstay that", []int{45, 50, 75}, func(m int) lone.Stay {
			if m < 50 {
				return due
			}
			return lone.Stay{DueOut: at(60)}
		}, "overdue prompt 75", 90},
		{"who says that they are safe and stays is asked again from then", []int{45, 60, 62, 77}, func(m int) lone.Stay {
			if m < 62 {
				return due
			}
			return lone.Stay{DueOut: at(30), Safe: at(62)}
		}, "overdue prompt 77", 92},
		{"who is out", []int{0, 200}, func(int) lone.Stay { return lone.Stay{DueOut: at(30), Out: at(25)} }, "", 0},
		{"what was told before late word of being out came stays", []int{60, 70}, func(m int) lone.Stay {
			if m < 70 {
				return due
			}
			return lone.Stay{DueOut: at(30), Out: at(25)}
		}, "overdue prompt 60 coordinator 60", 0},
		{"closed by the desk", []int{60, 70, 200}, func(m int) lone.Stay {
			if m < 70 {
				return due
			}
			return lone.Stay{DueOut: at(30), Closed: at(70)}
		}, "overdue prompt 60 coordinator 60", 0},
		{"nobody said how long", []int{0, 600}, func(int) lone.Stay { return lone.Stay{} }, "", 0},
		{"the panic button", []int{10}, func(int) lone.Stay { return lone.Stay{DueOut: at(30), Panic: at(10)} }, "panic coordinator 10", 20},
		{"pressed where there was no signal: told when it is heard, the manager too", []int{50}, func(int) lone.Stay { return lone.Stay{Panic: at(10)} },
			"panic coordinator 50 manager 50", 0},
		{"pressed on a phone whose clock is an hour ahead: the desk is told at once all the same", []int{10, 15}, func(int) lone.Stay { return lone.Stay{Panic: at(70)} },
			"panic coordinator 10", 20},
		{"and the manager counts from then", []int{10, 20, 30}, func(int) lone.Stay { return lone.Stay{Panic: at(70)} }, "panic coordinator 10 manager 20", 0},
		{"pressed while overdue: the desk is told again, of something else", []int{60, 65}, func(m int) lone.Stay {
			if m < 65 {
				return due
			}
			return lone.Stay{DueOut: at(30), Panic: at(65)}
		}, "panic coordinator 65", 75},
		{"safe after the panic button: the end of the stay counts again", []int{10, 12}, func(m int) lone.Stay {
			if m < 12 {
				return lone.Stay{DueOut: at(30), Panic: at(10)}
			}
			return lone.Stay{DueOut: at(30), Panic: at(10), Safe: at(12)}
		}, "overdue", 45},
		{"pressed again after being safe", []int{14}, func(int) lone.Stay { return lone.Stay{DueOut: at(30), Panic: at(14), Safe: at(12)} }, "panic coordinator 14", 24},
		{"pressed after having gone out: they are not out", []int{40}, func(int) lone.Stay { return lone.Stay{DueOut: at(30), Out: at(28), Panic: at(40)} }, "panic coordinator 40", 50},
		{"out after the panic button", []int{40}, func(int) lone.Stay { return lone.Stay{DueOut: at(30), Panic: at(10), Out: at(20)} }, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var told lone.Told
			var next time.Time
			for _, minute := range c.looks {
				told, next = lone.Step(c.stay(minute), told, team, at(minute))
			}
			if got := said(told); got != c.told {
				t.Errorf("told: %s", got)
			}
			if c.next == 0 != next.IsZero() || c.next != 0 && !next.Equal(at(c.next)) {
				t.Errorf("looks again at minute %g", next.Sub(monday).Minutes())
			}
		})
	}
}

// Both changes of the clock: what somebody says are minutes, so that the hour which is missing or comes twice changes
// nothing about when who is told.
func TestBothChangesOfTheClockChangeNothing(t *testing.T) {
	for name, in := range map[string]time.Time{
		"spring, over the hour that is missing":  time.Date(2026, 3, 29, 0, 45, 0, 0, london),
		"autumn, into the hour that comes twice": time.Date(2026, 10, 25, 0, 45, 0, 0, london),
		"autumn, within it":                      time.Date(2026, 10, 25, 0, 45, 0, 0, time.UTC).In(london),
	} {
		stay := lone.Stay{DueOut: lone.DueOut(in, 30)}
		var told lone.Told
		var next time.Time
		for minute := 0; minute <= 120; minute++ {
			told, next = lone.Step(stay, told, team, in.Add(time.Duration(minute)*time.Minute))
		}
		for who, got := range map[string]time.Duration{"prompt": told.Prompt.Sub(in), "coordinator": told.Coordinator.Sub(in), "manager": told.Manager.Sub(in)} {
			if want := map[string]time.Duration{"prompt": 45, "coordinator": 60, "manager": 75}[who] * time.Minute; got != want {
				t.Errorf("%s: %s after %s", name, who, got)
			}
		}
		if !next.IsZero() {
			t.Errorf("%s: looks again at %s", name, next)
		}
	}
}

// A team with times of its own; 0 minutes are none.
func TestATeamHasTimesOfItsOwn(t *testing.T) {
	own := care.LoneWorking{Prompt: 0, Coordinator: 5, Manager: 60, Panic: 0}
	told, next := lone.Step(lone.Stay{DueOut: at(30)}, lone.Told{}, own, at(30))
	if said(told) != "overdue prompt 30" || !next.Equal(at(35)) {
		t.Errorf("%s, again at %s", said(told), next)
	}
	if told, _ = lone.Step(lone.Stay{Panic: at(3)}, lone.Told{}, own, at(3)); said(told) != "panic coordinator 3 manager 3" {
		t.Errorf("%s", said(told))
	}
}
