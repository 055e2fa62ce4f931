package desk

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/plan"
	"doorstep/internal/worktime"
)

// NewPlan is a plan that somebody at a desk makes.
type NewPlan struct {
	ID      string // "" = the server makes one; the same one sent twice plans once
	Patient string
	Team    string // whose visit it is
	plan.Content
}

const noSuchPlan = "There is no such plan for you."

// Make stores a plan, and the contacts of its next days with it. What cannot be is refused before anything is stored.
func (p *Planner) Make(n NewPlan) (made *VisitPlan, effect PlanEffect, err error) {
	if n.ID == "" {
		n.ID = p.Writes.NewID()
	}
	if have, err := p.Rows.VisitPlan(n.ID); err != nil {
		return nil, effect, err
	} else if have != nil {
		if have.Planner == p.Lead.Staff && have.Patient == n.Patient && have.Team == n.Team {
			return have, effect, nil
		}
		return nil, effect, refuse(CodeIDTaken, "There is a plan of this id already.")
	}
	if err := p.mayPlanFor(n.Patient, n.Team); err != nil {
		return nil, effect, err
	}
	now := p.Writes.Now()
	v := &VisitPlan{ID: n.ID, Patient: n.Patient, Team: n.Team, Kind: p.kindOf(n.Team), Content: n.Content, MadeAt: now}
	effect, err = p.decide(v)
	return v, effect, err
}

// Change gives a plan another content. What it came to already follows, as far as nobody has touched it.
func (p *Planner) Change(id string, content plan.Content) (*VisitPlan, PlanEffect, error) {
	v, err := p.planOfLead(id)
	if err != nil {
		return nil, PlanEffect{}, err
	}
	if !v.EndedAt.IsZero() {
		return nil, PlanEffect{}, refuse(CodePlanEnded, "This plan has ended. Make a new one.")
	}
	v.Content = content
	effect, err := p.decide(v)
	return v, effect, err
}

// End ends a plan now: what is ahead of it and nobody has touched is withdrawn. Ending it again changes nothing.
func (p *Planner) End(id string) (*VisitPlan, PlanEffect, error) {
	v, err := p.planOfLead(id)
	if err != nil || !v.EndedAt.IsZero() {
		return v, PlanEffect{}, err
	}
	v.Planner, v.Role = p.Lead.Staff, p.Lead.Role
	v.EndedAt = p.Writes.Now()
	v.ChangedAt = v.EndedAt
	effect, err := p.workOut(v, nil)
	return v, effect, err
}

// decide checks a plan of the lead's as it is to be, stores it and works it out.
func (p *Planner) decide(v *VisitPlan) (effect PlanEffect, err error) {
	v.Planner, v.Role, v.ChangedAt = p.Lead.Staff, p.Lead.Role, p.Writes.Now()
	read, err := plan.Read(v.ID, v.Kind, v.Content)
	if err != nil {
		return effect, refusedPlan(err)
	}
	if err := p.lives(v.Patient); err != nil {
		return effect, err
	}
	closed := p.People.ClosedDays(v.Team)
	if err := read.OnlyClosed(plan.DayOf(v.ChangedAt), closed); err != nil {
		return effect, (&Error{Code: CodeClosedDay, Message: err.Error()}).about("closed_days")
	}
	for _, who := range v.goers() {
		if err := p.mayVisit(who.staff, v.Patient); err != nil {
			return effect, aboutField(err, who.field)
		}
	}
	if effect, err = p.workOut(v, read); err != nil {
		return effect, err
	}
	return effect, p.fits(v)
}

// goer is who goes, by the field that names them.
type goer struct{ field, staff string }

func (v *VisitPlan) goers() []goer { return []goer{{"staff", v.Staff}, {"second", v.Second}} }

// aboutField says of which field a refusal speaks; any other error stays as it is.
func aboutField(err error, field string) error {
	var no *Error
	if errors.As(err, &no) {
		return no.about(field)
	}
	return err
}

// lives refuses to plan for somebody who died.
func (p *Planner) lives(patient string) error {
	person, err := p.People.Patient(patient)
	if err != nil || person == nil || care.AsPatient(person).DiedOn() == "" {
		return err
	}
	return refuse(CodeDied, "This person died. Nobody goes any more; correct their record first if that is wrong.")
}

// refusedPlan is the refusal of a plan that cannot be read.
func refusedPlan(err error) error {
	var no *plan.Fault
	if errors.As(err, &no) {
		return (&Error{Code: CodeInvalid, Message: no.Message}).about(no.Field)
	}
	return err
}

// workOut brings the contacts of the next days to what a plan wants, nil: to none, and stores it.
func (p *Planner) workOut(v *VisitPlan, read *plan.Plan) (effect PlanEffect, err error) {
	now := p.Writes.Now()
	first := plan.DayOf(now)
	v.PlannedTo = plan.Later(first, plan.Horizon-1)
	var want []plan.Occurrence
	if read != nil {
		want = read.Between(first, v.PlannedTo, v.Team, p.People.ClosedDays(v.Team))
	}
	// Days of the rule lie up to a week beside those on which somebody goes.
	stood, err := p.Rows.Stood(v, plan.Later(first, -plan.Horizon), plan.Later(v.PlannedTo, plan.Horizon))
	if err != nil {
		return effect, err
	}
	steps, kept := plan.Steps(v.ID, want, stood, now)
	effect.Kept = kept
	if err := p.Rows.SaveVisitPlan(v); err != nil || len(steps) == 0 {
		return effect, err
	}
	m := &care.Mutation{Key: p.Writes.NewID(), Author: v.Planner, AuthoredAt: now}
	for _, s := range steps {
		op := care.Op{Kind: care.OpUpdate, Collection: v.Kind, ID: s.ID, Patient: v.Patient}
		switch {
		case s.Make:
			effect.Made++
			op.Kind, op.Set = care.OpCreate, s.Want.Fields(v.Kind)
			op.Set["patient"] = v.Patient
			dropNil(op.Set)
		case s.Write:
			effect.Moved++
			op.Set = s.Want.Differ(v.Kind, s.Wrote)
		default:
			effect.Withdrawn++
			op.Kind = care.OpRetract
		}
		m.Ops = append(m.Ops, op)
	}
	result, err := p.Writes.TakeInPlanned(m, care.Viewer{Staff: v.Planner, Role: v.Role, Teams: []string{v.Team}})
	if err != nil {
		return effect, err
	}
	if result.Status != care.Applied {
		return effect, refuse(CodeNotPlanned, "The visits of this plan could not be written. Look whether the person is still on the caseload of the team.")
	}
	for _, s := range steps {
		s.Wrote, s.Withdrawn = s.Want, s.Withdraw
		if err := p.Rows.NoteStood(v, s.Stood); err != nil {
			return effect, err
		}
	}
	return effect, nil
}

