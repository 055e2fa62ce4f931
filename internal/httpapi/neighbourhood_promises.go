package httpapi

import (
	"net/http"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/identity"
	"doorstep/internal/measures"
	"doorstep/internal/pbmeasures"
	"doorstep/internal/pbstore"
	"doorstep/internal/setup"
	"doorstep/internal/wire"
)

// weeksOfBaseline are the weeks before a target with which what became of it is compared; it is judged by the last four.
const (
	weeksOfBaseline = 13
	weeksOfNow      = 4
)

// FiguresTarget is what a neighbourhood promised itself, and how it stands.
type FiguresTarget struct {
	ID       string              `json:"id"`
	Measure  string              `json:"measure"`
	Baseline pbmeasures.Baseline `json:"baseline"` // of the 13 weeks before it was set
	Aim      float64             `json:"aim"`
	By       string              `json:"by"`    // a day
	Owner    string              `json:"owner"` // the one partner that answers for it, by name
	Now      *float64            `json:"now"`   // the mean of the last four weeks that have a value; null = none has
	Met      bool                `json:"met"`   // now it is as good as was aimed for
	MadeAt   string              `json:"made_at"`
	MadeBy   *care.Named         `json:"made_by"`
	EndedAt  string              `json:"ended_at,omitempty"`
	Outcome  string              `json:"outcome,omitempty"` // met, missed or dropped
	Reviews  []FiguresReview     `json:"reviews"`
}

// FiguresReview is what was decided about a target.
type FiguresReview struct {
	At      string      `json:"at"`
	By      *care.Named `json:"by"`
	Value   *float64    `json:"value"` // as it stood then
	Decided string      `json:"decided"`
	NextOn  string      `json:"next_on,omitempty"`
}

type targetRequest struct {
	Measure string   `json:"measure" validate:"required,max=40"`
	Aim     *float64 `json:"aim" validate:"required"`
	By      string   `json:"by" validate:"required,max=10"`
	Owner   string   `json:"owner" validate:"required,max=26"`
}

type reviewRequest struct {
	Decided string `json:"decided" validate:"required,max=2000"`
	NextOn  string `json:"next_on" validate:"max=10"`
}

type endTargetRequest struct {
	Outcome string `json:"outcome" validate:"required,max=20"`
	Decided string `json:"decided" validate:"required,max=2000"`
}

type guestRequest struct {
	Email string `json:"email" validate:"required,max=200"`
}

// figuresGuest is somebody whom a neighbourhood lets read its figures.
type figuresGuest struct {
	ID     string      `json:"id"`
	Staff  *care.Named `json:"staff"`
	MadeBy *care.Named `json:"made_by"`
	MadeAt string      `json:"made_at"`
}

// promised answers what was stored.
type promised struct {
	ID string `json:"id"`
}

// recent is the mean of the last weeks of a chart that have a value.
func recent(c FiguresChart) *float64 {
	sum, n := 0.0, 0
	for i := len(c.Cells) - 1; i >= max(0, len(c.Cells)-weeksOfNow); i-- {
		if x := c.Cells[i].Charted(c.Kind); x != nil {
			sum += *x
			n++
		}
	}
	if n == 0 {
		return nil
	}
	mean := sum / float64(n)
	return &mean
}

// asGood says whether a value is as good as an aim.
func asGood(lower *bool, value, aim float64) bool {
	if lower != nil && *lower {
		return value <= aim
	}
	return value >= aim
}

func (a *API) targetsOf(v pbmeasures.Pages, neighbourhood string, charts []FiguresChart) ([]FiguresTarget, error) {
	stored, err := v.Targets(neighbourhood)
	list := []FiguresTarget{}
	for i := range stored {
		t := &stored[i]
		one := FiguresTarget{ID: t.ID, Measure: t.Measure, Baseline: t.Baseline, Aim: t.Aim, By: t.By, Owner: a.Store.Access.Directory().OrganisationName(t.Owner), MadeAt: care.Stamp(t.MadeAt),
			MadeBy: a.Store.Access.NamedStaff(t.MadeBy), EndedAt: care.Stamp(t.EndedAt), Outcome: t.Outcome, Reviews: []FiguresReview{}}
		if j := slices.IndexFunc(charts, func(c FiguresChart) bool { return c.Code == t.Measure }); j >= 0 {
			if one.Now = recent(charts[j]); one.Now != nil {
				one.Met = asGood(charts[j].Lower, *one.Now, t.Aim)
			}
		}
		reviews, err := v.Reviews(t.ID)
		if err != nil {
			return nil, err
		}
		for _, r := range reviews {
			one.Reviews = append(one.Reviews, FiguresReview{At: care.Stamp(r.At), By: a.Store.Access.NamedStaff(r.By), Value: r.Value, Decided: r.Decided, NextOn: r.NextOn})
		}
		list = append(list, one)
	}
	return list, err
}

