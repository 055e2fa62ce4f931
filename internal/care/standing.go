package care

import "encoding/json"

// Standing is what a phone, a member of staff or a caseload row may do since somebody decided so. It is
// written down outside the database too, for a restored backup does not know of it.
type Standing struct {
	Collection string `json:"collection"` // devices, staff or caseload
	ID         string `json:"id"`
	// Fields are columns as SQLite keeps them.
	Fields json.RawMessage `json:"fields"`
}
