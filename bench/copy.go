package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"doorstep/internal/copier"
)

// copying is how a server copies its database while it is measured.
type copying struct {
	To           string `json:"to"` // "" = not at all
	Key          string `json:"key"`
	Acknowledged bool   `json:"acknowledged"`
}

// copyWays are the ways that are measured beside each other.
var copyWays = []struct {
	key                  string
	copied, acknowledged bool
}{{"uncopied", false, false}, {"copied", true, false}, {"acknowledged", true, true}}

// drillCell is what it took to put a copy back after the machine was lost in the middle of a push cell.
type drillCell struct {
	What    string  `json:"what"`
	Visits  float64 `json:"visits"`  // acknowledged
	Missing float64 `json:"missing"` // of them, in what was put back, before any phone has come
	MB      float64 `json:"mb"`      // of the database
	CopyMB  float64 `json:"copy_mb"`
	Files   float64 `json:"files"`   // that were read
	Restore float64 `json:"restore"` // seconds until the database was in one piece and looked through
	Serves  float64 `json:"serves"`  // and from then on until a server answered on it
}

// measureCopies measures what the copy costs, and the drill. The copy lies on the disk that is measured: one elsewhere is as fast as
// that disk or network is.
func (b *bench) measureCopies() error {
	if !b.wants("copy") {
		return nil
	}
	devices := b.size.devices[min(1, len(b.size.devices)-1)]
	for _, way := range copyWays {
		var cells []pushCell
		var drills []drillCell
		for run := range b.runs {
			b.say("copy: %s, %d devices, run %d of %d", cellName(way.key), devices, run+1, b.runs)
			cell, drill, err := b.copyOnce(way.key, way.copied, way.acknowledged, devices, run)
			if err != nil {
				return fmt.Errorf("%s: %w", cellName(way.key), err)
			}
			cells, drills = append(cells, cell), append(drills, drill)
		}
		b.report.Copies = append(b.report.Copies, medianCell(cells))
		if way.copied {
			b.report.Drills = append(b.report.Drills, medianDrill(drills))
		}
	}
	return nil
}

func (b *bench) copyOnce(key string, copied, acknowledged bool, devices, run int) (cell pushCell, drill drillCell, err error) {
	cell, drill.What = pushCell{Peer: key, Devices: devices}, key
	p, conf := peerOf("doorstep"), config{Devices: devices, Patients: b.size.people, Fresh: true, Profile: b.profile("copy", devices, run)}
	var keys []age.Identity
	if copied {
		keep, err := os.MkdirTemp(b.scratch, "copy-")
		if err != nil {
			return cell, drill, err
		}
		defer b.remove(keep)
		private := filepath.Join(keep, "copies.key")
		conf.Copy = copying{To: filepath.Join(keep, "copy"), Acknowledged: acknowledged}
		if conf.Copy.Key, err = copier.NewKey(private); err != nil {
			return cell, drill, err
		}
		if keys, err = copier.Identities(private); err != nil {
			return cell, drill, err
		}
	}
	c, err := b.begin(p, conf)
	if err != nil {
		return cell, drill, err
	}
	lost := false
	defer func() {
		if !lost {
			b.discard(c)
		}
	}()
	if copied {
		if err := copyBegun(conf.Copy.To, keys); err != nil {
			return cell, drill, err
		}
	}
	warm, turns := max(1, b.size.warm/devices), max(1, b.size.visits/batchSize/devices)
	warming, work := fill(c, p, b.seed, warm, turns)
	if o, err := drive(c.URL, warming, p.check); err != nil || o.errors > 0 {
		return cell, drill, fmt.Errorf("warm-up: %w", cmp.Or(err, o.first))
	}
	before, err := c.usage()
	if err != nil {
		return cell, drill, err
	}
	o, err := drive(c.URL, work, p.check)
	if err != nil {
		return cell, drill, err
	}
	after, err := c.usage()
	if err != nil {
		return cell, drill, err
	}
	cell.fill(o, turns*devices*batchSize, before, after)
	if !copied {
		return cell, drill, b.verify(c, &cell, int64((warm+turns)*devices*batchSize))
	}
	if err := c.cmd.Process.Kill(); err != nil { // the machine is lost: what is not in the copy yet is gone
		return cell, drill, err
	}
	lost, _ = true, c.stop() // it was killed
	defer b.remove(filepath.Dir(c.log))
	drill.Visits = float64((warm+turns)*devices*batchSize - o.errors*batchSize)
	err = b.putBack(&drill, filepath.Dir(c.log), conf, keys)
	if acknowledged && drill.Missing > 0 {
		cell.Errors, cell.FirstErr = cell.Errors+int(drill.Missing), "visits that were acknowledged are not in the copy"
	}
	return cell, drill, err
}

