package pipeline

import (
	"encoding/json"

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
	h := handover.FromRecord(rec)
	if err := recall(tx, &h); err != nil {
		return nil, err
	}
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
	if version != 0 && version != rec.Version && contested(a.Kind) {
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

// contested: two people doing this at once would undo each other's decision.
func contested(k handover.Kind) bool {
	switch k {
	case handover.Accept, handover.Decline, handover.Answer, handover.HandOn, handover.StandDown, handover.Acknowledge:
		return true
	}
	return false
}

// recall adds what only the history knows: who brought the handover to its state, and which
// teams it was escalated away from.
func recall(tx Tx, h *handover.Handover) error {
	history, err := tx.History(h.ID)
	if err != nil {
		return err
	}
	for _, e := range history {
		var detail struct {
			From string `json:"from"`
		}
		if raw, ok := e.Get("detail").(json.RawMessage); ok {
			_ = json.Unmarshal(raw, &detail) // written by us
		}
		switch e.Text("kind") {
		case handover.EventEscalated:
			if detail.From != "" {
				h.Former = append(h.Former, detail.From)
			}
		case handover.EventHandedOn:
			h.Former = nil
		case handover.EventSeen, handover.EventAcknowledged, handover.EventAccepted, handover.EventAnswered, handover.EventStoodDown, handover.EventDeclined:
		default:
			continue
		}
		h.StateBy, h.StateAt = e.Text("by"), stampOf(e, "at")
	}
	return nil
}

func neighbourhoodOf(tx Tx, h handover.Handover) string {
	if n := tx.Directory().Neighbourhood(h.FromTeam); n != "" {
		return n
	}
	return tx.Directory().Neighbourhood(h.ToTeam)
}
