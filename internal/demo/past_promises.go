package demo

import (
	"context"
	"net/http"
	"time"

	"doorstep/internal/care"
)

// planPromises lets the neighbourhood lead set targets, review them with the partners, and end them.
func (p *past) planPromises() {
	lead := p.t.hood.leadOf()
	friday := func(week, hour int) time.Time { return at(p.first.AddDate(0, 0, 7*week+4), hour, 0) }
	end := friday(p.weeks-1, 14)
	if last := at(p.t.first, 7, 15); end.After(last) {
		end = last
	}
	p.agenda.add(friday(4, 15), func(ctx context.Context) error {
		if err := p.promise(ctx, lead, "in_time", 0.78, p.weeks-1, p.t.hood.surgeries[2].org); err != nil {
			return err
		}
		return p.promise(ctx, lead, "named_lead", 0.6, p.weeks-1, p.t.hood.north.team.org)
	})
	p.agenda.add(friday(5, 15), func(ctx context.Context) error {
		if err := p.decide(ctx, lead, "in_time", "review", map[string]any{"decided": "Two practices left handovers until the evening. All three now look at their list at 10 and at 3, " +
			"and reception asks the duty doctor about whatever is for today.", "next_on": end.Format(time.DateOnly)}); err != nil {
			return err
		}
		return p.decide(ctx, lead, "named_lead", "review", map[string]any{"decided": "Rounds are still planned by street, so that whoever is nearest goes. The leads of both teams try named nurses for ten people each.",
			"next_on": end.Format(time.DateOnly)})
	})
	p.agenda.add(end, func(ctx context.Context) error {
		if err := p.decide(ctx, lead, "in_time", "end", map[string]any{"outcome": "met", "decided": "Met, and it holds. The practices keep the two times of day."}); err != nil {
			return err
		}
		if err := p.decide(ctx, lead, "named_lead", "end", map[string]any{"outcome": "missed", "decided": "Missed. Ten people were too few to show, and two nurses were off sick for a month. " +
			"From now on everybody who is seen twice a week has a named nurse and one who stands in."}); err != nil {
			return err
		}
		return p.promise(ctx, lead, "named_lead", 0.6, p.weeks+13, p.t.hood.north.team.org)
	})
}

// leadOf is the lead of the neighbourhood.
func (h *hood) leadOf() *worker {
	for _, w := range h.others {
		if w.role == care.NeighbourhoodLead {
			return w
		}
	}
	return nil
}

// promise sets a target, by the end of a week.
func (p *past) promise(ctx context.Context, by *worker, measure string, aim float64, week int, owner *org) error {
	if err := p.t.house.srv.Figures.Keep(ctx); err != nil {
		return err
	}
	var made struct{ ID string }
	err := p.t.counter.call(ctx, by, http.MethodPost, carePath+"/neighbourhoods/"+p.t.hood.id+"/targets",
		map[string]any{"measure": measure, "aim": aim, "by": p.first.AddDate(0, 0, 7*week+6).Format(time.DateOnly), "owner": owner.id}, &made)
	p.promised[measure] = made.ID
	return err
}

// decide notes what was decided about a target.
func (p *past) decide(ctx context.Context, by *worker, measure, how string, body map[string]any) error {
	if err := p.t.house.srv.Figures.Keep(ctx); err != nil {
		return err
	}
	return p.t.counter.call(ctx, by, http.MethodPost, carePath+"/targets/"+p.promised[measure]+"/"+how, body, nil)
}
