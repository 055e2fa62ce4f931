package takein

import (
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// mayDecide: the people concerned, while the person is theirs, and the lead of the owning team.
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
	now, _ := in.Reference.Holds(in.by.Viewer, i.Patient(), in.Moment.Now())
	return now
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
		if !who.Sees(target.rec, in.Reference.Near(who.Viewer, target.rec.Person())) || !who.MayWrite(right, target.rec.Collection.Name) {
			return in.noPermission()
		}
		return nil
	})
}
