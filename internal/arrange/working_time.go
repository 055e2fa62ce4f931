package arrange

import (
	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// WorkingTimeChanged sets the deadlines of open handovers by the working time that holds now. Before gives that of an
// organisation as it was, "" for core hours. People are told of each deadline that moved, which is only ever to later.
func (r *Room) WorkingTimeChanged(handovers []string, before func(organisation string) handover.Calendar) error {
	for _, id := range handovers {
		if err := r.moveDeadlines(id, before); err != nil {
			return err
		}
	}
	return nil
}

func (r *Room) moveDeadlines(id string, before func(organisation string) handover.Calendar) error {
	rec, err := r.stored(id)
	if err != nil || rec == nil {
		return err
	}
	history, err := r.Store.History(id, handover.Clocked())
	if err != nil {
		return err
	}
	h := HandoverOf(rec, history)
	var hours []handover.Hours
	for _, organisation := range []string{"", r.Reference.Directory().Organisation(h.ToTeam)} {
		hours = append(hours, handover.Hours{Was: before(organisation), Is: r.Reference.Calendar(organisation)})
	}
	ack, act := r.Reference.Clocks().Moved(h, eventsOf(history), r.Moment.Now(), hours...)
	if ack.Equal(h.AckDue) && act.Equal(h.ActDue) {
		return nil
	}
	r.Moment.Next() // a change of its own: others may have been made to it under this number
	old := rec.Clone()
	rec.SetAll(map[string]any{"ack_due": care.Stamp(ack), "act_due": care.Stamp(act)})
	if err := r.save(rec, old); err != nil {
		return err
	}
	if err := r.writeEvent(rec, handover.Event{Kind: handover.EventDueMoved, At: r.Moment.Now(), Team: h.ToTeam,
		Text: "Working time changed, so this is due later than it was."}); err != nil {
		return err
	}
	return r.watch(rec)
}