// makeTarget sets a target for a measure, with what it was in the 13 weeks before.
func (a *API) makeTarget(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	var body targetRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	m, ok := measures.Named(body.Measure)
	var wrong setup.Problems
	if !ok || !m.Weekly {
		wrong = append(wrong, setup.Problem{Field: "measure", Message: "Choose a measure that is charted by the week."})
	}
	if body.Aim == nil || *body.Aim < 0 || m.Kind == measures.Share && *body.Aim > 1 || *body.Aim > 1e9 {
		wrong = append(wrong, setup.Problem{Field: "aim", Message: "An aim is a number from 0; of a share, at most 1."})
	}
	if due, ok := care.DayBegins(body.By); !ok || !due.After(a.Clock()) {
		wrong = append(wrong, setup.Problem{Field: "by", Message: "Say by which day to come, such as 2027-03-31."})
	}
	if len(wrong) > 0 { // of any neighbourhood
		return fieldsWrong(wrong)
	}
	if !accessOf(e).KeepsPromises(id) {
		return identity.ErrNotFound
	}
	d := a.Store.Access.Directory()
	if !slices.ContainsFunc(d.TeamsIn(id), func(t string) bool { return pbmeasures.PartnerOf(d, t) == body.Owner }) {
		return fieldsWrong(setup.Problems{{Field: "owner", Message: "Choose one partner that has a team in the neighbourhood."}})
	}
	t := pbmeasures.Target{Neighbourhood: id, Measure: m.Code, Aim: *body.Aim, By: body.By, Owner: body.Owner, MadeBy: e.Auth.Id, MadeAt: a.Clock()}
	err := a.Store.ReadForPage(e.Request.Context(), func(s *pbstore.Snapshot) (err error) {
		t.Baseline, err = pbmeasures.Of(s).Baseline(id, m, measures.WeekOf(t.MadeAt), weeksOfBaseline)
		return err
	})
	if err != nil {
		return err
	}
	if t.ID, err = a.NewID(); err != nil {
		return err
	}
	if err := a.change(e, func(tx *pbstore.Tx) error {
		have, err := pbmeasures.In(tx).Targets(id)
		if err != nil {
			return err
		}
		if len(have) >= pbmeasures.MostTargets {
			return fieldsWrong(setup.Problems{{Field: "measure", Message: "This neighbourhood has as many targets as one can have."}})
		}
		if slices.ContainsFunc(have, func(o pbmeasures.Target) bool { return o.Measure == t.Measure && o.EndedAt.IsZero() }) {
			return fieldsWrong(setup.Problems{{Field: "measure", Message: "This measure has a target already. End it before you set another."}})
		}
		if err := pbmeasures.In(tx).SaveTarget(&t); err != nil {
			return err
		}
		return tx.Audit(e.Auth.Id, "", "target_set", care.Neighbourhoods, id, "", map[string]any{"target": t.ID, "measure": t.Measure, "aim": t.Aim, "by": t.By, "owner": t.Owner})
	}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusCreated, promised{t.ID})
}

// ofPromise runs a change of a target of a neighbourhood in which who asks keeps the promises; the value is as it stands.
func (a *API) ofPromise(e *core.RequestEvent, change func(tx *pbstore.Tx, t *pbmeasures.Target, value *float64) error) error {
	id := e.Request.PathValue("id")
	return a.change(e, func(tx *pbstore.Tx) error {
		t, err := pbmeasures.In(tx).Target(id)
		if err != nil {
			return err
		}
		if t == nil || !accessOf(e).KeepsPromises(t.Neighbourhood) {
			return identity.ErrNotFound
		}
		if !t.EndedAt.IsZero() {
			return wire.Fail(wire.CodeInvalid, "This target has ended. Set a new one.")
		}
		var value *float64
		if err := a.Store.ReadForPage(e.Request.Context(), func(s *pbstore.Snapshot) error {
			m, _ := measures.Named(t.Measure)
			b, err := pbmeasures.Of(s).Baseline(t.Neighbourhood, m, measures.WeekOf(tx.Now()), weeksOfNow)
			if b.Weeks > 0 {
				value = &b.Mean
			}
			return err
		}); err != nil {
			return err
		}
		return change(tx, t, value)
	})
}

func (a *API) reviewed(tx *pbstore.Tx, by string, t *pbmeasures.Target, value *float64, decided, next string) error {
	reviews, err := pbmeasures.In(tx).Reviews(t.ID)
	if err != nil {
		return err
	}
	if len(reviews) >= pbmeasures.MostReviews {
		return wire.Fail(wire.CodeInvalid, "This target was reviewed as often as one can be. End it and set a new one.")
	}
	id, err := a.NewID()
	if err != nil {
		return err
	}
	if err := pbmeasures.In(tx).SaveReview(&pbmeasures.Review{ID: id, Target: t.ID, At: tx.Now(), By: by, Value: value, Decided: decided, NextOn: next}); err != nil {
		return err
	}
	return tx.Audit(by, "", "target_reviewed", care.Neighbourhoods, t.Neighbourhood, "", map[string]any{"target": t.ID})
}

