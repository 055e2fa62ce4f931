package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/server"
	"doorstep/internal/sqlitedb"
	"doorstep/internal/syncer"
	"doorstep/internal/wire"
)

// holdCell is how long one kind of work keeps the writer from everybody else, a transaction at a time.
type holdCell struct {
	What    string  `json:"what"`
	Size    int     `json:"size"`            // records there are
	Seconds float64 `json:"seconds"`         // all of the work took
	Longest float64 `json:"longest_hold_ms"` // of one transaction, commit included
	P99     float64 `json:"p99_wait_ms"`     // of a write that needs nothing, asked for all the while
	Worst   float64 `json:"longest_wait_ms"`
}

// digestCell is what one digest of everything in a phone's scopes costs the server.
type digestCell struct {
	Over    string  `json:"over"`
	Records int     `json:"records"`
	Millis  float64 `json:"ms"`
	CPU     float64 `json:"cpu_ms"`
}

// holdsSize is how much is measured of holds.
type holdsSize struct {
	readings int // about one person, before 200 more come
	visits   int // where others' writes are settled, the clean-up runs and digests are made
	pushed   int // of the visits; the others are copies of them
}

// mostOnAPhone is how many visits are still compared by a digest. No phone holds more; the devices of the bench all hold every person
// of their team, and with a million their digest says nothing that anybody waits for.
const mostOnAPhone = 100_000

// holdAim is the longest that anything may keep the writer, in ms.
const holdAim = 50

// held is what a child tells of a piece of work.
type held struct {
	Longest time.Duration   `json:"longest"`
	Took    time.Duration   `json:"took"`
	Waits   []time.Duration `json:"waits"` // sorted
}

func (h held) cell(what string, size int) holdCell {
	c := holdCell{What: what, Size: size, Seconds: h.Took.Seconds(), Longest: ms(h.Longest)}
	if n := len(h.Waits); n > 0 {
		c.P99, c.Worst = ms(h.Waits[(n-1)*99/100]), ms(h.Waits[n-1])
	}
	return c
}

// watcher measures within the server that is measured: how long transactions last, and how long somebody waits who
// wants to write nothing.
type watcher struct {
	running *server.Server
	began   time.Time
	stop    context.CancelFunc
	waits   chan []time.Duration
}

func watch(running *server.Server) *watcher {
	ctx, stop := context.WithCancel(context.Background())
	w := &watcher{running: running, began: time.Now(), stop: stop, waits: make(chan []time.Duration, 1)}
	running.Store.LongestWrite()
	go func() {
		var waits []time.Duration
		for ctx.Err() == nil {
			asked := time.Now()
			if err := running.Engine.Do(ctx, nothing); err == nil {
				waits = append(waits, time.Since(asked))
			}
			time.Sleep(time.Millisecond)
		}
		slices.Sort(waits)
		w.waits <- waits
	}()
	return w
}

func (w *watcher) end() held {
	took := time.Since(w.began)
	w.stop()
	waits := <-w.waits
	return held{Longest: w.running.Store.LongestWrite(), Took: took, Waits: waits}
}

// holdCommands are what a child does and watches at the parent's word.
func holdCommands(app core.App, running *server.Server) func(command string) (any, error) {
	var w *watcher
	during := func(work func(context.Context) error) (any, error) {
		w := watch(running)
		err := work(context.Background())
		return w.end(), err
	}
	return func(command string) (any, error) {
		switch command {
		case "watch":
			w = watch(running)
			return true, nil
		case "watched":
			return w.end(), nil
		case "withdraw":
			if err := bySQL(app, `UPDATE visits SET retracted = ? WHERE version % 10 = 0 AND retracted = ''`, care.Stamp(time.Now())); err != nil {
				return nil, err
			}
			return during(running.Engine.Settle)
		case "clean":
			if err := bySQL(app, `UPDATE sync_marks SET seq = (SELECT seq FROM sync_meta) WHERE minute = (SELECT max(minute) FROM sync_marks)`); err != nil {
				return nil, err // times are known to the minute; this counts the present one as past
			}
			return during(func(ctx context.Context) error { return cleanUp(ctx, running) })
		}
		return nil, fmt.Errorf("unknown command %q", command)
	}
}

