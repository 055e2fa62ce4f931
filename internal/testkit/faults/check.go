//go:build linux

package main

import (
	"database/sql"
	"fmt"
	"path/filepath"

	"doorstep/internal/care"
	"doorstep/internal/sqlitedb"
)

// rules hold in every database, whatever happened to it: each query finds what breaks one.
var rules = map[string]string{
	"a visit is there twice":                                  `SELECT note FROM visits WHERE note LIKE '% visit %' GROUP BY note HAVING count(*) > 1`,
	"a visit stands in no feed at its version":                `SELECT id FROM visits v WHERE retracted = '' AND NOT EXISTS (SELECT 1 FROM sync_feed f WHERE f.seq = v.version AND f.record = v.id)`,
	"a number of the feed lies beyond the head":               `SELECT seq FROM sync_feed WHERE seq > (SELECT seq FROM sync_meta)`,
	"a number of the ledger was given twice":                  `SELECT seq FROM sync_ledger GROUP BY seq HAVING count(*) > 1`,
	"a client's numbers have a hole":                          `SELECT client FROM (SELECT client, mid FROM sync_ledger UNION SELECT client, mid FROM sync_renumbered) GROUP BY client HAVING max(mid) - min(mid) + 1 <> count(*) AND client IN (SELECT client FROM sync_results WHERE first_mid = 1)`, // of whom no answer was cleared away yet
	"a client's last number is not in the ledger":             `SELECT client FROM sync_clients c WHERE last_mid > 0 AND NOT EXISTS (SELECT 1 FROM sync_ledger l WHERE l.key = c.last_key)`,
	"an open handover of a class with a clock has no due row": `SELECT id FROM handovers h WHERE state NOT IN ` + care.SQLOffTheClock + ` AND ack_due <> '' AND NOT EXISTS (SELECT 1 FROM sync_due d WHERE d.kind = 'handover' AND d.ref = h.id)`,
}

// examine looks through the database of a stopped server: sound, every rule kept, and nothing that was acknowledged
// is missing. Known says which acknowledged keys must be there.
func examine(dir string, j *journal) (faults []string, err error) {
	db, err := sqlitedb.Connect(filepath.Join(dir, "data.db"))
	if err != nil {
		return nil, err
	}
	defer db.Close()
	raw := db.DB()
	var sound string
	if err := raw.QueryRow(`PRAGMA integrity_check(3)`).Scan(&sound); err != nil || sound != "ok" {
		return []string{fmt.Sprintf("integrity_check: %s %v", sound, err)}, nil
	}
	for what, query := range rules {
		found, err := column(raw, query)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		if len(found) > 0 {
			faults = append(faults, fmt.Sprintf("%s: %d, the first %s", what, len(found), found[0]))
		}
	}
	keys, err := column(raw, `SELECT key FROM sync_ledger`)
	if err != nil {
		return nil, err
	}
	there := make(map[string]bool, len(keys))
	for _, key := range keys {
		there[key] = true
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	lost := 0
	for key := range j.acked {
		if !there[key] {
			lost++
		}
	}
	if lost > 0 {
		faults = append(faults, fmt.Sprintf("LOST: %d of %d acknowledged changes", lost, len(j.acked)))
	}
	return faults, nil
}

func column(db *sql.DB, query string) (list []string, err error) {
	rows, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}
