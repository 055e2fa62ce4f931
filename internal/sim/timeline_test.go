package sim

import (
	"strings"
	"testing"
	"time"
)

func TestATimelineDrawsEachPhoneInItsColumn(t *testing.T) {
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	story := &Timeline{columns: []string{"nia", "sam"}}
	story.add(at, "nia", "✎ 7k2 a visit")
	story.add(at.Add(time.Second), "nia", "push ✗ reply lost")
	story.add(at.Add(time.Second), serverColumn, "nia: 7k2 applied and a sentence that is longer than its column")
	story.add(at.Add(2*time.Second), "sam", "pull")
	drawn := story.Draw(100)
	lines := strings.Split(strings.TrimRight(drawn, "\n"), "\n")
	where := func(text string) (line, column int) {
		for i, l := range lines {
			if j := strings.Index(l, text); j >= 0 {
				return i, strings.Count(l[:j], "│")
			}
		}
		t.Fatalf("%q is not drawn in\n%s", text, drawn)
		return 0, 0
	}
	for text, want := range map[string]int{"✎ 7k2 a visit": 1, "push ✗ reply lost": 1, "pull": 2, "nia: 7k2 applied": 3} {
		if _, column := where(text); column != want {
			t.Errorf("%q is in column %d, want %d", text, column, want)
		}
	}
	first, _ := where("✎ 7k2")
	second, _ := where("reply lost")
	if first >= second {
		t.Error("what happened first is not drawn first")
	}
	for _, l := range lines[2:] {
		if n := strings.Count(l, "│"); n != 3 {
			t.Errorf("a line with %d columns: %q", n, l)
		}
	}
	if short := story.Draw(1); strings.Contains(short, "a visit") || !strings.Contains(short, "3 earlier events") {
		t.Errorf("the last event only:\n%s", short)
	}
}

func TestAFailureSaysHowToSeeItAgain(t *testing.T) {
	r := &Report{Seed: 17, Failures: []string{"nia lacks a visit"}, Timeline: &Timeline{}}
	for _, want := range []string{"seed 17", "nia lacks a visit", "go test ./internal/sim -run 'TestSeed$' -seed=17"} {
		if !strings.Contains(r.String(), want) {
			t.Errorf("%q is missing in\n%s", want, r)
		}
	}
}
