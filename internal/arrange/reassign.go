package arrange

import (
	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// Reassign gives an open handover that a leaver answers for to a colleague who works the inbox
// where it stands and may answer it. False: it was not theirs, or is not for that colleague.
func (r *Room) Reassign(id, from string, to care.Viewer, by string) (bool, error) {
	rec, err := r.stored(id)
	if err != nil || rec == nil || care.AsHandover(rec).Owner() != from || care.AsHandover(rec).State().OffTheClock() {
		return false, err
	}
	if !access.RightsOf(to).AnswersAt(care.AsHandover(rec).ToTeam()) {
		return false, nil
	}
	old := rec.Clone()
	rec.SetAll(map[string]any{"owner": to.Staff})
	if err := r.save(rec, old); err != nil {
		return false, err
	}
	return true, r.writeEvent(rec, handover.Event{Kind: handover.EventReassigned, At: r.Moment.Now(), By: by, Team: care.AsHandover(rec).ToTeam(),
		Text: "Its owner has left.", Detail: map[string]any{"from": from, "to": to.Staff}})
}
