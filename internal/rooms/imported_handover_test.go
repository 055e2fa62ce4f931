package rooms_test

import (
	"strings"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/rooms"
	"doorstep/internal/storetest"
)

// B5: what an import has to say to the safeguarding lead goes out as a handover by hand does: to their team, with a
// deadline and a history, and once.
func TestForeignWrite_AHandoverThatAnImportWroteIsSent(t *testing.T) {
	s := newStory(t)
	id := storetest.ID(1001)
	written := storetest.Record(care.Handovers, id, "", storetest.Monday, map[string]any{"patient": s.Town.Ada, "class": string(care.Safeguarding),
		"from_team": s.Town.Nurses, "situation": "A file restricts this person.", "recommendation": "Please decide."})
	s.do(func(r *rooms.Rooms) error {
		if _, err := s.Insert(written); err != nil {
			return err
		}
		return r.TakeIn.TakeInForeignWrite(s.stored(care.Handovers, id), nil, nil)
	})
	h := care.AsHandover(s.stored(care.Handovers, id))
	if h.ToTeam() != s.Town.Safeguarding || !h.ByHand() || h.State() == "" || h.State().Closed() || h.AckDue().IsZero() || h.FromTeam() != "" {
		t.Errorf("the handover is %v", h.Record.Values)
	}
	if !strings.Contains(h.Situation(), "restricts this person") || !strings.Contains(h.Recommendation(), "Please decide.") {
		t.Errorf("it says %q and asks %q", h.Situation(), h.Recommendation())
	}
	events := s.WholeHistory(id)
	if len(events) == 0 {
		t.Fatal("it has no history")
	}
	// One that somebody decided about already, as a restore brings it back, is left as it is.
	s.do(func(r *rooms.Rooms) error {
		return r.TakeIn.TakeInForeignWrite(s.stored(care.Handovers, id), nil, nil)
	})
	if again := s.WholeHistory(id); len(again) != len(events) {
		t.Errorf("its history grew from %d to %d", len(events), len(again))
	}
}
