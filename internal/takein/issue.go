package takein

import (
	"slices"
	"time"

	"doorstep/internal/care"
)

// IssueDeadline is how long the owning team has before the care coordinator is told.
const IssueDeadline = 24 * time.Hour

// newIssue starts a conflict or quarantine record, owned by the team that holds the person now.
func (in *input) newIssue(collection, patient string) *care.Record {
	c, _ := care.ByName(collection)
	rec := &care.Record{Collection: c, ID: in.Moment.NewID(), Values: map[string]any{}}
	in.authored(rec)
	if care.IsID(patient) {
		rec.Values["patient"] = patient
	}
	now := in.Moment.Now()
	rec.SetAll(map[string]any{"owner_team": in.ownerTeam(patient), "opened_at": care.Stamp(now), "due_at": care.Stamp(now.Add(IssueDeadline)), "state": care.IssueOpen})
	return rec
}

// newHeld starts the quarantine record of what this change brought: a kind of it.
func (in *input) newHeld(kind, patient string) *care.Record {
	q := in.newIssue(care.Quarantine, patient)
	q.SetAll(map[string]any{"kind": kind, "author": in.by.Staff, "client": in.by.Client, "device": in.by.Device, "mid": in.m.Mid, "key": in.m.Key})
	return q
}

// ownerTeam is the team that holds the person now: one of the author's own where it does, else
// the first that is entitled to read what the author writes; where nobody is, the author's team.
func (in *input) ownerTeam(patient string) string {
	holders := in.Reference.Teams(patient)
	for _, t := range in.by.Teams {
		if slices.Contains(holders, t) {
			return t
		}
	}
	limited := in.rights().Limited()
	directory := in.Reference.Directory()
	for _, t := range holders {
		if team, ok := directory.Team(t); limited || !ok || team.Kind != care.VoluntaryKind {
			return t
		}
	}
	if len(in.by.Teams) > 0 {
		return in.by.Teams[0]
	}
	return directory.AnyCoordinator()
}

// openIssue stores a new issue and makes the job look when its owner should have decided.
func (r *Room) openIssue(issue *care.Record) error {
	ok, err := r.Store.Insert(issue)
	if err != nil || !ok {
		return err
	}
	if at := care.AsIssue(issue).DueAt(); !at.IsZero() {
		return r.Store.DueAt(at, care.DueIssue, issue.ID)
	}
	return nil
}

// Issue finds a conflict or a quarantined change; nil when there is none of that id.
func (r *Room) Issue(id string) (*care.Record, error) {
	for _, name := range []string{care.Conflicts, care.Quarantine} {
		c, _ := care.ByName(name)
		rec, err := r.Store.Record(c, id)
		if err != nil || rec != nil {
			return rec, err
		}
	}
	return nil, nil
}
