package httpapi

import (
	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/rooms"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// deskStore is a write transaction as the desk's decisions need it: the store, and the rooms
// that a decision goes through.
type deskStore struct{ *pbstore.Tx }

// Issue implements desk.Issues.
func (s deskStore) Issue(id string) (*care.Record, error) { return rooms.Of(s.Tx).TakeIn.Issue(id) }

// TakeIn implements desk.Issues.
func (s deskStore) TakeIn(m *care.Mutation, lead care.Viewer) (wire.Result, error) {
	return rooms.Of(s.Tx).TakeIn.Accept(m, takein.By{Viewer: lead, Clock: care.DeviceClock{Known: true}})
}

// Close implements desk.Issues.
func (s deskStore) Close(issue, old *care.Record, fields []string) error {
	if err := s.Update(issue, old, fields); err != nil {
		return err
	}
	return rooms.Of(s.Tx).Judge.Settled(issue)
}
