package pbrecords

import (
	"slices"
	"strings"

	"doorstep/internal/desk"
	"doorstep/internal/plan"
)

// rounds are what has still to be made, against which the plans of one transaction are weighed: read once, however many
// plans there are, and kept in line with what those write. Nobody else writes within the transaction.
type rounds struct {
	asked map[string]*asked
	// The plan that is being decided: what it wrote so far, and what was read since, which has that already.
	pending []written
	fresh   []string
}

// asked is one question with its answer, but for what is pending.
type asked struct {
	desk.ContactQuery
	list []desk.PlannedContact
}

// written is a contact as a plan left it.
type written struct {
	desk.PlannedContact
	kind      string
	withdrawn bool
}

// toMake answers as ask does.
func (r *rounds) toMake(q desk.ContactQuery, ask func(desk.ContactQuery) ([]desk.PlannedContact, error)) ([]desk.PlannedContact, error) {
	key := strings.Join(append([]string{q.Kind, q.From.String(), q.To.String()}, q.Teams...), " ")
	if known := r.asked[key]; known != nil {
		return known.with(r.pending), nil
	}
	list, err := ask(q)
	if err != nil {
		return nil, err
	}
	if r.asked == nil {
		r.asked = map[string]*asked{}
	}
	r.asked[key], r.fresh = &asked{q, list}, append(r.fresh, key)
	return list, nil
}

// with is an answer after what plans wrote.
func (a *asked) with(list []written) []desk.PlannedContact {
	if len(list) == 0 {
		return a.list
	}
	touched := make(map[string]bool, len(list))
	for i := range list {
		touched[list[i].ID] = true
	}
	after := make([]desk.PlannedContact, 0, len(a.list)+len(list))
	for _, c := range a.list {
		if !touched[c.ID] {
			after = append(after, c)
		}
	}
	for _, w := range list {
		if !w.withdrawn && w.kind == a.Kind && slices.Contains(a.Teams, w.Team) && !w.Start.Before(a.From) && w.Start.Before(a.To) {
			after = append(after, w.PlannedContact)
		}
	}
	return after
}

// note takes down what a plan wrote for one of its days.
func (r *rounds) note(v *desk.VisitPlan, s plan.Stood) {
	r.pending = append(r.pending, written{kind: v.Kind, withdrawn: s.Withdrawn, PlannedContact: desk.PlannedContact{ID: s.ID, Patient: v.Patient,
		Team: s.Wrote.Team, Staff: s.Wrote.Staff, Purpose: s.Wrote.Purpose, Status: "planned", Start: s.Wrote.Start, End: s.Wrote.End, Plan: v.ID, Minutes: int(v.Minutes)}})
}

// decided ends a plan: it stands, or what it wrote is undone.
func (r *rounds) decided(stands bool) {
	if stands {
		for _, a := range r.asked {
			a.list = a.with(r.pending)
		}
	} else {
		for _, key := range r.fresh {
			delete(r.asked, key)
		}
	}
	r.pending, r.fresh = nil, nil
}
