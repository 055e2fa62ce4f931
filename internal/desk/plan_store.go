package desk

import (
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/plan"
	"doorstep/internal/wire"
	"doorstep/internal/worktime"
)

// VisitPlan is a repeating plan as it is kept.
type VisitPlan struct {
	ID, Patient, Team string
	Kind              string // of its contacts: care.Visits or care.Checkins
	plan.Content
	// Planner is who made or changed it last, in which role: what it comes to is written in their name, with
	// what a desk of the team may do.
	Planner           string
	Role              care.Role
	MadeAt, ChangedAt time.Time
	EndedAt           time.Time // zero = it goes on
	PlannedTo         worktime.Date
}

// PlannedContact is a visit or check-in as a board shows it: nothing clinical but its purpose.
type PlannedContact struct {
	ID, Patient, Team, Staff string
	Purpose, Status          string
	Start, End               time.Time
	Plan                     string // "" = planned by hand
	Minutes                  int    // somebody is there
}

// task is the contact as it takes somebody's time.
func (c *PlannedContact) task() plan.Task {
	return plan.Task{ID: c.ID, From: c.Start, To: c.End, Minutes: c.Minutes}
}

// ContactQuery asks for contacts of teams that have still to be made and begin between two moments.
type ContactQuery struct {
	Kind     string
	Teams    []string
	From, To time.Time
}

// PlanRows reads and writes plans and what they came to.
type PlanRows interface {
	// VisitPlan is a plan; nil when there is none.
	VisitPlan(id string) (*VisitPlan, error)
	SaveVisitPlan(*VisitPlan) error
	// PlansToExtend are plans that go on and stand for less than up to a day, after an id, in order.
	PlansToExtend(to worktime.Date, after string, most int) ([]*VisitPlan, error)
	// PlansOf lists the plans of a person, those that have ended too.
	PlansOf(patient string) ([]*VisitPlan, error)
	// Stood is what stands of a plan for the days of its rule from first to last.
	Stood(p *VisitPlan, first, last worktime.Date) ([]plan.Stood, error)
	// NoteStood keeps what the plan wrote for one of its days.
	NoteStood(p *VisitPlan, s plan.Stood) error
	// ToMake are contacts that have still to be made, in order.
	ToMake(ContactQuery) ([]PlannedContact, error)
	// ContactsByID are contacts, whatever became of them.
	ContactsByID(kind string, ids []string) ([]PlannedContact, error)
}

// PlanWrites takes changes of a desk in, as a push would.
type PlanWrites interface {
	Clock
	// TakeInPlanned takes in what a desk of a team plans: in whose name, and in which role.
	TakeInPlanned(m *care.Mutation, planner care.Viewer) (wire.Result, error)
	Audit(actor, device, action, collection, record, patient string, detail any) error
}

// PlanPeople says who there is, and whom they have.
type PlanPeople interface {
	// Patient returns a person's record, nil when there is none.
	Patient(id string) (*care.Record, error)
	// Staff returns what is known of a member of staff; false when there is none.
	Staff(id string) (care.Viewer, bool)
	// StaffName is what they are called.
	StaffName(id string) string
	// Teams lists the teams on whose caseload a person is now.
	Teams(patient string) []string
	// Holds says whether somebody has a person on a caseload: now, and at a moment.
	Holds(v care.Viewer, patient string, at time.Time) (now, then bool)
	// Voluntary says whether a team is of a voluntary service, which makes check-ins and no visits.
	Voluntary(team string) bool
	// ClosedDays says when a team is closed.
	ClosedDays(team string) plan.Closed
}

// PlanLead is who plans, with what of their reach a plan asks for.
type PlanLead struct {
	access.Rights
	PlanReach
}

// PlanReach says for whom, and with whom, somebody plans; see Reach.
type PlanReach interface {
	DeskTeams() []string
	LooksAfter(staff string) bool
	Near(patient string) bool
}

// Planner decides about plans and about the round of a day.
type Planner struct {
	Lead   PlanLead
	Rows   PlanRows
	Writes PlanWrites
	People PlanPeople
}

// PlanEffect is what a plan, or a change of one, came to.
type PlanEffect struct {
	Made      int `json:"made"`
	Moved     int `json:"moved"`
	Withdrawn int `json:"withdrawn"`
	// Kept are contacts that differ from the plan and stay, because somebody has touched them.
	Kept int `json:"kept"`
}
