package desk

import (
	"errors"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// noSuchHolding answers what is not there and what is not the lead's alike.
const noSuchHolding = "There is no such person, team or member of staff for you."

// mayAssign says whether a lead may give a person to a holder: they share or give away people
// they hold; others they may only take in where nobody else holds them, or where a handover about them
// stands with their team. What the holder has already they may be given again, so that a request sent twice is
// answered as the first time.
func (c *Caseloads) mayAssign(a Assignment) (*care.Record, error) {
	person, err := c.People.Patient(a.Patient)
	if err != nil {
		return nil, err
	}
	notThere := refuse(CodeNotFound, noSuchHolding)
	if person == nil || (a.Team == "") == (a.Staff == "") {
		return nil, notThere
	}
	if err := c.canHold(a.Team, a.Staff); err != nil {
		return nil, err
	}
	own := c.Lead.owns(a.Team, a.Staff)
	if c.Lead.Holds(a.Patient) || c.Lead.Oversees(a.Patient) {
		if own || c.Lead.Clinical() {
			return person, nil
		}
		return nil, notThere
	}
	if !own {
		return nil, notThere
	}
	have, err := c.Rows.CaseloadOf(a.Patient)
	if err != nil || !c.heldByOthers(have, a) {
		return person, err
	}
	asked, err := c.Rows.StandsWith(a.Patient, c.Lead.Teams)
	if err == nil && !asked {
		err = notThere
	}
	return person, err
}

// heldByOthers says whether anybody but the holder of an assignment has the person, and the holder has not had
// all of it before.
func (c *Caseloads) heldByOthers(have []care.CaseloadRow, a Assignment) (others bool) {
	a.From = notBefore(c.Rows.Now(), a.From)
	for _, r := range have {
		if a.within(r) {
			return false
		}
		others = others || !a.sameHolder(r)
	}
	return others
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
