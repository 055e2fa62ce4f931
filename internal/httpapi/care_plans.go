package httpapi

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/identity"
	"doorstep/internal/pbplans"
	"doorstep/internal/pbstore"
	"doorstep/internal/plan"
)

// VisitPlan is a repeating plan as a desk sees it.
type VisitPlan struct {
	ID      string        `json:"id"`
	Patient access.Person `json:"patient"`
	Team    *care.Named   `json:"team"`
	Kind    string        `json:"kind"` // visits or checkins
	Plan    plan.Content  `json:"plan"`
	// Staff and Second are who goes, by name.
	Staff     *care.Named `json:"staff,omitempty"`
	Second    *care.Named `json:"second,omitempty"`
	Planner   *care.Named `json:"planner"`
	ChangedAt string      `json:"changed_at"`
	EndedAt   string      `json:"ended_at,omitempty"`
	PlannedTo string      `json:"planned_to"` // the day up to which it stands
}

func (a *API) viewPlans(v *pbstore.Snapshot, viewer *access.Access, list []*desk.VisitPlan) ([]VisitPlan, error) {
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].Patient
	}
	people, err := v.People(ids)
	views := make([]VisitPlan, len(list))
	named := func(id string) *care.Named {
		if id == "" {
			return nil
		}
		return a.Store.Access.NamedStaff(id)
	}
	for i, p := range list {
		views[i] = VisitPlan{ID: p.ID, Patient: viewer.SeePersonNear(p.Patient, people[p.Patient]), Team: a.Store.Access.NamedTeam(p.Team), Kind: p.Kind,
			Plan: p.Content, Staff: named(p.Staff), Second: named(p.Second), Planner: named(p.Planner), ChangedAt: care.Stamp(p.ChangedAt),
			EndedAt: care.Stamp(p.EndedAt), PlannedTo: p.PlannedTo.String()}
	}
	return views, err
}

// listPlans lists the plans of a person, ended ones too, or those of a team that go on.
func (a *API) listPlans(e *core.RequestEvent) error {
	viewer := accessOf(e)
	patient := e.Request.URL.Query().Get("patient")
	team, err := ownTeam(e, viewer.DeskTeams())
	if err != nil {
		return err
	}
	if (patient == "") == (team == "") || patient != "" && !viewer.Near(patient) {
		return identity.ErrNotFound
	}
	var after afterID
	limit, err := pageAsked(e, &after)
	if err != nil {
		return err
	}
	var views []VisitPlan
	more := false
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) (err error) {
		var list []*desk.VisitPlan
		if patient != "" {
			list, err = pbplans.Of(v).PlansOf(patient)
		} else if list, err = pbplans.Of(v).PlansOfTeam(team, after.ID, limit+1); len(list) > limit {
			list, more = list[:limit], true
		}
		if err != nil {
			return err
		}
		mine := list[:0:0]
		for _, p := range list {
			after.ID = p.ID
			if viewer.Near(p.Patient) && (viewer.Clinical() || p.Kind == care.Checkins) {
				mine = append(mine, p)
			}
		}
		views, err = a.viewPlans(v, viewer, mine)
		return err
	}); err != nil {
		return err
	}
	read := care.ReadDetail{}
	for i := range views {
		read.Add(views[i].Patient.ID)
	}
	if err := a.audit(e, "list", desk.PlansName, "", patient, read); err != nil {
		return err
	}
	answer, err := page(views, more, after)
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// planContentRequest is what somebody writes down as a plan; see plan.Content.
type planContentRequest struct {
	Purpose string `json:"purpose" validate:"max=40"`
	Rule    string `json:"rule" validate:"required,max=400"`
	Start   string `json:"start" validate:"required,max=10"`
	Until   string `json:"until" validate:"max=10"`
	From    string `json:"from" validate:"required,max=5"`
	To      string `json:"to" validate:"required,max=5"`
	Minutes int64  `json:"minutes" validate:"required,min=1,max=1440"`
	Staff   string `json:"staff" validate:"omitempty,len=26"`
	Second  string `json:"second" validate:"omitempty,len=26"`
	AtDoor  int64  `json:"at_door" validate:"min=0,max=2"` // 0 = 1
	Closed  string `json:"closed_days" validate:"max=10"`  // "" = skip
}

