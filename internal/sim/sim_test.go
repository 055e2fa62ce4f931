package sim

import (
	"flag"
	"iter"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

func TestMain(m *testing.M) {
	flag.Parse()
	// Runs make much garbage and hold little: collect when there is need, not all the time.
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(768 << 20)
	os.Exit(m.Run())
}

var (
	oneSeed   = flag.Uint64("seed", 0, "replay this seed")
	oneSteps  = flag.Int("steps", 0, "replay it with so many steps")
	oneTheme  = flag.String("theme", "", "replay it as a day about this")
	digests   = flag.Bool("digests", false, "replay it with phones that compare what they hold")
	manySeeds = flag.Int("seeds", 0, "how many seeds to run")
)

// seeds is how many seeds a test runs: the flag, DOORSTEP_SEEDS, or what the test says.
func seeds(t *testing.T, usual int) int {
	t.Helper()
	if *manySeeds > 0 {
		return *manySeeds
	}
	if text := os.Getenv("DOORSTEP_SEEDS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("DOORSTEP_SEEDS is no number: %v", err)
		}
		return n
	}
	return usual
}

func run(t *testing.T, o Options) *Report {
	t.Helper()
	r, err := Run(o)
	if err != nil {
		t.Fatalf("seed %d: %v", o.Seed, err)
	}
	return r
}

// TestSeed replays one seed: go test ./internal/sim -run 'TestSeed$' -seed=17 -v
func TestSeed(t *testing.T) {
	seed := max(*oneSeed, 1)
	r := run(t, Options{Seed: seed, Steps: *oneSteps, Theme: *oneTheme, Digests: *digests})
	if *oneSeed > 0 {
		t.Log("\n" + r.Timeline.Draw(100000))
	}
	if len(r.Failures) > 0 {
		t.Fatal(r)
	}
}

// first is the seed that a soak begins with: one that was stopped goes on where it was.
func first(t *testing.T) int {
	t.Helper()
	text := os.Getenv("DOORSTEP_FIRST_SEED")
	if text == "" {
		return 1
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("DOORSTEP_FIRST_SEED is %q, and must be a number from 1", text)
	}
	return n
}

// usualSeeds is how many days every change to the code has to live through; make nightly and make soak
// live through more.
const usualSeeds = 40

// TestSeeds runs many seeds, every second a wide day, every fourth one about plans and every eighth one about people who are registered
// twice; a failing one prints its timeline and how to replay it. No phone compares what it holds with the server before the reckoning:
// whatever a pull misses stays missing.
func TestSeeds(t *testing.T) {
	trouble(t, seeds(t, usualSeeds), Options{})
}

// wideKinds are what happens on wide days alone.
var wideKinds = []string{"service ended", "service put back", "practice closed", "service of another kind", "handed over by hand", "words of a handover found",
	"line", "line too late", "read by whoever has it", "told in confidence", "emergency waits", "locked", "sent while locked", "sealing key lost"}

// rareKinds are what takes more than usualSeeds to happen: make nightly lives through enough of them.
var rareKinds = []string{"sealed to a lost key", "opened after all"}

// manyDays is how many seeds have them.
const manyDays = 400

// plannedKinds are what happens on days about plans alone.
var plannedKinds = []string{"planned", "plan changed", "plan refused", "plan stopped", "plans extended", "planned visit moved", "planned visit made"}

// twiceKinds are what happens on days about people who are registered twice alone.
var twiceKinds = []string{"made one", "two again", "merge refused", "spoke of a dead registration"}

// TestSeedsWithDigests runs seeds in which phones compare what they hold in the middle of the day as well. It must
// move nothing: a comparison that finds something has found a pull that missed it.
func TestSeedsWithDigests(t *testing.T) {
	trouble(t, seeds(t, usualSeeds/2), Options{Digests: true}, "compared", "noticed before a comparison")
}

