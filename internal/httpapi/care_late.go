package httpapi

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/pblone"
	"doorstep/internal/pbplans"
	"doorstep/internal/pbstore"
)

// LateVisit is a visit or check-in that should have been made by now, with whose it is.
type LateVisit struct {
	BoardVisit
	Kind  string      `json:"kind"` // visits or checkins
	Team  *care.Named `json:"team"`
	Staff *care.Named `json:"staff,omitempty"` // left out: nobody has it
	// HeardAt is when anything was last heard of the phones of whoever has it; left out: never. A phone without a network is
	// silent too: it says nothing of whether the visit was made.
	HeardAt string `json:"heard_at,omitempty"`
}

// How far back late visits are looked for, and how many are told: those that are late longest.
const (
	lateSince = 14 * 24 * time.Hour
	mostLate  = 50
)

// listLate lists the visits of the desk's teams that should have been made by now and that nobody has recorded.
func (a *API) listLate(e *core.RequestEvent) error {
	viewer, now := accessOf(e), a.Clock()
	kinds := []string{care.Checkins}
	if !viewer.Limited() {
		kinds = append(kinds, care.Visits)
	}
	views := []LateVisit{}
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		views = views[:0]
		pages := pbplans.Of(v)
		for _, kind := range kinds {
			list, err := pages.Late(kind, viewer.DeskTeams(), now.Add(-lateSince), now, mostLate)
			if err != nil {
				return err
			}
			list = slices.DeleteFunc(list, func(c desk.PlannedContact) bool { return !viewer.Near(c.Patient) })
			ids := make([]string, len(list))
			for i := range list {
				ids[i] = list[i].Patient
			}
			people, err := pages.People(ids)
			if err != nil {
				return err
			}
			for _, c := range list {
				late := LateVisit{Kind: kind, Team: a.Store.Access.NamedTeam(c.Team), BoardVisit: BoardVisit{ID: c.ID, Patient: viewer.SeePersonNear(c.Patient, people[c.Patient]),
					Purpose: c.Purpose, Status: c.Status, Start: care.Stamp(c.Start), End: care.Stamp(c.End), Minutes: c.Minutes, Plan: c.Plan}}
				if c.Staff != "" {
					late.Staff = a.Store.Access.NamedStaff(c.Staff)
				}
				views = append(views, late)
			}
		}
		return a.tellHeard(v, views)
	}); err != nil {
		return err
	}
	slices.SortStableFunc(views, func(x, y LateVisit) int { return cmp.Or(cmp.Compare(x.End, y.End), cmp.Compare(x.ID, y.ID)) })
	views = views[:min(len(views), mostLate)]
	read := care.ReadDetail{}
	for i := range views {
		read.Add(views[i].Patient.ID)
	}
	if err := a.audit(e, "late", care.Visits, "", "", read); err != nil {
		return err
	}
	answer, err := page(views, false, nil)
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// tellHeard fills in when the phones of those who have late visits were last heard of.
func (a *API) tellHeard(v *pbstore.Snapshot, views []LateVisit) error {
	var staff []string
	for i := range views {
		if views[i].Staff != nil && !slices.Contains(staff, views[i].Staff.ID) {
			staff = append(staff, views[i].Staff.ID)
		}
	}
	heard, err := a.heardOf(pblone.Of(v), staff)
	for i := range views {
		if views[i].Staff != nil {
			views[i].HeardAt = care.Stamp(heard[views[i].Staff.ID])
		}
	}
	return err
}
