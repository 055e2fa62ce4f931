package access

import (
	"encoding/json"
	"time"

	"doorstep/internal/care"
)

// Consent says whether a team, or a member of staff, may have a person on a caseload at a moment.
// Direct care needs no consent recorded; a voluntary service needs the person's, and an objection or
// a withdrawal ends its access, and so does the end of the last day it was given for: that moment is
// returned too, zero when there is none.
func (ix *Index) Consent(person *care.Record, team, staff string, now time.Time) (agreed bool, expires time.Time) {
	p := care.AsPatient(person)
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	organisation := ""
	if t := ix.directory.Team(team); t != nil {
		organisation = t.Organisation
	} else if m := ix.staff[staff]; m != nil {
		organisation = m.Organisation
	}
	if !ix.directory.voluntary(organisation) {
		return true, expires
	}
	if p.Objection() {
		return false, expires
	}
	var consents []struct {
		Service string `json:"service"`
		Given   bool   `json:"given"`
		Expires string `json:"expires"`
	}
	raw := p.Consent()
	if len(raw) == 0 || json.Unmarshal(raw, &consents) != nil {
		return false, expires
	}
	for _, c := range consents { // the last word counts
		if c.Service != organisation {
			continue
		}
		agreed, expires = c.Given, time.Time{}
		if last, err := time.Parse(time.DateOnly, c.Expires); err == nil {
			expires = last.AddDate(0, 0, 1)
			agreed = agreed && now.Before(expires)
		} else if c.Expires != "" {
			agreed = false
		}
	}
	return agreed, expires
}
