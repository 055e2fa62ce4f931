package desk

import "time"

// Cover lets somebody, or a team, see to people until a time, beside whoever has them.
type Cover struct {
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
	Impact
}

// Cover puts each person on the caseload of whoever covers, on their own: the others are covered
// even where one is not there. Sent twice it covers once.
func (c *Caseloads) Cover(asked Cover) (covered Covered, err error) {
	covered.NotThere = []string{}
	asked.From = notBefore(c.Rows.Now(), asked.From)
	if !asked.To.After(asked.From) {
		return covered, refuse(CodeInvalid, endsTooEarly)
	}
	for _, patient := range asked.Patients {
		ok, err := c.coverPerson(asked, patient, &covered.Impact)
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

func (c *Caseloads) coverPerson(asked Cover, patient string, impact *Impact) (bool, error) {
	a := Assignment{Patient: patient, Team: asked.Team, Staff: asked.Staff, From: asked.From, To: asked.To, Reason: asked.Reason}
	person, again, err := c.mayAssign(a)
	if isNotThere(err) && len(asked.Patients) > 1 {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if again {
		return true, nil
	}
	have, err := c.Rows.CaseloadOf(patient)
	if err != nil {
		return false, err
	}
	for _, r := range have {
		if a.within(r) {
			return true, nil // held for that long, or longer
		}
	}
	_, err = c.add(person, a, impact)
	return true, err
}
