package sim

import "doorstep/internal/care"

// entry is what the server's ledger says of a key.
type entry struct {
	seq    int64
	status care.Status
}

// ledger reads which changes took effect.
func (w *World) ledger() map[string]entry {
	found := map[string]entry{}
	db, err := w.machine.db()
	if err != nil {
		w.fail("%v", err)
		return found
	}
	rows, err := db.Query(`SELECT key, seq, status FROM sync_ledger`)
	if err != nil {
		w.fail("read the ledger: %v", err)
		return found
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var e entry
		if err := rows.Scan(&key, &e.seq, &e.status); err != nil {
			w.fail("read the ledger: %v", err)
		}
		found[key] = e
	}
	if err := rows.Err(); err != nil {
		w.fail("read the ledger: %v", err)
	}
	return found
}
