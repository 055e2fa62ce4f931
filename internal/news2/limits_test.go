package news2

import (
	"strings"
	"testing"
)

// TestEntryLimits holds both sides of every edge.
func TestEntryLimits(t *testing.T) {
	for _, c := range []struct {
		field                               string
		lowest, askBelow, askAbove, highest int
		trueButRare                         int // must never be refused
		slip                                int // must always be refused
	}{
		{"respiration_rate", 0, 5, 60, 120, 0, 180},
		{"spo2", 1, 80, 100, 100, 48, 101},
		{"systolic", 0, 50, 250, 300, 44, 1200},
		{"diastolic", 0, 30, 150, 300, 0, 800},
		{"pulse", 0, 30, 200, 350, 300, 720},
		{"temperature", 100, 340, 415, 470, 118, 3950},
	} {
		t.Run(c.field, func(t *testing.T) {
			l, ok := LimitFor(c.field)
			if !ok {
				t.Fatal("no limit")
			}
			want := map[int]Verdict{
				c.lowest - 1: Impossible, c.highest + 1: Impossible, c.slip: Impossible,
				c.askBelow: Plausible, c.askAbove: Plausible, c.trueButRare: Implausible,
			}
			if c.lowest < c.askBelow {
				want[c.lowest], want[c.askBelow-1] = Implausible, Implausible
			}
			if c.askAbove < c.highest {
				want[c.highest], want[c.askAbove+1] = Implausible, Implausible
			}
			for value, verdict := range want {
				if got := l.Judge(value); got != verdict {
					t.Errorf("%d %s is %s, want %s", value, l.Unit, got, verdict)
				}
			}
			if l.Unit == "" || l.Because == "" {
				t.Error("a limit needs its unit and its reason")
			}
		})
	}
	if _, ok := LimitFor("oxygen"); ok {
		t.Error("oxygen is not a number")
	}
}

func TestLimitsIsACopy(t *testing.T) {
	Limits()[0].Highest = 1
	if l, _ := LimitFor(Limits()[0].Field); l.Highest == 1 {
		t.Error("a caller changed the limits for everyone")
	}
}

func TestCheckASet(t *testing.T) {
	for _, c := range []struct{ name, set, want string }{
		{"an ordinary set", "16 97 air 128 72 A 36.8", ""},
		{"nothing taken", "- - - - - - -", ""},
		{"every ordinary edge", "5 80 air 50 30 A 34.0", ""},
		{"an arrest is confirmed, not refused", "0 48 air 0 0 U 33.9",
			"respiration_rate 0 implausible, spo2 48 implausible, systolic 0 implausible, pulse 0 implausible, temperature 33.9 implausible"},
		{"saturation of 101", "16 101 air 128 72 A 36.8", "spo2 101 impossible"},
		{"the decimal point left out", "16 97 air 128 72 A 395", "temperature 395.0 impossible"},
		{"Fahrenheit", "16 97 air 128 72 A 98.6", "temperature 98.6 impossible"},
		{"a negative rate", "-3 97 air 128 72 A 36.8", "respiration_rate -3 impossible"},
		{"a letter outside the scale", "16 97 air 128 72 D 36.8", "acvpu D impossible"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, p := range Check(readingOf(t, strings.Fields(c.set))) {
				got = append(got, p.Field+" "+p.Value+" "+string(p.Verdict))
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("got %q, want %q", strings.Join(got, ", "), c.want)
			}
		})
	}
}

// TestARefusedReadingStillScores: rules judge what was refused too, so a temperature
// typed without its point must still be able to raise the alarm.
func TestARefusedReadingStillScores(t *testing.T) {
	got := Calculate(readingOf(t, strings.Fields("28 94 air 95 140 V 395")), Person{Scale: 1})
	if got.Total == nil || *got.Total != 3+1+0+2+3+3+2 || got.Band != BandHigh {
		t.Errorf("got %s", show(t, got))
	}
}
