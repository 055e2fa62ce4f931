//go:build linux

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/sqlitedb"
)

// receiver takes webhooks and remembers their keys, on bad days: it says not now, or takes something and its answer is
// lost. What it acts on, it acts on once for each key.
type receiver struct {
	mu     sync.Mutex
	chance *rand.Rand
	came   map[string]int // how often each key
}

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	_, _ = io.Copy(io.Discard, q.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch r.chance.IntN(10) {
	case 0:
		w.WriteHeader(http.StatusServiceUnavailable)
	case 1:
		r.came[q.Header.Get("webhook-id")]++
		panic(http.ErrAbortHandler)
	default:
		r.came[q.Header.Get("webhook-id")]++
	}
}

// sendings ends the server with SIGKILL at random moments while handovers leave by webhook.
func sendings(o options) (outcome, error) { return inRounds(o, sendAndKill) }

func sendAndKill(o options, out *outcome, more func() bool) error {
	rc := &receiver{chance: rand.New(rand.NewPCG(o.chance.Uint64(), 1)), came: map[string]int{}}
	listening := httptest.NewServer(rc)
	defer listening.Close()
	r, err := newRig(o, "sending", o.binary, "serve", "--url=https://doorstep.example", "--webhook-private=127.0.0.1")
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.addRoutes(listening.URL); err != nil {
		return err
	}
	r.send()
	for more() {
		if !r.someTime(1500 * time.Millisecond) {
			r.halt()
			return errNoWork
		}
		r.kill()
		faults, err := examine(r.dir, r.journal)
		out.judge(fmt.Sprintf("kill %d", out.Tried+1), faults, err)
		if err := r.start(); err != nil {
			r.halt()
			return err
		}
	}
	r.halt()
	faults, err := r.allArrived(rc)
	out.also("everything that was to leave arrives after the last kill", faults, err)
	out.acknowledged += r.journal.count()
	return nil
}

// rows runs a query on the database, beside the server or without it.
func (r *rig) rows(query string, each func(*sql.Rows) error, args ...any) error {
	db, err := sqlitedb.Connect(filepath.Join(r.dir, "data.db"))
	if err != nil {
		return err
	}
	defer db.Close()
	found, err := db.DB().Query(query, args...)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		if err := each(found); err != nil {
			return err
		}
	}
	return found.Err()
}

// addRoutes gives every practice two ways to the receiver.
func (r *rig) addRoutes(url string) error {
	none := func(*sql.Rows) error { return nil }
	for n, path := range []string{"/desk", "/pager"} {
		if err := r.rows(`INSERT INTO team_routes (id, team, place, channel, address, classes, hours, digest, secret, made_at)
			SELECT substr(id, 1, 25) || ?1, id, ?1, 'webhook', ?2, '["U2","SD"]', 'always', '[]', 1, '' FROM teams WHERE kind = 'practice' RETURNING 1`, none, n+1, url+path); err != nil {
			return err
		}
	}
	return nil
}

// send lets the nurses hand people over until halt.
func (r *rig) send() {
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	for _, h := range r.phones {
		r.running.Go(func() {
			for made := 0; ctx.Err() == nil; {
				if n, _ := h.Unsent(); n < 3 {
					made++
					class := []care.Class{care.Urgent, care.SameDay}[made%2]
					_, _ = h.Create(care.Handovers, map[string]any{"patient": h.patient, "class": string(class), "situation": fmt.Sprintf("%s handover %d", h.name, made), "recommendation": "Please ring"})
				}
				_ = h.Sync(ctx)
				pause(ctx, 250*time.Millisecond)
			}
		})
	}
}

// allArrived waits until nothing is on its way, and compares what left with what came.
func (r *rig) allArrived(rc *receiver) (faults []string, err error) {
	if err := settle(r.phones); err != nil {
		return []string{err.Error()}, nil
	}
	waiting, left := 1, map[string]string{}
	for late := time.Now().Add(2 * patience); waiting > 0 && time.Now().Before(late); time.Sleep(200 * time.Millisecond) {
		if err := r.rows(`SELECT count(*) FROM deliveries WHERE state = 'waiting'`, func(rows *sql.Rows) error { return rows.Scan(&waiting) }); err != nil {
			return nil, err
		}
	}
	r.kill()
	err = r.rows(`SELECT key, state FROM deliveries`, func(rows *sql.Rows) error {
		var key, state string
		err := rows.Scan(&key, &state)
		left[key] = state
		return err
	})
	rc.mu.Lock()
	defer rc.mu.Unlock()
	again := 0
	for key, state := range left {
		if state == "delivered" && rc.came[key] == 0 {
			faults = append(faults, key+" is noted as delivered and never came")
		}
		if state == "waiting" || state == "given_up" {
			faults = append(faults, key+" is "+state)
		}
		again += max(rc.came[key]-1, 0)
	}
	for key := range rc.came {
		if left[key] == "" {
			faults = append(faults, key+" came, and the server knows nothing of it")
		}
	}
	missing := 0
	err = errors.Join(err, r.rows(`SELECT count(*) FROM handovers h JOIN teams t ON t.id = h.to_team WHERE t.kind = 'practice'
		AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.handover = h.id)`, func(rows *sql.Rows) error { return rows.Scan(&missing) }))
	if missing > 0 {
		faults = append(faults, fmt.Sprintf("%d handovers left by no way", missing))
	}
	fmt.Fprintf(os.Stdout, "          %d deliveries, %d keys came, %d of them again\n", len(left), len(rc.came), again)
	return faults, err
}
