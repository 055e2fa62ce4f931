package server

import (
	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/httpapi"
	"doorstep/internal/pbstore"
	"doorstep/internal/rooms"
	"doorstep/internal/syncer"
)

// DueWork is what is done in a store when a due row's time has come, a line for each kind of care.DueKinds.
func DueWork(store *pbstore.Store) syncer.DueWork {
	return syncer.DueWork{
		care.DueCaseload: func(tx *pbstore.Tx, _ *rooms.Rooms, patient string) error { return tx.Regrant(patient) },
		care.DueHandover: func(_ *pbstore.Tx, r *rooms.Rooms, handover string) error { return r.Arrange.Overdue(handover) },
		care.DueIssue:    func(_ *pbstore.Tx, r *rooms.Rooms, issue string) error { return r.TakeIn.EscalateIssue(issue) },
		care.DueLone:     func(_ *pbstore.Tx, r *rooms.Rooms, stay string) error { return r.TakeIn.StepStay(stay) },
		care.DueLapse:    func(_ *pbstore.Tx, r *rooms.Rooms, issue string) error { return r.TakeIn.LapseIssue(issue) },
		care.DueWake: func(_ *pbstore.Tx, r *rooms.Rooms, ref string) error {
			if err := r.TakeIn.Wake(ref); err != nil {
				return err
			}
			return r.TakeIn.HandOnIssues(ref) // of a person, or from a place; a place among what waited names nobody
		},
		care.DueClosing: func(tx *pbstore.Tx, _ *rooms.Rooms, organisation string) error { return tx.MoveOnFrom(organisation) },
		care.DueJudge:   func(_ *pbstore.Tx, r *rooms.Rooms, patient string) error { return r.Judge.Refused(patient) },
		care.DueDeath: func(tx *pbstore.Tx, r *rooms.Rooms, patient string) error {
			return httpapi.Planner(r, store, tx, desk.Lead{}).FollowDeath(patient)
		},
	}
}
