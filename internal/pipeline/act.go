package pipeline

import (
	"encoding/json"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// Act does one thing to a handover and stores what comes of it: the handover, its history, its
// deliveries, its next deadline. Version is what the actor saw, 0 for whatever stands: when
// somebody else moved it since, the answer says who and when. A refusal is a *handover.Error and
// nothing was changed; the record comes back as it then stands.
func Act(tx Tx, id string, a handover.Action, actor handover.Actor, version int64) (*care.Record, error) {
	rec, err := loadHandover(tx, id)
	if err != nil {
		return nil, err
	}
	if rec == nil {
		return nil, &handover.Error{Code: handover.CodeNotFound, Message: "There is no such handover."}
	}
	history, err := tx.History(id)
	if err != nil {
		return nil, err
	}
	h := handover.WithHistory(handover.FromRecord(rec), eventsOf(history))
	if (a.Kind == handover.Decline || a.Kind == handover.Overdue) && a.To.ID == "" {
		a.To, _ = tx.Directory().Coordinator(neighbourhoodOf(tx, h))
	}
	m := handover.Machine{Clocks: tx.Clocks(), Calendar: tx.Calendar(tx.Directory().Organisation(h.ToTeam))}
	after, events, err := m.Apply(h, a, actor, tx.Now())
	if err != nil {
		return rec, err
	}
	if len(events) == 0 {
		return rec, nil
	}
	if version != 0 && !actor.System && decided(history, version, actor.Staff) {
		return rec, handover.Already(h)
	}
	old := clone(rec)
	put(rec, after.Values())
	if err := saveHandover(tx, rec, old); err != nil {
		return rec, err
	}
	for _, e := range events {
		if err := writeEvent(tx, rec, e); err != nil {
			return rec, err
		}
	}
	return rec, watch(tx, rec)
}

// decisions are events after which somebody who has not seen them must look again before they
// decide otherwise. That somebody merely saw or acknowledged it stands in nobody's way.
var decisions = []string{handover.EventAccepted, handover.EventAnswered, handover.EventDeclined, handover.EventEscalated,
	handover.EventHandedOn, handover.EventStoodDown}

// decided says whether anybody else decided something after a version.
func decided(history []*care.Record, version int64, actor string) bool {
	for _, e := range history {
		if e.Version > version && e.Text("by") != actor && slices.Contains(decisions, e.Text("kind")) {
			return true
		}
	}
	return false
}

// eventsOf reads a history back.
func eventsOf(history []*care.Record) []handover.Event {
	events := make([]handover.Event, 0, len(history))
	for _, r := range history {
		e := handover.Event{Kind: r.Text("kind"), At: stampOf(r, "at"), By: r.Text("by"), Team: r.Text("team"), Text: r.Text("text")}
		if raw, ok := r.Get("detail").(json.RawMessage); ok {
			_ = json.Unmarshal(raw, &e.Detail) // written by us
		}
		events = append(events, e)
	}
	return events
}

func neighbourhoodOf(tx Tx, h handover.Handover) string {
	if n := tx.Directory().Neighbourhood(h.FromTeam); n != "" {
		return n
	}
	return tx.Directory().Neighbourhood(h.ToTeam)
}
