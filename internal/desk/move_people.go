package desk

import (
	"time"

	"doorstep/internal/care"
)

// Move takes people from one holder's caseload to another's.
type Move struct {
	Patients           []string
	FromTeam, ToTeam   string
	FromStaff, ToStaff string
	At                 time.Time // zero = now
	Reason             string
	// Leave people where they are who are not the lead's, even when it is about one only.
	Leave bool
}

// Moved is what a move of people between caseloads came to.
type Moved struct {
	People int `json:"people"`
	// NotThere are people whom the first holder does not hold, or who are not the lead's.
	NotThere []string `json:"not_there"`
	Impact
}

// Move moves each person on their own; the others move even where one is not there.
func (c *Caseloads) Move(m Move) (moved Moved, err error) {
	moved.NotThere = []string{}
	m.At = notBefore(c.Rows.Now(), m.At)
	for _, patient := range m.Patients {
		ok, err := c.movePerson(m, patient, &moved)
		if err != nil {
			return moved, err
		}
		if !ok {
			moved.NotThere = append(moved.NotThere, patient)
		}
	}
	return moved, nil
}

func (c *Caseloads) movePerson(m Move, patient string, moved *Moved) (bool, error) {
	person, again, err := c.mayAssign(Assignment{Patient: patient, Team: m.ToTeam, Staff: m.ToStaff})
	if isNotThere(err) && (m.Leave || len(m.Patients) > 1) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	rows, err := c.Rows.CaseloadOf(patient)
	if err != nil {
		return false, err
	}
	ending, there := m.split(rows)
	switch {
	case len(ending) == 0:
		return there, nil // moved before
	case again && (m.Leave || len(m.Patients) > 1):
		return false, nil
	case again: // whom somebody else has is not the lead's to take away
		return false, refuse(CodeNotFound, noSuchHolding)
	}
	moved.People++
	return true, c.measured(person, m.At, &moved.Impact, func() error {
		for _, r := range ending {
			end := m.At
			if r.From.After(end) {
				end = r.From // one that has not begun by then never does
			}
			if err := c.Rows.EndCaseload(r.ID, end); err != nil {
				return err
			}
			if there {
				continue
			}
			r.ID, r.Team, r.Staff, r.From, r.Reason = c.Rows.NewID(), m.ToTeam, m.ToStaff, m.At, m.Reason
			if err := c.Rows.AddCaseload(r); err != nil {
				return err
			}
		}
		return nil
	})
}

// split finds the rows of a person that the move ends, and whether the new holder has them
// already for good.
func (m *Move) split(rows []care.CaseloadRow) (ending []care.CaseloadRow, there bool) {
	for _, r := range rows {
		switch {
		case r.Team == m.FromTeam && r.Staff == m.FromStaff && !r.Over(m.At):
			ending = append(ending, r)
		case r.Team == m.ToTeam && r.Staff == m.ToStaff && !r.From.After(m.At) && r.To.IsZero():
			there = true
		}
	}
	return ending, there
}
