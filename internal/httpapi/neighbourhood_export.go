package httpapi

import (
	"net/http"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/identity"
	"doorstep/internal/measures"
	"doorstep/internal/pbmeasures"
	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// exportNeighbourhood answers what is published, as a file for a spreadsheet.
func (a *API) exportNeighbourhood(e *core.RequestEvent) error {
	var raw []byte
	if err := a.figures(e, func(_ pbmeasures.Pages, _ neighbourhoodRow, p measures.Published, _ []measures.Dated) (err error) {
		raw, err = p.CSV(a.Store.Access.Directory().OrganisationName)
		return err
	}); err != nil {
		return err
	}
	e.Response.Header().Set("Content-Disposition", `attachment; filename="figures.csv"`)
	return writeBody(e, http.StatusOK, mediaCSV, raw)
}

// exportCounts answers the counts from which all figures can be worked out again, small ones too.
func (a *API) exportCounts(e *core.RequestEvent) error {
	id, who := e.Request.PathValue("id"), accessOf(e)
	if !who.SeesSmallNumbers(id) {
		return identity.ErrNotFound
	}
	if err := a.audit(e, "small_numbers", care.Neighbourhoods, id, "", nil); err != nil {
		return err
	}
	var raw []byte
	if err := a.Store.ReadForPage(e.Request.Context(), func(s *pbstore.Snapshot) error {
		v, d := pbmeasures.Of(s), a.Store.Access.Directory()
		last := measures.WeekOf(s.Now()) - 1
		first := last - weeksShown + 1
		reports, err := v.Reports(id, 1, first, last)
		if err != nil {
			return err
		}
		counts, err := v.Counts(first, last)
		if err != nil {
			return err
		}
		counts = slices.DeleteFunc(counts, func(c measures.Count) bool { return pbmeasures.NeighbourhoodOf(d, c) != id })
		raw, err = measures.CountsCSV(counts, first, func(w measures.Week) time.Time {
			for _, r := range reports {
				if r.Week == w {
					return r.AsAt
				}
			}
			return s.Now()
		}, func(team string) string { return pbmeasures.PartnerOf(d, team) }, d.OrganisationName)
		return err
	}); err != nil {
		return err
	}
	e.Response.Header().Set("Content-Disposition", `attachment; filename="counts.csv"`)
	return writeBody(e, http.StatusOK, mediaCSV, raw)
}

// peopleList are people behind a number, of those whom the reader has.
type peopleList struct {
	Items  []access.Person `json:"items"`
	Cursor string          `json:"cursor"` // where the next page begins
	More   bool            `json:"more"`
}

// mostBehind are how many people behind one number are told at a time.
const mostBehind = 50

// peopleBehind answers who is behind what a measure says did not go as it should in a week: of the people whom the desk that
// asks has, and of nobody else.
func (a *API) peopleBehind(e *core.RequestEvent) error {
	id, who := e.Request.PathValue("id"), accessOf(e)
	if !who.SeesFigures(id) {
		return identity.ErrNotFound
	}
	q := e.Request.URL.Query()
	m, ok := measures.Named(q.Get("measure"))
	if !ok {
		return wire.Fail(wire.CodeInvalid, "measure is none we know.")
	}
	week := measures.Week(0)
	if q.Get("week") != "" {
		if week = measures.WeekOfDay(q.Get("week")); week <= 0 {
			return wire.Fail(wire.CodeInvalid, "week must be a day such as 2026-12-01.")
		}
	}
	answer := peopleList{Items: []access.Person{}}
	if err := a.Store.ReadForPage(e.Request.Context(), func(s *pbstore.Snapshot) error {
		ids, more, err := pbmeasures.Of(s).Noted(m.Code, week, a.Store.Access.Directory().TeamsIn(id), q.Get("cursor"), mostBehind, who.Near)
		if err != nil {
			return err
		}
		if answer.More = more; len(ids) > 0 {
			answer.Cursor = ids[len(ids)-1]
		}
		people, err := s.People(ids)
		if err != nil {
			return err
		}
		for _, patient := range ids {
			if rec := people[patient]; rec != nil {
				answer.Items = append(answer.Items, who.SeePersonNear(patient, rec))
			}
		}
		return nil
	}); err != nil {
		return err
	}
	if err := a.audit(e, "list", care.Neighbourhoods, id, "", care.ReadDetail{Count: len(answer.Items)}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}
