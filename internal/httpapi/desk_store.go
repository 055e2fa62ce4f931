package httpapi

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/pbstore"
	"doorstep/internal/rooms"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// deskStore is a write transaction as the desk's decisions need it: the store, and the rooms
// that a decision goes through.
type deskStore struct {
	*pbstore.Tx
	rooms    *rooms.Rooms
	accounts Accounts
	store    *pbstore.Store
	refusals *refusals
}

// deskStore joins a transaction to its rooms, which the engine puts together for phones and desks alike.
func (a *API) deskStore(tx *pbstore.Tx) deskStore {
	return deskStore{tx, a.Sync.Rooms(tx), a.Accounts, a.Store, &a.refusals}
}

// OnlyAdministrator implements desk.StaffStore.
func (s deskStore) OnlyAdministrator(staff string) (bool, error) {
	return s.accounts.OnlyAdministrator(s.Tx, staff)
}

// Refusals implements desk.Devices.
func (s deskStore) Refusals(devices []string) (map[string][]desk.Refusal, error) {
	return s.refusals.of(devices), nil
}

// Present implements desk.Corrections.
func (s deskStore) Present() care.Base {
	epoch, _ := s.store.Head()
	return care.Base{Epoch: epoch, Seq: s.Seq(), History: string(s.store.Histories().Current().Name)}
}

// Issue implements desk.Issues.
func (s deskStore) Issue(id string) (*care.Record, error) { return s.rooms.TakeIn.Issue(id) }

// TakeIn implements desk.Issues.
func (s deskStore) TakeIn(m *care.Mutation, lead care.Viewer) (wire.Result, error) {
	return s.rooms.Changes.Accept(m, takein.By{Viewer: lead, Clock: care.DeviceClock{Known: true}, AtDesk: true})
}

// TakeInPerson implements desk.Register.
func (s deskStore) TakeInPerson(m *care.Mutation, lead care.Viewer, team string) (wire.Result, error) {
	return s.rooms.Changes.Accept(m, takein.By{Viewer: lead, Clock: care.DeviceClock{Known: true}, AdmitTo: team})
}

// Close implements desk.Issues.
func (s deskStore) Close(issue, old *care.Record, fields []string) error {
	if err := s.Update(issue, old, fields); err != nil {
		return err
	}
	return s.rooms.Judge.Settled(issue)
}

// File implements desk.MergeRooms.
func (s deskStore) File(rec *care.Record, patient string) error {
	return s.rooms.TakeIn.File(rec, patient)
}

// Filed implements desk.MergeRooms.
func (s deskStore) Filed(patient string, since time.Time) (time.Time, error) {
	return s.rooms.Judge.Filed(patient, since)
}

// HeldRecords implements desk.MergeRooms.
func (s deskStore) HeldRecords(issue *care.Record) []string { return s.rooms.Judge.HeldRecords(issue) }

// HasTeam implements desk.People.
func (s deskStore) HasTeam(id string) bool {
	_, ok := s.Directory().Team(id)
	return ok
}

// ReassignVisits implements desk.WorkStore.
func (s deskStore) ReassignVisits(visits []string, to string, lead care.Viewer) (int, error) {
	return s.rooms.TakeIn.ReassignVisits(visits, to, lead)
}

// ReassignHandover implements desk.WorkStore.
func (s deskStore) ReassignHandover(id, from string, to care.Viewer, by string) (bool, error) {
	s.Next()
	return s.rooms.Arrange.Reassign(id, from, to, by)
}

// settle takes in, within this transaction, what it wrote past the rooms: caseload and staff. What
// depends on them is true when the transaction commits.
func (a *API) settle(tx *pbstore.Tx) error {
	for {
		more, err := tx.Settle(settleRows, never, a.Sync.Rooms(tx).TakeIn)
		if err != nil || !more {
			return err
		}
	}
}

const settleRows = 500

// never: what a decision of a desk touches is settled whole, however long it takes.
func never() bool { return false }

// leadOf is who asks, with what they look after.
func leadOf(e *core.RequestEvent) desk.Lead {
	who := accessOf(e)
	return desk.Lead{Rights: who.Rights, Reach: who}
}

// caseloads decides for whoever asks, within a transaction.
func (a *API) caseloads(e *core.RequestEvent, tx *pbstore.Tx) *desk.Caseloads {
	store := a.deskStore(tx)
	return &desk.Caseloads{Lead: leadOf(e), Rows: store, People: store, Impact: store}
}

// leavers decides for whoever asks, within a transaction.
func (a *API) leavers(e *core.RequestEvent, tx *pbstore.Tx) *desk.Leavers {
	store := a.deskStore(tx)
	return &desk.Leavers{Lead: leadOf(e), Staff: store, Work: store, Caseloads: a.caseloads(e, tx), Names: a.Store.Access}
}
