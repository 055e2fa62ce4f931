package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"doorstep/internal/care"
)

// peer is one way of storing visits that are measured beside each other.
type peer struct {
	key  string // in the JSON file and in the aims
	name string // in the table
	role string
	// writer gives, for one device, the function that packs visits into its next turn. It is
	// called once a device, because a sync protocol numbers what a device sends.
	writer func(base string, dev device) func([]visit) turn
	check  checker
}

func peerOf(key string) peer {
	for _, p := range peers {
		if p.key == key {
			return p
		}
	}
	panic("bench: no peer " + key) // a name in this program
}

// stateless is the writer of a server that numbers nothing.
func stateless(pack func(string, device, []visit) turn) func(string, device) func([]visit) turn {
	return func(base string, dev device) func([]visit) turn {
		return func(visits []visit) turn { return pack(base, dev, visits) }
	}
}

// peers are in the order of the issue; raw inserts have no devices and are measured apart.
var peers = []peer{
	{"plain", "PocketBase, one POST a visit", "pocketbase", stateless(plainTurn), checkCreated},
	{"batch", "PocketBase, /api/batch of 20", "pocketbase", stateless(batchTurn), checkBatch},
	{"doorstep", "Doorstep push, everything on", "doorstep", doorstepWriter, statusOf(care.Applied)},
	{"floor", "floor: bare group commit over HTTP", "floor", stateless(floorTurn), checkFloor},
	{"three", "floor: the same, with the three rows of a visit", "three", stateless(floorTurn), checkFloor},
}

func floorTurn(base string, dev device, visits []visit) turn {
	body, _ := pushBody(dev, 1, visits)
	return turn{request(base, "/push", dev.Token, body)}
}

// pushCell is one cell of the push table.
type pushCell struct {
	Peer     string  `json:"peer"`
	Devices  int     `json:"devices"`
	Rate     float64 `json:"visits_per_second"`
	P50      float64 `json:"p50_ms"`
	P99      float64 `json:"p99_ms"`
	CPU      float64 `json:"cpu_seconds_per_1000"`
	PeakMB   float64 `json:"peak_mb"`
	Errors   int     `json:"errors"`
	FirstErr string  `json:"first_error,omitempty"`
}

// measurePush runs every peer at every number of devices, as often as asked, and keeps the
// medians. Peers alternate within a run, so that a noisy minute is shared.
func (b *bench) measurePush() error {
	for _, devices := range b.size.devices {
		tries := map[string][]pushCell{}
		for run := range b.runs {
			for _, p := range peers {
				if !b.wants(p.key) {
					continue
				}
				b.say("push: %s, %d devices, run %d of %d", p.name, devices, run+1, b.runs)
				cell, err := b.pushOnce(p, devices, run)
				if err != nil {
					return fmt.Errorf("%s, %d devices: %w", p.name, devices, err)
				}
				tries[p.key] = append(tries[p.key], cell)
			}
		}
		for _, p := range peers {
			if cells := tries[p.key]; len(cells) > 0 {
				b.report.Push = append(b.report.Push, medianCell(cells))
			}
		}
	}
	return b.measureRaw()
}

// pushOnce starts a fresh server on a fresh database, warms it up and measures one run.
func (b *bench) pushOnce(p peer, devices, run int) (pushCell, error) {
	conf := config{Devices: devices, Patients: b.size.people, Fresh: true, Profile: b.profile(p.key, devices, run)}
	return b.pushed(p, p.key, conf, func() error { return nil })
}

// pushed is a push cell under a key of a server that is set up so, and asks before the server ends whether what was to happen has happened.
func (b *bench) pushed(p peer, key string, conf config, happened func() error) (pushCell, error) {
	cell, devices := pushCell{Peer: key, Devices: conf.Devices}, conf.Devices
	c, err := b.begin(p, conf)
	if err != nil {
		return cell, err
	}
	defer b.discard(c)
	turns := max(1, b.size.visits/batchSize/devices)
	warm := max(1, b.size.warm/devices)
	warming, measured := fill(c, p, b.seed, warm, turns)
	if o, err := drive(c.URL, warming, p.check); err != nil {
		return cell, err
	} else if o.errors > 0 {
		return cell, fmt.Errorf("warm-up: %w", o.first)
	}
	before, err := c.usage()
	if err != nil {
		return cell, err
	}
	o, err := drive(c.URL, measured, p.check)
	if err != nil {
		return cell, err
	}
	after, err := c.usage()
	if err != nil {
		return cell, err
	}
	cell.fill(o, turns*devices*batchSize, before, after)
	if err := happened(); err != nil {
		return cell, err
	}
	return cell, b.verify(c, &cell, int64((warm+turns)*devices*batchSize))
}

// fill works the figures of a cell out.
func (c *pushCell) fill(o *outcome, visits int, before, after usage) {
	c.Rate = float64(visits) / o.wall.Seconds()
	c.P50, c.P99 = ms(o.percentile(0.50)), ms(o.percentile(0.99))
	c.CPU = (after.CPU - before.CPU) / float64(visits) * 1000
	c.PeakMB, c.Errors = after.PeakMB, o.errors
	if o.first != nil {
		c.FirstErr = o.first.Error()
	}
}

// verify counts a visit that was acknowledged but is not in the table as an error.
func (b *bench) verify(c *child, cell *pushCell, want int64) error {
	var rows map[string]int64
	if err := c.ask("rows", &rows); err != nil {
		return err
	}
	if got := rows[care.Visits]; got != want && cell.Errors == 0 {
		cell.Errors = int(max(want-got, got-want))
		cell.FirstErr = fmt.Sprintf("%d visits in the table, %d were sent", got, want)
	}
	return nil
}

