package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Organisation is a partner: a practice, a trust, a council's social care, a charity.
type Organisation struct{ core.BaseRecordProxy }

// Name is its full name.
func (o *Organisation) Name() string { return o.GetString("name") }

// Kind is one of care.OrganisationKinds.
func (o *Organisation) Kind() string { return o.GetString("kind") }

// ODSCode is its code in the NHS directory, "" where it has none.
func (o *Organisation) ODSCode() string { return o.GetString("ods_code") }

// ClosedOn is the day from which it receives nothing, as 2006-01-02; "" = open.
func (o *Organisation) ClosedOn() string { return o.GetString("closed_on") }

// Organisations is the collection of partners: all staff read it. Codes are unique, so that two
// imports at once cannot make the same practice twice.
func Organisations() *core.Collection {
	c := readable(build(care.Organisations), signedIn)
	c.AddIndex("idx_organisations_ods_code", true, "`ods_code`", "`ods_code` != ''")
	return c
}
