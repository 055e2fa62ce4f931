package server

import (
	"context"
	"fmt"

	"doorstep/internal/care"
	"doorstep/internal/history"
	"doorstep/internal/pbstore"
	"doorstep/internal/standing"
)

// What was decided about phones, staff and caseloads after a backup was made is lost when it is put back. The
// journal beside the database knows it, and the server decides it again before it answers anybody.

// openJournal opens the journal of standing and says what of it the database does not know.
func (s *Server) openJournal() (lost []care.Standing, strangers []history.Name, err error) {
	if s.journal, err = standing.Open(s.App.DataDir(), s.o.Now()); err != nil {
		return nil, nil, err
	}
	book := s.Store.Histories()
	_, head := s.Store.Head()
	return s.journal.Lost(book, head), s.journal.Strangers(book), nil
}

// note writes decisions into the journal. One that cannot be written there is made all the same: that a lost
// phone is out now matters more than that it would be out after a restore.
func (s *Server) note(at history.History, decided []care.Standing) error {
	entries := make([]standing.Entry, len(decided))
	for i := range decided {
		entries[i] = standing.Entry{At: s.o.Now().UTC(), History: at.Name, Seq: at.After, Standing: &decided[i]}
	}
	if err := s.journal.Append(entries...); err != nil {
		s.o.Log.Error("a decision is not in the journal: after a restore it has to be made again", "error", err)
	}
	return nil
}

// decideAgain makes the decisions again that were lost, before anybody is answered, and begins the journal of
// this start.
func (s *Server) decideAgain(ctx context.Context, lost []care.Standing) error {
	if len(lost) > 0 {
		if err := s.decide(ctx, lost); err != nil {
			return fmt.Errorf("decide again what a restore undid: %w", err)
		}
	}
	current := s.Store.Histories().Current()
	entries := []standing.Entry{{At: s.o.Now().UTC(), History: current.Name, Seq: current.After, Start: true}}
	if s.journal.Fresh { // what was decided before there was a journal
		var stands []care.Standing
		if err := s.Store.Read(ctx, func(v *pbstore.Snapshot) (err error) { stands, err = v.Standing(); return err }); err != nil {
			return err
		}
		for i := range stands {
			entries = append(entries, standing.Entry{At: s.o.Now().UTC(), History: current.Name, Seq: current.After, Standing: &stands[i]})
		}
	}
	if err := s.journal.Append(entries...); err != nil {
		s.o.Log.Error("this start is not in the journal", "error", err)
	}
	return nil
}

func (s *Server) decide(ctx context.Context, lost []care.Standing) error {
	var again []care.Standing
	if err := s.Engine.Do(ctx, func(tx *pbstore.Tx) error {
		again = nil
		for _, decision := range lost {
			changed, err := tx.Decide(decision)
			if err != nil {
				return fmt.Errorf("%s %s: %w", decision.Collection, decision.ID, err)
			}
			if changed {
				again = append(again, decision)
				if err := tx.Audit("", "", "decide_again", decision.Collection, decision.ID, "", decision.Fields); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for _, decision := range again {
		s.o.Log.Warn("the database was restored from a backup made before a decision, which holds again", "collection", decision.Collection,
			"record", decision.ID, "fields", string(decision.Fields))
	}
	return s.Engine.Settle(ctx)
}
