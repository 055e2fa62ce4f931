package rooms_test

import (
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/storetest"
)

// retractedVisit is a planned visit that Bob withdrew, and that Ann made all the same.
func retractedVisit(t *testing.T) (s *story, issue *care.Record) {
	t.Helper()
	s = newStory(t)
	s.applied(s.Town.Colleague(), s.visit(1, s.Town.Ada, op{"status": "planned", "planned_start": at(3)}))
	seen := s.base()
	s.applied(s.Town.Colleague(), s.withdraw(care.Visits, storetest.ID(2001), s.Town.Ada))
	res := s.push(s.Town.Nurse(), s.edit(1, s.Town.Ada, seen, op{"status": "no_access", "no_access_kind": "no_reply", "started_at": at(2), "note": "Curtains drawn"}),
		op{"op": "add", "collection": care.Visits, "id": storetest.ID(2001), "patient": s.Town.Ada, "base": seen, "field": "soft_signs", "values": []string{"confused"}})
	issues := s.issues(s.Town.Ada)
	if res.Status != care.Merged || len(res.Conflicts) != 1 || len(issues) != 1 || care.AsIssue(issues[0]).Policy() != care.PolicyRetracted {
		t.Fatalf("it ended %+v with %d issues", res, len(issues))
	}
	s.expect("what was recorded alarms, as a whole", s.Town.Ada, "no_reply at 2001", "soft_signs at 2001")
	return s, issues[0]
}

// C6. A visit that was made against a withdrawn plan is settled once, whole, and by one decision.
func TestWithdrawn_AVisitMadeAllTheSameIsSettledOnceAndWhole(t *testing.T) {
	s, issue := retractedVisit(t)
	if res := s.decide(s.Town.Lead(), issue, op{"retract": false}); res.Status != care.Applied {
		t.Fatalf("the decision ended %+v", res)
	}
	rec := s.stored(care.Visits, storetest.ID(2001))
	v := care.AsVisit(rec)
	if !rec.Retracted.IsZero() || v.Status() != "no_access" || v.NoAccessKind() != "no_reply" || v.Note() != "Curtains drawn" || v.StartedAtStamp() != at(2) || len(v.SoftSigns()) != 1 {
		t.Errorf("stored is %v, withdrawn %v", rec.Values, rec.Retracted)
	}
	if open := s.issues(s.Town.Ada); len(open) != 0 {
		t.Errorf("%d issues are open", len(open))
	}
	s.expect("it stands", s.Town.Ada, "no_reply at 2001", "soft_signs at 2001")
	s.applied(s.Town.Nurse(), s.edit(1, s.Town.Ada, s.base(), op{"note": "Curtains drawn, dog barking"}))
}

// C6.
func TestWithdrawn_ItMayStayWithdrawn(t *testing.T) {
	for _, set := range []op{{"retract": true}, {}} {
		s, issue := retractedVisit(t)
		if res := s.decide(s.Town.Lead(), issue, set); res.Status != care.Applied {
			t.Fatalf("%v: the decision ended %+v", set, res)
		}
		if s.stored(care.Visits, storetest.ID(2001)).Retracted.IsZero() || len(s.issues(s.Town.Ada)) != 0 {
			t.Errorf("%v: it stands, or is not settled", set)
		}
		s.expect("nothing happened", s.Town.Ada)
	}
}

// C6: a phone that knows only "the right value" settles it so.
func TestWithdrawn_AValueSaysThatItStands(t *testing.T) {
	s, issue := retractedVisit(t)
	if res := s.decide(s.Town.Nurse(), issue, op{"note": "Nobody in"}); res.Status != care.Applied {
		t.Fatalf("the decision ended %+v", res)
	}
	v := care.AsVisit(s.stored(care.Visits, storetest.ID(2001)))
	if v.Note() != "Nobody in" || v.Status() != "no_access" || len(s.issues(s.Town.Ada)) != 0 {
		t.Errorf("stored is %v", v.Values)
	}
}

// C6: two people made it; each is settled by itself, and what they say differently is an ordinary conflict.
func TestWithdrawn_TwoWhoMadeItAreSettledOneAfterTheOther(t *testing.T) {
	s, first := retractedVisit(t)
	s.push(s.Town.Lead(), s.edit(1, s.Town.Ada, "e1.1", op{"status": "completed", "note": "She is well"}))
	s.decide(s.Town.Lead(), first, op{"retract": false})
	var second *care.Record
	for _, i := range s.issues(s.Town.Ada) {
		if care.AsIssue(i).Policy() == care.PolicyRetracted {
			second = i
		}
	}
	s.push(s.Town.Lead(), op{"op": "resolve", "issue": second.ID, "patient": s.Town.Ada, "base": "e1.1", "set": op{"retract": false}})
	for _, i := range s.issues(s.Town.Ada) {
		if care.AsIssue(i).Policy() != "manual" {
			t.Errorf("a conflict of the policy %s is open", care.AsIssue(i).Policy())
		}
	}
	if n := len(s.issues(s.Town.Ada)); n != 2 {
		t.Errorf("%d conflicts are open, want one about the status and one about the note", n)
	}
}
