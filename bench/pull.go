package main

import (
	"bytes"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"time"
)

// backfillCell is one way of giving a new phone all it should hold.
type backfillCell struct {
	Peer   string  `json:"peer"`
	Rows   int     `json:"rows"`
	Rate   float64 `json:"rows_per_second"`
	MB     float64 `json:"mb_per_second"` // of JSON, not compressed
	CPU    float64 `json:"cpu_seconds_per_1000"`
	PeakMB float64 `json:"peak_mb"`
}

// pollCell is one small request, repeated by sixteen devices.
type pollCell struct {
	What     string  `json:"what"`
	InScope  int     `json:"in_scope"` // records the device may see
	Rate     float64 `json:"requests_per_second"`
	P50      float64 `json:"p50_ms"`
	P99      float64 `json:"p99_ms"`
	CPU      float64 `json:"cpu_seconds_per_1000"`
	PeakMB   float64 `json:"peak_mb"`
	Errors   int     `json:"errors"`
	FirstErr string  `json:"first_error,omitempty"`
	// Statements is how many SQL statements one request ran, in a counted run; -1 = not counted.
	Statements float64 `json:"statements"`
}

// pollers is how many devices ask at once.
const pollers = 16

// measurePocketBaseReads fills a PocketBase, then reads all of it through the list API and asks
// for its health.
func (b *bench) measurePocketBaseReads() error {
	if !b.wants("list") && !b.wants("health") {
		return nil
	}
	b.say("pull: filling PocketBase with %d visits", b.size.rows)
	dir, err := b.fillPocketBase()
	if err != nil {
		return fmt.Errorf("fill PocketBase: %w", err)
	}
	var lists []backfillCell
	var polls []pollCell
	for run := range b.runs {
		b.say("pull: PocketBase list API and health, run %d of %d", run+1, b.runs)
		list, poll, err := b.readPocketBase(dir, run)
		if err != nil {
			return fmt.Errorf("read PocketBase: %w", err)
		}
		lists, polls = append(lists, list), append(polls, poll)
	}
	b.remove(dir)
	b.report.Backfill = append(b.report.Backfill, medianBackfill(lists))
	b.report.Polls = append(b.report.Polls, medianPoll(polls))
	return nil
}

func (b *bench) fillPocketBase() (dir string, err error) {
	const loaders = 8
	c, err := b.launch("pocketbase", config{Devices: loaders, Patients: b.size.people, Fresh: true})
	if err != nil {
		return "", err
	}
	dir = filepath.Dir(c.log)
	_, work := fill(c, peerOf("batch"), b.seed, 0, b.size.rows/batchSize/loaders)
	o, err := drive(c.URL, work, checkBatch)
	if err == nil && o.errors > 0 {
		err = o.first
	}
	if stopped := c.stop(); err == nil {
		err = stopped
	}
	return dir, err
}

func (b *bench) readPocketBase(dir string, run int) (list backfillCell, poll pollCell, err error) {
	c, err := b.launch("pocketbase", config{Dir: dir, Devices: 1, Profile: b.profile("list", 1, run)})
	if err != nil {
		return list, poll, err
	}
	defer func() {
		if stopped := c.stop(); err == nil {
			err = stopped
		}
	}()
	if list, err = b.backfill(c, "list", b.size.rows, listPages(c.URL, c.Devices[0].Token, b.size.rows)); err != nil {
		return list, poll, err
	}
	health := request(c.URL, "/api/health", "", nil)
	asks := make([][]byte, pollers)
	for i := range asks {
		asks[i] = health
	}
	poll, err = b.poll(c, "health", 0, asks, func(status int, body []byte) error {
		if status != 200 || !bytes.Contains(body, []byte("healthy")) {
			return fmt.Errorf("health answered %d: %.200s", status, body)
		}
		return nil
	})
	return list, poll, err
}

// pager reads a server's pages one after the other: given the answer before (nil at first) it
// returns the next request, or nil at the end, and how many rows the answer held.
type pager func(answer []byte) (next []byte, rows int, err error)

// listPages asks for pages of the most PocketBase gives at once, without its count, by a keyset
// on the primary key: what suits it best.
func listPages(base, token string, want int) pager {
	const page = 1000
	got, after := 0, ""
	return func(answer []byte) ([]byte, int, error) {
		rows := bytes.Count(answer, []byte(`"collectionId":"`))
		got += rows
		if answer != nil && rows == 0 {
			return nil, 0, fmt.Errorf("the list API gave %d of %d rows: %.200s", got, want, answer)
		}
		if got >= want {
			return nil, rows, nil
		}
		if i := bytes.LastIndex(answer, []byte(`"id":"`)); i >= 0 {
			after = string(answer[i+6 : i+32])
		}
		query := url.Values{"perPage": {strconv.Itoa(page)}, "skipTotal": {"1"}, "sort": {"id"}, "filter": {`id > "` + after + `"`}}
		return request(base, "/api/collections/visits/records?"+query.Encode(), token, nil), rows, nil
	}
}

// backfill reads everything once, one page after the other, as one device.
func (b *bench) backfill(c *child, key string, want int, next pager) (backfillCell, error) {
	cell := backfillCell{Peer: key, Rows: want}
	line, err := dial(c.URL)
	if err != nil {
		return cell, err
	}
	defer line.close()
	before, err := c.usage()
	if err != nil {
		return cell, err
	}
	began := time.Now()
	var answer []byte
	rows, size := 0, 0
	for {
		ask, n, err := next(answer)
		rows += n
		if err != nil {
			return cell, err
		}
		if ask == nil {
			break
		}
		status, body, err := line.do(ask)
		if err != nil {
			return cell, err
		}
		if status != 200 {
			return cell, fmt.Errorf("page answered %d: %.200s", status, body)
		}
		answer, size = body, size+len(body)
	}
	wall := time.Since(began)
	after, err := c.usage()
	if err != nil {
		return cell, err
	}
	if rows != want {
		return cell, fmt.Errorf("read %d rows, want %d", rows, want)
	}
	cell.Rate = float64(rows) / wall.Seconds()
	cell.MB = float64(size) / (1 << 20) / wall.Seconds()
	cell.CPU = (after.CPU - before.CPU) / float64(rows) * 1000
	cell.PeakMB = after.PeakMB
	return cell, nil
}

// poll lets sixteen connections repeat a request each.
func (b *bench) poll(c *child, what string, inScope int, requests [][]byte, check checker) (pollCell, error) {
	cell := pollCell{What: what, InScope: inScope, Statements: -1}
	if o, err := hammer(c.URL, requests, b.size.hammer/5, check); err != nil { // warm-up
		return cell, err
	} else if o.errors > 0 {
		return cell, fmt.Errorf("warm-up: %w", o.first)
	}
	before, err := c.usage()
	if err != nil {
		return cell, err
	}
	o, err := hammer(c.URL, requests, b.size.hammer, check)
	if err != nil {
		return cell, err
	}
	after, err := c.usage()
	if err != nil {
		return cell, err
	}
	done := float64(len(o.turns))
	cell.Rate = done / o.wall.Seconds()
	cell.P50, cell.P99 = ms(o.percentile(0.50)), ms(o.percentile(0.99))
	cell.CPU = (after.CPU - before.CPU) / done * 1000
	cell.PeakMB, cell.Errors = after.PeakMB, o.errors
	if o.first != nil {
		cell.FirstErr = o.first.Error()
	}
	return cell, nil
}
