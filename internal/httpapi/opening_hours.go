package httpapi

import (
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// OpenTeam is a team with what its people must know about its hours.
type OpenTeam struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Kind  string `json:"kind,omitempty"`
	Phone string `json:"phone,omitempty"`
	Open  bool   `json:"open"`
	// OpensAt is the next opening of a closed one.
	OpensAt string `json:"opens_at,omitempty"`
	// Stated: these are the organisation's own hours; otherwise core hours, 08:00 to 18:30 on
	// working days.
	Stated     bool   `json:"stated"`
	OutOfHours string `json:"out_of_hours,omitempty"` // where to turn meanwhile, in the organisation's words
	// NotHere is what it takes elsewhere than in its inbox, at this moment.
	NotHere []care.NotHere `json:"not_here,omitempty"`
	// SaysNotHere: whoever asks may say what that is.
	SaysNotHere bool `json:"says_not_here,omitempty"`
}

// ownTeams are the teams of somebody and whether they are open at this moment.
func (a *API) ownTeams(who *access.Access) []OpenTeam {
	now := a.Clock()
	teams := make([]OpenTeam, 0, len(who.Teams))
	for _, id := range who.Teams {
		named := a.Store.Access.NamedTeam(id)
		t := OpenTeam{ID: id, Name: named.Name, Kind: named.Kind, Phone: named.Phone, NotHere: a.elsewhere(id), SaysNotHere: a.saysNotHere(who, id)}
		a.addHours(&t, now)
		teams = append(teams, t)
	}
	return teams
}

func (a *API) addHours(t *OpenTeam, now time.Time) {
	d, organisation := a.Store.Access.Directory(), ""
	if team := d.Team(t.ID); team != nil {
		organisation = team.Organisation
	}
	if o := d.Organisation(organisation); o != nil {
		t.OutOfHours = o.OutOfHours
	}
	hours, stated := a.Store.Hours(organisation)
	t.Stated = stated
	if t.Open = hours.IsOpen(now); !t.Open {
		t.OpensAt = care.Stamp(hours.NextOpening(now))
	}
}
