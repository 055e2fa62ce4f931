package migrations

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"

	"doorstep/internal/care"
)

func init() { m.Register(leaving, noWayBack) }

// leaving gives what desks note of a leaver a row of its own, so that nothing is read back from
// the audit, and takes in what stands in the audit of those who are gone now.
func leaving(app core.App) error {
	db := app.NonconcurrentDB()
	for _, statement := range []string{
		`CREATE TABLE leaving (staff TEXT PRIMARY KEY, since TEXT NOT NULL, noted_at TEXT NOT NULL, noted_by TEXT NOT NULL) WITHOUT ROWID`,
		`DROP INDEX IF EXISTS audit_leave`, // it served the reading back
	} {
		if _, err := db.NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("leaving: %w", err)
		}
	}
	var noted []struct{ Staff, Gone, At, Actor, Detail string }
	if err := db.NewQuery(`SELECT s.id AS staff, s.inactive_since AS gone, a.at, a.actor, a.detail FROM staff s
		JOIN audit a ON a.action = 'leave' AND a.collection = 'staff' AND a.record = s.id
		WHERE s.inactive_since <> '' ORDER BY a.id`).All(&noted); err != nil {
		return fmt.Errorf("read who was noted as leaving: %w", err)
	}
	for _, n := range noted {
		since, ok := leftSince(n.At, n.Detail)
		gone, err := care.ParseStamp(strings.Replace(n.Gone, " ", "T", 1))
		if !ok || err != nil || !gone.Equal(since) {
			continue // overtaken by a later word, or not by a desk
		}
		if _, err := db.NewQuery(`INSERT OR REPLACE INTO leaving (staff, since, noted_at, noted_by) VALUES ({:staff}, {:since}, {:at}, {:by})`).
			Bind(dbx.Params{"staff": n.Staff, "since": care.Stamp(since), "at": n.At, "by": n.Actor}).Execute(); err != nil {
			return fmt.Errorf("note who is leaving: %w", err)
		}
	}
	return nil
}

// leftSince is the time from which a line of the audit says that somebody is gone: when it was
// written, or the later time that was asked for. False: the line says none.
func leftSince(written, detail string) (time.Time, bool) {
	var asked struct {
		At string `json:"at"`
	}
	since, err := care.ParseStamp(written)
	if err != nil || json.Unmarshal([]byte(detail), &asked) != nil {
		return time.Time{}, false
	}
	if at, err := care.ParseStamp(asked.At); err == nil && at.After(since) {
		return at, true
	}
	return since, true
}
