package pbstore

import (
	"context"
	"fmt"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

const (
	epochNow     = `SELECT epoch FROM sync_meta`
	beginEpoch   = `UPDATE sync_meta SET epoch = ?, ord = ?, seq = ?`
	addEpoch     = `INSERT INTO sync_epochs (epoch, ord, parent, fork, start, opened_at) VALUES (?, ?, ?, ?, ?, ?)`
	confirmedMid = `SELECT last_mid, last_key FROM sync_clients WHERE id = ?`
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

// Confirmed returns up to which mutation a client's work is in this snapshot.
func (v *Snapshot) Confirmed(client int64) (mid int64, key string, err error) {
	err = v.row(confirmedMid, client).Scan(&mid, &key)
	return mid, key, err
}
