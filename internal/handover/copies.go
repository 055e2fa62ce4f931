package handover

import (
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

// copy raises what an unverified handover also needs: one to the lead of the sender's team, one
// to the care coordinator. Each is a handover of its own, with its own clocks, so that each
// reaches a person; where both would reach one team, or the team that has the original, one is
// enough. Safeguarding is never copied: it goes to the safeguarding lead only.
func (p *planning) copy(original *New, g *group) {
	if original.Class == care.Safeguarding {
		return
	}
	told := map[string]bool{original.Route.Team.ID: true}
	place := p.in.Place
	place.FromTeam = original.FromTeam
	for _, who := range copyHolders {
		id := CopyID(original.ID, who)
		if have := p.copied[id]; have != nil {
			told[have.ToTeam] = true
			p.riseCopy(have, original)
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

// riseCopy keeps a copy as urgent as its original.
func (p *planning) riseCopy(have *Existing, original *New) {
	if ended(have.State) || original.Class.Urgency() <= have.Class.Urgency() {
		return
	}
	c := Change{ID: have.ID, Class: original.Class, Reasons: original.Reasons, ClinicalTime: original.ClinicalTime, LateBy: original.LateBy,
		AckDue: sooner(have.AckDue, original.AckDue), ActDue: sooner(have.ActDue, original.ActDue), Unverified: have.Unverified,
		SupersededBy: have.SupersededBy, Again: true}
	c.Events = []Event{{Kind: EventRisen, At: p.in.Now, Team: have.ToTeam, Text: "The urgency rose from " + string(have.Class) + " to " + string(original.Class) + "."}}
	p.plan.Changes = append(p.plan.Changes, c)
}
