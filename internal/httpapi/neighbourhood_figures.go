package httpapi

import (
	"cmp"
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
)

// weeksShown are the complete weeks that are published, always the same ones for whoever asks.
const weeksShown = 52

const mediaCSV = "text/csv"

// neighbourhoodRow is a neighbourhood whose figures somebody may read, and what else they may there.
type neighbourhoodRow struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Promises: they set targets, and let others in. Small: they may see small numbers. People: they have people behind numbers.
	Promises bool `json:"promises"`
	Small    bool `json:"small"`
	People   bool `json:"people"`
}

// NeighbourhoodFigures are what a neighbourhood knows of its work.
type NeighbourhoodFigures struct {
	ID       string           `json:"id"`
	Name     string           `json:"name"`
	Promises bool             `json:"promises"`        // the reader sets targets, and lets others in
	Small    bool             `json:"small"`           // and may see small numbers
	People   bool             `json:"people"`          // and has people behind numbers
	AsAt     string           `json:"as_at,omitempty"` // when they were last worked out; missing: not yet
	Weeks    []string         `json:"weeks"`           // the Mondays of the weeks that are charted
	Partners []FiguresPartner `json:"partners"`
	Waiting  []WaitingFigure  `json:"waiting"`
	Charts   []FiguresChart   `json:"charts"`
	Periods  []FiguresPeriod  `json:"periods"` // four weeks each, the latest first
	Goals    FiguresGoals     `json:"goals"`
	Targets  []FiguresTarget  `json:"targets"`
}

// FiguresPartner is an organisation that takes part.
type FiguresPartner struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind"`
}

// WaitingFigure is how many handovers of a class wait with a partner now; without a partner with all of them, without a
// class of every one.
type WaitingFigure struct {
	Partner string `json:"partner"`
	Class   string `json:"class"`
	Open    *int   `json:"open"` // nil: it is small, or would give a small number away
	Overdue *int   `json:"overdue"`
	Oldest  string `json:"oldest,omitempty"` // when the one that waits longest was raised
}

// FiguresChart is a measure by the week, of all partners together.
type FiguresChart struct {
	Code  string          `json:"code"`
	Kind  measures.Kind   `json:"kind"`
	Lower *bool           `json:"lower,omitempty"` // less is what people hope for
	Cells []measures.Cell `json:"cells"`
	Chart measures.Chart  `json:"chart"`
}

// FiguresPeriod is four weeks: each measure, of all and by partner, and who sent what to whom.
type FiguresPeriod struct {
	From     string                      `json:"from"`
	To       string                      `json:"to"`
	Figures  []PeriodFigure              `json:"figures"`
	Pathways []measures.PublishedPathway `json:"pathways"`
}

// PeriodFigure is one measure in four weeks.
type PeriodFigure struct {
	Measure  string                   `json:"measure"`
	Whole    measures.Cell            `json:"whole"`
	Partners map[string]measures.Cell `json:"partners"`
}

// FiguresGoals are the goals that people work towards with the neighbourhood now.
type FiguresGoals struct {
	People  measures.Cell `json:"people"`
	Reviews measures.Cell `json:"reviews"` // whose review is not overdue, of those that have a day for it
}

func (a *API) neighbourhoodRoutes() []careRoute {
	return []careRoute{
		{http.MethodGet, "/neighbourhoods", everybody, a.listNeighbourhoods},
		{http.MethodGet, "/neighbourhoods/{id}/figures", everybody, a.readNeighbourhood},
		{http.MethodGet, "/neighbourhoods/{id}/figures/csv", everybody, a.exportNeighbourhood},
		{http.MethodGet, "/neighbourhoods/{id}/counts", seesSmall, a.exportCounts},
		{http.MethodGet, "/neighbourhoods/{id}/people", worksDesk, a.peopleBehind},
		{http.MethodPost, "/neighbourhoods/{id}/targets", promises, a.makeTarget},
		{http.MethodPost, "/targets/{id}/review", promises, a.reviewTarget},
		{http.MethodPost, "/targets/{id}/end", promises, a.endTarget},
		{http.MethodGet, "/neighbourhoods/{id}/guests", promises, a.listGuests},
		{http.MethodPost, "/neighbourhoods/{id}/guests", promises, a.letIn},
		{http.MethodPost, "/guests/{id}/end", promises, a.letInNoMore},
	}
}

func promises(d care.Duty) bool  { return d.Promises }
func seesSmall(d care.Duty) bool { return d.Chain }

// mayRead are the neighbourhoods whose figures somebody reads: by their role, or because they were let in.
func mayRead(who *access.Access, v pbmeasures.Pages) (list []neighbourhoodRow, err error) {
	into, err := v.LetInto(who.Staff)
	if err != nil {
		return nil, err
	}
	for _, id := range append(who.Neighbourhoods(), into...) {
		if !who.SeesFigures(id) && !slices.Contains(into, id) || slices.ContainsFunc(list, func(n neighbourhoodRow) bool { return n.ID == id }) {
			continue
		}
		name, err := v.Name(id)
		if err != nil {
			return nil, err
		}
		if name != "" {
			list = append(list, neighbourhoodRow{ID: id, Name: name, Promises: who.KeepsPromises(id), Small: who.SeesSmallNumbers(id), People: who.Duty.Desk && who.SeesFigures(id)})
		}
	}
	return list, nil
}

