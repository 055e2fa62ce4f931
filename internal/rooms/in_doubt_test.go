package rooms_test

import (
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/rooms"
	"doorstep/internal/storetest"
)

// A refused change says that nobody opened three days ago; the visit that it would have changed is withdrawn. What is left
// is what was refused, and that is unverified, though the withdrawal touches a later day.
func TestInDoubt_OfAVisitThatIsWithdrawnWhatWasRefusedIsLeft(t *testing.T) {
	s := newStory(t)
	verified := func(when string, want bool) {
		t.Helper()
		s.expect(when, s.Town.Ada, "no_reply at 2001")
		alarms, err := s.Alarms(s.Town.Ada, s.clock.AddDate(0, 0, -30))
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range alarms {
			if a.Holds && a.Verified != want {
				t.Errorf("%s: verified is %v", when, a.Verified)
			}
		}
	}
	s.applied(s.Town.Nurse(), s.visit(1, s.Town.Ada, noReply))
	res := s.push(s.Town.Colleague(), s.edit(1, s.Town.Ada, s.base(), with(noReply, op{"ended_at": at(72)})),
		op{"op": "create", "collection": "wound_photos", "id": storetest.ID(3001), "set": op{"patient": s.Town.Ada}})
	if res.Status != care.Quarantined {
		t.Fatalf("it ended %+v", res)
	}
	verified("refused", true)
	s.applied(s.Town.Lead(), s.set(1, s.Town.Ada, 48, nil), s.withdraw(care.Visits, storetest.ID(2001), s.Town.Ada))
	verified("withdrawn", false)
}

// A set was replaced, the refused pulse in it too. When it is replaced no more, both count again.
func TestInDoubt_ASetThatIsReplacedNoMoreStandsWithWhatWasRefusedOfIt(t *testing.T) {
	for _, c := range []struct {
		name string
		gone func(s *story, correction string)
	}{
		{"the correction was somebody else's", func(s *story, correction string) { s.move(care.Observations, correction, s.Town.Ben) }},
		{"the correction is withdrawn", func(s *story, correction string) {
			s.applied(s.Town.Nurse(), s.withdraw(care.Observations, correction, s.Town.Ada))
		}},
		{"the correction is deleted past the engine", func(s *story, correction string) {
			rec := s.stored(care.Observations, correction)
			s.do(func(r *rooms.Rooms) error {
				s.Erase(rec)
				return r.TakeIn.TakeInForeignDelete(rec)
			})
		}},
	} {
		s := newStory(t)
		s.push(s.Town.Nurse(), s.set(1, s.Town.Ada, 2, op{"pulse": "131"}), s.set(2, s.Town.Ada, 2, op{"replaces": storetest.ID(1001)}))
		s.expect("replaced", s.Town.Ada)
		c.gone(s, storetest.ID(1002))
		s.expect(c.name, s.Town.Ada, "news2_single_three at 1001")
	}
}
