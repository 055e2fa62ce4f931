package pipeline

import (
	"errors"

	"doorstep/internal/handover"
)

// Overdue lets the clock act on a handover: no answer in time is a failure, and it goes to the
// next in the chain. One that was answered, or whose deadline moved, stays as it is.
func Overdue(tx Tx, id string) error {
	rec, err := Act(tx, id, handover.Action{Kind: handover.Overdue}, System, 0)
	var refused *handover.Error
	if errors.As(err, &refused) {
		return nil // it is gone, or in no state to be overdue
	}
	if err != nil || rec == nil {
		return err
	}
	return watchLater(tx, rec.ID)
}

// DueWake is the kind of due row that runs what waited for a person to be on a caseload: a grant
// counts from the transaction after the one that opens it.
const DueWake = "wake"

// watchLater looks again at the next deadline, if it is still to come.
func watchLater(tx Tx, id string) error {
	rec, err := loadHandover(tx, id)
	if err != nil || rec == nil {
		return err
	}
	if at, due := handover.Due(handover.FromRecord(rec)); due && at.After(tx.Now()) {
		return tx.DueAt(at, DueHandover, id)
	}
	return nil
}

// Deliver puts a handover before a team: it is in the team's inbox, or on its list of calls.
func Deliver(tx Tx, id, team string) error {
	to, ok := tx.Directory().Team(team)
	if !ok {
		to = handover.Team{ID: team}
	}
	_, err := Act(tx, id, handover.Action{Kind: handover.Deliver, To: to}, System, 0)
	return err
}
