package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Patient is a person who is cared for at home.
type Patient struct{ core.BaseRecordProxy }

// NHSNumber is the ten digits as given; they prove nothing unless NHSNumberVerified.
func (p *Patient) NHSNumber() string { return p.GetString("nhs_number") }

// NHSNumberVerified says that somebody checked the number against the national service.
func (p *Patient) NHSNumberVerified() bool { return p.GetString("nhs_number_status") == "verified" }

// Practice is the id of the registered practice, "" when there is none.
func (p *Patient) Practice() string { return p.GetString("practice") }

// Lead is the staff id of the lead professional, "" when nobody is named.
func (p *Patient) Lead() string { return p.GetString("lead") }

// Patients is the collection of people. The NHS number finds a person again in an import; it is not
// unique, because an unverified one may be somebody else's.
func Patients() *core.Collection {
	c := readable(build(care.Patients), CareRecordRule(care.Patients, ""))
	c.AddIndex("idx_patients_nhs_number", false, "`nhs_number`", "`nhs_number` != ''")
	return c
}