// reviewTarget notes what was decided about a target.
func (a *API) reviewTarget(e *core.RequestEvent) error {
	var body reviewRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	if _, ok := care.DayBegins(body.NextOn); body.NextOn != "" && !ok {
		return fieldsWrong(setup.Problems{{Field: "next_on", Message: "Say on which day, such as 2027-03-31."}})
	}
	return a.answeredPromise(e, func(tx *pbstore.Tx, t *pbmeasures.Target, value *float64) error {
		return a.reviewed(tx, e.Auth.Id, t, value, body.Decided, body.NextOn)
	})
}

// endTarget notes how a target ended, and what was decided.
func (a *API) endTarget(e *core.RequestEvent) error {
	var body endTargetRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	if !slices.Contains([]string{"met", "missed", "dropped"}, body.Outcome) {
		return fieldsWrong(setup.Problems{{Field: "outcome", Message: "Say whether it was met, missed or dropped."}})
	}
	return a.answeredPromise(e, func(tx *pbstore.Tx, t *pbmeasures.Target, value *float64) error {
		if err := a.reviewed(tx, e.Auth.Id, t, value, body.Decided, ""); err != nil {
			return err
		}
		t.EndedAt, t.EndedBy, t.Outcome = tx.Now(), e.Auth.Id, body.Outcome
		return pbmeasures.In(tx).EndTarget(t)
	})
}

func (a *API) answeredPromise(e *core.RequestEvent, change func(tx *pbstore.Tx, t *pbmeasures.Target, value *float64) error) error {
	if err := a.ofPromise(e, change); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, promised{e.Request.PathValue("id")})
}

func (a *API) listGuests(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	if !accessOf(e).KeepsPromises(id) {
		return identity.ErrNotFound
	}
	answer := list[figuresGuest]{Items: []figuresGuest{}}
	if err := a.Store.ReadForPage(e.Request.Context(), func(s *pbstore.Snapshot) error {
		stored, err := pbmeasures.Of(s).Guests(id)
		for _, g := range stored {
			answer.Items = append(answer.Items, figuresGuest{ID: g.ID, Staff: a.Store.Access.NamedStaff(g.Staff), MadeBy: a.Store.Access.NamedStaff(g.MadeBy), MadeAt: care.Stamp(g.MadeAt)})
		}
		return err
	}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// letIn lets somebody who has an account read the figures of a neighbourhood: numbers, and nobody's name.
func (a *API) letIn(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	var body guestRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	if !accessOf(e).KeepsPromises(id) {
		return identity.ErrNotFound
	}
	staff, err := a.App.FindAuthRecordByEmail(care.StaffName, strings.TrimSpace(body.Email))
	if err != nil {
		return fieldsWrong(setup.Problems{{Field: "email", Message: "Nobody who has an account here has this address."}})
	}
	g := pbmeasures.Guest{Neighbourhood: id, Staff: staff.Id, MadeBy: e.Auth.Id, MadeAt: a.Clock()}
	if g.ID, err = a.NewID(); err != nil {
		return err
	}
	if err := a.change(e, func(tx *pbstore.Tx) error {
		have, err := pbmeasures.In(tx).Guests(id)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(have, func(o pbmeasures.Guest) bool { return o.Staff == g.Staff }); i >= 0 {
			g.ID = have[i].ID
			return nil // they were let in already
		}
		if len(have) >= pbmeasures.MostGuests {
			return fieldsWrong(setup.Problems{{Field: "email", Message: "As many people are let in as can be. Take somebody away first."}})
		}
		if err := pbmeasures.In(tx).SaveGuest(&g); err != nil {
			return err
		}
		return tx.Audit(e.Auth.Id, "", "let_in", care.Neighbourhoods, id, "", map[string]any{"staff": g.Staff})
	}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusCreated, promised{g.ID})
}

func (a *API) letInNoMore(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	if err := a.change(e, func(tx *pbstore.Tx) error {
		g, err := pbmeasures.In(tx).Guest(id)
		if err != nil {
			return err
		}
		if g == nil || !accessOf(e).KeepsPromises(g.Neighbourhood) {
			return identity.ErrNotFound
		}
		g.EndedAt = tx.Now()
		if err := pbmeasures.In(tx).EndGuest(g, e.Auth.Id); err != nil {
			return err
		}
		return tx.Audit(e.Auth.Id, "", "let_in_no_more", care.Neighbourhoods, g.Neighbourhood, "", map[string]any{"staff": g.Staff})
	}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, promised{id})
}
