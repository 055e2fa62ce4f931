package pbstore

import (
	"time"

	"doorstep/internal/care"
)

// defaultIssueRetention is also the most that the setting --issue-retention-days takes.
const defaultIssueRetention = 30 * 24 * time.Hour

// lapseOfStaff is lapseLater for what concerns a member of staff who has left a team.
const lapseOfStaff = `INSERT INTO sync_due (at, kind, ref)
	SELECT ?1, '` + string(care.DueLapse) + `', id FROM conflicts WHERE (kept_by = ?2 OR lost_by = ?2) AND patient <> '' AND ` + care.SQLIssueOpen + `
	UNION ALL SELECT ?1, '` + string(care.DueLapse) + `', id FROM quarantine WHERE author = ?2 AND patient <> '' AND ` + care.SQLIssueOpen + ` ON CONFLICT DO NOTHING`

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
