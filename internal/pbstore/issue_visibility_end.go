package pbstore

import (
	"time"

	"doorstep/internal/care"
)

// defaultIssueRetention is also the most that the setting --issue-retention-days takes.
const defaultIssueRetention = 30 * 24 * time.Hour

// Conditions on issues that concern a member of staff.
const (
	openConflictsOfStaff = `(kept_by = ?1 OR lost_by = ?1) AND patient <> '' AND ` + care.SQLIssueOpen + ` ORDER BY id`
	openRefusedOfStaff   = `author = ?1 AND patient <> '' AND ` + care.SQLIssueOpen + ` ORDER BY id`
)

// lapseLater makes the job look at an open issue again when those who do not have the person now
// have been told of it long enough.
func (tx *Tx) lapseLater(issue *care.Record) error {
	return tx.DueAt(tx.now.Add(tx.store.retention), care.DueLapse, issue.ID)
}

// strangers says whether anybody an issue concerns does not have its person now.
func (tx *Tx) strangers(issue *care.Record) bool {
	patient := care.AsIssue(issue).Patient()
	if patient == "" {
		return false
	}
	for _, field := range []string{"author", "kept_by", "lost_by"} {
		if v, ok := tx.Staff(issue.Text(field)); ok {
			if now, _ := tx.Holds(v, patient, tx.now); !now {
				return true
			}
		}
	}
	return false
}

// lapseOf is lapseLater for what concerns a member of staff who has left a team.
func (tx *Tx) lapseOf(staff string) error {
	if err := tx.lapseEach(care.Conflicts, openConflictsOfStaff, staff); err != nil {
		return err
	}
	return tx.lapseEach(care.Quarantine, openRefusedOfStaff, staff)
}

func (tx *Tx) lapseEach(collection, condition, staff string) error {
	open, err := tx.records(tx.store.tables.byName[collection], condition, staff)
	if err != nil {
		return err
	}
	for _, issue := range open {
		if err := tx.lapseLater(issue); err != nil {
			return err
		}
	}
	return nil
}