func dropNil(set map[string]any) {
	for name, value := range set {
		if value == nil {
			delete(set, name)
		}
	}
}

// kindOf is what a team's plans come to: visits, or the check-ins of a voluntary service.
func (p *Planner) kindOf(team string) string {
	if p.Lead.Limited() || p.People.Voluntary(team) {
		return care.Checkins
	}
	return care.Visits
}

// mayPlanFor says whether a lead may plan for a person in the name of a team.
func (p *Planner) mayPlanFor(patient, team string) error {
	if team == "" || !slices.Contains(p.Lead.DeskTeams(), team) || !p.Lead.Near(patient) {
		return refuse(CodeNotFound, "There is no such person or team for you.")
	}
	if person, err := p.People.Patient(patient); err != nil || person == nil {
		return cmp.Or(err, error(refuse(CodeNotFound, "There is no such person or team for you.")))
	}
	if !slices.Contains(p.People.Teams(patient), team) {
		return refuse(CodeOutsideCaseload, "This person is not on the caseload of that team. Put them on it first, or plan for the team that has them.").about("team")
	}
	return nil
}

// planOfLead is a plan that is a lead's to change.
func (p *Planner) planOfLead(id string) (*VisitPlan, error) {
	v, err := p.Rows.VisitPlan(id)
	if err != nil {
		return nil, err
	}
	if v == nil || !slices.Contains(p.Lead.DeskTeams(), v.Team) || !p.Lead.Near(v.Patient) || p.Lead.Limited() && v.Kind != care.Checkins {
		return nil, refuse(CodeNotFound, noSuchPlan)
	}
	return v, nil
}

// mayVisit says whether somebody can be sent to a person: they are in service, and have them, or what is planned
// would never reach their phone. "" is nobody as yet.
func (p *Planner) mayVisit(staff, patient string) error {
	if staff == "" {
		return nil
	}
	v, ok := p.People.Staff(staff)
	if !ok || !p.Lead.LooksAfter(staff) {
		return refuse(CodeNotFound, noSuchStaff)
	}
	now := p.Writes.Now()
	if !v.InactiveSince.IsZero() && !v.InactiveSince.After(now) {
		return refuse(CodeOutsideCaseload, "%s has left.", p.People.StaffName(staff))
	}
	if has, _ := p.People.Holds(v, patient, time.Time{}); !has {
		return refuse(CodeOutsideCaseload, "%s does not have this person on a caseload, so it would not reach their phone. Choose somebody who has, or share the person first.", p.People.StaffName(staff))
	}
	return nil
}

// fits refuses a plan by which somebody would have to be in two places, within the days that stand.
func (p *Planner) fits(v *VisitPlan) error {
	for _, who := range v.goers() {
		if who.staff == "" {
			continue
		}
		first := plan.DayOf(p.Writes.Now())
		tasks, err := p.tasksOf(v.Kind, who.staff, first, v.PlannedTo)
		if err != nil {
			return err
		}
		for _, t := range tasks {
			if t.Plan == v.ID {
				if err := p.clashOf(who.staff, tasks, t.ID); err != nil {
					return aboutField(err, who.field)
				}
			}
		}
	}
	return nil
}

// tasksOf are the contacts that somebody has to make between two days, whichever of their teams planned them.
func (p *Planner) tasksOf(kind, staff string, first, last worktime.Date) (tasks []PlannedContact, err error) {
	v, _ := p.People.Staff(staff)
	all, err := p.Rows.ToMake(ContactQuery{Kind: kind, Teams: v.Teams, From: plan.At(first, 0), To: plan.At(plan.Later(last, 1), 0)})
	for _, c := range all {
		if c.Staff == staff {
			tasks = append(tasks, c)
		}
	}
	return tasks, err
}

// clashOf refuses a contact that somebody cannot make beside the others of its day.
func (p *Planner) clashOf(staff string, all []PlannedContact, id string) error {
	at := slices.IndexFunc(all, func(c PlannedContact) bool { return c.ID == id })
	if at < 0 {
		return nil
	}
	var tasks []plan.Task
	for i := range all {
		if c := &all[i]; c.Start.Before(all[at].End.Add(12*time.Hour)) && all[at].Start.Before(c.End.Add(12*time.Hour)) {
			tasks = append(tasks, c.task())
		}
	}
	clash := plan.FirstClash(tasks, id)
	if clash == nil {
		return nil
	}
	return refuse(CodeTwoAtOnce, "%s would have %d minutes of visits between %s and %s on %s. Choose somebody else, or another time.", p.People.StaffName(staff), clash.Minutes,
		plan.Clock(clash.From), plan.Clock(clash.To), plan.SayDay(plan.DayOf(clash.From)))
}
