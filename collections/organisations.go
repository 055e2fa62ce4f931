package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Organisations is the collection of partners: all staff read it. Codes are unique, so that two
// imports at once cannot make the same practice twice.
func Organisations() *core.Collection {
	c := readable(build(care.Organisations), signedIn)
	c.AddIndex("idx_organisations_ods_code", true, "`ods_code`", "`ods_code` != ''")
	return c
}
