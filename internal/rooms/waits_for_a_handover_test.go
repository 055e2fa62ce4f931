package rooms_test

import (
	"slices"
	"strings"
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

// Somebody whose change is refused spoke in confidence, and wrote a further line into the concern that the server raises
// from it. A restored server gets the line first: nobody can tell what it is about, so it is hidden from everybody, and the
// safeguarding lead has it once the concern is there. The simulator's seed 1028 found that nobody ever had it.
func TestWordsInAConcernThatTheServerRaisesAgainComeBeforeTheSafeguardingLead(t *testing.T) {
	concern := op{"op": "create", "collection": care.Handovers, "id": storetest.ID(6001), "set": op{"class": string(care.Safeguarding), "situation": "the first words"}}
	raisedBy := func(s *story) *care.Record {
		concern["set"].(op)["patient"] = s.Town.Ben
		if res := s.push(s.Town.Stranger(), concern); res.Status != care.Quarantined {
			t.Fatalf("the concern of a stranger ended %+v", res)
		}
		for _, h := range s.handovers(s.Town.Ben) {
			if care.AsHandover(h).Class() == care.Safeguarding && strings.Contains(h.Text("situation"), "the first words") {
				return h
			}
		}
		t.Fatal("no concern is raised from it")
		return nil
	}
	raised := raisedBy(newStory(t))

	s := newStory(t)
	s.n = 50
	res := s.push(s.Town.Stranger(), op{"op": "create", "collection": care.HandoverEvents, "id": storetest.ID(8001), "set": op{"handover": raised.ID, "patient": s.Town.Ben,
		"kind": "added", "text": "the further words"}})
	if res.Status != care.Quarantined || res.Issues[0].Code != care.CodeNoPermission {
		t.Fatalf("the line ended %+v", res)
	}
	before := s.stored(care.Quarantine, res.Issues[0].ID).Version
	s.n = 0
	if again := raisedBy(s); again.ID != raised.ID {
		t.Fatalf("another concern is raised: %s and %s", again.ID, raised.ID)
	}
	if !slices.ContainsFunc(s.handovers(s.Town.Ben), func(h *care.Record) bool {
		return care.AsHandover(h).Class() == care.Safeguarding && strings.Contains(string(h.Raw("evidence")), "the further words")
	}) {
		t.Error("nobody has the further words before them")
	}
	if after := s.stored(care.Quarantine, res.Issues[0].ID).Version; after == before {
		t.Error("whoever reads the issue is not told of it anew")
	}
}