func (c planContentRequest) content() plan.Content {
	if c.AtDoor == 0 {
		c.AtDoor = 1
	}
	if c.Closed == "" {
		c.Closed = string(plan.Skip)
	}
	return plan.Content(c)
}

// planRequest is a plan for a person. Preview only says what it would do.
type planRequest struct {
	ID      string             `json:"id" validate:"omitempty,ulid"`
	Patient string             `json:"patient" validate:"required,len=26"`
	Team    string             `json:"team" validate:"required,len=26"`
	Plan    planContentRequest `json:"plan" validate:"required"`
	Preview bool               `json:"preview"`
}

type planChangeRequest struct {
	Plan    planContentRequest `json:"plan" validate:"required"`
	Preview bool               `json:"preview"`
}

// planned answers a change of a plan.
type planned struct {
	Plan    *VisitPlan `json:"plan,omitempty"` // not of a preview
	Preview bool       `json:"preview"`
	desk.PlanEffect
}

// makePlan stores a plan, and the contacts of its next days with it.
func (a *API) makePlan(e *core.RequestEvent) error {
	var body planRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	n := desk.NewPlan{ID: body.ID, Patient: body.Patient, Team: body.Team, Content: body.Plan.content()}
	return a.decidePlan(e, "plan", body.Preview, body, http.StatusCreated, func(p *desk.Planner) (*desk.VisitPlan, desk.PlanEffect, error) { return p.Make(n) })
}

// changePlan gives a plan another content; what nobody has touched follows.
func (a *API) changePlan(e *core.RequestEvent) error {
	var body planChangeRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	return a.decidePlan(e, "change_plan", body.Preview, body, http.StatusOK, func(p *desk.Planner) (*desk.VisitPlan, desk.PlanEffect, error) {
		return p.Change(e.Request.PathValue("id"), body.Plan.content())
	})
}

type endPlanRequest struct {
	Preview bool `json:"preview"`
}

// endPlan ends a plan; what is ahead of it and nobody has touched is withdrawn.
func (a *API) endPlan(e *core.RequestEvent) error {
	var body endPlanRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	return a.decidePlan(e, "end_plan", body.Preview, nil, http.StatusOK, func(p *desk.Planner) (*desk.VisitPlan, desk.PlanEffect, error) {
		return p.End(e.Request.PathValue("id"))
	})
}

// decidePlan decides about a plan and writes down what was decided. One that was made before is answered as it is.
func (a *API) decidePlan(e *core.RequestEvent, action string, preview bool, detail any, status int,
	decide func(*desk.Planner) (*desk.VisitPlan, desk.PlanEffect, error)) error {
	answer := planned{Preview: preview}
	var v *desk.VisitPlan
	err := a.tried(e, preview, func(tx *pbstore.Tx) (err error) {
		if v, answer.PlanEffect, err = decide(a.planner(e, tx)); err != nil {
			return err
		}
		return tx.Audit(e.Auth.Id, "", action, desk.PlansName, v.ID, v.Patient, detail)
	})
	if err != nil {
		return err
	}
	if preview {
		return writeJSON(e, http.StatusOK, answer)
	}
	a.Store.Access.WakePages([]string{v.Team})
	if err := a.Store.ReadForPage(e.Request.Context(), func(s *pbstore.Snapshot) error {
		views, err := a.viewPlans(s, accessOf(e), []*desk.VisitPlan{v})
		answer.Plan = &views[0]
		return err
	}); err != nil {
		return err
	}
	return writeJSON(e, status, answer)
}
