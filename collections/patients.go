package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Patients is the collection of people: no built-in reads. The NHS number finds a person again in an import; it is not
// unique, because an unverified one may be somebody else's. Who died lately is told to whoever has them.
func Patients() *core.Collection {
	c := build(care.Patients)
	c.AddIndex("idx_patients_nhs_number", false, "`nhs_number`", "`nhs_number` != ''")
	c.AddIndex("idx_patients_died_on", false, "`died_on`", "`died_on` != ''")
	return c
}