// fill builds the turns of all devices before any clock starts: first those that warm the
// server up, then those that are measured.
func fill(c *child, p peer, seed uint64, warm, measured int) (warming, work [][]turn) {
	now := time.Now()
	for i, dev := range c.Devices {
		log := newDiary(seed, i, dev, now, afternoon, (warm+measured)*batchSize)
		pack := p.writer(c.URL, dev)
		var turns []turn
		for range warm + measured {
			turns = append(turns, pack(log.visits(batchSize)))
		}
		warming = append(warming, turns[:warm])
		work = append(work, turns[warm:])
	}
	return warming, work
}

// measureRaw inserts without HTTP: 20 visits a transaction as one push would, and 400.
func (b *bench) measureRaw() error {
	for _, perTx := range []int{20, 400} {
		key := fmt.Sprintf("raw%d", perTx)
		if !b.wants(key) {
			continue
		}
		var cells []pushCell
		for run := range b.runs {
			b.say("push: raw prepared inserts, %d a transaction, run %d of %d", perTx, run+1, b.runs)
			cell, err := b.rawOnce(key, perTx, run)
			if err != nil {
				return fmt.Errorf("raw inserts, %d a transaction: %w", perTx, err)
			}
			cells = append(cells, cell)
		}
		b.report.Push = append(b.report.Push, medianCell(cells))
	}
	return nil
}

func (b *bench) rawOnce(key string, perTx, run int) (pushCell, error) {
	cell := pushCell{Peer: key, Devices: 0}
	c, err := b.launch("raw", config{Devices: 1, Patients: b.size.people, Fresh: true, Profile: b.profile(key, 0, run)})
	if err != nil {
		return cell, err
	}
	defer b.discard(c)
	var r rawResult
	if err := c.ask(fmt.Sprintf("insert %d %d", b.size.warm*batchSize, perTx), &r); err != nil { // warm-up
		return cell, err
	}
	if err := c.ask(fmt.Sprintf("insert %d %d", b.size.visits, perTx), &r); err != nil {
		return cell, err
	}
	o := newOutcome(r.Wall, r.Txs)
	cell.Rate = float64(b.size.visits) / r.Wall.Seconds()
	cell.P50, cell.P99 = ms(o.percentile(0.50)), ms(o.percentile(0.99))
	cell.CPU = r.CPU / float64(b.size.visits) * 1000
	u, err := c.usage()
	cell.PeakMB = u.PeakMB
	return cell, err
}

// begin starts a peer on a fresh database, with devices that may send.
func (b *bench) begin(p peer, conf config) (*child, error) {
	if p.role != "doorstep" {
		return b.launch(p.role, conf)
	}
	town, err := b.townOf(config{Devices: conf.Devices, Patients: conf.Patients, Ways: conf.Ways})
	if err != nil {
		return nil, err
	}
	if conf.Dir, err = b.copyOf(town, p.role); err != nil {
		return nil, err
	}
	conf.Fresh = false
	c, err := b.launch(p.role, conf)
	if err != nil {
		return nil, err
	}
	if err := enrol(c.URL, c.Devices); err != nil {
		b.discard(c)
		return nil, err
	}
	return c, nil
}

// townOf is the folder of a town, which is seeded once a run and copied for each server.
func (b *bench) townOf(conf config) (string, error) {
	text, err := json.Marshal(conf)
	if err != nil {
		return "", err
	}
	return b.kept(string(text), func() (*child, error) {
		empty, err := b.kept("", func() (*child, error) { return b.launch("empty", config{}) })
		if err != nil {
			return nil, err
		}
		if conf.Dir, err = b.copyOf(empty, "town"); err != nil {
			return nil, err
		}
		return b.launch("town", conf)
	})
}

// kept is the folder that a child made and left, once a run.
func (b *bench) kept(what string, begin func() (*child, error)) (string, error) {
	if dir := b.folders[what]; dir != "" {
		return dir, nil
	}
	c, err := begin()
	if err != nil {
		return "", err
	}
	if err := c.stop(); err != nil {
		return "", err
	}
	if b.folders == nil {
		b.folders = map[string]string{}
	}
	b.folders[what] = filepath.Dir(c.log)
	return b.folders[what], nil
}

// copyOf is a new folder with what is in another.
func (b *bench) copyOf(folder, role string) (string, error) {
	dir, err := os.MkdirTemp(b.scratch, role+"-")
	if err != nil {
		return "", err
	}
	return dir, os.CopyFS(dir, os.DirFS(folder))
}

// launch starts a role on a fresh directory unless the configuration names one.
func (b *bench) launch(role string, conf config) (*child, error) {
	if conf.Dir == "" {
		dir, err := os.MkdirTemp(b.scratch, role+"-")
		if err != nil {
			return nil, err
		}
		conf.Dir = dir
	}
	return launch(role, conf)
}

// discard stops a child and deletes its data. How it ended no longer matters for a figure, but
// a server that cannot stop cleanly is said aloud.
func (b *bench) discard(c *child) {
	if err := c.stop(); err != nil {
		b.say("%v", err)
	}
	b.remove(filepath.Dir(c.log))
}

// remove deletes a database; the folder around it goes at the end in any case.
func (b *bench) remove(dir string) { _ = os.RemoveAll(dir) }

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
