package access

import "slices"

// Neighbourhoods are those in which their own teams are, in the order of their teams.
func (a *Access) Neighbourhoods() (list []string) {
	for _, id := range a.Teams {
		if t := a.index.Directory().Team(id); t != nil && t.Neighbourhood != "" && !slices.Contains(list, t.Neighbourhood) {
			list = append(list, t.Neighbourhood)
		}
	}
	return list
}

// SeesFigures says whether somebody's role reads the figures of a neighbourhood. Whoever it has let in reads them too.
func (a *Access) SeesFigures(neighbourhood string) bool {
	return a.Duty.Figures && slices.Contains(a.Neighbourhoods(), neighbourhood)
}

// KeepsPromises says whether they set targets in a neighbourhood, and let others read its figures.
func (a *Access) KeepsPromises(neighbourhood string) bool {
	return a.Duty.Promises && slices.Contains(a.Neighbourhoods(), neighbourhood)
}

// SeesSmallNumbers says whether numbers that might be somebody one knows are no secret from them, because they answer for
// everybody in the neighbourhood.
func (a *Access) SeesSmallNumbers(neighbourhood string) bool {
	return a.Duty.Chain && slices.Contains(a.Neighbourhoods(), neighbourhood)
}

// TeamsIn are the teams of a neighbourhood, by id.
func (d *Directory) TeamsIn(neighbourhood string) (teams []string) {
	for _, t := range d.Teams() {
		if t.Neighbourhood == neighbourhood && neighbourhood != "" {
			teams = append(teams, t.ID)
		}
	}
	return teams
}
