package takein

import (
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// IssueDeadline is how long the owning team has before the care coordinator is told.
const IssueDeadline = 24 * time.Hour

// newIssue starts a conflict or quarantine record, owned by the team that holds the person now. Clinical: it
// holds more than a limited viewer may read.
func (in *input) newIssue(collection, patient string, clinical bool) *care.Record {
	c, _ := care.ByName(collection)
	rec := &care.Record{Collection: c, ID: in.Moment.NewID(), Values: map[string]any{}}
	in.authored(rec)
	if care.IsID(patient) {
		rec.Values["patient"] = patient
	}
	now := in.Moment.Now()
	rec.SetAll(map[string]any{"owner_team": in.ownerTeam(patient, clinical), "opened_at": care.Stamp(now), "due_at": care.Stamp(now.Add(IssueDeadline)), "state": care.IssueOpen})
	return rec
}

// newHeld starts the quarantine record of what this change brought: a kind of it.
func (in *input) newHeld(kind, patient string, clinical bool) *care.Record {
	q := in.newIssue(care.Quarantine, patient, clinical)
	q.SetAll(map[string]any{"kind": kind, "author": in.by.Staff, "client": in.by.Client, "device": in.by.Device, "mid": in.m.Mid, "key": in.m.Key})
	return q
}

// ownerTeam is the team that decides about an issue of this change.
func (in *input) ownerTeam(patient string, clinical bool) string {
	return in.ownerOf(patient, clinical, in.wrote.Teams)
}

// ownerOf is the team that decides: of those in force that hold the person now and may read what it is about, one of
// the author's own, else the first; where there is none, a team of the author's that may read it, else the care
// coordinators.
func (r *Room) ownerOf(patient string, clinical bool, authors []string) string {
	directory := r.Reference.Directory()
	reads := func(id string) bool {
		team, ok := directory.Team(id)
		return ok && (!clinical || team.Kind != care.VoluntaryKind)
	}
	holders := r.Reference.Teams(patient)
	for _, t := range authors {
		if slices.Contains(holders, t) && reads(t) {
			return t
		}
	}
	for _, t := range append(slices.Clone(holders), authors...) {
		if reads(t) {
			return t
		}
	}
	if len(authors) > 0 {
		return r.coordinatorFor(authors[0])
	}
	return r.coordinatorFor("")
}

// beyondLimited says whether a change holds more than a limited viewer may read.
func (in *input) beyondLimited() bool {
	if in.m.Fault != nil {
		return true // what cannot be read may be anything
	}
	for i := range in.m.Ops {
		op := &in.m.Ops[i]
		if op.Kind != care.OpResolve && !access.SafeToShareOp(op) {
			return true
		}
	}
	return false
}

// openIssue stores a new issue and makes the job look when its owner should have decided.
func (r *Room) openIssue(issue *care.Record) error {
	ok, err := r.Store.Insert(issue)
	if err != nil || !ok {
		return err
	}
	if at := care.AsIssue(issue).DueAt(); !at.IsZero() {
		return r.Notes.DueAt(at, care.DueIssue, issue.ID)
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
