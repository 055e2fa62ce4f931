package httpapi

import (
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/pbstore"
)

// caseloadRow is a row of a caseload as people read it.
type caseloadRow struct {
	ID               string        `json:"id"`
	Patient          access.Person `json:"patient"`
	Team             *care.Named   `json:"team"`
	Staff            *care.Named   `json:"staff"`
	From             string        `json:"from,omitempty"`
	To               string        `json:"to,omitempty"`
	Reason           string        `json:"reason,omitempty"`
	Cohort           string        `json:"cohort,omitempty"`
	ContactEveryDays *int64        `json:"contact_every_days,omitempty"`
	// State: now, later or ended.
	State string `json:"state"`
}

// nameCaseload tells who people, teams and staff are, as far as the viewer may know.
func (a *API) nameCaseload(v *pbstore.Snapshot, viewer *access.Access, rows []care.CaseloadRow) ([]caseloadRow, error) {
	ids := make([]string, len(rows))
	for i := range rows {
		ids[i] = rows[i].Patient
	}
	people, err := v.People(ids)
	named := make([]caseloadRow, len(rows))
	for i := range rows {
		r := &rows[i]
		who := viewer.SeePersonNear(r.Patient, people[r.Patient])
		if slices.Contains(viewer.DeskTeams(), r.Team) { // what their own teams had is theirs to know, also when it is over
			who = viewer.SeePerson(access.FullView, r.Patient, people[r.Patient])
		}
		named[i] = caseloadRow{ID: r.ID, Patient: who,
			Team: a.Store.Access.NamedTeam(r.Team), Staff: a.Store.Access.NamedStaff(r.Staff), From: care.Stamp(r.From), To: care.Stamp(r.To),
			Reason: r.Reason, Cohort: r.Cohort, ContactEveryDays: r.ContactEveryDays, State: stateOf(r, a.Clock())}
	}
	return named, err
}

func stateOf(r *care.CaseloadRow, now time.Time) string {
	switch {
	case r.From.After(now):
		return "later"
	case r.Over(now):
		return "ended"
	}
	return "now"
}
