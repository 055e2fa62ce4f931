package arrange

import (
	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// placeOf says where a person belongs; it is as if the first team that has them reported.
func (r *Room) placeOf(person *care.Record) handover.Place {
	place := handover.Place{Practice: care.AsPatient(person).Practice()}
	for _, t := range r.Reference.Teams(person.ID) {
		if place.FromTeam == "" {
			place.FromTeam = t
		}
		if place.Neighbourhood == "" {
			place.Neighbourhood = r.Reference.Directory().Neighbourhood(t)
		}
	}
	return r.nearSender(place)
}

// nearSender puts a person whom no team has into the neighbourhood of the sender's team.
func (r *Room) nearSender(place handover.Place) handover.Place {
	if place.Neighbourhood == "" {
		place.Neighbourhood = r.Reference.Directory().Neighbourhood(place.FromTeam)
	}
	return place
}

// meant is whom a handover without a destination was meant for, and why they cannot take it.
func (r *Room) meant(destination string, person *care.Record) string {
	return r.Reference.Directory().Meant(destination, care.AsPatient(person).Practice())
}

// calendarOf is the working time by which a handover to a team is due, "" for the person's practice.
func (r *Room) calendarOf(person *care.Record, team string) handover.Calendar {
	if team != "" {
		return r.Reference.Calendar(r.Reference.Directory().Organisation(team))
	}
	return r.Reference.Calendar(care.AsPatient(person).Practice())
}

func neighbourhoodOf(d Directory, h handover.Handover) string {
	if n := d.Neighbourhood(h.FromTeam); n != "" {
		return n
	}
	return d.Neighbourhood(h.ToTeam)
}
