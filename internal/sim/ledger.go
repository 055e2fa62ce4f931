package sim

import "doorstep/internal/care"

// entry is what the server's ledger says of a key.
type entry struct {
	seq    int64
	status care.Status
	client string // under which it took effect: after a fork not the one that sent it first
	mid    int64
}

// ledger reads which changes took effect.
func (w *World) ledger() map[string]entry {
	found := map[string]entry{}
	db, err := w.machine.db()
	if err != nil {
		w.fail("%v", err)
		return found
	}
	rows, err := db.Query(`SELECT l.key, l.seq, l.status, c.client, l.mid FROM sync_ledger l JOIN sync_clients c ON c.id = l.client`)
	if err != nil {
		w.fail("read the ledger: %v", err)
		return found
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var e entry
		if err := rows.Scan(&key, &e.seq, &e.status, &e.client, &e.mid); err != nil {
			w.fail("read the ledger: %v", err)
		}
		found[key] = e
	}
	if err := rows.Err(); err != nil {
		w.fail("read the ledger: %v", err)
	}
	return found
}
