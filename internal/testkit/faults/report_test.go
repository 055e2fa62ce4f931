//go:build linux

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whoever tries one kind again does not lose what is known of the others, and nothing is said of a kind that does something else by now.
func TestTheReportKeepsWhatWasNotTriedThisTime(t *testing.T) {
	file := filepath.Join(t.TempDir(), "reliability.md")
	two, kills := kinds[0].what, kinds[5].what
	for _, step := range []struct {
		rows []outcome
		now  run
	}{
		{[]outcome{{What: two, Tried: 3, Held: 3}, {What: kills, Tried: 80, Held: 79, Notes: []string{"kill 7: a visit twice"}}, {What: "what no kind does", Tried: 1, Held: 1}}, run{"2026-03-02", 10, 7}},
		{[]outcome{{What: kills, Tried: 200, Held: 200}}, run{"2026-03-03", 6, 8}},
	} {
		if err := writeReport(file, step.rows, step.now); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| ") {
			rows = append(rows, strings.TrimSpace(line))
		}
	}
	want := []string{"| what | tried | held | run |", "| --- | --- | --- | --- |", "| " + two + " | 3 | 3 | 2026-03-02, 10 minutes, seed 7 |",
		"| " + kills + " | 200 | 200 | 2026-03-03, 6 minutes, seed 8 |"}
	if got := strings.Join(rows, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("the report says\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	if strings.Contains(string(text), "did not hold") {
		t.Errorf("what held in the end is said not to:\n%s", text)
	}
}