// bySQL changes something as a script on the machine would, past the server.
func bySQL(app core.App, statement string, args ...any) error {
	script, err := sqlitedb.Connect(filepath.Join(app.DataDir(), "data.db"))
	if err != nil {
		return err
	}
	_, err = script.DB().Exec(statement, args...)
	return errors.Join(err, script.Close())
}

// cleanUp does what the nightly job does, as if everything that is gone had been gone for long.
func cleanUp(ctx context.Context, running *server.Server) error {
	const soon = -2 * time.Minute // how old is old: from a moment that is still to come
	if err := running.Engine.Retain(ctx, syncer.Retention{Tombstones: soon, Results: soon, RuleCounts: soon}); err != nil {
		return err
	}
	return running.CleanUp(ctx)
}

// measureHolds measures what could keep everybody else from writing.
func (b *bench) measureHolds() error {
	if !b.wants("holds") {
		return nil
	}
	if err := b.holdReadings(); err != nil {
		return fmt.Errorf("many readings about one person: %w", err)
	}
	if err := b.holdNight(); err != nil {
		return fmt.Errorf("a night at %d visits: %w", b.size.holds.visits, err)
	}
	return nil
}

// holdReadings lets a phone send 200 readings about a person of whom there are many already.
func (b *bench) holdReadings() error {
	n := b.size.holds.readings
	b.say("holds: 200 readings more about a person with %d", n)
	c, err := b.begin(peerOf("doorstep"), config{Devices: 1, Patients: 4, Fresh: true, Profile: b.profile("holds", n, 0)})
	if err != nil {
		return err
	}
	defer b.discard(c)
	line, err := dial(c.URL)
	if err != nil {
		return err
	}
	defer line.close()
	dev, mid := c.Devices[0], int64(1)
	push := func(readings int) error {
		body := readingsBody(dev, mid, readings, n)
		mid += int64(readings)
		status, answer, err := line.do(request(c.URL, syncPath+"/push", dev.Token, body))
		if err == nil && (status != 200 || bytes.Count(answer, []byte(`"status":"applied"`)) != readings) {
			err = fmt.Errorf("push answered %d: %.300s", status, answer)
		}
		return err
	}
	for sent := 0; sent < n; sent += wire.MaxPushMutations {
		if err := push(min(wire.MaxPushMutations, n-sent)); err != nil {
			return err
		}
	}
	var began bool
	var h held
	if err := c.ask("watch", &began); err != nil {
		return err
	}
	if err := push(wire.MaxPushMutations); err != nil {
		return err
	}
	if err := c.ask("watched", &h); err != nil {
		return err
	}
	b.report.Holds = append(b.report.Holds, h.cell("200 readings more about one person", n))
	return nil
}

// readingsBody packs sets of readings about one person, taken one after the other in the last two days, one in ten
// of them alarming.
func readingsBody(dev device, mid int64, n, all int) []byte {
	env := pushEnvelope{Client: dev.Client, Epoch: dev.Epoch, Schema: 1}
	step := 40 * time.Hour / time.Duration(all+wire.MaxPushMutations)
	for range n {
		at := time.Now().Add(-41*time.Hour + time.Duration(mid)*step)
		rate := 16
		if mid%10 == 0 {
			rate = 25
		}
		set, err := json.Marshal(map[string]any{"patient": dev.Patients[0], "taken_at": care.Stamp(at), "respiration_rate": rate, "spo2": 96, "on_oxygen": false,
			"systolic": 128, "pulse": 80, "acvpu": "A", "temperature": 36.9})
		if err != nil {
			panic(err) // plain values always marshal
		}
		env.Mutations = append(env.Mutations, pushMutation{Mid: mid, Key: newID(), Author: dev.Staff, AuthoredAt: care.Stamp(at),
			Ops: []pushOp{{Op: string(care.OpCreate), Collection: care.Observations, ID: newID(), Patient: dev.Patients[0], Set: set}}})
		mid++
	}
	body, err := json.Marshal(env)
	if err != nil {
		panic(err) // generated JSON always marshals
	}
	return body
}

