package pbtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"testing"
)

// hashed is what Hashes found last, and the connection it looks by. The number is SQLite's data_version: on a connection
// that writes nothing it is another one as soon as anybody else has committed, so as long as it stays not a byte has changed.
type hashed struct {
	look    *sql.Conn
	number  int64
	without []string
	all     map[string]string
}

// Hashes are what every table of the database holds, by table, but for those without, and for the index by which people
// are found: that is derived, and whoever searches brings it up to date.
func (a *App) Hashes(t testing.TB, without ...string) map[string]string {
	t.Helper()
	if a.hashed.look == nil {
		look, err := a.SecondConnection(t).Conn(context.Background())
		if err != nil {
			t.Fatalf("open a connection to hash by: %v", err)
		}
		t.Cleanup(func() { look.Close() })
		a.hashed.look = look
	}
	if err := a.hashed.bring(without); err != nil {
		t.Fatalf("hash the database: %v", err)
	}
	return maps.Clone(a.hashed.all)
}

// bring reads the tables anew where anything was committed since the last time. The number is asked first: of what is
// committed while tables are read the next call learns.
func (h *hashed) bring(without []string) error {
	var number int64
	if err := h.look.QueryRowContext(context.Background(), "PRAGMA data_version").Scan(&number); err != nil {
		return err
	}
	if h.all != nil && h.number == number && slices.Equal(h.without, without) {
		return nil
	}
	tables, err := h.tables()
	if err != nil {
		return err
	}
	all := map[string]string{}
	for _, table := range tables {
		if slices.Contains(without, table) {
			continue
		}
		if all[table], err = h.table(table); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	h.number, h.without, h.all = number, slices.Clone(without), all
	return nil
}

func (h *hashed) tables() (names []string, err error) {
	rows, err := h.look.QueryContext(context.Background(),
		"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'people_%' ORDER BY name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// table is the hash of one table: of the names of its columns, and of each value with its length.
func (h *hashed) table(name string) (string, error) {
	rows, err := h.look.QueryContext(context.Background(), "SELECT * FROM `"+name+"` ORDER BY 1, 2")
	if err != nil {
		return "", err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	values, places := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
	for i := range values {
		places[i] = &values[i]
	}
	text := fmt.Appendf(nil, "%q\n", columns)
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return "", err
		}
		for _, v := range values {
			if v == nil {
				text = append(text, "NULL\n"...)
				continue
			}
			text = fmt.Appendf(text, "%d:", len(v))
			text = append(append(text, v...), '\n')
		}
	}
	if err := rows.Err(); err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// Unchanged fails for every table whose hash differs from before.
func Unchanged(t testing.TB, what string, before, after map[string]string) {
	t.Helper()
	for table, hash := range after {
		if before[table] != hash {
			t.Errorf("%s changed the table %s", what, table)
		}
	}
}
