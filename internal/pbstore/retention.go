package pbstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

const (
	feedBetween = `SELECT seq, n, scope, collection, record FROM sync_feed WHERE (seq, n) > (?, ?) AND seq < ? ORDER BY seq, n LIMIT +?`
	dropFeedRow = `DELETE FROM sync_feed WHERE seq = ? AND n = ?`
	raiseFloor  = `UPDATE sync_meta SET floor = max(floor, ?)`
	forgetMarks = `DELETE FROM sync_marks WHERE minute IN (SELECT minute FROM sync_marks
		WHERE minute < (SELECT max(minute) FROM sync_marks WHERE seq <= ?) LIMIT +?)`
)

// retentionAtOnce rows are looked through at once, and removed by one transaction at most.
const retentionAtOnce = 500

// Floor is the number below which tombstones may be missing: a cursor below it starts anew.
func (s *Store) Floor() int64 {
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	return s.mem.floor
}

// MarkBefore returns the last number that was given out before a time, 0 when none is known.
func (s *Store) MarkBefore(ctx context.Context, t time.Time) (seq int64, err error) {
	err = s.Read(ctx, func(v *Snapshot) error {
		err := v.row(markBefore, t.Unix()/60).Scan(&seq)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return seq, err
}

// Place is where reading the feed goes on: after a row of it.
type Place struct{ Seq, N int64 }

// Gone are rows of the feed, up to a place, that only say that a record is gone.
type Gone struct {
	rows []Place
	// Next is where to go on reading, Floor the number from which on nothing was removed. Last: below the number
	// asked for there is nothing more.
	Next  Place
	Floor int64
	Last  bool
}

// Any says whether there is anything to remove.
func (g Gone) Any() bool { return len(g.rows) > 0 }

// FindGone looks through a part of the feed, from a place and below a number, for rows that only say that a record
// is gone: it was deleted, retracted, settled, or it left the scope; or that say nothing, because the record has a
// later row there: it was deleted and made again. It reads beside the writer: what a row of the
// feed says never changes, it only goes when its record gets a new one.
func (s *Store) FindGone(ctx context.Context, from Place, below int64) (g Gone, err error) {
	err = s.Read(ctx, func(v *Snapshot) error { g, err = v.findGone(from, below); return err })
	return g, err
}

func (v *Snapshot) findGone(from Place, below int64) (Gone, error) {
	type row struct {
		Place
		scope, collection int64
		record            string
	}
	var rows []row
	records := map[int64][]string{}
	err := v.each(feedBetween, func(r *sql.Rows) error {
		var x row
		err := r.Scan(&x.Seq, &x.N, &x.scope, &x.collection, &x.record)
		rows = append(rows, x)
		records[x.collection] = append(records[x.collection], x.record)
		return err
	}, from.Seq, from.N, below, retentionAtOnce)
	if err != nil {
		return Gone{}, err
	}
	standing := map[int64]map[string]*care.Record{}
	for number, ids := range records {
		if s := v.store.tables.byNumber[number]; s != nil {
			standing[number] = map[string]*care.Record{}
			if err := v.load(s, ids, standing[number]); err != nil {
				return Gone{}, err
			}
		}
	}
	g := Gone{Next: from, Floor: below, Last: len(rows) < retentionAtOnce}
	for _, x := range rows {
		known, watched := standing[x.collection]
		rec := known[x.record]
		if watched && !care.Stands(rec, v.store.Access.ScopeName(x.scope), x.Seq) {
			g.rows = append(g.rows, x.Place)
		}
		g.Next = x.Place
	}
	if !g.Last {
		g.Floor = g.Next.Seq
	}
	return g, nil
}

// Forget removes rows of the feed, and raises the floor with them: whoever was away for longer starts anew. The
// floor never lies above what was looked through, so that a run that is cut short goes on from there.
func (tx *Tx) Forget(g Gone) error {
	for _, x := range g.rows {
		if _, err := tx.exec(dropFeedRow, x.Seq, x.N); err != nil {
			return err
		}
	}
	if _, err := tx.exec(raiseFloor, g.Floor); err != nil {
		return err
	}
	tx.note(func(m *memory) { m.floor = max(m.floor, g.Floor) })
	return nil
}

// ForgetMarks removes a few marks of minutes that lie below a number; more says whether any are left.
func (tx *Tx) ForgetMarks(below int64) (more bool, err error) {
	n, err := tx.exec(forgetMarks, below, retentionAtOnce)
	return n == retentionAtOnce, err
}

// ForgetGrants drops from memory the holdings that ended so long ago that no phone can still
// speak of them: below the floor, where every cursor starts anew, and longer ago than unsent
// work is taken in. The table keeps them.
func (s *Store) ForgetGrants() {
	s.Access.ForgetGrants(s.Floor(), s.now().Add(-access.PastKept))
}
