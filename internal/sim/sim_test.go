package sim

import (
	"flag"
	"os"
	"runtime/debug"
	"strconv"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	flag.Parse()
	debug.SetGCPercent(800) // runs make much garbage and hold little
	os.Exit(m.Run())
}

var (
	oneSeed   = flag.Uint64("seed", 0, "replay this seed")
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
	r := run(t, Options{Seed: seed})
	if len(r.Failures) > 0 {
		t.Fatal(r)
	}
	if *oneSeed > 0 {
		t.Log("\n" + r.Timeline.Draw(100000))
	}
}

// TestSeeds runs many seeds; a failing one prints its timeline and how to replay it.
func TestSeeds(t *testing.T) {
	began := time.Now()
	n := seeds(t, 200)
	total := map[string]int{}
	for seed := 1; seed <= n; seed++ {
		r := run(t, Options{Seed: uint64(seed)})
		if len(r.Failures) > 0 {
			t.Fatal(r)
		}
		for k, v := range r.Counts {
			total[k] += v
		}
	}
	t.Logf("%d seeds in %s: %v", n, time.Since(began).Round(time.Millisecond), total)
}

// TestFaults switches design bugs on, one at a time: each must be noticed within a few seeds.
func TestFaults(t *testing.T) {
	for _, f := range Faults() {
		t.Run(f.Name, func(t *testing.T) {
			n := seeds(t, faultSeeds)
			for seed := 1; seed <= n; seed++ {
				r := run(t, f.With(Options{Seed: uint64(seed)}))
				if len(r.Failures) > 0 {
					t.Logf("noticed with seed %d: %s", seed, r.Failures[0])
					return
				}
			}
			t.Errorf("not noticed in %d seeds", n)
		})
	}
}

// faultSeeds is in how many seeds a bug must be noticed at the latest.
const faultSeeds = 40
