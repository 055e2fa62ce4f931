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
	hand, kept := care.AsHandover(rec), handover.EvidenceIn(rec)
	h := handover.Existing{ID: rec.ID, State: hand.State(), Visit: hand.Visit(), Class: hand.Class(),
		ToTeam: hand.ToTeam(), SupersededBy: hand.SupersededBy(), ClinicalTime: hand.ClinicalTime(),
		AckDue: hand.AckDue(), ActDue: hand.ActDue(), Confirmed: hand.ConfirmedBy() != "", Reasons: reasonsOf(rec),
		Key: kept.Key, CopyOf: kept.CopyOf}
	h.ByHand = hand.ByHand()
	h.Unverified = hand.Unverified()
	if s, ok := hand.LateBySeconds(); ok {
		h.LateBy = time.Duration(s) * time.Second
	}
	return h
}

func reasonsOf(rec *care.Record) (reasons []handover.Reason) {
	if raw := care.AsHandover(rec).Rules(); raw != nil {
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
		e := handover.Event{Kind: care.AsHandoverEvent(r).Kind(), At: care.AsHandoverEvent(r).At(), By: care.AsHandoverEvent(r).By(), Team: care.AsHandoverEvent(r).Team(), Text: care.AsHandoverEvent(r).Text()}
		if raw := care.AsHandoverEvent(r).Detail(); raw != nil {
			_ = json.Unmarshal(raw, &e.Detail) // written by us
		}
		events = append(events, e)
	}
	return events
}
