package takein

import (
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// HandOnIssues lets what is open about a person go where the person goes: whoever decides it has the person, reads
// for that what it holds, and nothing of it once the person is with others. Its deadline runs on. Where no team has
// the person, an issue stays where it is.
func (r *Room) HandOnIssues(patient string) error {
	holders := r.Reference.Teams(patient)
	if len(holders) == 0 {
		return nil
	}
	open, err := r.Store.OpenIssues(patient)
	if err != nil {
		return err
	}
	for _, old := range open {
		i := care.AsIssue(old)
		if i.Patient() != patient || near(r.Reference.Directory(), i.OwnerTeam(), holders) {
			continue
		}
		to := r.nextOwner(i, holders)
		if to == i.OwnerTeam() {
			continue
		}
		issue := old.Clone()
		issue.SetAll(map[string]any{"owner_team": to})
		if err := r.Store.Update(issue, old, []string{"owner_team"}); err != nil {
			return err
		}
	}
	return nil
}

// nextOwner is who decides an issue now that these teams have its person: one of them; of what had gone on to a care
// coordinator, theirs.
func (r *Room) nextOwner(i care.Issue, holders []string) string {
	if i.EscalatedAtStamp() != "" {
		return r.coordinatorFor(holders[0])
	}
	author, _ := r.Reference.Staff(i.Author())
	return r.ownerOf(i.Patient(), holdsClinical(i), author.Teams)
}

// near says whether a team that owns an issue has its person, or answers as care coordinator for a team that has.
func near(d arrange.Directory, owner string, holders []string) bool {
	if slices.Contains(holders, owner) {
		return true
	}
	team, ok := d.Team(owner)
	return ok && team.Kind == access.CoordinationTeam && slices.ContainsFunc(holders, func(h string) bool { return d.Neighbourhood(h) == team.Neighbourhood })
}

// holdsClinical says whether an issue holds more than a limited viewer may read.
func holdsClinical(i care.Issue) bool {
	if !i.HoldsChange() {
		return !access.SafeToShare(i.Collection(), i.Field())
	}
	ops := wire.Ops(wire.KeptIn(i.Record))
	return len(ops) == 0 || slices.ContainsFunc(ops, func(op care.Op) bool { return op.Kind != care.OpResolve && !access.SafeToShareOp(&op) })
}
