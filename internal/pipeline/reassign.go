package pipeline

import (
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// Reassign gives an open handover that a leaver answers for to a colleague who works the inbox
// where it stands and may answer it. False: it was not theirs, or is not for that colleague.
func Reassign(tx Tx, id, from string, to care.Viewer, by string) (bool, error) {
	rec, err := loadHandover(tx, id)
	if err != nil || rec == nil || rec.Text("owner") != from || Closed(care.State(rec.Text("state"))) {
		return false, err
	}
	if !care.DutyOf(to.Role).Answers || !slices.Contains(to.Teams, rec.Text("to_team")) {
		return false, nil
	}
	old := clone(rec)
	put(rec, map[string]any{"owner": to.Staff})
	if err := saveHandover(tx, rec, old); err != nil {
		return false, err
	}
	return true, writeEvent(tx, rec, handover.Event{Kind: handover.EventReassigned, At: tx.Now(), By: by, Team: rec.Text("to_team"),
		Text: "Its owner has left.", Detail: map[string]any{"from": from, "to": to.Staff}})
}

// ReassignVisits gives visits that are still to be made to somebody else, as an edit by the lead
// who has seen them as they stand. It returns how many were changed.
func ReassignVisits(tx Tx, visits []string, to string, lead care.Viewer) (int, error) {
	c, _ := care.ByName(care.Visits)
	n := 0
	for _, id := range visits {
		rec, err := tx.Record(c, id)
		if err != nil {
			return n, err
		}
		if rec == nil || !rec.Retracted.IsZero() || rec.Text("staff") == to {
			continue
		}
		old := clone(rec)
		put(rec, map[string]any{"staff": to})
		if rec.Changed == nil {
			rec.Changed = map[string]care.Change{}
		}
		rec.Changed["staff"] = care.Change{Seq: tx.Seq(), Author: lead.Staff, At: tx.Now()}
		if err := tx.Update(rec, old, []string{"staff"}); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
