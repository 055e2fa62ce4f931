package pbstore

import (
	"context"
	"database/sql"
	"fmt"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/history"
)

const (
	epochNow   = `SELECT epoch FROM sync_meta`
	beginEpoch = `UPDATE sync_meta SET epoch = ?, ord = ?, seq = ?`
	addEpoch   = `INSERT INTO sync_epochs (epoch, ord, parent, fork, start, opened_at) VALUES (?, ?, ?, ?, ?, ?)`

	histories    = `SELECT number, after, name FROM sync_histories ORDER BY number`
	partings     = `SELECT name, seq FROM sync_partings ORDER BY name`
	epochsInLine = `SELECT epoch, fork FROM sync_epochs ORDER BY ord`
	addHistory   = `INSERT INTO sync_histories (number, after, name, opened_at) VALUES (?, ?, ?, ?)`
	lastHistory  = `SELECT coalesce(max(number), 0) FROM sync_histories`
	knownHistory = `SELECT count(*) FROM sync_histories WHERE name = ?`
	addParting   = `INSERT INTO sync_partings (name, seq) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq`
	lowerFork    = `UPDATE sync_epochs SET fork = min(fork, ?) WHERE parent = ?`

	momentNow = `SELECT m.seq, m.floor, c.last_mid, c.last_key, EXISTS (SELECT 1 FROM quarantine WHERE client = c.client AND code = '` + care.CodeSealed + `' AND ` + care.SQLIssueOpen + `)
		FROM sync_meta m, sync_clients c WHERE c.id = ?`
)

// epochStep keeps the numbers of a new epoch clear of any the lost end of the old one gave out.
const epochStep = int64(1) << 32

// NewEpoch notes that this database is a restored copy: what came after its head is not here.
func (tx *Tx) NewEpoch() error { return tx.newEpoch(tx.seq) }

// newEpoch opens an epoch to which of the one before only what came up to fork is true of every copy.
// Numbers go on far above, and every phone learns of it at its next contact.
func (tx *Tx) newEpoch(fork int64) error {
	var parent string
	if err := tx.row(epochNow).Scan(&parent); err != nil {
		return err
	}
	ord := tx.ord + 1
	// A name nobody used before: the same backup may be restored twice, and what phones saw
	// between the two restores must not pass for what they see after the second.
	id := tx.NewID()
	name := fmt.Sprintf("e%d%s", ord, id[len(id)-6:])
	tx.seq += epochStep
	if _, err := tx.exec(beginEpoch, name, ord, tx.seq); err != nil {
		return err
	}
	if _, err := tx.exec(addEpoch,
		name, ord, parent, fork, tx.seq, care.Stamp(tx.now)); err != nil {
		return err
	}
	tx.ord = ord
	tx.noteAccess(func(u *access.Update) { u.Epoch(name) })
	return tx.rereadBook()
}

// Histories is what this database knows of histories. Of the one that runs it tells once that is stored: at the first write after the start.
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

// Parted notes that a phone spoke of histories which only another copy of this database has, and which parted from ours at that number. Where the
// phone took their epoch for the present one, this is how the restore is noticed: a new epoch opens. It does nothing when the histories are ours
// after all, because another process began them.
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

// Await returns when memory is complete up to a number that a snapshot has seen.
func (s *Store) Await(ctx context.Context, head int64) error {
	for {
		moved := s.Access.Moved()
		if _, have := s.Head(); have >= head {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Moment is what a snapshot says of itself, and of a client: up to which mutation its work is in it. Unopened: see Store.
type Moment struct {
	Head, Floor, LastMid int64
	LastKey              string
	Unopened             bool
}

// Moment reads it.
func (v *Snapshot) Moment(client int64) (m Moment, err error) {
	err = v.row(momentNow, client).Scan(&m.Head, &m.Floor, &m.LastMid, &m.LastKey, &m.Unopened)
	return m, err
}
