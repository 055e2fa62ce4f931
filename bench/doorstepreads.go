package main

import (
	"bytes"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"time"

	"doorstep/internal/care"
)

// perPerson is how many visits each person has in the read cells: a year or two of care.
const perPerson = 50

// loadSize is how many visits travel in one push while a database is filled.
const loadSize = 100

// measureDoorstepReads fills a database for each number of records in scope, then lets a fresh
// server give all of it to one device, nothing to sixteen, and ten records to sixteen.
func (b *bench) measureDoorstepReads() error {
	if !b.wants("pull") {
		return nil
	}
	for _, inScope := range b.size.scopes {
		b.say("pull: filling Doorstep with %d visits", inScope)
		full, err := b.fillDoorstep(inScope)
		if err != nil {
			return fmt.Errorf("fill Doorstep with %d visits: %w", inScope, err)
		}
		var backfills []backfillCell
		var quiet, news []pollCell
		for run := range b.runs {
			b.say("pull: Doorstep with %d visits in scope, run %d of %d", inScope, run+1, b.runs)
			r, err := b.readDoorstep(full, inScope, run)
			if err != nil {
				return fmt.Errorf("read Doorstep with %d visits: %w", inScope, err)
			}
			backfills, quiet, news = append(backfills, r.backfill), append(quiet, r.quiet), append(news, r.news)
		}
		b.report.Backfill = append(b.report.Backfill, medianBackfill(backfills))
		b.report.Polls = append(b.report.Polls, medianPoll(quiet), medianPoll(news))
		if err := b.countPolls(full); err != nil {
			return fmt.Errorf("count statements of a pull: %w", err)
		}
	}
	return nil
}

// filled is a database on disk and the devices that may ask a server on it.
type filled struct {
	dir     string
	devices []device
	next    map[int]int64 // by device: the next free mid
	visits  int
	log     *diary // of the first device
}

func (b *bench) fillDoorstep(visits int) (*filled, error) { return b.fillFor(visits, visits) }

// fillFor pushes visits about as many people as there are where all visits have come.
func (b *bench) fillFor(visits, all int) (*filled, error) {
	p := peerOf("doorstep")
	c, err := b.begin(p, config{Devices: pollers, Patients: max(1, all/perPerson), Fresh: true})
	if err != nil {
		return nil, err
	}
	full := &filled{dir: filepath.Dir(c.log), devices: c.Devices, next: map[int]int64{}, visits: visits}
	work := make([][]turn, pollers)
	left := visits
	for i, dev := range c.Devices {
		mine := visits / pollers
		if i == 0 {
			mine += visits % pollers
		}
		log := newDiary(b.seed, i, dev, time.Now(), spacing*time.Duration(mine), mine)
		log.calm = true // reading is measured here, and the deadlines of handovers would go on moving the head
		mid := int64(1)
		for mine > 0 {
			n := min(mine, loadSize)
			var body []byte
			body, mid = pushBody(dev, mid, log.visits(n))
			work[i] = append(work[i], turn{request(c.URL, syncPath+"/push", dev.Token, body)})
			mine, left = mine-n, left-n
		}
		full.next[i] = mid
		if i == 0 {
			full.log = log
		}
	}
	o, err := drive(c.URL, work, func(status int, body []byte) error {
		if status != 200 || bytes.Contains(body, []byte(`"status":"quarantined"`)) {
			return fmt.Errorf("push answered %d: %.300s", status, body)
		}
		return nil
	})
	if err == nil && o.errors > 0 {
		err = o.first
	}
	if err == nil {
		var rounds int
		err = c.ask("settle", &rounds)
	}
	if stopped := c.stop(); err == nil {
		err = stopped
	}
	return full, err
}

// reads holds the figures of one fresh server on a filled database.
type reads struct {
	backfill    backfillCell
	quiet, news pollCell
}

func (b *bench) readDoorstep(full *filled, inScope, run int) (r reads, err error) {
	c, err := b.launch("doorstep", config{Dir: full.dir, Devices: pollers, Profile: b.profile("pull", inScope, run)})
	if err != nil {
		return r, err
	}
	defer func() {
		if stopped := c.stop(); err == nil {
			err = stopped
		}
	}()
	if err := enrol(c.URL, full.devices); err != nil {
		return r, err
	}
	pages := &pullPages{base: c.URL, dev: full.devices[0]}
	if r.backfill, err = b.backfill(c, "pull", full.visits, pages.next); err != nil {
		return r, err
	}
	if r.quiet, err = b.poll(c, "pull, nothing new", inScope, pullAll(c.URL, full.devices, pages.cursor), newVisits(0)); err != nil {
		return r, err
	}
	if err := full.push(c.URL, 10); err != nil {
		return r, err
	}
	r.news, err = b.poll(c, "pull, 10 new", inScope, pullAll(c.URL, full.devices, pages.cursor), newVisits(10))
	return r, err
}

