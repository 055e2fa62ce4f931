package takein

import (
	"slices"
	"strings"

	"doorstep/internal/access"
	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// MaxHandedOn is how many issues of people who are with others now are looked at in one transaction; those behind them in
// the next.
const MaxHandedOn = 100

// HandOnIssues lets what is open about a person go where the person goes: whoever decides it has the person, reads
// for that what it holds, and nothing of it once the person is with others. Its deadline runs on. Where no team has
// the person, an issue stays where it is. Ref is the person, or what an earlier call left.
func (r *Room) HandOnIssues(ref string) error {
	at := handingOnOf(ref)
	holders := r.Reference.Teams(at.patient)
	for len(holders) > 0 && at.collection != "" {
		room := MaxHandedOn - r.handedOn
		if room <= 0 {
			return r.Notes.DueAt(r.Moment.Now(), care.DueWake, at.ref())
		}
		list, err := r.Store.OpenIssuesOf(at.patient, at.collection, at.after, room)
		if err != nil {
			return err
		}
		for _, issue := range list {
			if err := r.handOn(issue, holders); err != nil {
				return err
			}
			at.after = issue.ID
		}
		if r.handedOn += len(list); len(list) < room {
			at = at.next()
		}
	}
	return nil
}

// handOn lets an issue go to one of the teams that have its person, unless it is with them.
func (r *Room) handOn(old *care.Record, holders []string) error {
	i := care.AsIssue(old)
	if near(r.Reference.Directory(), i.OwnerTeam(), holders) {
		return nil
	}
	to := r.nextOwner(i, holders)
	if to == i.OwnerTeam() {
		return nil
	}
	issue := old.Clone()
	issue.SetAll(map[string]any{"owner_team": to})
	return r.Store.Update(issue, old, []string{"owner_team"})
}

// handingOn is how far handing on the issues of a person has come: after one of those of a collection. In a due row it
// follows the person.
type handingOn struct{ patient, collection, after string }

func handingOnOf(ref string) handingOn {
	if part := strings.Split(ref, "/"); len(part) == 3 {
		return handingOn{part[0], part[1], part[2]}
	}
	return handingOn{ref, care.Conflicts, ""}
}

func (h handingOn) ref() string { return h.patient + "/" + h.collection + "/" + h.after }

func (h handingOn) next() handingOn {
	if h.collection == care.Conflicts {
		return handingOn{h.patient, care.Quarantine, ""}
	}
	return handingOn{patient: h.patient}
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
