package access

import (
	"testing"

	"doorstep/internal/care"
)

// Every field of every collection that phones get, and every view.
func TestWhatAPhoneGetsOfEachField(t *testing.T) {
	for _, c := range care.Collections() {
		for i := range c.Fields {
			f := &c.Fields[i]
			for view, name := range map[care.View]string{care.Clinical: "a nurse's", care.Limited: "a volunteer's", care.NoRecords: "somebody's"} {
				switch got := OnPhones(view, c, f); {
				case view != care.Clinical && !f.Limited && got != Hidden:
					t.Errorf("%s phone gets %s.%s, which is not safe to share", name, c.Name, f.Name)
				case f.Sealed && got != Receipt && got != Hidden:
					t.Errorf("%s phone gets %s.%s, which is for the safeguarding lead", name, c.Name, f.Name)
				case view == care.Clinical && got == Hidden:
					t.Errorf("%s phone does not get %s.%s", name, c.Name, f.Name)
				}
			}
		}
	}
}

func TestWhatOthersWroteIsToldInTheAnswerToAPush(t *testing.T) {
	for _, c := range []struct {
		name       string
		role       care.Role
		collection string
		field      string
		concern    bool
		want       any
	}{
		{"a nurse is told what a colleague wrote", care.DistrictNurse, care.Visits, "note", false, "theirs"},
		{"a nurse is told that something went to the safeguarding lead", care.DistrictNurse, care.Checkins, "safeguarding", false, care.SealedReceipt},
		{"a nurse is not told the words of a concern", care.DistrictNurse, care.Handovers, "situation", true, care.SealedReceipt},
		{"a nurse is told the words of another handover", care.DistrictNurse, care.Handovers, "situation", false, "theirs"},
		{"a volunteer is told a telephone number", care.Volunteer, care.Patients, "phone", false, "theirs"},
		{"a volunteer is not told a note of a visit", care.Volunteer, care.Visits, "note", false, nil},
		{"a retraction is no field and is told", care.Volunteer, care.Checkins, "", false, "theirs"},
		{"what is no field is not told", care.DistrictNurse, care.Visits, "no such", false, nil},
		{"what is no collection is not told", care.DistrictNurse, "no such", "note", false, nil},
	} {
		me := who(c.role, trust, nurses)
		if got := newTown(t, me).Of(me).SeeValue(c.collection, c.field, "theirs", c.concern); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
