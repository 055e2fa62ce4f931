// Command bench measures Doorstep beside its peers and its physical limits, in one run, on the
// same rows and the same machine: run `make bench`, or `go run ./bench -quick` for a look.
//
// Compare ratios within a run: the load generator shares the processors with the servers and takes
// its part of the visits a second, while CPU seconds per 1,000 visits hold on other machines too.
// Doorstep runs with synchronous FULL (an acknowledged visit survives a power cut), PocketBase with
// its own default, NORMAL (it may not).
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// size is how much is measured.
type size struct {
	devices []int
	visits  int           // a push cell
	people  int           // on the caseloads of the town
	warm    int           // turns before the clock starts, over all devices
	rows    int           // an initial pull
	scopes  []int         // visits in scope of a pull
	updates int           // visits that are changed
	hammer  time.Duration // how long a repeated request is measured
	counted int           // pulls whose statements are counted
	holds   holdsSize     // what could keep everybody else from writing
	turns   turnsSize     // phones that send now and then beside one that sends without pause
	desk    deskSize      // people to search among, and how often
}

var (
	full = size{devices: []int{1, 16, 200}, visits: 20_000, people: 4_000, warm: 50, rows: 20_000, scopes: []int{1_000, 20_000, 200_000}, updates: 8_000, hammer: 3 * time.Second, counted: 500,
		holds: holdsSize{readings: 2_000, visits: 100_000, pushed: 20_000}, turns: turnsSize{phones: 100, every: 3 * time.Second, round: 15 * time.Second}, desk: deskSize{people: 100_000, searches: 600}}
	quick = size{devices: []int{1, 8}, visits: 800, people: 200, warm: 4, rows: 1_600, scopes: []int{200, 1_600}, updates: 640, hammer: 200 * time.Millisecond, counted: 100,
		holds: holdsSize{readings: 200, visits: 1_600, pushed: 800}, turns: turnsSize{phones: 20, every: 200 * time.Millisecond, round: 2 * time.Second}, desk: deskSize{people: 1_000, searches: 60}}
)

// bench is one run of the program.
type bench struct {
	size     size
	runs     int
	seed     uint64
	only     map[string]bool   // peers to measure; empty = all
	profiles string            // folder for CPU profiles of the servers, "" = none
	scratch  string            // folder of the databases
	folders  map[string]string // of towns that are seeded, by their configuration, and of an empty database under ""
	progress io.Writer
	report   report
}

func main() {
	if runChild() {
		return
	}
	if err := command(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// command reads the flags, measures and prints.
func command(args []string, out, progress io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	runs := flags.Int("runs", 1, "runs of each cell; the median is shown (3 for figures that go into the documentation)")
	small := flags.Bool("quick", false, "everything, but small: for a look, the figures mean little")
	seed := flags.Uint64("seed", 1, "seed of the generated visits")
	file := flags.String("json", "", "also write the figures to this file")
	only := flags.String("only", "", "measure only these, separated by commas: "+strings.Join(keys(), ", "))
	night := flags.Int("holds-visits", 0, "visits in the database where a night's work is measured (default 100,000; those above 20,000 are copies of what was pushed; no digest above 100,000)")
	profiles := flags.String("profile", "", "folder for a CPU profile of every server")
	dir := flags.String("dir", os.TempDir(), "folder for the databases; choose the disk that is to be measured")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp(*dir, "doorstep-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	b := &bench{size: full, runs: max(1, *runs), seed: *seed, only: chosen, profiles: *profiles, scratch: scratch, progress: progress}
	if *small {
		b.size = quick
	}
	if *night > 0 {
		b.size.holds.visits = *night
	}
	measured := b.measure(*small) // where a part breaks down, what was measured before is told all the same
	printed := b.report.print(out)
	if *file != "" {
		printed = errors.Join(printed, b.report.save(*file))
	}
	return errors.Join(measured, printed)
}

func (b *bench) measure(small bool) error {
	b.report = report{
		Machine: fmt.Sprintf("%s/%s, %d processors, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version()),
		Runs:    b.runs, Seed: b.seed, Quick: small,
	}
	for _, part := range []func() error{
		b.measurePush, b.measureTurns, b.measureHolds, b.measureDesk, b.measureUpdates, b.measurePocketBaseReads, b.measureDoorstepReads, b.measureCopies, b.measureChannels, b.measureFootprints, b.measureLimits,
	} {
		if err := part(); err != nil {
			return err
		}
	}
	b.report.judge()
	return nil
}

// keys names what can be measured.
func keys() []string {
	var list []string
	for _, p := range peers {
		list = append(list, p.key)
	}
	return append(list, "raw20", "raw400", "turns", "holds", "desk", "update", "list", "health", "pull", "copy", "channels", "footprint", "limits")
}

// choose reads a list of keys; the empty one stands for all.
func choose(list string) (map[string]bool, error) {
	chosen := map[string]bool{}
	for key := range strings.SplitSeq(list, ",") {
		switch {
		case key == "":
		case !slices.Contains(keys(), key):
			return nil, fmt.Errorf("nothing called %q can be measured; choose from %s", key, strings.Join(keys(), ", "))
		default:
			chosen[key] = true
		}
	}
	return chosen, nil
}

func (b *bench) wants(key string) bool { return len(b.only) == 0 || b.only[key] }

// say tells what is being measured.
func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.progress, format+"\n", args...) }

// profile names the file of a server's CPU profile, "" when none is wanted.
func (b *bench) profile(key string, devices, run int) string {
	if b.profiles == "" {
		return ""
	}
	return filepath.Join(b.profiles, fmt.Sprintf("%s-%d-%d.pprof", key, devices, run))
}
