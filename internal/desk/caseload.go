package desk

import (
	"time"

	"doorstep/internal/care"
)

// Caseloads decides who has whom. Whatever it changes counts from when it is settled, within the
// same transaction.
type Caseloads struct {
	Lead   Lead
	Rows   CaseloadRows
	People People
	Impact ImpactReader
}

// CaseloadRows reads and writes caseloads.
type CaseloadRows interface {
	Clock
	// CaseloadOf lists the rows of a person that are not over, by id.
	CaseloadOf(patient string) ([]care.CaseloadRow, error)
	// EverHeld lists all rows of a person, those that are over too.
	EverHeld(patient string) ([]care.CaseloadRow, error)
	// CaseloadRow finds a row; nil when there is none.
	CaseloadRow(id string) (*care.CaseloadRow, error)
	AddCaseload(care.CaseloadRow) error
	EndCaseload(id string, at time.Time) error
	// StandsWith says whether an open handover about a person stands with one of the teams.
	StandsWith(patient string, teams []string) (bool, error)
}

// People says who there is.
type People interface {
	// Patient returns a person's record, nil when there is none.
	Patient(id string) (*care.Record, error)
	// Staff returns what is known of a member of staff; false when there is none.
	Staff(id string) (care.Viewer, bool)
	// HasTeam says whether there is such a team, and its organisation is open.
	HasTeam(id string) bool
}

// Assignment puts a person on the caseload of a team or of one member of staff, from a time
// (zero = now) to a time (zero = until further notice): a cover is one that ends by itself.
type Assignment struct {
	Patient, Team, Staff string
	From, To             time.Time
	Reason, Cohort       string
	ContactEveryDays     *int64
}

// sameHolder says whether a row is the holder's whom the assignment names.
func (a Assignment) sameHolder(r care.CaseloadRow) bool {
	return r.Team == a.Team && r.Staff == a.Staff
}

// within says whether a row of the same holder lasts from the assignment's From to its To, or longer.
func (a Assignment) within(r care.CaseloadRow) bool {
	return a.sameHolder(r) && !r.From.After(a.From) && (r.To.IsZero() || !a.To.IsZero() && !r.To.Before(a.To))
}

// Assign adds a row to a caseload. One that is there already, the same to the minute of its
// end, is answered as it is, and made is false.
func (c *Caseloads) Assign(a Assignment) (row care.CaseloadRow, made bool, impact Impact, err error) {
	person, again, err := c.mayAssign(a)
	if err != nil {
		return row, false, impact, err
	}
	a.From = notBefore(c.Rows.Now(), a.From)
	if !a.To.IsZero() && !a.To.After(a.From) {
		return row, false, impact, refuse(CodeInvalid, endsTooEarly)
	}
	have, err := c.Rows.CaseloadOf(a.Patient)
	if err != nil {
		return row, false, impact, err
	}
	for _, r := range have {
		if a.sameHolder(r) && r.To.Equal(a.To) && !r.From.After(a.From) {
			return r, false, impact, nil
		}
	}
	if again {
		return row, false, impact, refuse(CodeNotFound, noSuchHolding)
	}
	row, err = c.add(person, a, &impact)
	return row, true, impact, err
}

const endsTooEarly = "to must be later than from, and ahead of us."

// add writes the row of an assignment that was checked, and adds to impact what it does.
func (c *Caseloads) add(person *care.Record, a Assignment, impact *Impact) (row care.CaseloadRow, err error) {
	err = c.measured(person, a.From, impact, func() error {
		row = care.CaseloadRow{ID: c.Rows.NewID(), Patient: a.Patient, Team: a.Team, Staff: a.Staff, From: a.From, To: a.To,
			Reason: a.Reason, Cohort: a.Cohort, ContactEveryDays: a.ContactEveryDays}
		return c.Rows.AddCaseload(row)
	})
	return row, err
}

// End ends a row of a caseload at a time, zero = now, and with it whatever else of the holder's has the person within its
// time: a list shows that once. A lead ends what their own teams and staff hold, and covers of people they hold.
func (c *Caseloads) End(id string, at time.Time) (row care.CaseloadRow, impact Impact, err error) {
	found, err := c.Rows.CaseloadRow(id)
	if err != nil {
		return row, impact, err
	}
	if found == nil || !c.Lead.owns(found.Team, found.Staff) && (!c.Lead.Holds(found.Patient) || found.To.IsZero()) {
		return row, impact, refuse(CodeNotFound, "There is no such row of a caseload for you.")
	}
	row, at = *found, notBefore(c.Rows.Now(), at)
	if row.Over(at) {
		return row, impact, nil // it ends before that anyway
	}
	person, err := c.People.Patient(row.Patient)
	if err != nil {
		return row, impact, err
	}
	row.To = at
	if row.From.After(at) {
		row.To = row.From // one that has not begun by then never does
	}
	rows, err := c.Rows.CaseloadOf(row.Patient)
	if err != nil {
		return row, impact, err
	}
	return row, impact, c.measured(person, at, &impact, func() error {
		for _, r := range rows {
			ends := at
			if r.From.After(at) {
				ends = r.From
			}
			if r.Over(at) || r.ID != found.ID && !(Assignment{Team: r.Team, Staff: r.Staff, From: r.From, To: r.To}).within(*found) {
				continue
			}
			if err := c.Rows.EndCaseload(r.ID, ends); err != nil {
				return err
			}
		}
		return nil
	})
}
