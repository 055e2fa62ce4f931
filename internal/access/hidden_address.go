package access

import (
	"slices"

	"doorstep/internal/care"
)

// wherePeopleAre are the fields of a person that tell where they are found, how one gets in and how they are rung.
var wherePeopleAre = []string{"address", "postcode", "lsoa", "phone", "access_notes"}

// addressHidden says whether a person's address is for those who visit. What nobody can read may say so.
func addressHidden(person *care.Record) bool {
	return care.AsPatient(person).AddressHidden() || slices.Contains(person.Unreadable, "address_hidden")
}

// hidesAddress says whether somebody may not know where a person lives: the address is for those who visit, and they have
// not got the person on a caseload.
func (a *Access) hidesAddress(person *care.Record) bool {
	return person.Collection.Name == care.Patients && addressHidden(person) && !a.Holds(person.ID)
}

// ProtectsAddress says whether a field of a person tells where they are, or whether that is for those who visit: while it
// is, only they change it.
func ProtectsAddress(field string) bool {
	return field == "address_hidden" || slices.Contains(wherePeopleAre, field)
}

// hides says whether a field of a record tells where somebody lives who may not be found by this reader.
func (a *Access) hides(rec *care.Record, field string) bool {
	return slices.Contains(wherePeopleAre, field) && a.hidesAddress(rec)
}