// trouble lives the days of the seeds up to that one, and looks whether there was trouble of every kind in them, and of
// these kinds too.
func trouble(t *testing.T, last int, day Options, kinds ...string) {
	t.Helper()
	n := last - first(t) + 1
	if n < 1 {
		t.Fatalf("there is no day from seed %d to seed %d", first(t), last)
	}
	total := map[string]int{}
	lived := first(t) - 1
	for r := range runs(t, last, day) {
		if len(r.Failures) > 0 {
			t.Fatal(r)
		}
		for k, v := range r.Counts {
			total[k] += v
		}
		if lived++; lived%usualSeeds == 0 { // whoever stops a soak knows where to go on
			t.Logf("nothing broke up to seed %d", lived)
		}
	}
	t.Logf("%d seeds: %v", n, total)
	for _, k := range kinds {
		if total[k] == 0 {
			t.Errorf("in %d runs there was never a %q", n, k)
		}
	}
	for _, k := range rareKinds {
		if n >= manyDays && total[k] == 0 {
			t.Errorf("in %d runs there was never a %q", n, k)
		}
	}
	for _, k := range wideKinds {
		if n >= usualSeeds && total[k] == 0 {
			t.Errorf("in %d runs there was never a %q: the wide days have lost what makes them wide", n, k)
		}
	}
	for _, k := range plannedKinds {
		if n >= usualSeeds && total[k] == 0 {
			t.Errorf("in %d runs there was never a %q: the days about plans have lost what they are about", n, k)
		}
	}
	for _, k := range twiceKinds {
		if n >= usualSeeds && total[k] == 0 {
			t.Errorf("in %d runs there was never a %q: the days about people who are registered twice have lost what they are about", n, k)
		}
	}
	for _, k := range []string{"changes", "conflicts", "held or set aside", "alarms", "handovers", "swap checked", "role changed before a kill", "server crash", "server restored", "phone restored", "twin"} {
		if n >= usualSeeds && total[k] == 0 {
			t.Errorf("in %d runs there was never a %q: the day of trouble has lost its trouble", n, k)
		}
	}
}

// runs runs seeds from 1 on, as many at a time as there are processors, and yields the reports in
// the order of the seeds.
func runs(t *testing.T, n int, day Options) iter.Seq[*Report] {
	t.Helper()
	type result struct {
		report *Report
		err    error
	}
	return func(yield func(*Report) bool) {
		results := make([]chan result, n)
		for i := range results {
			results[i] = make(chan result, 1)
		}
		stop := make(chan struct{})
		var next atomic.Int64
		next.Store(int64(first(t) - 1))
		var done sync.WaitGroup
		for range runtime.GOMAXPROCS(0) {
			done.Go(func() {
				for {
					i := int(next.Add(1)) - 1
					select {
					case <-stop:
						return
					default:
					}
					if i >= n {
						return
					}
					day := day
					day.Seed = uint64(i + 1)
					switch i % 4 {
					case 1, 3:
						day.Theme = wide
					case 2:
						day.Theme = planned
					case 0:
						if i%8 == 4 {
							day.Theme = duplicates
						}
					}
					r, err := Run(day)
					results[i] <- result{r, err}
				}
			})
		}
		defer done.Wait()
		defer close(stop)
		for i := first(t) - 1; i < n; i++ {
			r := <-results[i]
			if r.err != nil {
				t.Fatalf("seed %d: %v", i+1, r.err)
			}
			if !yield(r.report) {
				return
			}
		}
	}
}

// TestTheSameSeedIsTheSameStory: without this a failing seed could not be replayed.
func TestTheSameSeedIsTheSameStory(t *testing.T) {
	for _, seed := range []uint64{3, 11} {
		first, second := run(t, Options{Seed: seed}).Timeline.events, run(t, Options{Seed: seed}).Timeline.events
		for i := range min(len(first), len(second)) {
			if first[i] != second[i] {
				t.Fatalf("seed %d, event %d: %v, then %v", seed, i, first[i], second[i])
			}
		}
		if len(first) != len(second) {
			t.Fatalf("seed %d: %d events, then %d", seed, len(first), len(second))
		}
	}
}
