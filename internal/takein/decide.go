package takein

import (
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// mayDecide: the people concerned, if the person was theirs when they decided, and the lead of the owning team.
func (in *input) mayDecide(issue *care.Record, concerned ...string) bool {
	if in.supervisor(issue) != nil {
		return true
	}
	i := care.AsIssue(issue)
	if !slices.Contains(concerned, in.by.Staff) {
		return false
	}
	if i.Patient() == "" || i.HoldsChange() { // to run one's own change again is to push it again
		return true
	}
	return in.had(in.by.Viewer, i.Patient())
}

// had says whether somebody has a person, or had them when they decided, where the clock proves when that was.
func (in *input) had(v care.Viewer, patient string) bool {
	now, then := in.Reference.Holds(v, patient, in.at)
	return now && !in.moved(v) || then && in.known
}

// supervisor finds who decides an issue as the lead of the team that owns it, or as the end of its chain; nil
// where nobody does. Nobody approves their own change.
func (in *input) supervisor(issue *care.Record) *care.Viewer {
	i := care.AsIssue(issue)
	for _, who := range in.entitled {
		if i.HoldsChange() && i.Author() == who.Staff {
			continue
		}
		if who.Supervises(i.OwnerTeam(), in.Reference.Directory().Neighbourhood) || in.ownedThen(who, i) {
			return &who.Viewer
		}
	}
	return nil
}

// ownedThen says whether an issue belonged to a team that somebody leads when they decided it: a decision counts by
// when it was made, also where nobody heard of it before the issue went on to the care coordinators.
func (in *input) ownedThen(who access.Rights, i care.Issue) bool {
	return i.EscalatedFrom() != "" && in.known && in.at.Before(i.EscalatedAt()) &&
		who.Supervises(i.EscalatedFrom(), in.Reference.Directory().Neighbourhood)
}

// permitDecision: the record that a decision changes is before somebody entitled, and theirs to change.
func (in *input) permitDecision(p *planned, target *draft, right care.Right) error {
	return in.permit(p, func(who access.Rights) *refusal {
		person := target.rec.Person()
		if !who.Sees(target.rec, in.had(who.Viewer, person) || in.Reference.Near(who.Viewer, person)) || !who.MayWrite(right, target.rec.Collection.Name) {
			return in.noPermission()
		}
		return nil
	})
}

// decidedAt is when an issue was decided: when whoever decided it did so, by the server's clock. A time that a clock
// cannot prove, or that lies before there was anything to decide, is that of its receipt.
func (in *input) decidedAt(issue *care.Record) time.Time {
	if !in.known || in.at.Before(care.AsIssue(issue).OpenedAt()) {
		return in.Moment.Now()
	}
	return in.at
}
