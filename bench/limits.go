package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	pprof "github.com/google/pprof/profile"
)

// limit is where a server spends its processor time during one kind of work: what an aim that was
// missed is limited by.
type limit struct {
	What  string  `json:"what"`
	Steps []share `json:"steps"`
}

// share is one step's part of the time, in per cent.
type share struct {
	Step    string  `json:"step"`
	Percent float64 `json:"percent"`
}

// step names the functions by which a sample is known. The first step in a list that has a
// function on a sample's stack takes the sample.
type step struct {
	name  string
	marks []string
}

var pushSteps = []step{
	{"judging: rules, alarms, handovers", []string{"judge.(*Room).Judge"}},
	{"storing visits", []string{"takein.(*input).store"}},
	{"deciding: permission, checks, merge", []string{"takein.(*input).plan"}},
	{"ledger and kept results", []string{"pbstore.(*Tx).Enter", "pbstore.(*Tx).SaveResults"}},
	{"decoding", []string{"wire.DecodePush", "httpapi.readBody"}},
	{"begin, commit, checkpoint", []string{"sqlite.(*tx).Commit", "sqlite.(*conn).BeginTx", "sqlite.(*tx).exec", "_sqlite3Checkpoint"}},
	{"the rest of the group commit", []string{"pbstore.(*Store).Write"}},
	{"HTTP, tokens, answers", []string{"net/http.(*conn).serve", "net/http.(*connReader)"}},
	{"garbage collection", []string{"runtime.gcBgMarkWorker", "runtime.bgsweep", "runtime.bgscavenge"}},
}

var pullSteps = []step{
	{"reading the feed", []string{"pbstore.(*Snapshot).Feed"}},
	{"reading records, by person, as JSON", []string{"pbstore.(*Snapshot).Deliveries"}},
	{"writing the page", []string{"httpapi.writeJSON"}},
	{"the rest of the request", []string{"net/http.(*conn).serve", "net/http.(*connReader)"}},
	{"garbage collection", []string{"runtime.gcBgMarkWorker", "runtime.bgsweep", "runtime.bgscavenge"}},
}

// limitPulls is how often a new phone takes everything: one pull is too short to look at.
const limitPulls = 5

// measureLimits looks, in runs of their own because looking slows, at where the time goes.
func (b *bench) measureLimits() error {
	if !b.wants("limits") {
		return nil
	}
	devices := b.size.devices[len(b.size.devices)-1]
	for _, what := range []struct {
		name  string
		steps []step
		work  func(file string) error
	}{
		{fmt.Sprintf("Doorstep push, %d devices", devices), pushSteps, func(file string) error { return b.watchPush(file, devices) }},
		{fmt.Sprintf("Doorstep pull of all, %d visits", b.size.rows), pullSteps, b.watchPull},
	} {
		b.say("where the time goes: %s", what.name)
		file := filepath.Join(b.scratch, "limits.pprof")
		if err := what.work(file); err != nil {
			return fmt.Errorf("%s: %w", what.name, err)
		}
		shares, err := readProfile(file, what.steps)
		if err != nil {
			return fmt.Errorf("%s: %w", what.name, err)
		}
		b.report.Limits = append(b.report.Limits, limit{What: what.name, Steps: shares})
	}
	return nil
}

func (b *bench) watchPush(file string, devices int) error {
	p := peerOf("doorstep")
	c, err := b.begin(p, config{Devices: devices, Patients: b.size.people, Fresh: true, Profile: file})
	if err != nil {
		return err
	}
	defer b.discard(c)
	_, work := fill(c, p, b.seed, 0, max(1, b.size.visits/batchSize/devices))
	if _, err := c.usage(); err != nil { // the first command begins the profile
		return err
	}
	o, err := drive(c.URL, work, p.check)
	if err == nil && o.errors > 0 {
		err = o.first
	}
	if stopped := c.stop(); err == nil { // which writes the profile
		err = stopped
	}
	return err
}

func (b *bench) watchPull(file string) error {
	full, err := b.fillDoorstep(b.size.rows)
	if err != nil {
		return err
	}
	defer b.remove(full.dir)
	c, err := b.launch("doorstep", config{Dir: full.dir, Devices: pollers, Profile: file})
	if err != nil {
		return err
	}
	err = enrol(c.URL, full.devices)
	for range limitPulls {
		if err == nil {
			pages := &pullPages{base: c.URL, dev: full.devices[0]}
			_, err = b.backfill(c, "pull", full.visits, pages.next)
		}
	}
	if stopped := c.stop(); err == nil {
		err = stopped
	}
	return err
}

// readProfile gives each step its share of a CPU profile, the largest first; "everything else" is
// what no step took.
func readProfile(file string, steps []step) ([]share, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := pprof.Parse(f)
	if err != nil {
		return nil, fmt.Errorf("read the profile: %w", err)
	}
	return shares(p, steps), nil
}

func shares(p *pprof.Profile, steps []step) []share {
	spent := map[string]int64{}
	total := int64(0)
	for _, s := range p.Sample {
		n := s.Value[len(s.Value)-1]
		spent[stepOf(s, steps)] += n
		total += n
	}
	list := make([]share, 0, len(spent))
	for name, n := range spent {
		list = append(list, share{Step: name, Percent: 100 * float64(n) / float64(max(1, total))})
	}
	slices.SortFunc(list, func(a, b share) int {
		if a.Percent != b.Percent {
			return int(b.Percent*1000) - int(a.Percent*1000)
		}
		return strings.Compare(a.Step, b.Step)
	})
	return list
}

func stepOf(s *pprof.Sample, steps []step) string {
	for _, st := range steps {
		for _, mark := range st.marks {
			for _, l := range s.Location {
				for _, line := range l.Line {
					if line.Function != nil && strings.Contains(line.Function.Name, mark) {
						return st.name
					}
				}
			}
		}
	}
	return "everything else"
}
