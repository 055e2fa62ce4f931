package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// rawVisits sets the pace of their ids.
const rawVisits = 20_000

// serveRaw is no server: it puts the floor's two rows a visit into SQLite with prepared
// statements, without HTTP, JSON or a queue, when asked "insert VISITS PER_TRANSACTION".
func serveRaw(conf config) (*service, error) {
	w, err := newFloorWriter(conf, false)
	if err != nil {
		return nil, err
	}
	devices := town(conf)
	log := newDiary(1, 0, devices[0], time.Now(), afternoon, rawVisits)
	return &service{devices: devices, stop: w.db.Close, ask: func(command string) (any, error) {
		f := strings.Fields(command)
		if len(f) != 3 || f[0] != "insert" {
			return nil, fmt.Errorf("unknown command %q", command)
		}
		visits, err := strconv.Atoi(f[1])
		if err != nil {
			return nil, err
		}
		perTx, err := strconv.Atoi(f[2])
		if err != nil {
			return nil, err
		}
		return w.insert(log, visits, perTx)
	}}, nil
}

// rawResult is how long the inserts took, without making the visits.
type rawResult struct {
	Wall time.Duration   `json:"wall"`
	CPU  float64         `json:"cpu"`
	Txs  []time.Duration `json:"txs"`
}

func (w *floorWriter) insert(log *diary, visits, perTx int) (*rawResult, error) {
	ids := make([]string, visits)
	rows := make([]content, visits)
	for i := range rows {
		v := log.visit()
		ids[i] = v.id
		if err := json.Unmarshal(v.set, &rows[i]); err != nil {
			return nil, err
		}
	}
	before, err := measureUsage()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	r := &rawResult{}
	for at := 0; at < visits; at += perTx {
		start := time.Now()
		if err := w.insertTx(ids[at:min(at+perTx, visits)], rows[at:min(at+perTx, visits)]); err != nil {
			return nil, err
		}
		r.Txs = append(r.Txs, time.Since(start))
	}
	r.Wall = time.Since(began)
	after, err := measureUsage()
	if err != nil {
		return nil, err
	}
	r.CPU = after.CPU - before.CPU
	return r, nil
}

func (w *floorWriter) insertTx(ids []string, rows []content) error {
	tx, err := w.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	visit, feed := tx.Stmt(w.visit), tx.Stmt(w.feed)
	for i := range rows {
		w.seq++
		if err := store(visit, feed, w.seq, ids[i], &rows[i]); err != nil {
			return err
		}
	}
	return tx.Commit()
}
