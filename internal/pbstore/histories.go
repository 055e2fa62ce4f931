package pbstore

import (
	"database/sql"

	"doorstep/internal/care"
	"doorstep/internal/history"
)

const (
	histories    = `SELECT number, after, name FROM sync_histories ORDER BY number`
	partings     = `SELECT name, seq FROM sync_partings ORDER BY name`
	epochsInLine = `SELECT epoch, fork FROM sync_epochs ORDER BY ord`
	addHistory   = `INSERT INTO sync_histories (number, after, name, opened_at) VALUES (?, ?, ?, ?)`
	lastHistory  = `SELECT coalesce(max(number), 0) FROM sync_histories`
	knownHistory = `SELECT count(*) FROM sync_histories WHERE name = ?`
	addParting   = `INSERT INTO sync_partings (name, seq) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq`
	lowerFork    = `UPDATE sync_epochs SET fork = min(fork, ?) WHERE parent = ?`
)

// Histories is what this database knows of histories. Of the one that runs it tells once that is stored:
// at the first write after the start.
func (s *Store) Histories() *history.Book {
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	return s.mem.book
}

// OwnHistory says whether a name can only come from a server with our key, and of which number it is.
func (s *Store) OwnHistory(name history.Name) (number int64, own bool) { return s.names.Own(name) }

func readBook(v reader) (*history.Book, error) {
	var own []history.History
	if err := v.each(histories, func(r *sql.Rows) error {
		var h history.History
		err := r.Scan(&h.Number, &h.After, &h.Name)
		own = append(own, h)
		return err
	}); err != nil {
		return nil, err
	}
	lost := map[history.Name]int64{}
	if err := v.each(partings, func(r *sql.Rows) error {
		var name history.Name
		var at int64
		err := r.Scan(&name, &at)
		lost[name] = at
		return err
	}); err != nil {
		return nil, err
	}
	var epochs []history.Epoch
	err := v.each(epochsInLine, func(r *sql.Rows) error {
		var e history.Epoch
		err := r.Scan(&e.Name, &e.Fork)
		epochs = append(epochs, e)
		return err
	})
	return history.NewBook(own, lost, epochs), err
}

// beginHistory writes the history of this start, once: with the first write, so that a server whose disk is
// full starts all the same. Nobody hears its name before it is stored.
func (tx *Tx) beginHistory() error {
	s := tx.store
	s.mem.mu.RLock()
	begun := s.mem.begun
	s.mem.mu.RUnlock()
	if begun {
		return nil
	}
	h := history.History{After: tx.seq}
	if err := tx.row(lastHistory).Scan(&h.Number); err != nil {
		return err
	}
	h.Number++
	var err error
	if h.Name, err = s.names.Name(h.Number); err != nil {
		return err
	}
	if _, err := tx.exec(addHistory, h.Number, h.After, string(h.Name), care.Stamp(tx.now)); err != nil {
		return err
	}
	tx.note(func(m *memory) { m.begun = true })
	return tx.rereadBook()
}

func (tx *Tx) rereadBook() error {
	book, err := readBook(tx)
	tx.note(func(m *memory) { m.book = book })
	return err
}

// Parted notes that a phone spoke of histories which only another copy of this database has, and which
// parted from ours at that number. Where the phone took their epoch for the present one, this is how the
// restore is noticed: a new epoch opens. It does nothing when the histories are ours after all, because
// another process began them.
func (tx *Tx) Parted(names []history.Name, epoch string, at int64) error {
	for _, name := range names {
		var ours int
		if err := tx.row(knownHistory, string(name)).Scan(&ours); err != nil {
			return err
		}
		if ours > 0 {
			return tx.rereadBook()
		}
	}
	for _, name := range names {
		if _, err := tx.exec(addParting, string(name), at); err != nil {
			return err
		}
	}
	if _, err := tx.exec(lowerFork, at, epoch); err != nil {
		return err
	}
	var now string
	if err := tx.row(epochNow).Scan(&now); err != nil {
		return err
	}
	if now != epoch {
		return tx.rereadBook()
	}
	return tx.newEpoch(at)
}
