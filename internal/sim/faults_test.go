package sim

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var (
	search = flag.Bool("search", false, "seek a day for each seeded bug anew, instead of living those of "+daysFile)
	update = flag.Bool("update", false, "with -search: store the days found")
)

// daysFile holds, for each seeded bug, the first seed of its theme that shows it and the number of steps
// after which it is seen. They hold as long as the days of the simulator stay what they are; what changes
// those finds new ones: go test ./internal/sim -run '^TestFaults$' -search -update
const daysFile = "testdata/faults.txt"

const howToFind = "go test ./internal/sim -run '^TestFaults$' -search -update -timeout 0"

const (
	faultSeeds = 40  // in how many seeds a bug must be noticed at the latest
	faultSteps = 240 // a longer day than usual: a bug has to meet the trouble in which it shows
)

// TestFaults switches design bugs on, one at a time: each must be noticed, on a day that passes without
// the bug, so that it is the bug that was noticed.
func TestFaults(t *testing.T) {
	stored := readDays(t)
	found := make([]Options, len(Faults()))
	t.Run("bug", func(t *testing.T) {
		for i, f := range Faults() {
			t.Run(f.Name, func(t *testing.T) {
				t.Parallel()
				day, known := stored[f.Name]
				day.Theme = f.theme
				switch {
				case *search:
					day = f.search(t, seeds(t, faultSeeds))
				case !known:
					t.Fatalf("no day is known that shows it; find one: %s", howToFind)
				}
				noticed := f.noticed(t, day)
				if noticed == "" {
					t.Fatalf("seed %d does not show it any more in %d steps; find another: %s", day.Seed, day.Steps, howToFind)
				}
				if says := wideFaults[f.Name]; !strings.Contains(noticed, says) {
					t.Errorf("it was noticed, and not by %q", says)
				}
				t.Logf("seed %d, %d steps: %s", day.Seed, day.Steps, noticed)
				found[i] = day
			})
		}
	})
	for name := range stored {
		if !knownFault(name) {
			t.Errorf("%s knows a day for %q, which is no bug of ours", daysFile, name)
		}
	}
	if *update && *search && !t.Failed() {
		writeDays(t, found)
	}
}

// noticed lives a day with the bug and says what was noticed, "" for nothing. The same day must pass
// without the bug.
func (f Fault) noticed(t *testing.T, day Options) string {
	t.Helper()
	with := run(t, f.With(day))
	if len(with.Failures) == 0 {
		return ""
	}
	if without := run(t, day); len(without.Failures) > 0 {
		t.Fatalf("seed %d fails without the bug as well: %s", day.Seed, without.Failures[0])
	}
	return strings.Join(with.Failures, " | ")
}

// search finds the first seed that shows the bug, and the shortest of its days that a search by halves
// finds to show it still.
func (f Fault) search(t *testing.T, n int) Options {
	t.Helper()
	for i := range n {
		day := Options{Seed: uint64(i + 1), Steps: faultSteps, Theme: f.theme}
		if noticed := f.noticed(t, day); noticed == "" || !strings.Contains(noticed, wideFaults[f.Name]) {
			continue
		}
		for low := 0; low+1 < day.Steps; {
			shorter := day
			shorter.Steps = (low + day.Steps) / 2
			if with := run(t, f.With(shorter)); len(with.Failures) > 0 && strings.Contains(strings.Join(with.Failures, " | "), wideFaults[f.Name]) && len(run(t, shorter).Failures) == 0 {
				day = shorter
			} else {
				low = shorter.Steps
			}
		}
		return day
	}
	t.Fatalf("not noticed in %d seeds", n)
	return Options{}
}

func knownFault(name string) bool {
	for _, f := range Faults() {
		if f.Name == name {
			return true
		}
	}
	return false
}

// readDays reads the days that are known, by the name of the bug.
func readDays(t *testing.T) map[string]Options {
	t.Helper()
	text, err := os.ReadFile(daysFile)
	if err != nil && !*search {
		t.Fatal(err)
	}
	days := map[string]Options{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		var day Options
		if _, err := fmt.Sscan(line, &day.Seed, &day.Steps); err != nil {
			t.Fatalf("%s: %q is not a seed, a number of steps and a bug: %v", daysFile, line, err)
		}
		days[strings.Join(strings.Fields(line)[2:], " ")] = day
	}
	return days
}

func writeDays(t *testing.T, found []Options) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "# Seed, steps and bug: the first day that shows it. Written by\n#   %s\n", howToFind)
	for i, f := range Faults() {
		fmt.Fprintf(&b, "%-4d %-4d %s\n", found[i].Seed, found[i].Steps, f.Name)
	}
	if err := os.WriteFile(daysFile, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}