// push adds visits by the first device.
func (f *filled) push(base string, n int) error {
	line, err := dial(base)
	if err != nil {
		return err
	}
	defer line.close()
	var body []byte
	body, f.next[0] = pushBody(f.devices[0], f.next[0], f.log.visits(n))
	status, answer, err := line.do(request(base, syncPath+"/push", f.devices[0].Token, body))
	if err != nil {
		return err
	}
	if status != 200 || bytes.Count(answer, []byte(`"status":"applied"`)) != n {
		return fmt.Errorf("push answered %d: %.300s", status, answer)
	}
	f.visits += n
	return nil
}

// pullPages is the pager of a phone that starts with nothing.
type pullPages struct {
	base   string
	dev    device
	cursor string
}

func (p *pullPages) next(answer []byte) ([]byte, int, error) {
	rows := deliveredVisits(answer)
	if answer != nil {
		var ok bool
		if p.cursor, ok = between(answer, `"cursor":"`, `"`); !ok {
			return nil, 0, fmt.Errorf("a page without a cursor: %.200s", answer)
		}
		if bytes.Contains(answer[:min(len(answer), 1000)], []byte(`"more":false`)) {
			return nil, rows, nil
		}
	}
	return pullRequest(p.base, p.dev, p.cursor), rows, nil
}

func pullRequest(base string, dev device, cursor string) []byte {
	query := url.Values{"client": {dev.Client}, "cursor": {cursor}, "limit": {strconv.Itoa(1000)}}
	return request(base, syncPath+"/pull?"+query.Encode(), dev.Token, nil)
}

// pullAll is the same question from each device.
func pullAll(base string, devices []device, cursor string) [][]byte {
	requests := make([][]byte, len(devices))
	for i, dev := range devices {
		requests[i] = pullRequest(base, dev, cursor)
	}
	return requests
}

// newVisits checks that a pull brought so many visits and is complete.
func newVisits(want int) checker {
	return func(status int, body []byte) error {
		if n := deliveredVisits(body); status != 200 || n != want || !bytes.Contains(body, []byte(`"more":false`)) {
			return fmt.Errorf("pull answered %d with %d new visits, want %d: %.300s", status, n, want, body)
		}
		return nil
	}
}

// deliveredVisits counts the visits of a page, but not those a handover on it refers to.
func deliveredVisits(page []byte) int {
	before, after := []byte(`{"collection":"`+care.Visits+`","id":"`), []byte(`","version":`)
	const id = 26
	n := 0
	for {
		i := bytes.Index(page, before)
		if i < 0 || len(page) < i+len(before)+id {
			return n
		}
		page = page[i+len(before)+id:]
		if bytes.HasPrefix(page, after) {
			n++
		}
	}
}

// between cuts out what stands between two marks.
func between(text []byte, before, after string) (string, bool) {
	_, rest, ok := bytes.Cut(text, []byte(before))
	if !ok {
		return "", false
	}
	found, _, ok := bytes.Cut(rest, []byte(after))
	return string(found), ok
}

// countPolls says how many statements a pull runs; what the server does by itself meanwhile
// (it looks four times a second whether somebody else wrote) is part of it.
func (b *bench) countPolls(full *filled) (err error) {
	c, err := b.launch("doorstep", config{Dir: full.dir, Devices: pollers, Count: true})
	if err != nil {
		return err
	}
	defer func() {
		if stopped := c.stop(); err == nil {
			err = stopped
		}
		b.remove(full.dir)
	}()
	if err := enrol(c.URL, full.devices); err != nil {
		return err
	}
	line, err := dial(c.URL)
	if err != nil {
		return err
	}
	defer line.close()
	pages := &pullPages{base: c.URL, dev: full.devices[0]}
	for answer := []byte(nil); ; {
		ask, _, err := pages.next(answer)
		if err != nil {
			return err
		}
		if ask == nil {
			break
		}
		if _, answer, err = line.do(ask); err != nil {
			return err
		}
	}
	cells := b.report.Polls[len(b.report.Polls)-2:]
	for i := range cells {
		if i == 1 {
			if err := full.push(c.URL, 10); err != nil {
				return err
			}
		}
		var before, after statementCounts
		if err := c.ask("statements", &before); err != nil {
			return err
		}
		ask := pullRequest(c.URL, full.devices[0], pages.cursor)
		for range b.size.counted {
			if status, body, err := line.do(ask); err != nil || status != 200 {
				return fmt.Errorf("pull answered %d: %.200s, %w", status, body, err)
			}
		}
		if err := c.ask("statements", &after); err != nil {
			return err
		}
		cells[i].Statements = float64(after.minus(before).total()) / float64(b.size.counted)
	}
	return nil
}
