package httpapi

import (
	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/pipeline"
	"doorstep/internal/wire"
)

// deskStore is a write transaction as the desk's decisions need it: the store, and the stages of
// the pipeline that a decision starts.
type deskStore struct{ *pbstore.Tx }

// Issue implements desk.Issues.
func (s deskStore) Issue(id string) (*care.Record, error) { return pipeline.Issue(s.Tx, id) }

// TakeIn implements desk.Issues.
func (s deskStore) TakeIn(m *care.Mutation, lead care.Viewer) (wire.Result, error) {
	return pipeline.Accept(s.Tx, m, pipeline.By{Viewer: lead, OffsetKnown: true})
}

// Close implements desk.Issues.
func (s deskStore) Close(issue, old *care.Record, fields []string) error {
	if err := s.Update(issue, old, fields); err != nil {
		return err
	}
	return pipeline.JudgeSettled(s.Tx, issue)
}
