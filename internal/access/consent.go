package access

import (
	"encoding/json"
	"slices"
	"time"

	"doorstep/internal/care"
)

// Service is the voluntary service that has whoever is given to a team, "" for none: its organisation.
func (d *Directory) Service(team string) string {
	if t := d.teams[team]; t != nil && d.voluntary(t.Organisation) {
		return t.Organisation
	}
	return ""
}

// ServiceOf is the voluntary service that has whoever is given to a member of staff by name, "" for none:
// their organisation, or where all their teams are of voluntary services, that of the first.
func (d *Directory) ServiceOf(v care.Viewer) string {
	if d.voluntary(v.Organisation) {
		return v.Organisation
	}
	teams := slices.Sorted(slices.Values(v.Teams))
	if len(teams) == 0 || slices.ContainsFunc(teams, func(t string) bool { return d.Service(t) == "" }) {
		return ""
	}
	return d.Service(teams[0])
}

// Consented says whether a service may have a person on a caseload at a moment. Direct care, "", needs no
// consent recorded; a voluntary service needs the person's, and an objection or a withdrawal ends its access,
// and so does the end of the last day it was given for: that moment is returned too, zero when there is none.
func Consented(person *care.Record, service string, now time.Time) (agreed bool, expires time.Time) {
	if service == "" {
		return true, expires
	}
	p := care.AsPatient(person)
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
		if c.Service != service {
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
