package copier_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"doorstep/internal/copier"
)

// uncopied writes as a server does that makes no copy: the log is begun anew, and what is written then does not reach as far as where the
// copy ended.
func (s *site) uncopied(t *testing.T) {
	t.Helper()
	s.run(t, `INSERT INTO visits VALUES ('uncopied')`)
	s.run(t, `UPDATE notes SET text = randomblob(400000)`)
	var busy, pages, done int
	if err := s.db.QueryRow(`PRAGMA wal_checkpoint(RESTART)`).Scan(&busy, &pages, &done); err != nil || busy != 0 || pages != done {
		t.Fatalf("of %d pages %d are in the database, busy %d, %v", pages, done, busy, err)
	}
	s.run(t, `CREATE TABLE other (note TEXT)`)
	s.run(t, `INSERT INTO visits VALUES ('after')`)
}

// longLog makes the log long enough that its end outlives what is written next.
func (s *site) longLog(t *testing.T) {
	t.Helper()
	s.run(t, `CREATE TABLE notes (text BLOB)`)
	for range 20 {
		s.run(t, `INSERT INTO notes VALUES (randomblob(40000))`)
	}
	s.run(t, `INSERT INTO visits VALUES ('copied')`)
}

// A server that ran for a while without making its copy began the log anew: the end of what was copied lies in it still, and what came
// next does not.
func TestWhatWasWrittenWhileNobodyCopiedIsInTheCopyThatGoesOn(t *testing.T) {
	s := newSite(t)
	c := s.start(t)
	s.longLog(t)
	if err := errors.Join(c.Finished(t.Context()), c.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	s.uncopied(t)
	c = s.start(t)
	if err := errors.Join(c.Finished(t.Context()), c.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	if got, err := s.restored(t, s.private, time.Time{}); err != nil || got != "copied,uncopied,after" {
		t.Errorf("it holds %.200q, %v", got, err)
	}
}

// The same, where the copy was given up, and goes on in this process or after the next start.
func TestACopyThatWasGivenUpGoesOnWithAllThatWasWrittenMeanwhile(t *testing.T) {
	for name, again := range map[string]func(*testing.T, *site, *copier.Copier) *copier.Copier{
		"in the same process": func(_ *testing.T, _ *site, c *copier.Copier) *copier.Copier { return c },
		"after the next start": func(t *testing.T, s *site, c *copier.Copier) *copier.Copier {
			if err := c.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			return s.start(t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			var passed, room atomic.Int64
			room.Store(1 << 40)
			s.Uptime = func() time.Duration { return time.Duration(passed.Load()) }
			s.Free = func() (int64, bool) { return room.Load(), true }
			c := s.start(t)
			s.longLog(t)
			if err := errors.Join(c.Finished(t.Context()), os.Rename(s.To, s.To+".away")); err != nil {
				t.Fatal(err)
			}
			s.run(t, `INSERT INTO visits VALUES ('waiting')`)
			room.Store(1)
			passed.Add(int64(time.Minute))
			if err := c.Finished(t.Context()); err == nil || !c.GivenUp() {
				t.Fatalf("it is not given up: %v", err)
			}
			s.uncopied(t)
			room.Store(1 << 40)
			passed.Add(int64(time.Minute))
			if err := os.Rename(s.To+".away", s.To); err != nil {
				t.Fatal(err)
			}
			c = again(t, s, c)
			if err := errors.Join(c.Finished(t.Context()), c.Close(t.Context())); err != nil {
				t.Fatal(err)
			}
			if got, err := s.restored(t, s.private, time.Time{}); err != nil || got != "copied,waiting,uncopied,after" {
				t.Errorf("it holds %.200q, %v", got, err)
			}
		})
	}
}

// Nothing is copied while somebody reads in a log that must be emptied first; it goes on when they have read, at the latest when the
// server ends.
func TestACopyWaitsForWhoReadsInALogThatItMustEmpty(t *testing.T) {
	for _, ends := range []bool{false, true} {
		t.Run(fmt.Sprintf("the server ends at once: %t", ends), func(t *testing.T) {
			s := newSite(t)
			c := s.start(t)
			s.longLog(t)
			if err := errors.Join(c.Finished(t.Context()), c.Close(t.Context())); err != nil {
				t.Fatal(err)
			}
			s.uncopied(t)
			reads, err := s.db.Begin()
			if err != nil {
				t.Fatal(err)
			}
			var n int
			if err := reads.QueryRow(`SELECT count(*) FROM visits`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			c = s.start(t)
			if err := c.Finished(t.Context()); err == nil || !strings.Contains(err.Error(), "somebody reads in it") {
				t.Errorf("it says %v", err)
			}
			err = reads.Rollback()
			if !ends {
				err = errors.Join(err, c.Finished(t.Context()))
			}
			if err := errors.Join(err, c.Close(t.Context())); err != nil {
				t.Error(err)
			}
			if got, err := s.restored(t, s.private, time.Time{}); err != nil || got != "copied,uncopied,after" {
				t.Errorf("it holds %.200q, %v", got, err)
			}
		})
	}
}
