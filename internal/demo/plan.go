package demo

import (
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/importer"
	repeating "doorstep/internal/plan"
)

// plan is a visit or a check-in that is in somebody's diary before the day begins.
type plan struct {
	id string
	// weekly is the id of the repeating plan of which it is the first; "": it was planned by itself.
	weekly     string
	collection string
	values     map[string]any
	worker     *worker
	person     *person
	at         time.Time
	kind       purpose
}

// purpose is one of care.VisitPurposes, what a visit is for.
type purpose string

var nursingPurposes = []purpose{"wound_care", "insulin", "catheter", "bloods", "observation", "medication", "palliative", "continence"}

// planVisit puts a visit into the diary.
func (h *hood) planVisit(w *worker, p *person, why purpose, at time.Time) plan {
	return plan{id: h.newID(), collection: care.Visits, worker: w, person: p, at: at, kind: why, values: map[string]any{
		"patient": p.id, "team": w.team.id, "staff": w.id, "purpose": string(why), "status": "planned",
		"planned_start": at.UTC(), "planned_end": at.Add(30 * time.Minute).UTC()}}
}

// planCheckin puts a volunteer's call into the diary.
func (h *hood) planCheckin(w *worker, p *person, at time.Time) plan {
	return plan{id: h.newID(), collection: care.Checkins, worker: w, person: p, at: at, values: map[string]any{
		"patient": p.id, "team": w.team.id, "staff": w.id, "planned_start": at.UTC(), "planned_end": at.Add(45 * time.Minute).UTC()}}
}

// everyWeek makes a plan that repeats of a visit or check-in, on its day of the week. The server works out the rest, and
// knows it by the id that such a plan gives.
func (h *hood) everyWeek(p plan) plan {
	p.weekly, p.id = p.id, repeating.ContactID(p.id, repeating.DayOf(p.at), 0, 0)
	return p
}

// wanted is the plan as a desk makes it.
func (p *plan) wanted() importer.Planned {
	ends, _ := p.values["planned_end"].(time.Time)
	return importer.Planned{ID: p.weekly, Patient: p.person.id, Team: p.worker.team.id, Content: repeating.Content{Purpose: string(p.kind),
		Rule: "FREQ=WEEKLY;BYDAY=" + strings.ToUpper(p.at.Weekday().String()[:2]), Start: repeating.DayOf(p.at).String(), From: repeating.Clock(p.at), To: repeating.Clock(ends),
		Minutes: int64(ends.Sub(p.at) / time.Minute), Staff: p.worker.id, AtDoor: 1, Closed: string(repeating.Visit)}}
}

// stand are the ids of what stands of it before the first phone.
func (p *plan) stand() []string {
	if p.weekly == "" {
		return []string{p.id}
	}
	return []string{p.id, repeating.ContactID(p.weekly, repeating.Later(repeating.DayOf(p.at), 7), 0, 0)}
}

// rounds fills the diaries of the second day with people who have no part in a scene.
func rounds(h *hood, day time.Time, visits int, seed int) []plan {
	rng := stream(seed, 3)
	var plans []plan
	used := map[*person]bool{}
	someone := func(fits func(*person) bool) *person {
		for _, p := range h.people {
			if !p.cast && !used[p] && fits(p) {
				used[p] = true
				return p
			}
		}
		return nil
	}
	round := func(w *worker, n, start, every int, why []purpose, fits func(*person) bool) {
		for i := range n {
			p := someone(fits)
			if p == nil {
				return
			}
			when := at(day, 8, start+i*every+rng.IntN(8))
			plans = append(plans, h.everyWeek(h.planVisit(w, p, why[rng.IntN(len(why))], when)))
		}
	}
	for _, n := range []*nursing{h.north, h.south} {
		for i, w := range n.nurses {
			round(w, visits, 30+3*i, 48, nursingPurposes, func(p *person) bool { return p.nursing == n.team && !p.mental && !p.social })
		}
	}
	round(h.support, min(visits, 5), 40, 60, []purpose{"observation", "wellbeing"}, func(p *person) bool { return p.supported })
	for _, w := range h.mental.workers {
		round(w, min(visits, 4), 60, 90, []purpose{"mental_health_review"}, func(p *person) bool { return p.mental })
	}
	for _, w := range h.social.workers {
		round(w, min(visits, 4), 50, 90, []purpose{"social_care_review"}, func(p *person) bool { return p.social })
	}
	for _, s := range h.services {
		for i, w := range s.volunteers {
			for k := range min(visits, 4) {
				p := someone(func(p *person) bool { return p.befriended == w })
				if p == nil {
					break
				}
				plans = append(plans, h.everyWeek(h.planCheckin(w, p, at(day, 9, 20+7*i+k*95))))
			}
		}
	}
	return plans
}
