package pbstore

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/pipeline"
)

// defaultIssueRetention is the most that the design allows.
const defaultIssueRetention = 30 * 24 * time.Hour

// lapsed says whether a viewer who does not have the person any more has been told long enough
// that their issue is still open. It counts from when they lost the person or, where that was before, from
// when the issue was opened.
func (s *Store) lapsed(v care.Viewer, issue *care.Record) bool {
	since, _ := care.ParseStamp(issue.Text("opened_at")) // written by us
	s.mem.mu.RLock()
	if lost := s.mem.lost(v, issue.Text("patient")); lost.After(since) {
		since = lost
	}
	s.mem.mu.RUnlock()
	return s.now().Sub(since) >= s.retention
}

// lost is when a viewer last had a person, as far back as grants are remembered; zero for never.
func (m *memory) lost(v care.Viewer, patient string) (last time.Time) {
	held := func(holder string, until time.Time) {
		for _, g := range m.people[patient] {
			if g.holder != holder || !until.IsZero() && !g.from.Before(until) {
				continue
			}
			end := g.to
			if end.IsZero() || !until.IsZero() && until.Before(end) {
				end = until
			}
			if end.After(last) {
				last = end
			}
		}
	}
	for _, name := range viewerHolders(v) {
		held(name, time.Time{})
	}
	if member := m.staff[v.Staff]; member != nil {
		for _, p := range member.past {
			held(care.TeamScope(p.Team), p.Until)
		}
	}
	return last
}

// lapseLater makes the job look at an open issue again when those who do not have the person now
// have been told of it long enough.
func (tx *Tx) lapseLater(issue *care.Record) error {
	return tx.DueAt(tx.now.Add(tx.store.retention), pipeline.DueLapse, issue.ID)
}

// strangers says whether anybody an issue concerns does not have its person now.
func (tx *Tx) strangers(issue *care.Record) bool {
	patient := issue.Text("patient")
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
	for name, where := range map[string]string{care.Conflicts: "(kept_by = ?1 OR lost_by = ?1)", care.Quarantine: "author = ?1"} {
		open, err := tx.records(tx.store.shapes.byName[name], where+" AND patient <> '' AND state = 'open' ORDER BY id", staff)
		if err != nil {
			return err
		}
		for _, issue := range open {
			if err := tx.lapseLater(issue); err != nil {
				return err
			}
		}
	}
	return nil
}
