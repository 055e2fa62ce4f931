package syncer

import (
	"context"
	"fmt"
	"time"

	"doorstep/internal/pbstore"
)

// JobDue and JobCheck are the names under which the escalation job, and the one that examines the database, note
// that they ran.
const (
	JobDue   = "due"
	JobCheck = "check"
)

// Vitals are the figures that tell whether an engine does its work. None needs the database.
type Vitals struct {
	Epoch string
	Head  int64
	// Waiting pieces of work stand in the queue, which takes Limit.
	Waiting, Limit int
	CheckedAt      time.Time // when the structure of the database was examined last; zero = never
	Damaged        bool      // what that found
}

// Vitals gives them.
func (e *Engine) Vitals() Vitals {
	v := Vitals{Waiting: e.waiting(), Limit: e.o.QueueLength}
	v.Epoch, v.Head = e.store.Head()
	if c := e.checked.Load(); c != nil {
		v.CheckedAt, v.Damaged = c.at, c.result != ""
	}
	return v
}

// Ran notes that a job ended well, and what it found.
func (e *Engine) Ran(ctx context.Context, job, result string) error {
	return e.Do(ctx, func(tx *pbstore.Tx) error { return tx.Ran(job, result) })
}

// checked is how the last examination of the database ended.
type checked struct {
	at     time.Time
	result string // "" = well
}

// Check examines the structure of the database, without stopping anybody, and keeps what it found. Damage is no
// error of the job: health says so until a later check finds none.
func (e *Engine) Check(ctx context.Context) error {
	faults, err := e.store.Check(ctx)
	if err != nil {
		return fmt.Errorf("check the database: %w", err)
	}
	if faults != "" {
		e.o.Log.Error("the database is damaged; stop the server and restore from a backup", "faults", faults)
	}
	e.checked.Store(&checked{e.o.Now(), faults})
	return e.Ran(ctx, JobCheck, faults)
}

// loadChecked remembers how the last check ended, across a restart.
func (e *Engine) loadChecked() error {
	at, result, err := e.store.LastRan(JobCheck)
	if err == nil && !at.IsZero() {
		e.checked.Store(&checked{at, result})
	}
	return err
}
