package pipeline

import "doorstep/internal/care"

// DueIssue is the kind of due row that makes the escalation job look at a conflict or a
// quarantined change.
const DueIssue = "issue"

// openIssue stores a new issue and makes the job look when its owner should have decided.
func openIssue(tx Tx, issue *care.Record) error {
	ok, err := tx.Insert(issue)
	if err != nil || !ok {
		return err
	}
	if at := stampOf(issue, "due_at"); !at.IsZero() {
		return tx.DueAt(at, DueIssue, issue.ID)
	}
	return nil
}

// EscalateIssue gives an issue that nobody decided in time to the care coordinators, who own it
// from then on. One that was decided, or whose time has not come, stays as it is.
func EscalateIssue(tx Tx, id string) error {
	issue, err := Issue(tx, id)
	if err != nil || issue == nil || issue.Text("state") != "open" || issue.Text("escalated_at") != "" {
		return err
	}
	if due := stampOf(issue, "due_at"); due.After(tx.Now()) {
		return tx.DueAt(due, DueIssue, id)
	}
	old := clone(issue)
	put(issue, map[string]any{"escalated_at": care.Stamp(tx.Now())})
	if to := coordinatorFor(tx, issue.Text("owner_team")); to != "" {
		put(issue, map[string]any{"owner_team": to})
	}
	return tx.Update(issue, old, []string{"escalated_at", "owner_team"})
}

// DueLapse is the kind of due row that sends an open issue once more when those it concerns, but who
// lost the person, have been told of it long enough: it leaves their phones.
const DueLapse = "lapse"

// LapseIssue sends an issue once more; one that was decided has left every phone already.
func LapseIssue(tx Tx, id string) error {
	issue, err := Issue(tx, id)
	if err != nil || issue == nil || issue.Text("state") != "open" {
		return err
	}
	return tx.Update(clone(issue), issue, nil)
}

// coordinatorFor is the care coordination of a team's neighbourhood, "" where there is none.
func coordinatorFor(tx Tx, team string) string {
	if t, ok := tx.Directory().Coordinator(tx.Directory().Neighbourhood(team)); ok {
		return t.ID
	}
	return tx.Directory().AnyCoordinator()
}

// Issue finds a conflict or a quarantined change; nil when there is none of that id.
func Issue(tx Tx, id string) (*care.Record, error) {
	for _, name := range []string{care.Conflicts, care.Quarantine} {
		c, _ := care.ByName(name)
		rec, err := tx.Record(c, id)
		if err != nil || rec != nil {
			return rec, err
		}
	}
	return nil, nil
}
