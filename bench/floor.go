package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/sqlitedb"

	jsonv2 "github.com/go-json-experiment/json"
)

// The floor is the least a durable server can do for a push: decode the JSON, check a token in
// memory, and put each visit and one feed row into SQLite, all pushes that wait in one
// transaction, answered after the commit, on a database opened as Doorstep opens it (synchronous
// FULL). It has no PocketBase, no merge, no rules, no access checks, no stored results and no
// replay protection.

// floorSchema keeps a visit as PocketBase would lay it out (a rowid table with a text key) and
// the cheapest feed there is: numbered rows without a second index.
const floorSchema = `
CREATE TABLE visits (id TEXT PRIMARY KEY NOT NULL, patient TEXT NOT NULL, team TEXT NOT NULL, staff TEXT NOT NULL, purpose TEXT NOT NULL,
  planned_start TEXT NOT NULL, planned_end TEXT NOT NULL, status TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT NOT NULL,
  soft_signs JSON, critical_medicine TEXT NOT NULL, outcome TEXT NOT NULL, note TEXT NOT NULL, version INTEGER NOT NULL);
CREATE TABLE feed (seq INTEGER PRIMARY KEY, scope TEXT NOT NULL, record TEXT NOT NULL);`

const (
	insertVisit = `INSERT INTO visits (id, patient, team, staff, purpose, planned_start, planned_end, status, started_at, ended_at,
  soft_signs, critical_medicine, outcome, note, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	insertFeed = `INSERT INTO feed (seq, scope, record) VALUES (?, ?, ?)`
)

// The floor of three rows writes what Doorstep writes for a visit and nothing else: a row of as many columns with the same
// indexes, a row of the feed with its index of scopes, and a row of the ledger. What a push costs above it is what
// Doorstep decides, judges and answers. Its tables are those of the migrations, but for their triggers.
const threeRows = `
CREATE INDEX visits_to_make ON visits (team, planned_start) WHERE status = 'planned' OR status = 'in_progress';
CREATE TABLE sync_feed (seq INTEGER NOT NULL, n INTEGER NOT NULL, scope INTEGER NOT NULL, collection INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (seq, n)) WITHOUT ROWID;
CREATE INDEX sync_feed_scope ON sync_feed (scope, seq);
CREATE TABLE sync_ledger (key TEXT PRIMARY KEY, client INTEGER NOT NULL, mid INTEGER NOT NULL, status TEXT NOT NULL, seq INTEGER NOT NULL, content INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;`

const (
	insertSyncFeed = `INSERT INTO sync_feed (seq, n, scope, collection, record) VALUES (?, 1, 1, 1, ?)`
	insertLedger   = `INSERT INTO sync_ledger (key, client, mid, status, seq, content) VALUES (?, 1, ?, 'applied', ?, ?)`
)

// wideNames are the columns of a visit, its id first.
var wideNames = sync.OnceValue(func() []string {
	visits, _ := care.ByName(care.Visits)
	return columns.LayoutOf(visits).Names
})

// wideVisits makes the table of visits with every column that Doorstep has, and the statement that fills one.
func wideVisits() (schema, insert string) {
	var columnsOf, names, places strings.Builder
	columnsOf.WriteString("id TEXT PRIMARY KEY NOT NULL")
	for _, name := range wideNames()[1:] {
		columnsOf.WriteString(", " + name + " TEXT DEFAULT ''")
		names.WriteString(", " + name)
		places.WriteString(", ?")
	}
	return "CREATE TABLE visits (" + columnsOf.String() + ");" + threeRows, "INSERT INTO visits (id" + names.String() + ") VALUES (?" + places.String() + ")"
}

// floorPush is the part of a push body the floor stores.
type floorPush struct {
	Mutations []struct {
		Mid int64  `json:"mid"`
		Key string `json:"key"`
		At  string `json:"authored_at"`
		Ops []struct {
			ID  string  `json:"id"`
			Set content `json:"set"`
		} `json:"ops"`
	} `json:"mutations"`
}

// floorWriter is the one writer: what waits goes into one transaction.
type floorWriter struct {
	db          *sql.DB
	visit, feed *sql.Stmt
	ledger      *sql.Stmt // nil: two rows a visit
	seq         int64
	waiting     chan floorJob
	ended       chan struct{}
}

type floorJob struct {
	push   *floorPush
	answer chan error
}

// floorGroup is how many pushes share a commit at most, as in Doorstep.
const floorGroup = 64

func newFloorWriter(conf config, three bool) (*floorWriter, error) {
	db, err := openFloor(conf, filepath.Join(conf.Dir, "data.db"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	schema, visit, feed := floorSchema, insertVisit, insertFeed
	if three {
		schema, visit = wideVisits()
		feed = insertSyncFeed
	}
	if _, err := db.Exec(schema); err != nil {
		return nil, fmt.Errorf("make tables: %w", err)
	}
	w := &floorWriter{db: db, waiting: make(chan floorJob, floorGroup), ended: make(chan struct{})}
	if w.visit, err = db.Prepare(visit); err != nil {
		return nil, err
	}
	if w.feed, err = db.Prepare(feed); err != nil {
		return nil, err
	}
	if three {
		if w.ledger, err = db.Prepare(insertLedger); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// openFloor opens the database as Doorstep opens its own.
func openFloor(conf config, path string) (*sql.DB, error) {
	if conf.Count {
		return sql.Open(countedDriver, sqlitedb.DSN(path))
	}
	db, err := sqlitedb.Connect(path)
	if err != nil {
		return nil, err
	}
	return db.DB(), nil
}

// run takes pushes until the channel closes.
func (w *floorWriter) run() {
	defer close(w.ended)
	for job := range w.waiting {
		group := []floorJob{job}
		for len(group) < floorGroup && len(w.waiting) > 0 {
			next, ok := <-w.waiting
			if !ok {
				break
			}
			group = append(group, next)
		}
		err := w.commit(group)
		for _, j := range group {
			j.answer <- err
		}
	}
}

func (w *floorWriter) commit(group []floorJob) error {
	tx, err := w.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	visit, feed := tx.Stmt(w.visit), tx.Stmt(w.feed)
	var ledger *sql.Stmt
	if w.ledger != nil {
		ledger = tx.Stmt(w.ledger)
	}
	for _, job := range group {
		for _, m := range job.push.Mutations {
			for _, op := range m.Ops {
				w.seq++
				if ledger == nil {
					err = store(visit, feed, w.seq, op.ID, &op.Set)
				} else {
					err = storeThree(visit, feed, ledger, w.seq, m.Mid, m.Key, m.At, op.ID, &op.Set)
				}
				if err != nil {
					return err
				}
			}
		}
	}
	return tx.Commit()
}

// storeThree writes one visit, its feed row and its ledger row.
func storeThree(visit, feed, ledger *sql.Stmt, seq, mid int64, key, at, id string, c *content) error {
	values := map[string]any{"patient": c.Patient, "team": c.Team, "staff": c.Staff, "purpose": c.Purpose, "planned_start": c.PlannedStart, "planned_end": c.PlannedEnd,
		"status": c.Status, "started_at": c.StartedAt, "ended_at": c.EndedAt, "critical_medicine": c.Medicine, "outcome": c.Outcome, "note": c.Note,
		"version": seq, "author": c.Staff, "client": c.Team, "authored_at": at, "received_at": at, "clinical_time": c.StartedAt, "clock_offset_ms": 0}
	if len(c.SoftSigns) > 0 {
		values["soft_signs"] = `["` + strings.Join(c.SoftSigns, `","`) + `"]`
	}
	names := wideNames()
	row := make([]any, len(names))
	row[0] = id
	for i, name := range names[1:] {
		if v, ok := values[name]; ok {
			row[i+1] = v
		} else {
			row[i+1] = ""
		}
	}
	if _, err := visit.Exec(row...); err != nil {
		return err
	}
	if _, err := feed.Exec(seq, id); err != nil {
		return err
	}
	_, err := ledger.Exec(key, mid, seq, seq)
	return err
}

// store writes one visit and its feed row.
func store(visit, feed *sql.Stmt, seq int64, id string, c *content) error {
	var signs any
	if len(c.SoftSigns) > 0 {
		signs = `["` + strings.Join(c.SoftSigns, `","`) + `"]`
	}
	_, err := visit.Exec(id, c.Patient, c.Team, c.Staff, c.Purpose, c.PlannedStart, c.PlannedEnd, c.Status, c.StartedAt, c.EndedAt,
		signs, c.Medicine, c.Outcome, c.Note, seq)
	if err != nil {
		return err
	}
	_, err = feed.Exec(seq, c.Patient, id)
	return err
}

func serveFloor(conf config) (*service, error) { return serveFloorOf(conf, false) }

func serveThreeRows(conf config) (*service, error) { return serveFloorOf(conf, true) }

func serveFloorOf(conf config, three bool) (*service, error) {
	w, err := newFloorWriter(conf, three)
	if err != nil {
		return nil, err
	}
	go w.run()
	devices := town(conf)
	known := make(map[string]bool, len(devices))
	for i := range devices {
		devices[i].Token = "floor-" + devices[i].Staff
		known["Bearer "+devices[i].Token] = true
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /push", func(rw http.ResponseWriter, r *http.Request) {
		if !known[r.Header.Get("Authorization")] {
			http.Error(rw, "who are you?", http.StatusUnauthorized)
			return
		}
		if err := w.push(r.Body); err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(rw, `{"stored":true}`)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	return &service{url: "http://" + listener.Addr().String(), devices: devices, stop: func() error {
		err := server.Shutdown(context.Background())
		if end := <-served; !errors.Is(end, http.ErrServerClosed) {
			err = errors.Join(err, end)
		}
		close(w.waiting)
		<-w.ended
		return errors.Join(err, w.db.Close())
	}}, nil
}

// push decodes outside the transaction and waits for the commit.
func (w *floorWriter) push(body io.Reader) error {
	var push floorPush
	if err := jsonv2.UnmarshalRead(body, &push); err != nil {
		return err
	}
	answer := make(chan error, 1)
	w.waiting <- floorJob{&push, answer}
	return <-answer
}

func checkFloor(status int, body []byte) error {
	if status != 200 {
		return fmt.Errorf("floor answered %d: %.200s", status, body)
	}
	return nil
}
