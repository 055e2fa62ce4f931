package httpapi

import (
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/pbplans"
	"doorstep/internal/pbstore"
	"doorstep/internal/plan"
	"doorstep/internal/rooms"
	"doorstep/internal/syncer"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
	"doorstep/internal/worktime"
)

// planStore is a write transaction as plans need it: what is kept of them, and the rooms that visits go through.
type planStore struct {
	pbplans.Tx
	rooms *rooms.Rooms
	store *pbstore.Store
}

// PlannerIn decides about plans within a transaction: for a lead, or, with the zero Lead, for the job that lets their
// next days stand.
func PlannerIn(engine *syncer.Engine, store *pbstore.Store, tx *pbstore.Tx, lead desk.Lead) *desk.Planner {
	return Planner(engine.Rooms(tx), store, tx, lead)
}

// Planner is PlannerIn for whoever has the rooms of the transaction.
func Planner(r *rooms.Rooms, store *pbstore.Store, tx *pbstore.Tx, lead desk.Lead) *desk.Planner {
	s := planStore{pbplans.In(tx), r, store}
	return &desk.Planner{Lead: desk.PlanLead{Rights: lead.Rights, PlanReach: lead.Reach}, Rows: s, Writes: s, People: s}
}

// planner decides for whoever asks, within a transaction.
func (a *API) planner(e *core.RequestEvent, tx *pbstore.Tx) *desk.Planner {
	return PlannerIn(a.Sync, a.Store, tx, leadOf(e))
}

// TakeInPlanned implements desk.PlanWrites: a change that has seen everything as it stands.
func (s planStore) TakeInPlanned(m *care.Mutation, planner care.Viewer) (wire.Result, error) {
	seq := s.Next()
	epoch, _ := s.store.Head()
	seen := care.Base{Epoch: epoch, Seq: seq, History: string(s.store.Histories().Current().Name)}
	for i := range m.Ops {
		if m.Ops[i].Kind != care.OpCreate {
			m.Ops[i].Base = seen
		}
	}
	return s.rooms.Changes.Accept(m, takein.By{Viewer: planner, Clock: care.DeviceClock{Known: true}})
}

// StaffName implements desk.PlanPeople.
func (s planStore) StaffName(id string) string {
	if named := s.store.Access.NamedStaff(id); named != nil && named.Name != "" {
		return named.Name
	}
	return "This member of staff"
}

// Voluntary implements desk.PlanPeople.
func (s planStore) Voluntary(team string) bool {
	return s.store.Access.LimitedHolder(care.TeamScope(team))
}

// ClosedDays implements desk.PlanPeople.
func (s planStore) ClosedDays(team string) plan.Closed { return closedDays(s.store, team) }

// closedDays says when a team is closed: by the hours that its organisation states. One that states none is never closed.
func closedDays(store *pbstore.Store, team string) plan.Closed {
	organisation := ""
	if t := store.Access.Directory().Team(team); t != nil {
		organisation = t.Organisation
	}
	hours, stated := store.Hours(organisation)
	return func(day worktime.Date) (string, bool) {
		if !stated {
			return "", false
		}
		return hours.ClosedOn(day)
	}
}
