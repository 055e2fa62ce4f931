package news2

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/care"
)

// chartKey names one column of the chart: a reading, a scale and what is breathed.
type chartKey struct {
	reading   string
	scale     int
	breathing string
}

// TestEveryReadingAgainstTheChart scores every possible whole number, not only the
// boundaries, and insists that the hand-written runs cover the whole range.
func TestEveryReadingAgainstTheChart(t *testing.T) {
	next := map[chartKey]int{} // where the following run must begin
	vectors := 0
	for _, line := range rows(t, "chart.txt") {
		w := strings.Fields(line)
		key := chartKey{w[0], *number(t, w[1]), w[2]}
		from, to := *number(t, w[3]), *number(t, w[4])
		lowest, _ := storable(t, key.reading)
		start, seen := next[key]
		if !seen {
			start = lowest
		}
		if from != start {
			t.Errorf("%v: a run begins at %d, want %d", key, from, start)
		}
		next[key] = to + 1

		var want *int
		if w[5] != "none" {
			want = number(t, w[5])
		}
		for value := from; value <= to; value++ {
			vectors++
			if got := subScoreOf(key, value); show(t, got) != show(t, want) {
				t.Errorf("%v %d scores %s, want %s", key, value, show(t, got), show(t, want))
			}
		}
	}
	for key, end := range next {
		if _, highest := storable(t, key.reading); end != highest+1 {
			t.Errorf("%v: the runs end at %d, want %d", key, end-1, highest)
		}
	}
	if len(next) != 10 {
		t.Errorf("%d columns of the chart, want 10", len(next))
	}
	t.Logf("%d vectors", vectors)
}

// storable is what can be stored of a reading, in the units of the chart: temperature is in tenths.
func storable(t *testing.T, name string) (lowest, highest int) {
	t.Helper()
	for _, r := range care.Readings() {
		if r.Name != name || r.Score == "" {
			continue
		}
		step := 1.0
		if r.Kind == care.Decimal {
			step = 10
		}
		return int(r.Min * step), int(r.Max * step)
	}
	t.Fatalf("%s is not a reading that scores", name)
	return 0, 0
}

func TestTheSevenOfTheChartAreTheReadingsThatScore(t *testing.T) {
	var want, got []string
	for _, sub := range (Score{}).subScores() {
		want = append(want, sub.name)
	}
	for _, r := range care.Readings() {
		if r.Score != "" {
			got = append(got, r.Score)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the table of readings scores %v, the chart %v", got, want)
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

// subScoreOf scores one reading on its own through the public door.
func subScoreOf(key chartKey, value int) *int {
	var r Reading
	switch key.breathing {
	case "air":
		r.OnOxygen = new(bool)
	case "oxygen":
		yes := true
		r.OnOxygen = &yes
	}
	tenths := Tenths(value)
	switch key.reading {
	case "respiration_rate":
		r.RespirationRate = &value
	case "spo2":
		r.SpO2 = &value
	case "systolic":
		r.Systolic = &value
	case "pulse":
		r.Pulse = &value
	case "temperature":
		r.Temperature = &tenths
	}
	s := Calculate(r, Person{Scale: key.scale})
	return map[string]*int{
		"respiration_rate": s.RespirationRate, "spo2": s.SpO2, "systolic": s.Systolic,
		"pulse": s.Pulse, "temperature": s.Temperature,
	}[key.reading]
}

func TestConsciousnessAndOxygen(t *testing.T) {
	for _, c := range []struct {
		level  Consciousness
		points string
		valid  bool
	}{
		{"A", "0", true}, {"C", "3", true}, {"V", "3", true}, {"P", "3", true}, {"U", "3", true},
		{"a", "null", false}, {"", "null", false}, {"D", "null", false}, {"AV", "null", false},
	} {
		t.Run(fmt.Sprintf("%q", c.level), func(t *testing.T) {
			got := Calculate(Reading{ACVPU: &c.level}, Person{})
			if show(t, got.ACVPU) != c.points || c.level.Valid() != c.valid {
				t.Errorf("scores %s, valid %v; want %s, %v", show(t, got.ACVPU), c.level.Valid(), c.points, c.valid)
			}
		})
	}
	yes, no := true, false
	for name, c := range map[string]struct {
		on     *bool
		points string
	}{"oxygen": {&yes, "2"}, "air": {&no, "0"}, "not recorded": {nil, "null"}} {
		t.Run(name, func(t *testing.T) {
			if got := Calculate(Reading{OnOxygen: c.on}, Person{}).Oxygen; show(t, got) != c.points {
				t.Errorf("scores %s, want %s", show(t, got), c.points)
			}
		})
	}
}
