package access

import (
	"slices"

	"doorstep/internal/care"
)

// Rights are what a member of staff may write and decide. A request has them in its [Access];
// whoever judges what somebody wrote earlier, or whom a lead names, asks for theirs.
type Rights struct {
	care.Viewer
	// Duty is their row in the table of duties.
	Duty care.Duty
}

// RightsOf are the rights of a member of staff.
func RightsOf(v care.Viewer) Rights { return Rights{Viewer: v, Duty: care.DutyOf(v.Role)} }

// Clinical says whether they get whole records of the people they have.
func (r Rights) Clinical() bool { return r.Duty.View == care.Clinical }

// Limited says whether they get the limited projection: what is safe to share, nothing clinical.
func (r Rights) Limited() bool { return r.Duty.View == care.Limited }

// MayWrite says whether their role has that right on a collection.
func (r Rights) MayWrite(right care.Right, collection string) bool {
	return r.Duty.May(right, collection)
}

// WritesField says whether a field is theirs to fill in. A limited role writes what it sees, and of a
// handover it raises all that a phone fills in; of a step towards a goal it says when it was done.
func (r Rights) WritesField(c *care.Collection, f *care.Field) bool {
	switch {
	case !r.Limited(), c.Name == care.Handovers:
		return true
	case c.Name == care.GoalSteps:
		return f.Name == care.DoneField
	}
	return f.Limited
}

// SetsScale says whether they may set a person's SpO2 scale.
func (r Rights) SetsScale() bool { return r.Duty.SetsScale }

// Supervises says whether they decide what belongs to a team: its lead; and the end of the chain, for every team
// of its neighbourhood, those of none, and what belongs to no team. Neighbourhood is that of a team, "" for none.
func (r Rights) Supervises(team string, neighbourhood func(team string) string) bool {
	switch {
	case !r.Duty.Desk:
		return false
	case slices.Contains(r.Teams, team):
		return true
	case !r.Duty.Chain:
		return false
	}
	hood := neighbourhood(team)
	return team == "" || hood == "" || slices.ContainsFunc(r.Teams, func(own string) bool { return neighbourhood(own) == hood })
}

// Sees says whether a stored record is theirs to see; holds: its person is on a caseload of theirs. It goes by
// the scopes that a pull brings, for handovers by what an inbox shows too, and for goals by who helps; see Access.Gets.
func (r Rights) Sees(rec *care.Record, holds bool) bool {
	person := ""
	if holds && r.Duty.View != care.NoRecords {
		person = PersonScope(r.Duty.View, rec.Person())
	}
	own := ownScopes(r.Viewer, r.Duty)
	if r.Limited() && !care.HelpedBy(rec, r.Organisation) {
		return false
	}
	if slices.ContainsFunc(care.ScopesOf(rec.Collection.Name, rec.ID, rec.Author, rec.Text), func(scope string) bool {
		return scope == person || slices.Contains(own, scope)
	}) {
		return true
	}
	h := care.AsHandover(rec)
	return rec.Collection.Name == care.Handovers && r.MaySeeHandover(h.FromStaff(), h.FromTeam(), h.ToTeam(), nil)
}

// AnswersAt says whether they work the inbox of a team and may answer what stands there.
func (r Rights) AnswersAt(team string) bool {
	return r.Duty.Answers && slices.Contains(r.Teams, team)
}

// HoldsPeople says whether somebody in their role can have people on a caseload.
func (r Rights) HoldsPeople() bool { return r.Duty.Reach != care.Nobody }

// HoldsUnder are the names of the scopes under which they have people: their own, and those of their teams.
func (r Rights) HoldsUnder() []string { return holdersOf(r.Viewer, r.Duty) }

// CarriesPhone says whether they may enrol a phone and sign in on one.
func (r Rights) CarriesPhone() bool { return r.Duty.Device }

// MaySignIn says whether a lead may give somebody a code that signs them in. A code is a key to their
// account: it must not lead to more than the lead may see.
func (r Rights) MaySignIn(other Rights) bool {
	return other.Duty.View <= r.Duty.View && (r.Duty.Chain || !other.Duty.Chain)
}
