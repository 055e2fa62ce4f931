package judge

import (
	"doorstep/internal/arrange"
	"doorstep/internal/care"
)

// amend lets the next room say to whoever has a handover that what it rests on was corrected or changed: a set of
// readings that replaces another, and a contact that was recorded and is another now. It does so whether or not a rule
// holds there, for a handover that was answered too.
func (r *Room) amend(t *TakenIn) error {
	for _, w := range t.Written {
		a, err := r.amendmentOf(w)
		if err != nil {
			return err
		}
		if a == nil || !a.Tells() {
			continue
		}
		if err := r.Next.Amend(*a); err != nil {
			return err
		}
	}
	return nil
}

// amendmentOf is what a record changes about what was recorded before; nil where it is new, or was a plan until now.
func (r *Room) amendmentOf(w Written) (*arrange.Amendment, error) {
	switch w.Record.Collection.Name {
	case care.Observations:
		replaces := care.AsObservation(w.Record).Replaces()
		if w.Old != nil || replaces == "" {
			return nil, nil
		}
		first, err := r.Store.Record(w.Record.Collection, replaces)
		if err != nil || first == nil || first.Person() != w.Record.Person() {
			return nil, err
		}
		return &arrange.Amendment{Record: w.Record, Was: first}, nil
	case care.Visits, care.Checkins:
		if w.Old == nil || care.OnlyPlanned(w.Old) || w.Old.Person() != w.Record.Person() {
			return nil, nil
		}
		return &arrange.Amendment{Record: w.Record, Was: w.Old}, nil
	}
	return nil, nil
}
