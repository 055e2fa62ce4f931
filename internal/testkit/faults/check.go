//go:build linux

package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"doorstep/internal/doctor"
	"doorstep/internal/sqlitedb"
)

// twice finds a visit that was taken in twice: what phones write here is told apart by its note.
const twice = `SELECT note FROM visits WHERE note LIKE '% visit %' GROUP BY note HAVING count(*) > 1`

// broken are the checks of the doctor that no fault of a machine may have anything to say to.
var broken = []string{"database", "integrity", "sequence", "feed", "ledger", "values", "deadlines"}

// examine looks through the database of a stopped server: sound, every rule kept, and nothing that was acknowledged
// is missing. Known says which acknowledged keys must be there.
func examine(dir string, j *journal) (faults []string, err error) {
	db, err := sqlitedb.Connect(filepath.Join(dir, "data.db"))
	if err != nil {
		return nil, err
	}
	defer db.Close()
	raw := db.DB()
	report, err := doctor.Examine(context.Background(), doctor.Given{Dir: dir, Now: time.Now()})
	if err != nil {
		return nil, err
	}
	for _, f := range report.Findings {
		if f.Severity == doctor.Problem && slices.Contains(broken, f.Check) {
			faults = append(faults, fmt.Sprintf("%s: %s %v", f.Check, f.Found, f.Examples))
		}
	}
	doubles, err := column(raw, twice)
	if err != nil {
		return nil, err
	}
	if len(doubles) > 0 {
		faults = append(faults, fmt.Sprintf("a visit is there twice: %d, the first %s", len(doubles), doubles[0]))
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
