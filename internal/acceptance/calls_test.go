package acceptance

import (
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/phone"
)

// U2: the two calls are two questions. What the sender says of each is stored and told, a call that reached a named
// person is the receipt, and whatever was said of 999 moves nothing.
func TestStory_WhatTheSenderSaysOfEachCallIsKeptAndCounts(t *testing.T) {
	for _, c := range []struct {
		name   string
		said   map[string]any
		state  care.State
		events []string
	}{
		{"both were rung", map[string]any{"called_999": "yes", "called_999_name": "Control", "called_999_read_back": true,
			"called": "yes", "called_name": "Dr Guy", "called_role": "duty GP", "reached": true, "read_back": true},
			care.Acknowledged, []string{handover.EventRaised, handover.EventCalled999, handover.EventCallReached, handover.EventAcknowledged}},
		{"neither could be rung", map[string]any{"called_999": "could_not", "called_999_why": "no signal", "called": "could_not", "called_why": "no signal", "reached": false},
			care.Sent, []string{handover.EventRaised, handover.EventNotCalled999, handover.EventCallNotReached}},
		{"neither was needed", map[string]any{"called_999": "not_needed", "called": "not_needed"}, care.Sent, []string{handover.EventRaised, handover.EventNotCalled999}},
		{"nobody said", map[string]any{}, care.Sent, []string{handover.EventRaised}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.onWednesday(10, 0)
			ann := w.phoneOf(w.ann)
			set := map[string]any{"patient": w.ada.Id, "class": "E", "situation": "Grey and sweating", "recommendation": "Please come"}
			for field, v := range c.said {
				set[field] = v
			}
			for field, is := range map[string]string{"called_at": "called", "called_999_at": "called_999"} {
				if c.said[is] == "yes" || c.said[is] == "could_not" {
					set[field] = care.Stamp(w.now())
				}
			}
			id := w.record(ann, care.Handovers, set)
			w.sync(ann)
			w.tick()
			h := w.stands(id, c.state, w.surgery)
			for field, want := range c.said {
				if text, ok := want.(string); ok && h.GetString(field) != text {
					t.Errorf("%s is %q, want %q", field, h.GetString(field), want)
				}
			}
			w.happened(id, c.events...)
			w.sync(ann)
			sees(t, ann, care.Handovers, id, "called_999", c.said["called_999"])
		})
	}
}

// U2: "I have called now" is an update of the handover, from the phone that made it.
func TestStory_TheSenderRingsLaterAndSaysSo(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.phoneOf(w.ann)
	id := w.record(ann, care.Handovers, map[string]any{"patient": w.ada.Id, "class": "E", "recommendation": "Please come",
		"called_999": "could_not", "called_999_why": "no signal", "called": "could_not", "called_why": "no signal", "called_at": care.Stamp(w.now()), "reached": false})
	w.sync(ann)
	w.tick()
	w.sync(ann)
	w.pass(2 * time.Minute)
	for _, set := range []map[string]any{{"called_999": "yes", "called_999_at": care.Stamp(w.now()), "called_999_why": nil},
		{"called": "yes", "called_at": care.Stamp(w.now()), "called_name": "Dr Guy", "reached": true, "called_why": nil}} {
		ok(t, ann.Edit(care.Handovers, id, set))
	}
	w.sync(ann)
	h := w.stands(id, care.Acknowledged, w.surgery)
	if h.GetString("called_999") != "yes" || h.GetString("called_999_why") != "" || h.GetString("called") != "yes" || h.GetString("called_why") != "" {
		t.Errorf("999 %q (%q), them %q (%q)", h.GetString("called_999"), h.GetString("called_999_why"), h.GetString("called"), h.GetString("called_why"))
	}
	w.happened(id, handover.EventNotCalled999, handover.EventCallNotReached, handover.EventCalled999, handover.EventCallReached, handover.EventAcknowledged)
}

// U4: fourteen visits written up at six carry the times of the morning: the clock of what was found runs from then, what
// the nurse hands over is of then too, and that the time was entered later is told.
func TestStory_AVisitWrittenUpAtSixCarriesTheTimesOfTheMorning(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(18, 4)
	ann := w.phoneOf(w.ann)
	morning, entered := w.now().Add(-7*time.Hour-24*time.Minute), care.Stamp(w.now())
	readings := w.six(w.ada)
	var id string
	if _, err := ann.InOne(func(c *phone.Change) {
		visit := c.Create(care.Visits, map[string]any{"patient": w.ada.Id, "status": "completed", "purpose": "observation", "started_at": care.Stamp(morning.Add(-20 * time.Minute)),
			"ended_at": care.Stamp(morning), "time_entered_at": entered})
		readings["visit"], readings["taken_at"], readings["time_entered_at"] = visit, care.Stamp(morning), entered
		c.Create(care.Observations, readings)
		id = c.Create(care.Handovers, map[string]any{"patient": w.ada.Id, "visit": visit, "class": "U2", "recommendation": "Please look"})
	}); err != nil {
		t.Fatal(err)
	}
	w.sync(ann)
	w.tick()
	h := only(t, "handovers", w.rows(care.Handovers, "id != ''", nil)) // it was overdue when it came, and is with the next in the chain
	if got := at(h, "clinical_time"); h.Id != id || got.Sub(morning).Abs() > time.Second {
		t.Errorf("%s happened at %s, want %s at %s", h.Id, got, id, morning)
	}
	var late int
	if ok(t, h.UnmarshalJSONField("late_by_seconds", &late)); late < 7*3600 {
		t.Errorf("it is %d seconds late", late)
	}
	if evidence := h.GetString("evidence"); !strings.Contains(evidence, "time_entered_at") {
		t.Errorf("the practice does not learn when the time was entered: %s", evidence)
	}
}
