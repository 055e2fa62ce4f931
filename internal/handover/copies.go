package handover

import (
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// Who gets a copy of an unverified handover.
const (
	CopyLead        = "lead"        // the sender's team: its lead can ask who measured
	CopyCoordinator = "coordinator" // the end of the chain
)

var copyHolders = []string{CopyLead, CopyCoordinator}

// CopyID is the id of the copy of a handover for one of the copy holders.
func CopyID(original, who string) string { return rules.ID("copy", original, who) }

// CopiesOf are the ids that the copies of a handover have, where there are any.
func CopiesOf(original string) []string {
	ids := make([]string, len(copyHolders))
	for i, who := range copyHolders {
		ids[i] = CopyID(original, who)
	}
	return ids
}

// copy raises what an unverified handover also needs: one to the lead of the sender's team, one
// to the care coordinator. Each is a handover of its own, with its own clocks, so that each
// reaches a person; where both would reach one team, or the team that has the original, one is
// enough. Safeguarding is never copied: it goes to the safeguarding lead only.
func (p *planning) copy(original *New) {
	if original.Class == care.Safeguarding {
		return
	}
	told := map[string]bool{original.Route.Team.ID: true}
	place := p.in.Place
	place.FromTeam = original.FromTeam
	for _, who := range copyHolders {
		id := CopyID(original.ID, who)
		have := p.copied[id]
		if have == nil {
			have = p.stored(id)
		}
		if have != nil {
			told[have.ToTeam] = true
			p.follow(have, original)
			continue
		}
		destination := care.ToCoordinator
		if who == CopyLead {
			destination = ToTeam(place.FromTeam)
		}
		route := Resolve(destination, place, p.in.Directory)
		if route.Missing && (who == CopyLead || route.Team.ID != "") || told[route.Team.ID] && route.Team.ID != "" {
			continue // no such lead: the coordinator is told; or that team has it already
		}
		told[route.Team.ID] = true
		n := *original
		n.ID, n.CopyOf, n.Destination, n.Route = id, original.ID, destination, route
		n.State, n.Alarms, n.SupersededBy = route.State(), nil, ""
		p.plan.New = append(p.plan.New, n)
	}
}

// follow keeps a copy in step with its original: its reasons, when it began, and its urgency, which
// never falls.
func (p *planning) follow(have *Existing, original *New) {
	if have.State.Ended() {
		return
	}
	c := Change{ID: have.ID, Class: have.Class, Reasons: original.Reasons, ClinicalTime: have.ClinicalTime, LateBy: max(have.LateBy, original.LateBy),
		AckDue: sooner(have.AckDue, original.AckDue), ActDue: sooner(have.ActDue, original.ActDue), Unverified: have.Unverified,
		SupersededBy: have.SupersededBy}
	say := func(kind, text string) {
		c.Events = append(c.Events, Event{Kind: kind, At: p.in.Now, Team: have.ToTeam, Text: text})
	}
	if !slices.Equal(have.Reasons, original.Reasons) {
		say(EventAttached, "")
	}
	if original.Class.Urgency() > have.Class.Urgency() {
		c.Class, c.Again = original.Class, true
		say(EventRisen, rose(have.Class, original.Class))
	}
	if original.ClinicalTime.Before(have.ClinicalTime) {
		c.ClinicalTime = original.ClinicalTime
		say(EventEarlier, "")
	}
	if len(c.Events) > 0 {
		p.plan.Changes = append(p.plan.Changes, c)
	}
}
