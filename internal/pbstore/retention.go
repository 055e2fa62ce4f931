package pbstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"doorstep/internal/care"
)

const (
	feedBetween = `SELECT seq, n, scope, collection, record FROM sync_feed WHERE seq > ? AND seq < ? ORDER BY seq, n LIMIT ?`
	dropFeedRow = `DELETE FROM sync_feed WHERE seq = ? AND n = ?`
	raiseFloor  = `UPDATE sync_meta SET floor = max(floor, ?)`
	forgetMarks = `DELETE FROM sync_marks WHERE minute < (SELECT max(minute) FROM sync_marks WHERE seq <= ?)`
)

// retentionAtOnce feed rows are looked at by one transaction.
const retentionAtOnce = 1000

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

// Compact removes, from a place in the feed onwards and below a number, rows that only say that
// a record is gone: it was deleted, retracted, settled, or it left the scope. It returns where to
// go on, 0 at the end, and raises the floor there.
func (tx *Tx) Compact(after, below int64) (next int64, err error) {
	type row struct {
		seq, n, scope, collection int64
		record                    string
	}
	var rows []row
	err = tx.each(feedBetween, func(r *sql.Rows) error {
		var x row
		err := r.Scan(&x.seq, &x.n, &x.scope, &x.collection, &x.record)
		rows = append(rows, x)
		return err
	}, after, below, retentionAtOnce)
	if err != nil {
		return 0, err
	}
	for _, x := range rows {
		s := tx.store.tables.byNumber[x.collection]
		if s == nil {
			continue
		}
		rec, err := tx.Record(s.Collection, x.record)
		if err != nil {
			return 0, err
		}
		if rec != nil && rec.Retracted.IsZero() && !settledIssue(rec) && inScope(rec, tx.store.Access.ScopeName(x.scope)) {
			continue
		}
		if _, err := tx.exec(dropFeedRow, x.seq, x.n); err != nil {
			return 0, err
		}
	}
	if len(rows) == retentionAtOnce {
		// A change is never split between two runs: the last one is looked at again.
		return max(rows[len(rows)-1].seq-1, after+1), nil
	}
	if _, err := tx.exec(raiseFloor, below); err != nil {
		return 0, err
	}
	tx.note(func(m *memory) { m.floor = max(m.floor, below) })
	_, err = tx.exec(forgetMarks, below)
	return 0, err
}

func settledIssue(rec *care.Record) bool {
	return (rec.Collection.Name == care.Conflicts || rec.Collection.Name == care.Quarantine) && !care.AsIssue(rec).IsOpen()
}

func inScope(rec *care.Record, scope string) bool {
	for _, s := range care.ScopesOf(rec.Collection.Name, rec.ID, rec.Author, rec.Text) {
		if s == scope {
			return true
		}
	}
	return false
}

// ForgetGrants drops from memory the holdings that ended so long ago that no phone can still
// speak of them: below the floor, where every cursor starts anew, and longer ago than unsent
// work is taken in. The table keeps them.
func (s *Store) ForgetGrants() {
	s.Access.ForgetGrants(s.Floor(), s.now().Add(-grantMemory))
}