// holdNight fills a database, withdraws a tenth of it past the server, cleans up and, where a phone could hold so much, compares.
func (b *bench) holdNight() error {
	pushed := min(b.size.holds.visits, b.size.holds.pushed)
	times := b.size.holds.visits / pushed
	visits := pushed * times
	b.say("holds: filling Doorstep with %d visits, of which %d are pushed", visits, pushed)
	full, err := b.fillFor(pushed, visits)
	if err != nil {
		return err
	}
	defer b.remove(full.dir)
	if err := full.grow(times, spacing*time.Duration(pushed/pollers+1)); err != nil {
		return err
	}
	c, err := b.launch("doorstep", config{Dir: full.dir, Devices: pollers, Profile: b.profile("holds", visits, 0)})
	if err != nil {
		return err
	}
	for _, work := range []struct{ command, what string }{
		{"withdraw", "settling what SQL withdrew, a tenth"}, {"clean", "the nightly clean-up"},
	} {
		b.say("holds: %s of %d visits", work.what, visits)
		var h held
		if err = c.ask(work.command, &h); err != nil {
			err = fmt.Errorf("%s: %w", work.what, err)
			break
		}
		b.report.Holds = append(b.report.Holds, h.cell(work.what, visits))
	}
	if err == nil && visits <= mostOnAPhone {
		err = b.digests(c, full)
	}
	if stopped := c.stop(); err == nil {
		err = stopped
	}
	return err
}

// digests lets a phone compare all it holds, over versions and over content.
func (b *bench) digests(c *child, full *filled) error {
	if err := enrol(c.URL, full.devices); err != nil {
		return err
	}
	line, err := dial(c.URL)
	if err != nil {
		return err
	}
	defer line.close()
	dev := full.devices[0]
	pages := &pullPages{base: c.URL, dev: dev}
	records := 0
	for answer := []byte(nil); ; {
		ask, rows, err := pages.next(answer)
		if err != nil {
			return err
		}
		if records += rows; ask == nil {
			break
		}
		if _, answer, err = line.do(ask); err != nil {
			return err
		}
	}
	for _, over := range []string{"versions", "content"} {
		body, err := json.Marshal(wire.DigestRequest{Client: dev.Client, Cursor: pages.cursor, Content: over == "content", Scopes: map[string]wire.ScopeDigest{}})
		if err != nil {
			return err
		}
		before, err := c.usage()
		if err != nil {
			return err
		}
		asked := time.Now()
		status, answer, err := line.do(request(c.URL, syncPath+"/digest", dev.Token, body))
		took := time.Since(asked)
		if err != nil || status != 200 {
			return fmt.Errorf("digest over %s answered %d: %w: %.300s", over, status, err, answer)
		}
		after, err := c.usage()
		if err != nil {
			return err
		}
		b.report.Digests = append(b.report.Digests, digestCell{Over: over, Records: records, Millis: ms(took), CPU: 1000 * (after.CPU - before.CPU)})
	}
	return nil
}

// nothing is what somebody wants who only waits for the writer.
func nothing(*pbstore.Tx) error { return nil }

func (c *holdCell) cells() []string {
	return []string{fmt.Sprint(c.Size), one(c.Seconds), one(c.Longest), one(c.P99), one(c.Worst)}
}

func (c *digestCell) cells() []string {
	return []string{fmt.Sprint(c.Records), one(c.Millis), one(c.CPU)}
}
