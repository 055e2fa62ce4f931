package httpapi

import (
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/measures"
	"doorstep/internal/pbmeasures"
)

// waitingIn counts what the neighbourhood's teams sent and nobody has answered, by whom it is with and its class.
func (a *API) waitingIn(v pbmeasures.Pages, neighbourhood string, everything bool) ([]WaitingFigure, error) {
	d := a.Store.Access.Directory()
	open, err := v.Open(d.TeamsIn(neighbourhood))
	if err != nil {
		return nil, err
	}
	partners, classes := []string{}, append(slices.Clone(care.Classes), "")
	for _, o := range open {
		if id := pbmeasures.PartnerOf(d, o.To); !slices.Contains(partners, id) {
			partners = append(partners, id)
		}
	}
	slices.Sort(partners)
	type cell struct {
		open, overdue int
		oldest        time.Time
	}
	cells := make([]cell, len(classes)*(len(partners)+1))
	add := func(r, c int, o pbmeasures.Open) {
		at := &cells[r*(len(partners)+1)+c]
		at.open++
		if o.Overdue {
			at.overdue++
		}
		if at.oldest.IsZero() || o.Raised.Before(at.oldest) {
			at.oldest = o.Raised
		}
	}
	for _, o := range open {
		r, c := slices.Index(classes, string(o.Class)), slices.Index(partners, pbmeasures.PartnerOf(d, o.To))
		for _, at := range [][2]int{{r, c}, {r, len(partners)}, {len(classes) - 1, c}, {len(classes) - 1, len(partners)}} {
			add(at[0], at[1], o)
		}
	}
	at := func(r, c int) cell { return cells[r*(len(partners)+1)+c] }
	all, each := measures.HideShares(len(classes), len(partners)+1, func(r, c int) int { return at(r, c).open }, func(r, c int) []int {
		return []int{at(r, c).overdue, at(r, c).open - at(r, c).overdue}
	})
	list := []WaitingFigure{}
	for r, class := range classes {
		for c := range len(partners) + 1 {
			one := at(r, c)
			if one.open == 0 {
				continue
			}
			w := WaitingFigure{Class: class}
			if c < len(partners) {
				w.Partner = partners[c]
			}
			if everything || !all.At(r, c) {
				w.Open, w.Oldest = &one.open, care.Stamp(one.oldest)
			}
			if everything || !each.At(r, c) {
				w.Overdue = &one.overdue
			}
			list = append(list, w)
		}
	}
	return list, nil
}