// copyBegun waits until there is something in a copy.
func copyBegun(to string, keys []age.Identity) error {
	for late := time.After(time.Minute); ; {
		_, err := copier.Find(context.Background(), to, keys, time.Time{})
		if err == nil {
			return nil
		}
		select {
		case <-late:
			return fmt.Errorf("the copy does not begin: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// putBack puts a copy back in a folder of its own and serves it.
func (b *bench) putBack(d *drillCell, lost string, conf config, keys []age.Identity) error {
	dir, err := os.MkdirTemp(b.scratch, "restored-")
	if err != nil {
		return err
	}
	defer b.remove(dir)
	ctx, began := context.Background(), time.Now()
	moment, err := copier.Find(ctx, conf.Copy.To, keys, time.Time{})
	if err != nil {
		return err
	}
	file := filepath.Join(dir, "data.db")
	if err := copier.Restore(ctx, keys, moment, file); err != nil {
		return err
	}
	d.Restore, d.Files, d.MB = time.Since(began).Seconds(), float64(moment.Files), float64(moment.Size)/1e6
	if err := filepath.WalkDir(conf.Copy.To, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			d.CopyMB += float64(info.Size()) / 1e6
		}
		return err
	}); err != nil {
		return err
	}
	stored, err := visitsIn(file)
	if err != nil {
		return err
	}
	d.Missing = max(0, d.Visits-float64(stored))
	town, err := os.ReadFile(filepath.Join(lost, townFile))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, townFile), town, 0o600); err != nil {
		return err
	}
	began = time.Now()
	c, err := b.launch("doorstep", config{Dir: dir, Devices: conf.Devices, Patients: conf.Patients})
	if err != nil {
		return err
	}
	d.Serves = time.Since(began).Seconds()
	return c.stop()
}

func visitsIn(file string) (n int64, err error) {
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		return 0, err
	}
	err = db.QueryRow(`SELECT count(*) FROM visits`).Scan(&n)
	return n, errors.Join(err, db.Close())
}

// medianDrill takes each figure's median, but for what was missing: the most there ever was.
func medianDrill(cells []drillCell) drillCell {
	m := cells[0]
	for _, f := range []func(*drillCell) *float64{
		func(c *drillCell) *float64 { return &c.Visits }, func(c *drillCell) *float64 { return &c.MB }, func(c *drillCell) *float64 { return &c.CopyMB },
		func(c *drillCell) *float64 { return &c.Files }, func(c *drillCell) *float64 { return &c.Restore }, func(c *drillCell) *float64 { return &c.Serves },
	} {
		*f(&m) = medianOf(cells, func(c drillCell) float64 { return *f(&c) })
	}
	for _, c := range cells {
		m.Missing = max(m.Missing, c.Missing)
	}
	return m
}

func (c *drillCell) cells() []string {
	return []string{whole(c.Visits), whole(c.Missing), one(c.MB), one(c.CopyMB), whole(c.Files), three(c.Restore), three(c.Serves)}
}
