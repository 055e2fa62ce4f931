package arrange

import (
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// Whatever is refused raises what it says, so that anybody can report something about anybody. Somebody who has not
// got the person is a stranger to them: they and their team follow how the handover stands and learn nothing of the
// person by it, answers that ask for work go to the team that has the person, and what goes to the stranger's own
// team holds nothing but what they reported themselves.

// stranger says whether somebody has not got a person now. Nobody is no stranger.
func (r *Room) stranger(staff, patient string) bool {
	v, known := r.Reference.Staff(staff)
	if !known {
		return false
	}
	now, _ := r.Reference.Holds(v, patient, r.Moment.Now())
	return !now
}

// repliesTo is the team that has a person, to which work about them goes; where none has, the care coordinators.
func (r *Room) repliesTo(person *care.Record) string {
	place := r.placeOf(person)
	if place.FromTeam != "" {
		return place.FromTeam
	}
	t, _ := r.Reference.Directory().Coordinator(place.Neighbourhood)
	return t.ID
}

// ownWords says whether a handover that a stranger reported is for their own team.
func ownWords(e *handover.Evidence, id, fromTeam, toTeam string) bool {
	return e.Stranger && fromTeam != "" && (fromTeam == toTeam || e.CopyOf != "" && id == handover.CopyID(e.CopyOf, handover.CopyLead))
}

// reportedBy is what of some findings a team reported itself: without the score, which tells something of the person.
func (f *findings) reportedBy(team string) *findings {
	own := *f
	own.alarms, own.events = map[string]handover.Alarm{}, slices.Clone(f.events)
	for id, a := range f.alarms {
		if a.Team == team {
			own.alarms[id] = a
		}
	}
	for i := range own.events {
		own.events[i].NEWS2 = nil
	}
	own.sorted = slices.DeleteFunc(slices.Clone(f.sorted), func(a handover.Alarm) bool { return a.Team != team })
	return &own
}

// reasonsIn are those of some reasons that are among the findings.
func (f *findings) reasonsIn(reasons []handover.Reason) []handover.Reason {
	return slices.DeleteFunc(slices.Clone(reasons), func(r handover.Reason) bool {
		return !slices.ContainsFunc(f.sorted, func(a handover.Alarm) bool { return a.Rule == r.Rule })
	})
}

// followedByWhoHas gives a handover that a stranger reported to the first of those behind it who has the person: they
// follow it from now on, and the stranger no more.
func (a *applier) followedByWhoHas(person, rec *care.Record, evidence *handover.Evidence) {
	if !evidence.Stranger || evidence.CopyOf != "" {
		return
	}
	if who := a.whoHas(person, a.findings.behind(rec.ID)); who != nil {
		rec.SetAll(map[string]any{"from_staff": who.Staff, "from_team": who.Team, "reply_team": who.Team})
		evidence.Stranger = false
	}
}

// whoHas is the first of some alarms that was reported by somebody who has the person; nil for none.
func (a *applier) whoHas(person *care.Record, alarms []string) *handover.Alarm {
	for _, id := range alarms {
		if alarm := a.findings.alarms[id]; alarm.Staff != "" && !a.stranger(alarm.Staff, person.ID) {
			return &alarm
		}
	}
	return nil
}

// letSendersRead lets whoever reported a handover as a stranger read it once they have the person.
func (r *Room) letSendersRead(handovers []*care.Record) error {
	for _, rec := range handovers {
		h := care.AsHandover(rec)
		if !care.ByStranger(h.Evidence()) || r.stranger(h.FromStaff(), h.Patient()) {
			continue
		}
		evidence := handover.EvidenceIn(rec)
		evidence.Stranger = false
		old := rec.Clone()
		rec.Values["evidence"] = care.JSON(evidence)
		if err := r.save(rec, old); err != nil {
			return err
		}
	}
	return nil
}
