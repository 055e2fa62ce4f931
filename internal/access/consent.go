package access

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
)

// Withdrawn stands in the place of a voluntary service that is no more, or of which nobody knows whose it was.
// There is nothing anybody could have consented to: who is given to it is nobody's.
const Withdrawn = "withdrawn"

// Service is the voluntary service that has whoever is given to a team, "" for none: its organisation, or
// Withdrawn where that or the team is retracted or gone.
func (d *Directory) Service(team string) string {
	t := d.Ever(team)
	if t == nil {
		return Withdrawn
	}
	switch o := d.orgs[t.Organisation]; {
	case o == nil && t.Kind == care.VoluntaryKind:
		return Withdrawn
	case o == nil || o.Kind != care.VoluntaryKind:
		return "" // direct care goes on until the people are moved
	case o.Retracted || t.Retracted:
		return Withdrawn
	default:
		return o.ID
	}
}

// ServiceOf is the voluntary service that has whoever is given to a member of staff by name, "" for none:
// their organisation, or where all their teams are of voluntary services, that of the first that is in force. Who
// sees no clinical record and belongs nowhere is of a service that is no more.
func (d *Directory) ServiceOf(v care.Viewer) string {
	o := d.orgs[v.Organisation]
	if o != nil && o.Kind == care.VoluntaryKind {
		if o.Retracted {
			return Withdrawn
		}
		return o.ID
	}
	var services []string
	for _, t := range slices.Sorted(slices.Values(v.Teams)) {
		if d.Ever(t) != nil {
			services = append(services, d.Service(t))
		}
	}
	switch i := slices.IndexFunc(services, func(s string) bool { return s != Withdrawn }); {
	case slices.Contains(services, ""):
		return ""
	case i >= 0:
		return services[i]
	case len(services) > 0 || o == nil && care.DutyOf(v.Role).View == care.Limited:
		return Withdrawn
	}
	return ""
}

// VoluntaryServices are the organisations that people can consent to be with, by name.
func (d *Directory) VoluntaryServices() (services []care.Named) {
	for _, o := range d.orgs {
		if o.Kind == care.VoluntaryKind && !o.Retracted {
			services = append(services, care.Named{ID: o.ID, Name: o.Name})
		}
	}
	slices.SortFunc(services, func(a, b care.Named) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return services
}

// OrganisationName is the name of an organisation, in force or not; "" for none.
func (d *Directory) OrganisationName(id string) string {
	if o := d.orgs[id]; o != nil {
		return o.Name
	}
	return ""
}

// Consented says whether a service may have a person on a caseload at a moment. Direct care, "", needs no
// consent recorded; a voluntary service needs the person's, and an objection or a withdrawal ends its access,
// and so does the end of the last day it was given for: that moment is returned too, zero when there is none. To
// a service that is Withdrawn nobody has consented.
func Consented(person *care.Record, service string, now time.Time) (agreed bool, expires time.Time) {
	if service == "" {
		return true, expires
	}
	p := care.AsPatient(person)
	if service == Withdrawn || p.Objection() || slices.Contains(person.Unreadable, "objection") {
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
		if end, ok := care.DayEnds(c.Expires); ok {
			expires = end
			agreed = agreed && now.Before(expires)
		} else if c.Expires != "" {
			agreed = false
		}
	}
	return agreed, expires
}
