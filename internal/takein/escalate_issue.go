package takein

import (
	"slices"
	"time"

	"doorstep/internal/care"
)

// EscalateIssue gives an issue that nobody decided in time, or whose team is no more, to the care coordinators, who
// own it from then on. One that was decided, or whose time has not come, stays as it is.
func (r *Room) EscalateIssue(id string) error {
	issue, err := r.openIssueOf(id)
	if err != nil || issue == nil || care.AsIssue(issue).EscalatedAtStamp() != "" {
		return err
	}
	_, stands := r.Reference.Directory().Team(care.AsIssue(issue).OwnerTeam())
	if due := care.AsIssue(issue).DueAt(); due.After(r.Moment.Now()) && (stands || care.AsIssue(issue).OwnerTeam() == "") {
		return r.dueLater(issue, due)
	}
	old := issue.Clone()
	issue.SetAll(map[string]any{"escalated_at": care.Stamp(r.Moment.Now()), "escalated_from": care.AsIssue(old).OwnerTeam()})
	of := care.AsIssue(issue).OwnerTeam()
	if holders := r.Reference.Teams(care.AsIssue(issue).Patient()); len(holders) > 0 && !slices.Contains(holders, of) {
		of = holders[0] // whose coordinator may look at it
	}
	if to := r.coordinatorFor(of); to != "" {
		issue.SetAll(map[string]any{"owner_team": to})
	}
	return r.Store.Update(issue, old, []string{"escalated_at", "escalated_from", "owner_team"})
}

// dueLater looks at an issue again when its time comes. It is never further off than an issue may take: one that
// was opened while the clock was ahead is due that long from now.
func (r *Room) dueLater(issue *care.Record, due time.Time) error {
	if latest := r.Moment.Now().Add(IssueDeadline); due.After(latest) {
		old := issue.Clone()
		issue.SetAll(map[string]any{"due_at": care.Stamp(latest)})
		if err := r.Store.Update(issue, old, []string{"due_at"}); err != nil {
			return err
		}
		due = latest
	}
	return r.Notes.DueAt(due, care.DueIssue, issue.ID)
}

// LapseIssue sends an open issue once more, when those it concerns, but who lost the person, have been told of
// it long enough: it leaves their phones. One that was decided has left every phone already.
func (r *Room) LapseIssue(id string) error {
	issue, err := r.openIssueOf(id)
	if err != nil || issue == nil {
		return err
	}
	return r.Store.Update(issue.Clone(), issue, nil)
}

// openIssueOf finds an issue that nobody has decided; nil when there is none of that id.
func (r *Room) openIssueOf(id string) (*care.Record, error) {
	issue, err := r.Issue(id)
	if err != nil || issue == nil || !care.AsIssue(issue).IsOpen() {
		return nil, err
	}
	return issue, nil
}

// coordinatorFor is the care coordination of a team's neighbourhood, or any; "" where there is none.
func (r *Room) coordinatorFor(team string) string {
	directory := r.Reference.Directory()
	t, _ := directory.Coordinator(directory.Neighbourhood(team))
	return t.ID
}
