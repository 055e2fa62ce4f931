package sqlitedb

import (
	"context"
	"strings"
)

// Check examines the structure of the database on a connection that reads, so that nobody waits for it: "" when it
// is sound, else what SQLite found, a line each. It reads the whole file.
func (db *DB) Check(ctx context.Context) (faults string, err error) {
	rows, err := db.reads.QueryContext(ctx, `PRAGMA quick_check(5)`)
	if err != nil {
		return damage(err)
	}
	defer func() { _ = rows.Close() }() // the error, if any, is rows.Err
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return damage(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		return damage(err)
	}
	if len(lines) == 1 && lines[0] == "ok" {
		return "", nil
	}
	return strings.Join(lines, "\n"), nil
}

// damage takes an error that is the answer to the question.
func damage(err error) (string, error) {
	if corrupt(err) {
		return err.Error(), nil
	}
	return "", err
}
