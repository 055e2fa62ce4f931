package takein

import (
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// refile lets what is open about a record go along when that is filed under another person: the issue is about
// whom the record is about, and belongs to the team that has them.
func (in *input) refile(rec, old *care.Record) error {
	if old == nil || old.Person() == rec.Person() || rec.Collection.Name == care.Patients {
		return nil
	}
	open, err := in.Store.OpenIssues(old.Person())
	if err != nil {
		return err
	}
	for _, was := range open {
		i := care.AsIssue(was)
		if i.About() != rec.ID || i.Collection() != rec.Collection.Name || i.Patient() != old.Person() {
			continue
		}
		issue := was.Clone()
		issue.SetAll(map[string]any{"patient": rec.Person()})
		if !slices.Contains(in.Reference.Teams(rec.Person()), i.OwnerTeam()) {
			issue.SetAll(map[string]any{"owner_team": in.ownerTeam(rec.Person(), !access.SafeToShare(i.Collection(), i.Field()))})
		}
		if err := in.Store.Update(issue, was, []string{"patient", "owner_team"}); err != nil {
			return err
		}
	}
	return nil
}
