package httpapi

import (
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
)

// Work is what hangs on a member of staff, for whoever must find others to do it: all of it is
// empty when somebody can go. People are named as far as they are the viewer's: of what hangs on somebody for
// another employer, only that it is there.
type Work struct {
	Staff     access.StaffRow `json:"staff"`
	Visits    []WorkVisit     `json:"visits"`    // planned or under way
	Handovers []WorkHandover  `json:"handovers"` // open, and theirs to answer
	People    []access.Person `json:"people"`    // on their own caseload
	Devices   []desk.Device   `json:"devices"`   // those that still have a say, or hold something
	Unsent    int64           `json:"unsent"`    // changes these held when last heard of
}

// WorkVisit is a visit somebody has to make.
type WorkVisit struct {
	ID           string        `json:"id"`
	Patient      access.Person `json:"patient"`
	Team         *care.Named   `json:"team"`
	PlannedStart string        `json:"planned_start,omitempty"`
	// Yours: the viewer may give it to a colleague.
	Yours bool `json:"yours"`
}

// WorkHandover is a handover somebody has to answer. Of one that is not the viewer's to see, only
// that it is there.
type WorkHandover struct {
	ID      string         `json:"id"`
	Class   string         `json:"class,omitempty"`
	State   string         `json:"state,omitempty"`
	Patient *access.Person `json:"patient,omitempty"`
}

// viewWork reads what hangs on a member of staff the viewer looks after; false when there is no such.
func (a *API) viewWork(v *pbstore.Snapshot, viewer *access.Access, staff string) (w Work, ok bool, err error) {
	members := viewer.Members()
	at := slices.IndexFunc(members, func(m access.StaffRow) bool { return m.ID == staff })
	if at < 0 {
		return w, false, nil
	}
	h, err := pbpages.Of(v).Hanging(staff)
	if err != nil {
		return w, true, err
	}
	w = Work{Staff: members[at], Visits: []WorkVisit{}, Handovers: []WorkHandover{}, People: []access.Person{}, Devices: []desk.Device{}, Unsent: h.Unsent}
	if err := a.nameWork(v, viewer, h, &w); err != nil {
		return w, true, err
	}
	devices, err := pbpages.Of(v).DevicesWithWork(staff)
	w.Devices = append(w.Devices, desk.Describe(devices, a.Store.Access, nil, a.Clock())...)
	return w, true, err
}

// nameWork fills in whom the work is about. Whoever keeps the accounts only knows nobody.
func (a *API) nameWork(v *pbstore.Snapshot, viewer *access.Access, h desk.Hanging, w *Work) error {
	ids := append([]string{}, h.People...)
	for _, visit := range h.Visits {
		ids = append(ids, visit.Patient)
	}
	known := map[string]*care.Record{}
	named := viewer.Duty.View != care.NoRecords
	if named {
		var err error
		if known, err = v.People(ids); err != nil {
			return err
		}
	}
	teams := append(viewer.DeskTeams(), "")
	for _, visit := range h.Visits {
		item := WorkVisit{ID: visit.ID, Patient: viewer.SeePersonNear(visit.Patient, known[visit.Patient]),
			Team: a.Store.Access.NamedTeam(visit.Team), Yours: slices.Contains(teams, visit.Team)}
		if item.Yours || viewer.Near(visit.Patient) {
			item.PlannedStart = visit.PlannedStart
		}
		w.Visits = append(w.Visits, item)
	}
	for _, id := range h.People {
		w.People = append(w.People, viewer.SeePersonNear(id, known[id]))
	}
	for _, id := range h.Handovers {
		row, history, err := wholeHandover(v, id)
		if err != nil {
			return err
		}
		item := WorkHandover{ID: id}
		if row != nil && named && maySee(viewer, arrange.HandoverOf(row.Record, history)) {
			seen := viewer.SeeHandover(row.Record)
			person := viewer.SeePersonOf(row.Record, row.Person)
			item.Class, item.State, item.Patient = seen.Text("class"), seen.Text("state"), &person
		}
		w.Handovers = append(w.Handovers, item)
	}
	return nil
}