func (a *API) listNeighbourhoods(e *core.RequestEvent) error {
	answer := list[neighbourhoodRow]{Items: []neighbourhoodRow{}}
	err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		found, err := mayRead(accessOf(e), pbmeasures.Of(v))
		answer.Items = append(answer.Items, found...)
		return err
	})
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// figures reads what is published of the neighbourhood that the address names; what is not theirs is not there.
func (a *API) figures(e *core.RequestEvent, use func(v pbmeasures.Pages, n neighbourhoodRow, p measures.Published, weeks []measures.Dated) error) error {
	small := e.Request.URL.Query().Get("small") == "shown"
	id, who := e.Request.PathValue("id"), accessOf(e)
	if small && who.SeesSmallNumbers(id) {
		if err := a.audit(e, "small_numbers", care.Neighbourhoods, id, "", nil); err != nil {
			return err
		}
	}
	return a.Store.ReadForPage(e.Request.Context(), func(s *pbstore.Snapshot) error {
		v := pbmeasures.Of(s)
		all, err := mayRead(who, v)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(n neighbourhoodRow) bool { return n.ID == id })
		if i < 0 || small && !all[i].Small {
			return identity.ErrNotFound
		}
		last := measures.WeekOf(s.Now()) - 1
		weeks, err := v.Reports(id, 1, last-weeksShown+1, last)
		if err != nil {
			return err
		}
		periods, err := v.Reports(id, measures.WeeksOfPeriod, last-weeksShown+1, last)
		if err != nil {
			return err
		}
		return use(v, all[i], measures.Publish(weeks, periods, small), weeks)
	})
}

// readNeighbourhood answers all that the board of a neighbourhood shows.
func (a *API) readNeighbourhood(e *core.RequestEvent) error {
	var answer NeighbourhoodFigures
	if err := a.figures(e, func(v pbmeasures.Pages, n neighbourhoodRow, p measures.Published, _ []measures.Dated) error {
		answer = NeighbourhoodFigures{ID: n.ID, Name: n.Name, Promises: n.Promises, Small: n.Small, People: n.People, Weeks: []string{}, Partners: []FiguresPartner{}, Waiting: []WaitingFigure{}, Charts: charts(p), Periods: []FiguresPeriod{}, Targets: []FiguresTarget{}}
		at, err := v.AsOf()
		if err != nil {
			return err
		}
		answer.AsAt = care.Stamp(at)
		for _, w := range p.Weeks {
			answer.Weeks = append(answer.Weeks, w.Monday().String())
		}
		for i := len(p.Periods) - 1; i >= max(0, len(p.Periods)-3); i-- {
			answer.Periods = append(answer.Periods, periodOf(p.Periods[i]))
		}
		everything := e.Request.URL.Query().Get("small") == "shown"
		if answer.Waiting, err = a.waitingIn(v, n.ID, everything); err != nil {
			return err
		}
		now, err := v.Reports(n.ID, 1, 0, 0)
		if err != nil {
			return err
		}
		if len(now) > 0 {
			answer.Goals = FiguresGoals{People: measures.PublishOne(measures.Tally, now[0].Whole[measures.GoalPeople], everything), Reviews: measures.PublishOne(measures.Share, now[0].Whole[measures.GoalReviews], everything)}
		}
		answer.Partners = a.partnersOf(&answer, n.ID)
		answer.Targets, err = a.targetsOf(v, n.ID, answer.Charts)
		return err
	}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

func charts(p measures.Published) []FiguresChart {
	list := []FiguresChart{}
	for _, m := range measures.All {
		if !m.Weekly {
			continue
		}
		c := FiguresChart{Code: m.Code, Kind: m.Kind, Lower: m.Lower, Cells: orEmpty(p.Whole[m.Code])}
		var values []*float64
		for _, cell := range c.Cells {
			values = append(values, cell.Charted(m.Kind))
		}
		c.Chart = measures.ChartOf(values)
		list = append(list, c)
	}
	return list
}

func periodOf(p measures.PublishedPeriod) FiguresPeriod {
	f := FiguresPeriod{From: p.Week.Monday().String(), To: lastDay(p.Week + measures.WeeksOfPeriod - 1), Figures: []PeriodFigure{}, Pathways: orEmpty(p.Pathways)}
	for _, m := range measures.All {
		if cell, ok := p.Whole[m.Code]; ok {
			one := PeriodFigure{Measure: m.Code, Whole: cell, Partners: map[string]measures.Cell{}}
			for id, c := range p.Partners[m.Code] {
				one.Partners[id] = c
			}
			f.Figures = append(f.Figures, one)
		}
	}
	return f
}

// lastDay is the Sunday of a week.
func lastDay(w measures.Week) string { return w.Ends().In(time.UTC).Format(time.DateOnly) }

// partnersOf names those that are in the figures, and those that have a team in the neighbourhood, by name.
func (a *API) partnersOf(f *NeighbourhoodFigures, neighbourhood string) []FiguresPartner {
	d := a.Store.Access.Directory()
	ids := []string{}
	for _, t := range d.TeamsIn(neighbourhood) {
		ids = append(ids, pbmeasures.PartnerOf(d, t))
	}
	for _, w := range f.Waiting {
		ids = append(ids, w.Partner)
	}
	for _, p := range f.Periods {
		for _, one := range p.Figures {
			for id := range one.Partners {
				ids = append(ids, id)
			}
		}
		for _, way := range p.Pathways {
			ids = append(ids, way.From, way.To)
		}
	}
	slices.Sort(ids)
	list := []FiguresPartner{}
	for _, id := range slices.Compact(ids) {
		if id == "" {
			continue
		}
		p := FiguresPartner{ID: id, Name: d.OrganisationName(id)}
		if o := d.Organisation(id); o != nil {
			p.Kind = o.Kind
		}
		list = append(list, p)
	}
	slices.SortFunc(list, func(x, y FiguresPartner) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID)) })
	return list
}
