package desk

import (
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/plan"
)

// Actions of the audit about plans, but for those that people ask for.
const (
	actionPlanExtended = "extend"
	actionPlanStopped  = "stop"
	// PlansName is what the audit calls plans.
	PlansName = "visit_plans"
)

// extendedAtOnce is how many plans one step works out; each is at most a few dozen contacts.
const extendedAtOnce = 20

// ExtendPlans lets the next days of plans stand, some plans at a time after an id, and says which was the last: "" when
// none is left. Each plan that was worked out is noted as such with what it came to, so that a job that is killed goes
// on where it was. Each runs what a plan needs and keeps what failed to itself.
func (p *Planner) ExtendPlans(after string, each func(plan string, work func() error) error) (last string, err error) {
	horizon := plan.Later(plan.DayOf(p.Writes.Now()), plan.Horizon-1)
	list, err := p.Rows.PlansToExtend(horizon, after, extendedAtOnce)
	if err != nil {
		return "", err
	}
	for _, v := range list {
		if err := each(v.ID, func() error { return p.extend(v) }); err != nil {
			return "", err
		}
		last = v.ID
	}
	if len(list) < extendedAtOnce {
		return "", nil
	}
	return last, nil
}

// FollowDeath works the plans of a person out anew once it is recorded that they died, or that they did not: those that
// go on come to nothing while the person is dead, and to what they say again when that was a mistake.
func (p *Planner) FollowDeath(patient string) error {
	list, err := p.Rows.PlansOf(patient)
	for _, v := range list {
		if err == nil && v.EndedAt.IsZero() {
			err = p.extend(v)
		}
	}
	return err
}

// extend works out the next days of one plan. One whose person its team does not have any more ends; one whose person
// died comes to nothing.
func (p *Planner) extend(v *VisitPlan) error {
	person, err := p.People.Patient(v.Patient)
	if err != nil {
		return err
	}
	now := p.Writes.Now()
	if person == nil || !person.Retracted.IsZero() || !slices.Contains(p.People.Teams(v.Patient), v.Team) {
		v.EndedAt, v.ChangedAt = now, now
		if err := p.Rows.SaveVisitPlan(v); err != nil {
			return err
		}
		return p.Writes.Audit("", "", actionPlanStopped, PlansName, v.ID, v.Patient, map[string]any{"team": v.Team, "why": "the person is on the caseload of the team no more"})
	}
	if care.AsPatient(person).DiedOn() != "" {
		return p.extended(v, nil)
	}
	read, err := plan.Read(v.ID, v.Kind, v.Content)
	if err != nil {
		return err
	}
	for _, staff := range []*string{&read.Staff, &read.Second} {
		if p.mayStillVisit(*staff, v.Patient) {
			continue
		}
		*staff = "" // somebody else has to be found
	}
	return p.extended(v, read)
}

// extended lets the next days of a plan stand, nil: none of them, and notes what that came to.
func (p *Planner) extended(v *VisitPlan, read *plan.Plan) error {
	effect, err := p.workOut(v, read)
	if err != nil || effect == (PlanEffect{}) {
		return err
	}
	return p.Writes.Audit("", "", actionPlanExtended, PlansName, v.ID, v.Patient, effect)
}

// mayStillVisit says whether whom a plan names is in service and has the person; nobody named, nobody goes.
func (p *Planner) mayStillVisit(staff, patient string) bool {
	v, ok := p.People.Staff(staff)
	if !ok || !v.InactiveSince.IsZero() && !v.InactiveSince.After(p.Writes.Now()) {
		return false
	}
	has, _ := p.People.Holds(v, patient, p.Writes.Now())
	return has
}
