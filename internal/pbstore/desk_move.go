package pbstore

import (
	"errors"
	"net/http"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// Moved is what a move of people between caseloads came to.
type Moved struct {
	People int `json:"people"`
	// NotThere are people whom the first holder does not hold, or who are not the lead's.
	NotThere []string `json:"not_there"`
	Reached
}

// Move takes people from one holder's caseload to another's.
type Move struct {
	Lead               care.Viewer
	Patients           []string
	FromTeam, ToTeam   string
	FromStaff, ToStaff string
	At                 time.Time // zero = now
	Reason             string
	// Leave people where they are who are not the lead's, even when it is about one only.
	Leave bool
}

// MovePeople moves each person on its own; the others move even where one is not there.
func (tx *Tx) MovePeople(m Move) (moved Moved, err error) {
	moved.NotThere = []string{}
	if m.At.IsZero() || m.At.Before(tx.now) {
		m.At = tx.now
	}
	for _, patient := range m.Patients {
		ok, err := tx.movePerson(m, patient, &moved)
		if err != nil {
			return moved, err
		}
		if !ok {
			moved.NotThere = append(moved.NotThere, patient)
		}
	}
	return moved, nil
}

func (tx *Tx) movePerson(m Move, patient string, moved *Moved) (bool, error) {
	to := Assignment{Lead: m.Lead, Patient: patient, Team: m.ToTeam, Staff: m.ToStaff}
	person, err := tx.mayAssign(to)
	var refused *wire.Error
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound && (m.Leave || len(m.Patients) > 1) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	rows, err := tx.caseloadOf(patient)
	if err != nil {
		return false, err
	}
	var ending []CaseloadRow
	there := false
	for _, c := range rows {
		switch {
		case c.team == m.FromTeam && c.staff == m.FromStaff && (c.to.IsZero() || c.to.After(m.At)):
			ending = append(ending, c)
		case c.team == m.ToTeam && c.staff == m.ToStaff && !c.from.After(m.At) && c.to.IsZero():
			there = true
		}
	}
	if len(ending) == 0 {
		return there, nil // moved before
	}
	moved.People++
	return true, tx.moving(person, m.At, &moved.Reached, func() error {
		for _, c := range ending {
			if err := tx.endCaseload(c, m.At); err != nil {
				return err
			}
			if there {
				continue
			}
			c.ID, c.team, c.staff, c.from, c.Reason = tx.NewID(), m.ToTeam, m.ToStaff, m.At, m.Reason
			if err := tx.addCaseload(c); err != nil {
				return err
			}
		}
		return nil
	})
}
