package desk

import (
	"errors"
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// noSuchHolding answers what is not there and what is not the lead's alike.
const noSuchHolding = "There is no such person, team or member of staff for you."

// mayAssign says whether a lead may give a person to a holder: they share or give away people
// they hold; others they may only take in where nobody holds them and they were their organisation's
// before, or where a handover about them stands with their team.
//
// Again says that none of this is so, but that a holder of theirs has had all of it before: a request
// that comes twice is answered as the first time, and may change nothing.
func (c *Caseloads) mayAssign(a Assignment) (person *care.Record, again bool, err error) {
	person, err = c.People.Patient(a.Patient)
	if err != nil {
		return nil, false, err
	}
	notThere := refuse(CodeNotFound, noSuchHolding)
	if person == nil || (a.Team == "") == (a.Staff == "") {
		return nil, false, notThere
	}
	if err := c.canHold(a.Team, a.Staff); err != nil {
		return nil, false, err
	}
	own := c.Lead.owns(a.Team, a.Staff)
	if c.Lead.Holds(a.Patient) || c.Lead.Oversees(a.Patient) {
		if own || c.Lead.Clinical() {
			return person, false, nil
		}
		return nil, false, notThere
	}
	if !own {
		return nil, false, notThere
	}
	have, err := c.Rows.CaseloadOf(a.Patient)
	if err != nil {
		return person, false, err
	}
	if len(have) == 0 {
		return c.mayTake(person)
	}
	asked, err := c.Rows.StandsWith(a.Patient, c.Lead.Teams)
	if err != nil || asked {
		return person, false, err
	}
	a.From = notBefore(c.Rows.Now(), a.From)
	if slices.ContainsFunc(have, a.within) {
		return person, true, nil
	}
	return nil, false, notThere
}

// mayTake says whether a lead may take in somebody whom nobody holds, with all that is kept of them: whom their
// own side had before, or nobody ever had. Whoever was discharged elsewhere is for the desks there to give.
func (c *Caseloads) mayTake(person *care.Record) (*care.Record, bool, error) {
	rows, err := c.Rows.EverHeld(person.ID)
	if err != nil {
		return nil, false, err
	}
	if len(rows) == 0 || c.Lead.FormerlyOurs(rows) {
		return person, false, nil
	}
	asked, err := c.Rows.StandsWith(person.ID, c.Lead.Teams)
	if err == nil && !asked {
		err = refuse(CodeNotFound, noSuchHolding)
	}
	return person, false, err
}

// canHold checks that the holder exists and that holding a person means something for them.
func (c *Caseloads) canHold(team, staff string) error {
	if team != "" {
		if !c.People.HasTeam(team) {
			return refuse(CodeNotFound, noSuchHolding)
		}
		return nil
	}
	v, ok := c.People.Staff(staff)
	if !ok || !v.InactiveSince.IsZero() && !v.InactiveSince.After(c.Rows.Now()) {
		return refuse(CodeNotFound, noSuchHolding)
	}
	if !access.RightsOf(v).HoldsPeople() {
		return refuse(CodeNoCaseload, "Somebody in this role holds no people.")
	}
	return nil
}

// isNotThere says whether an assignment was refused because something is not there for the lead.
func isNotThere(err error) bool {
	var no *Error
	return errors.As(err, &no) && no.Code == CodeNotFound
}
