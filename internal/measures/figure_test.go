package measures

import (
	"testing"
	"time"
)

func TestFiguresOfWhatWasFound(t *testing.T) {
	for _, c := range []struct {
		name      string
		kind      Kind
		counts    map[string]int
		n, of     int
		left      int
		value     string
		low, high string
		more      string // which of value and high are "at least"
	}{
		{"nothing was found", Share, nil, 0, 0, 0, "–", "–", "–", ""},
		{"three of four, and one left out", Share, map[string]int{yes: 3, no: 1, leftOut: 1}, 3, 4, 1, "0.7500", "–", "–", ""},
		{"what is not due yet counts for nothing", Share, map[string]int{yes: 1, "?" + stamp(now.Add(time.Hour)): 5}, 1, 1, 0, "1.0000", "–", "–", ""},
		{"what is past due counts as not done", Share, map[string]int{yes: 1, "?" + stamp(now.Add(-time.Hour)): 1}, 1, 2, 0, "0.5000", "–", "–", ""},
		{"what is so until tomorrow is so", Share, map[string]int{"<" + stamp(now.Add(time.Hour)): 1, "<" + stamp(now.Add(-time.Hour)): 1}, 1, 2, 0, "0.5000", "–", "–", ""},
		{"half within, nine in ten within", Time, map[string]int{"10": 5, "20": 4, "300": 1}, 10, 10, 0, "10.0000", "–", "20.0000", ""},
		{"one that is open takes at least its age", Time, map[string]int{"10": 1, ">" + stamp(now.Add(-time.Hour)): 1}, 2, 2, 0, "10.0000", "–", "3600.0000", "high"},
		{"only open ones", Time, map[string]int{">" + stamp(now.Add(-time.Minute)): 1}, 1, 1, 0, "60.0000", "–", "60.0000", "both"},
		{"quartiles are values that somebody has", Spread, map[string]int{"1/2": 1, "2/4": 1, "1/4": 1, "3/3": 1, leftOut: 2}, 4, 4, 2, "0.5000", "0.2500", "0.5000", ""},
	} {
		f := FigureOf(c.kind, Decide(c.counts, now), -1)
		more := map[[2]bool]string{{false, true}: "high", {true, true}: "both"}[[2]bool{f.More, f.HighMore}]
		if f.N != c.n || f.Of != c.of || f.Left != c.left || index(f.Value) != c.value || index(f.Low) != c.low || index(f.High) != c.high || more != c.more {
			t.Errorf("%s: %+v, value %s, low %s, high %s", c.name, f, index(f.Value), index(f.Low), index(f.High))
		}
	}
}

// stamp is a moment as values hold it.
func stamp(t time.Time) string { return waitsSince(t)[1:] }

func TestATallyCountsEachValue(t *testing.T) {
	f := FigureOf(Tally, Decide(map[string]int{"met": 2, "withdrawn": 1}, now), -1)
	if f.N != 3 || f.Each["met"] != 2 || f.Each["withdrawn"] != 1 {
		t.Errorf("%+v", f)
	}
}

func TestEveryMeasureIsNamedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range All {
		if got, ok := Named(m.Code); !ok || seen[m.Code] || got.Kind != m.Kind {
			t.Errorf("%s", m.Code)
		}
		seen[m.Code] = true
	}
	if _, ok := Named("reputation"); ok {
		t.Error("a measure nobody defined is known")
	}
}
