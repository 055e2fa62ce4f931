package pbstore

import (
	"database/sql"
	"errors"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/judge"
)

const (
	lastAlarms    = `SELECT patient, max(clinical_time) FROM alarms WHERE clinical_time > ? GROUP BY patient`
	openHandovers = `SELECT patient, count(*) FROM handovers WHERE state NOT IN ` + care.SQLOffTheClock + ` GROUP BY patient`
	openIssues    = `SELECT patient, count(*) FROM (SELECT patient FROM conflicts WHERE ` + care.SQLIssueOpen + `
		UNION ALL SELECT patient FROM quarantine WHERE ` + care.SQLIssueOpen + `) GROUP BY patient`
)

func (m *memory) loadWatched(v *Snapshot) error {
	since := care.Stamp(v.store.now().Add(-judge.AlarmMemory))
	err := v.each(lastAlarms, func(r *sql.Rows) error {
		var patient, at string
		if err := r.Scan(&patient, &at); err != nil {
			return err
		}
		m.watch(patient).lastAlarm = columns.ParseTime(at)
		return nil
	}, since)
	if err != nil {
		return err
	}
	count := func(query string, into func(*watch, int)) error {
		return v.each(query, func(r *sql.Rows) error {
			var patient string
			var n int
			err := r.Scan(&patient, &n)
			into(m.watch(patient), n)
			return err
		})
	}
	err = count(openHandovers, func(w *watch, n int) { w.open = n })
	return errors.Join(err, count(openIssues, func(w *watch, n int) { w.issues = n }))
}

// mayHaveIssues says whether an issue about a person may be open. It asks memory.
func (tx *Tx) mayHaveIssues(patient string) bool {
	m := tx.store.mem
	m.mu.RLock()
	defer m.mu.RUnlock()
	w := m.watched[patient]
	_, touched := tx.doubted[patient]
	return touched || w != nil && w.issues > 0
}

// openRows counts an issue that is not decided; nil is none.
func openRows(issue *care.Record) int {
	if issue == nil || !care.AsIssue(issue).IsOpen() {
		return 0
	}
	return 1
}
