package arrange

import (
	"encoding/json"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// stored returns a handover, nil when there is none.
func (r *Room) stored(id string) (*care.Record, error) {
	handovers, _ := care.ByName(care.Handovers)
	return r.Store.Record(handovers, id)
}

// save stores the fields that differ.
func (r *Room) save(rec, old *care.Record) error {
	var fields []string
	for i := range rec.Collection.Fields {
		name := rec.Collection.Fields[i].Name
		if !care.Equal(rec.Get(name), old.Get(name)) {
			fields = append(fields, name)
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return r.Store.Update(rec, old, fields)
}

// Existing reads a person's handovers as arranging needs them, with the alarms attached to each.
func Existing(records []*care.Record, known []care.Alarm) []handover.Existing {
	var list []handover.Existing
	for _, rec := range records {
		h := existingOf(rec)
		for _, a := range known {
			if a.Handover == rec.ID {
				if a.Holds {
					h.Alarms = append(h.Alarms, a.ID)
				}
				if h.Key == "" {
					h.Key = a.Destination
				}
			}
		}
		list = append(list, h)
	}
	return list
}

func existingOf(rec *care.Record) handover.Existing {
	h := handover.Existing{ID: rec.ID, State: care.State(rec.Text("state")), Visit: rec.Text("visit"), Class: care.Class(rec.Text("class")),
		ToTeam: rec.Text("to_team"), SupersededBy: rec.Text("superseded_by"), ClinicalTime: rec.Time("clinical_time"),
		AckDue: rec.Time("ack_due"), ActDue: rec.Time("act_due"), Confirmed: rec.Text("confirmed_by") != "", Reasons: reasonsOf(rec),
		Key: handover.EvidenceIn(rec).Key}
	h.ByHand, _ = rec.Get("by_hand").(bool)
	h.Unverified, _ = rec.Get("unverified").(bool)
	if s, ok := rec.Get("late_by_seconds").(int64); ok {
		h.LateBy = time.Duration(s) * time.Second
	}
	return h
}

func reasonsOf(rec *care.Record) (reasons []handover.Reason) {
	if raw := rec.Raw("rules"); raw != nil {
		_ = json.Unmarshal(raw, &reasons) // written by us; an empty list is the safe reading of anything else
	}
	return reasons
}

// HandoverOf is a stored handover with what only its history knows.
func HandoverOf(rec *care.Record, history []*care.Record) handover.Handover {
	return handover.WithHistory(handover.FromRecord(rec), eventsOf(history))
}

// eventsOf reads a history back.
func eventsOf(history []*care.Record) []handover.Event {
	events := make([]handover.Event, 0, len(history))
	for _, r := range history {
		e := handover.Event{Kind: r.Text("kind"), At: r.Time("at"), By: r.Text("by"), Team: r.Text("team"), Text: r.Text("text")}
		if raw := r.Raw("detail"); raw != nil {
			_ = json.Unmarshal(raw, &e.Detail) // written by us
		}
		events = append(events, e)
	}
	return events
}
