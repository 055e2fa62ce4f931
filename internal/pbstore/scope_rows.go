package pbstore

import "database/sql"

const rowsInScopes = `SELECT s.name, (SELECT count(*) FROM sync_feed f WHERE f.scope = s.id) FROM json_each(?) n JOIN sync_scopes s ON s.name = n.value`

// RowsIn counts the records in scopes, for the progress bar of a first load.
func (v *Snapshot) RowsIn(scopes map[string]bool) (map[string]int64, error) {
	counts := make(map[string]int64, len(scopes))
	return counts, v.each(rowsInScopes, func(r *sql.Rows) error {
		var name string
		var n int64
		err := r.Scan(&name, &n)
		counts[name] = n
		return err
	}, jsonList(sortedKeys(scopes)))
}
