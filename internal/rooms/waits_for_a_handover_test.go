package rooms_test

import (
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/rooms"
	"doorstep/internal/storetest"
)

// A database was put back to before a set of readings, and the call about what it had raised arrives before the set does:
// it is kept, and stands in the history once the server raises the handover again. The simulator's seed 986 found that it
// waited for ever.
func TestACallAboutAHandoverThatTheServerRaisesAgainIsTakenIn(t *testing.T) {
	lost := newStory(t)
	ill := func(s *story) op { return s.set(1, s.Town.Ben, 1, op{"respiration_rate": 28, "spo2": 88}) }
	lost.applied(lost.Town.Nurse(), ill(lost))
	raised := lost.handovers(lost.Town.Ben)
	if len(raised) != 1 {
		t.Fatalf("%d handovers are raised", len(raised))
	}
	handover := raised[0].ID

	s := newStory(t)
	call := storetest.ID(8001)
	res := s.push(s.Town.Nurse(), op{"op": "create", "collection": care.HandoverEvents, "id": call, "set": op{"handover": handover, "patient": s.Town.Ben,
		"kind": "call_reached", "text": "spoke to the surgery", "detail": op{"name": "Dr Test", "role": "GP", "read_back": true}}})
	if res.Status != care.Quarantined || res.Issues[0].Code != care.CodeMissingRecord {
		t.Fatalf("before there is such a handover the call ended %+v", res)
	}
	s.applied(s.Town.Nurse(), ill(s))
	due, err := s.TakeDue(s.clock)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range due {
		if row.Kind == care.DueWake {
			s.do(func(r *rooms.Rooms) error { return r.TakeIn.Wake(row.Ref) })
		}
	}
	if s.stored(care.HandoverEvents, call) == nil {
		t.Error("the call waits still")
	}
	if got := s.stored(care.Quarantine, res.Issues[0].ID); care.AsIssue(got).State() == care.IssueOpen {
		t.Errorf("the issue is open: %v", got.Values)
	}
}
