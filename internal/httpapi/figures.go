package httpapi

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
)

// figuresOver are the weeks that a practice sees of its own.
const figuresOver = 28 * 24 * time.Hour

// Figures are what came to a practice of one class in its last four weeks: how many, how fast, how often declined.
type Figures struct {
	Team    string     `json:"team"`
	Class   care.Class `json:"class"`
	Came    int        `json:"came"`
	Replied int        `json:"replied"` // somebody there took it in hand, answered, declined or handed it on
	// HalfWithin and MostWithin are the seconds in which half of them were replied to, and nine of ten. What nobody has
	// replied to counts with its age, so that leaving it makes nothing look faster.
	HalfWithin int64 `json:"half_within"`
	MostWithin int64 `json:"most_within"`
	// HalfOpen and MostOpen: it is more than that, for nobody has replied to one of these yet.
	HalfOpen   bool `json:"half_open,omitempty"`
	MostOpen   bool `json:"most_open,omitempty"`
	Declined   int  `json:"declined"`    // by somebody there
	TurnedAway int  `json:"turned_away"` // before anybody saw it, because the class is taken elsewhere
}

// readFigures answers the figures of whoever asks for their own practices, and of nobody else.
func (a *API) readFigures(e *core.RequestEvent) error {
	who, items := accessOf(e), []Figures{}
	err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		for _, team := range own(a, who) {
			came, err := pbpages.Of(v).CameTo(team, v.Now().Add(-figuresOver))
			if err != nil {
				return err
			}
			items = append(items, figuresOf(team, came)...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, list[Figures]{Items: items})
}

// own are the practices among somebody's own teams.
func own(a *API, who *access.Access) []string {
	return slices.DeleteFunc(slices.Clone(who.Teams), func(id string) bool {
		team := a.Store.Access.Directory().Team(id)
		return team == nil || team.Kind != "practice"
	})
}

// figuresOf counts what came to a team, by class, the most urgent first.
func figuresOf(team string, came []pbpages.Came) (figures []Figures) {
	for _, name := range care.Classes {
		f := Figures{Team: team, Class: care.Class(name)}
		var asked []pbpages.Came
		for _, c := range came {
			if c.Class != f.Class {
				continue
			}
			f.Came++
			if c.TurnedAway {
				f.TurnedAway++
				continue // nobody there was asked
			}
			if asked = append(asked, c); c.Replied {
				f.Replied++
			}
			if c.Declined {
				f.Declined++
			}
		}
		f.HalfWithin, f.HalfOpen = within(asked, 5)
		f.MostWithin, f.MostOpen = within(asked, 9)
		if f.Came > 0 {
			figures = append(figures, f)
		}
	}
	return figures
}

// within is the time that so many tenths of them took at most, in seconds, and whether one of these waits still; 0 of none.
func within(came []pbpages.Came, tenths int) (seconds int64, open bool) {
	if len(came) == 0 {
		return 0, false
	}
	slices.SortFunc(came, func(a, b pbpages.Came) int { return cmp.Compare(a.Waited, b.Waited) })
	among := came[:(len(came)*tenths+9)/10]
	return int64(among[len(among)-1].Waited / time.Second), slices.ContainsFunc(among, func(c pbpages.Came) bool { return !c.Replied })
}
