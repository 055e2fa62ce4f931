package httpapi

import (
	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/pbplans"
	"doorstep/internal/plan"
	"doorstep/internal/worktime"
)

// alsoOnBoard says of visits that have still to be made which other services make, or have made, the same within a day:
// while it can still be avoided. A desk sees what is planned for its people whoever planned it, as their phones do.
func (a *API) alsoOnBoard(pages pbplans.Pages, kind string, day worktime.Date, list []desk.PlannedContact) (map[string][]SameVisit, error) {
	if kind != care.Visits || len(list) == 0 {
		return nil, nil
	}
	directory := a.Store.Access.Directory()
	service := func(team string) string {
		if t := directory.Ever(team); t != nil {
			return t.Organisation
		}
		return ""
	}
	own := service(list[0].Team)
	var teams []string
	for _, t := range directory.Teams() {
		if t.Organisation != own {
			teams = append(teams, t.ID)
		}
	}
	people := map[string]bool{}
	for _, c := range list {
		people[c.Patient] = true
	}
	from, to := plan.At(plan.Later(day, -1), 0), plan.At(plan.Later(day, 2), 0)
	others, err := pages.ToMake(desk.ContactQuery{Kind: kind, Teams: teams, From: from, To: to})
	if err != nil {
		return nil, err
	}
	made, err := pages.MadeSince(from, people)
	if err != nil {
		return nil, err
	}
	visits, team := []plan.Repeatable{}, map[string]string{}
	for _, c := range append(others, made...) {
		if people[c.Patient] {
			visits, team[c.ID] = append(visits, visitOf(c, service)), c.Team
		}
	}
	also := map[string][]SameVisit{}
	for _, c := range list {
		if c.Status != "planned" && c.Status != "in_progress" {
			continue
		}
		for _, v := range plan.Duplicates(visitOf(c, service), visits) {
			also[c.ID] = append(also[c.ID], SameVisit{Team: a.Store.Access.NamedTeam(team[v.ID]), Start: care.Stamp(v.Start), Status: v.Status})
		}
	}
	return also, nil
}

func visitOf(c desk.PlannedContact, service func(team string) string) plan.Repeatable {
	return plan.Repeatable{ID: c.ID, Patient: c.Patient, Purpose: c.Purpose, Status: c.Status, Service: service(c.Team), Start: c.Start}
}
