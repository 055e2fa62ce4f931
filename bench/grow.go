package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/sqlitedb"
)

// visitTimes are the columns of a visit that say when it was; a copy is earlier.
var visitTimes = []string{"planned_start", "planned_end", "started_at", "ended_at", "time_entered_at", "authored_at", "clinical_time"}

// grow makes a database that nobody serves so many times as large, because pushing a million visits takes an hour. What it adds are
// copies of what phones pushed, with their rows in the feed, the ledger and the kept answers, under numbers of their own. Each copy is
// earlier than the one before by as long as what was pushed spans: a person has as many visits in two days as if all had been pushed.
func (f *filled) grow(times int, span time.Duration) error {
	if times > mostCopies {
		return fmt.Errorf("%d visits would be copied %d times, and only %d are told apart", f.visits, times, mostCopies)
	}
	file, err := sqlitedb.Connect(filepath.Join(f.dir, "data.db"))
	if err != nil {
		return err
	}
	defer file.Close()
	columns, err := copiedColumns(file.DB())
	if err != nil {
		return err
	}
	var head, mids int64
	if err := file.DB().QueryRow(`SELECT (SELECT seq FROM sync_meta), (SELECT max(last_mid) FROM sync_clients)`).Scan(&head, &mids); err != nil {
		return err
	}
	for n := 1; n < times; n++ {
		if err := addCopy(file.DB(), columns, n, head, mids, span); err != nil {
			return fmt.Errorf("copy %d of the visits: %w", n, err)
		}
	}
	f.visits *= times
	for device := range f.next {
		f.next[device] += int64(times-1) * mids
	}
	_, err = file.DB().Exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}

// copiedColumns are the columns of a visit, and what each is in a copy: ?1 its number, ?2 how many numbers a copy takes, ?3 how much earlier it is.
func copiedColumns(db *sql.DB) (names [2]string, err error) {
	rows, err := db.Query(`SELECT name FROM pragma_table_info('visits')`)
	if err != nil {
		return names, err
	}
	defer rows.Close()
	var into, values []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return names, err
		}
		value := `"` + name + `"`
		into = append(into, value)
		switch {
		case name == "id":
			value = copyOf("id")
		case name == "version":
			value = `version + ?1 * ?2`
		case slices.Contains(visitTimes, name):
			value = fmt.Sprintf(`CASE WHEN "%[1]s" = '' THEN '' ELSE strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', "%[1]s", ?3) END`, name)
		}
		values = append(values, value)
	}
	return [2]string{strings.Join(into, ", "), strings.Join(values, ", ")}, rows.Err()
}

// mostCopies is how many there are at most. Ids begin with their time: those of today with 01, those of copies with 11 to 70.
const mostCopies = 60

// copyOf is the id of a copy of what a column names.
func copyOf(column string) string { return `printf('%02d', ?1 + 10) || substr(` + column + `, 3)` }

func addCopy(db *sql.DB, columns [2]string, n int, head, mids int64, span time.Duration) error {
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	earlier := fmt.Sprintf("-%d seconds", int64(n)*int64(span/time.Second))
	for _, s := range []struct {
		statement string
		args      []any
	}{
		{`INSERT INTO visits (` + columns[0] + `) SELECT ` + columns[1] + ` FROM visits WHERE version <= ?2`, []any{n, head, earlier}},
		{`INSERT INTO sync_feed (seq, n, scope, collection, record) SELECT seq + ?1 * ?2, n, scope, collection, ` + copyOf("record") +
			` FROM sync_feed WHERE seq <= ?2 AND collection = ?3`, []any{n, head, pbstore.CollectionNumber(care.Visits)}},
		{`INSERT INTO sync_ledger (key, client, mid, status, seq) SELECT ` + copyOf("key") + `, client, mid + ?1 * ?3, status, seq + ?1 * ?2
			FROM sync_ledger WHERE seq <= ?2`, []any{n, head, mids}},
		{`INSERT INTO sync_results (client, first_mid, last_mid, at, body) SELECT client, first_mid + ?1 * ?2, last_mid + ?1 * ?2, at, body
			FROM sync_results WHERE last_mid <= ?2`, []any{n, mids}},
		{`UPDATE sync_clients SET last_mid = last_mid + ?2, last_key = ` + copyOf("last_key") + ` WHERE last_mid > 0`, []any{n, mids}},
		{`UPDATE sync_meta SET seq = seq + ?1`, []any{head}},
	} {
		if _, err := tx.Exec(s.statement, s.args...); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}
