package pbtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/pocketbase/dbx"
)

// Hashes are what every table of the database holds, by table, but for those without, and for the index by which people
// are found: that is derived, and whoever searches brings it up to date.
func (a *App) Hashes(t testing.TB, without ...string) map[string]string {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("hash the database: %v", err)
		}
	}
	var tables []string
	must(a.DB().NewQuery("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'people_%' ORDER BY name").Column(&tables))
	all := map[string]string{}
	for _, table := range tables {
		if slices.Contains(without, table) {
			continue
		}
		rows, err := a.DB().NewQuery("SELECT * FROM {{" + table + "}} ORDER BY 1, 2").Rows()
		must(err)
		sum := sha256.New()
		for rows.Next() {
			row := dbx.NullStringMap{}
			must(rows.ScanMap(row))
			for _, column := range slices.Sorted(maps.Keys(row)) {
				fmt.Fprintf(sum, "%s=%q,%t\n", column, row[column].String, row[column].Valid)
			}
		}
		must(rows.Err())
		must(rows.Close())
		all[table] = hex.EncodeToString(sum.Sum(nil))
	}
	return all
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
