package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(syncTables, noWayBack) }

// syncTables makes the tables of the engine. They are no collections: no public API, no rules to get
// wrong. Times are text in care.TimeLayout.
func syncTables(app core.App) error {
	for _, statement := range syncTablesDDL {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("%.60s: %w", statement, err)
		}
	}
	return nil
}

var syncTablesDDL = []string{
	// The sequence: one row, whose seq is the last number given out. Below floor tombstones are gone.
	`CREATE TABLE sync_meta (id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL, ord INTEGER NOT NULL, seq INTEGER NOT NULL, floor INTEGER NOT NULL DEFAULT 0)`,
	`INSERT INTO sync_meta (id, epoch, ord, seq) VALUES (1, 'e1', 1, 0)`,
	`CREATE TABLE sync_epochs (epoch TEXT PRIMARY KEY, ord INTEGER NOT NULL, parent TEXT NOT NULL, fork INTEGER NOT NULL, start INTEGER NOT NULL, opened_at TEXT NOT NULL)`,

	// The feed: the latest row for each scope and record, ordered by the sequence.
	`CREATE TABLE sync_scopes (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)`,
	`CREATE TABLE sync_feed (seq INTEGER NOT NULL, n INTEGER NOT NULL, scope INTEGER NOT NULL, collection INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (seq, n)) WITHOUT ROWID`,
	`CREATE INDEX sync_feed_scope ON sync_feed (scope, seq)`,

	// Who holds whom, in numbers of the sequence; whose scopes were reset.
	`CREATE TABLE sync_grants (id INTEGER PRIMARY KEY, patient TEXT NOT NULL, holder TEXT NOT NULL, from_seq INTEGER NOT NULL, to_seq INTEGER, from_at TEXT NOT NULL, to_at TEXT)`,
	`CREATE INDEX sync_grants_patient ON sync_grants (patient)`,
	`CREATE TABLE sync_staff (staff TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, reset_seq INTEGER NOT NULL, past TEXT NOT NULL DEFAULT '[]') WITHOUT ROWID`,

	// Every push of every client, with its answer.
	`CREATE TABLE sync_clients (id INTEGER PRIMARY KEY, client TEXT NOT NULL UNIQUE, device TEXT NOT NULL, staff TEXT NOT NULL, last_mid INTEGER NOT NULL DEFAULT 0, last_key TEXT NOT NULL DEFAULT '', pulled_mid INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL)`,
	`CREATE TABLE sync_ledger (key TEXT PRIMARY KEY, client INTEGER NOT NULL, mid INTEGER NOT NULL, status TEXT NOT NULL, seq INTEGER NOT NULL) WITHOUT ROWID`,
	// A key that took effect under another client's number and was sent again under this one.
	`CREATE TABLE sync_renumbered (client INTEGER NOT NULL, mid INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (client, mid)) WITHOUT ROWID`,
	`CREATE TABLE sync_results (id INTEGER PRIMARY KEY, client INTEGER NOT NULL, first_mid INTEGER NOT NULL, last_mid INTEGER NOT NULL, at TEXT NOT NULL, body BLOB NOT NULL)`,
	`CREATE INDEX sync_results_client ON sync_results (client, first_mid)`,

	// What others wrote and the engine has still to settle.
	`CREATE TABLE sync_dirty (id INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT NOT NULL, record TEXT NOT NULL, op TEXT NOT NULL, was TEXT)`,

	// Time: which number stood at which minute, what is due, which job ran when.
	`CREATE TABLE sync_marks (minute INTEGER PRIMARY KEY, seq INTEGER NOT NULL)`,
	`CREATE TABLE sync_due (at TEXT NOT NULL, kind TEXT NOT NULL, ref TEXT NOT NULL, PRIMARY KEY (at, kind, ref)) WITHOUT ROWID`,
	`CREATE TABLE sync_jobs (name TEXT PRIMARY KEY, ran_at TEXT NOT NULL) WITHOUT ROWID`,

	// Identity: assertions seen, one-time sign-in codes.
	`CREATE TABLE sync_assertions (jti TEXT PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID`,
	`CREATE TABLE sign_in_codes (hash TEXT PRIMARY KEY, staff TEXT NOT NULL, issued_by TEXT NOT NULL, expires_at TEXT NOT NULL, used_at TEXT) WITHOUT ROWID`,

	// Handovers: every alarm that was raised, and the rows that must leave the building.
	`CREATE TABLE alarms (id TEXT PRIMARY KEY, rule TEXT NOT NULL, version INTEGER NOT NULL, patient TEXT NOT NULL, collection TEXT NOT NULL, record TEXT NOT NULL, visit TEXT NOT NULL, clinical_time TEXT NOT NULL, clock_known INTEGER NOT NULL, class TEXT NOT NULL, destination TEXT NOT NULL, news2 INTEGER NOT NULL, staff TEXT NOT NULL, team TEXT NOT NULL, verified INTEGER NOT NULL, holds INTEGER NOT NULL, handover TEXT NOT NULL, seq INTEGER NOT NULL) WITHOUT ROWID`,
	`CREATE INDEX alarms_patient ON alarms (patient, clinical_time)`,
	`CREATE TABLE outbox (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, channel TEXT NOT NULL, handover TEXT NOT NULL, team TEXT NOT NULL, created_at TEXT NOT NULL, due_at TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL, last_error TEXT NOT NULL DEFAULT '', done_at TEXT)`,
	`CREATE INDEX outbox_due ON outbox (state, due_at)`,
	`CREATE TABLE calendar_days (day TEXT PRIMARY KEY, open INTEGER NOT NULL, note TEXT NOT NULL) WITHOUT ROWID`,

	// The audit trail can only grow.
	`CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL, role TEXT NOT NULL, organisation TEXT NOT NULL, device TEXT NOT NULL, action TEXT NOT NULL, collection TEXT NOT NULL, record TEXT NOT NULL, patient TEXT NOT NULL, detail TEXT NOT NULL)`,
	`CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END`,
	`CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END`,
}
