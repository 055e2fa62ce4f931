package pipeline

import (
	"encoding/json"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rules"
)

// DueHandover is the kind of due row that makes the escalation job look at a handover.
const DueHandover = "handover"

// existing are a person's handovers as the arranging needs them.
type existing struct {
	list    []handover.Existing
	records map[string]*care.Record
}

func existingHandovers(tx Tx, patient string, known []care.Alarm) (*existing, error) {
	records, err := tx.Handovers(patient)
	if err != nil {
		return nil, err
	}
	x := &existing{records: make(map[string]*care.Record, len(records))}
	for _, rec := range records {
		x.records[rec.ID] = rec
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
		x.list = append(x.list, h)
	}
	return x, nil
}

func (x *existing) open(id string) bool {
	rec := x.records[id]
	return rec != nil && !Closed(care.State(rec.Text("state")))
}

// evidenceOf is what a handover keeps of the evidence behind it, for those who read it.
type evidenceOf struct {
	Key     string         `json:"key"` // what it was raised for; see handover.Route
	Records []evidenceItem `json:"records,omitempty"`
	CopyOf  string         `json:"copy_of,omitempty"`
	Words   *words         `json:"words,omitempty"` // of the sender, once the text is told anew
}

type evidenceItem struct {
	Collection string         `json:"collection"`
	ID         string         `json:"id"`
	At         string         `json:"at"`
	ClockKnown bool           `json:"clock_known"`
	Verified   bool           `json:"verified"`
	Values     map[string]any `json:"values"`
	NEWS2      any            `json:"news2,omitempty"`
}

func existingOf(rec *care.Record) handover.Existing {
	h := handover.Existing{ID: rec.ID, State: care.State(rec.Text("state")), Visit: rec.Text("visit"), Class: care.Class(rec.Text("class")),
		ToTeam: rec.Text("to_team"), SupersededBy: rec.Text("superseded_by"), ClinicalTime: stampOf(rec, "clinical_time"),
		AckDue: stampOf(rec, "ack_due"), ActDue: stampOf(rec, "act_due"), Confirmed: rec.Text("confirmed_by") != ""}
	h.ByHand, _ = rec.Get("by_hand").(bool)
	h.Unverified, _ = rec.Get("unverified").(bool)
	if s, ok := rec.Get("late_by_seconds").(int64); ok {
		h.LateBy = time.Duration(s) * time.Second
	}
	if raw, ok := rec.Get("rules").(json.RawMessage); ok {
		_ = json.Unmarshal(raw, &h.Reasons) // written by us; an empty list is the safe reading of anything else
	}
	h.Key = keptEvidence(rec).Key
	return h
}

func keptEvidence(rec *care.Record) evidenceOf {
	var kept evidenceOf
	if raw, ok := rec.Get("evidence").(json.RawMessage); ok {
		_ = json.Unmarshal(raw, &kept) // as above
	}
	return kept
}

func stampOf(rec *care.Record, field string) time.Time {
	t, err := care.ParseStamp(rec.Text(field))
	if err != nil {
		return time.Time{}
	}
	return t
}

// placeOf says where the person and whoever reported belong.
func placeOf(tx Tx, person *care.Record, c *changed) handover.Place {
	place := handover.Place{Practice: person.Text("practice")}
	for _, t := range tx.Teams(person.ID) {
		if place.FromTeam == "" {
			place.FromTeam = t
		}
		if place.Neighbourhood == "" {
			place.Neighbourhood = tx.Directory().Neighbourhood(t)
		}
	}
	for _, e := range c.suspects {
		place.FromTeam = senderTeam(tx, e)
	}
	for _, rec := range c.records {
		place.FromTeam = senderTeam(tx, EventOf(rec, true))
	}
	if place.Neighbourhood == "" {
		place.Neighbourhood = tx.Directory().Neighbourhood(place.FromTeam)
	}
	return place
}

// senderTeam is the team an event was recorded for: its own, else its author's first.
func senderTeam(tx Tx, e rules.Event) string {
	if e.Team != "" {
		return e.Team
	}
	if v, ok := tx.Staff(e.Staff); ok && len(v.Teams) > 0 {
		return v.Teams[0]
	}
	return ""
}
