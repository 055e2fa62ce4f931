package pbstore

import (
	"errors"
	"net/http"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// Cover lets somebody, or a team, see to people until a time, beside whoever has them.
type Cover struct {
	Lead        care.Viewer
	Patients    []string
	Team, Staff string    // one of them
	From, To    time.Time // From zero = now
	Reason      string
}

// Covered is what a cover came to.
type Covered struct {
	// People the cover now holds until that time, those it held so before among them.
	People int `json:"people"`
	// NotThere are people who are not the lead's to share.
	NotThere []string `json:"not_there"`
	Reached
}

// CoverPeople puts each person on the caseload of whoever covers, on their own: the others are
// covered even where one is not there. Sent twice it covers once. Refusals are *wire.Error.
func (tx *Tx) CoverPeople(c Cover) (covered Covered, err error) {
	covered.NotThere = []string{}
	if c.From.IsZero() || c.From.Before(tx.now) {
		c.From = tx.now
	}
	if !c.To.After(c.From) {
		return covered, wire.Fail(http.StatusBadRequest, "invalid", wire.RetryAfterFix, "to must be later than from, and ahead of us.")
	}
	for _, patient := range c.Patients {
		ok, err := tx.coverPerson(c, patient, &covered.Reached)
		if err != nil {
			return covered, err
		}
		if ok {
			covered.People++
		} else {
			covered.NotThere = append(covered.NotThere, patient)
		}
	}
	return covered, nil
}

func (tx *Tx) coverPerson(c Cover, patient string, reached *Reached) (bool, error) {
	a := Assignment{Lead: c.Lead, Patient: patient, Team: c.Team, Staff: c.Staff, From: c.From, To: c.To, Reason: c.Reason}
	person, err := tx.mayAssign(a)
	var refused *wire.Error
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound && len(c.Patients) > 1 {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	have, err := tx.caseloadOf(patient)
	if err != nil {
		return false, err
	}
	for _, row := range have {
		if row.team == c.Team && row.staff == c.Staff && !row.from.After(c.From) && (row.to.IsZero() || !row.to.Before(c.To)) {
			return true, nil // held for that long, or longer
		}
	}
	_, err = tx.addAssignment(person, a, reached)
	return true, err
}
