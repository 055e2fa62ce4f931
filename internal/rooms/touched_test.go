package rooms_test

import (
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rooms"
	"doorstep/internal/storetest"
)

// grave is what makes a score of 7 and more, three what makes one of a single parameter at three.
var (
	grave = op{"respiration_rate": 25, "pulse": 112, "spo2": 91}
	three = op{"respiration_rate": 26}
)

// O3. Whatever the hours between the two, and whichever is earlier.
func TestCorrection_WithdrawnItLetsTheFirstSetAlarmAgain(t *testing.T) {
	for _, hours := range []float64{0, 1, -1, 47, 60, -60} {
		s := newStory(t)
		first := 61.0
		s.applied(s.Town.Nurse(), s.set(1, s.Town.Ada, first, grave))
		s.expect("recorded", s.Town.Ada, "news2_7 at 1001")
		s.answered(s.Town.Ada)
		s.applied(s.Town.Nurse(), s.set(2, s.Town.Ada, first-hours, op{"replaces": storetest.ID(1001)}))
		s.expect("corrected", s.Town.Ada)
		s.applied(s.Town.Nurse(), s.withdraw(care.Observations, storetest.ID(1002), s.Town.Ada))
		s.expect("the correction withdrawn", s.Town.Ada, "news2_7 at 1001")
	}
}

// O3: the correction may reach the server before what it corrects.
func TestCorrection_ThatCameFirstAndIsWithdrawnMutesNothing(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Nurse(), s.set(2, s.Town.Ada, 3, op{"replaces": storetest.ID(1001)}))
	s.applied(s.Town.Nurse(), s.set(1, s.Town.Ada, 60, grave))
	s.expect("corrected before it came", s.Town.Ada)
	s.applied(s.Town.Nurse(), s.withdraw(care.Observations, storetest.ID(1002), s.Town.Ada))
	s.expect("the correction withdrawn", s.Town.Ada, "news2_7 at 1001")
}

// O3: a correction that is deleted or filed under somebody else corrects nothing either.
func TestCorrection_MovedAwayItCorrectsNothing(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Nurse(), s.set(1, s.Town.Ada, 60, grave), s.set(2, s.Town.Ada, 3, op{"replaces": storetest.ID(1001)}))
	s.expect("corrected", s.Town.Ada)
	s.move(care.Observations, storetest.ID(1002), s.Town.Ben)
	s.expect("the correction is somebody else's", s.Town.Ada, "news2_7 at 1001")
	s.move(care.Observations, storetest.ID(1001), s.Town.Ben)
	s.expect("and so is what it corrects: for her", s.Town.Ada)
	s.expect("and so is what it corrects: for him", s.Town.Ben)
}

// O4. The first set at three was a slip; the one that was let pass because of it is now the first.
func TestCorrection_AnAnsweredHandoverMutesNothingLater(t *testing.T) {
	for _, answered := range []bool{false, true} {
		s := newStory(t)
		s.applied(s.Town.Nurse(), s.set(1, s.Town.Ada, 30, three))
		s.expect("the first at three", s.Town.Ada, "news2_single_three at 1001")
		if answered {
			s.answered(s.Town.Ada)
		}
		s.applied(s.Town.Nurse(), s.set(2, s.Town.Ada, 20, three))
		s.expect("the second is nothing new", s.Town.Ada, "news2_single_three at 1001")
		s.applied(s.Town.Nurse(), s.set(3, s.Town.Ada, 10, op{"replaces": storetest.ID(1001)}))
		s.expect("the first was a slip", s.Town.Ada, "news2_single_three at 1002")
		open := 0
		for _, h := range s.handovers(s.Town.Ada) {
			if !care.AsHandover(h).State().Closed() {
				open++
			}
		}
		if open != 1 {
			t.Errorf("answered %v: %d handovers wait for an answer, want one", answered, open)
		}
	}
}

// O5. A set with a slipped reading is filed under the wrong person, alarms, and is moved.
func TestMisfiled_TheRecordTakesDoubtAndAlarmsAlong(t *testing.T) {
	for _, failed := range []bool{false, true} {
		s := newStory(t)
		s.push(s.Town.Nurse(), s.set(1, s.Town.Ada, 2, op{"respiration_rate": 26, "spo2": 91, "pulse": "131"}))
		s.expect("with what was set aside", s.Town.Ada, "news2_5_6 at 1001", "news2_7 at 1001")
		if failed {
			s.overdue(s.Town.Ada)
		}
		s.move(care.Observations, storetest.ID(1001), s.Town.Ben)
		s.expect("it was never hers", s.Town.Ada)
		s.expect("it is his, the refused reading too", s.Town.Ben, "news2_5_6 at 1001", "news2_7 at 1001")
		if hers, his := s.issues(s.Town.Ada), s.issues(s.Town.Ben); len(hers) != 0 || len(his) != 1 || care.AsIssue(his[0]).OwnerTeam() != s.Town.Nurses {
			t.Errorf("%d issues are hers and %d his", len(hers), len(his))
		}
		all, err := s.EveryHandover(s.Town.Ada)
		if err != nil || len(all) != 3 {
			t.Fatalf("%d handovers are about her, %v: one and its two copies were", len(all), err)
		}
		for _, h := range all {
			history, err := s.History(h.ID, handover.Moves())
			if err != nil {
				t.Fatal(err)
			}
			last := care.AsHandoverEvent(history[len(history)-1])
			if care.AsHandover(h).State() != care.StoodDown || last.Kind() != handover.EventStoodDown || !strings.Contains(last.Text(), "wrong person") {
				t.Errorf("failed %v: it is %s, and they were told %q", failed, care.AsHandover(h).State(), last.Text())
			}
		}
		s.applied(s.Town.Nurse(), s.set(2, s.Town.Ada, 1, nil))
		if again, _ := s.EveryHandover(s.Town.Ada); len(again) != 3 {
			t.Errorf("%d handovers are about her after a set that is well", len(again))
		}
	}
}

// O5: what somebody else recorded of the same handover keeps it.
func TestMisfiled_WhatRestsOnOthersAsWellStands(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Nurse(), s.set(1, s.Town.Ada, 3, grave), s.set(2, s.Town.Ada, 2, grave))
	s.move(care.Observations, storetest.ID(1001), s.Town.Ben)
	list := s.handovers(s.Town.Ada)
	if len(list) != 1 || care.AsHandover(list[0]).State() != care.Queued {
		t.Errorf("of hers are left %d", len(list))
	}
	s.expect("the other set is hers", s.Town.Ada, "news2_7 at 1002")
}

// overdue lets nobody answer until the chain is used up.
func (s *story) overdue(patient string) {
	s.t.Helper()
	for range 4 {
		s.clock = s.clock.Add(100 * time.Hour)
		all, err := s.EveryHandover(patient)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, h := range all {
			s.do(func(r *rooms.Rooms) error { return r.Arrange.Overdue(h.ID) })
		}
	}
	for _, h := range s.handovers(patient) {
		if care.AsHandover(h).State() != care.Failed {
			s.t.Fatalf("it is %s", care.AsHandover(h).State())
		}
	}
}

// A value that was refused days after the reading: the decision counts back to the reading.
func TestDecision_CountsFromWhenTheReadingWasTaken(t *testing.T) {
	s := newStory(t)
	s.push(s.Town.Nurse(), s.set(1, s.Town.Ada, 60, op{"respiration_rate": "26"}))
	s.expect("as it must have been meant", s.Town.Ada, "news2_single_three at 1001")
	s.answered(s.Town.Ada)
	s.applied(s.Town.Lead(), op{"op": "resolve", "issue": s.issues(s.Town.Ada)[0].ID, "patient": s.Town.Ada, "base": s.base(), "set": op{"respiration_rate": 16}})
	s.expect("decided", s.Town.Ada)
}

// Two values of one change that say something only together are judged together, though each lost by itself.
func TestConflict_TheLosingSideIsJudgedAsAWhole(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Nurse(), s.visit(1, s.Town.Ada, op{"status": "planned"}))
	seen := s.base()
	s.applied(s.Town.Nurse(), s.edit(1, s.Town.Ada, seen, op{"status": "completed", "no_access_kind": "failed"}))
	if res := s.push(s.Town.Colleague(), s.edit(1, s.Town.Ada, seen, op{"status": "no_access", "no_access_kind": "no_reply"})); len(res.Conflicts) != 2 {
		t.Fatalf("it ended %+v", res)
	}
	s.expect("nobody answered the door, says one of two", s.Town.Ada, "no_reply at 2001")
}

// What a change says about two people stays evidence about both, whoever it is filed under.
func TestRefused_AChangeAboutTwoPeopleStaysEvidenceAboutBoth(t *testing.T) {
	s := newStory(t)
	missed := op{"critical_medicine": "missed"}
	res := s.push(s.Town.Nurse(), s.visit(1, s.Town.Ada, missed), s.visit(2, s.Town.Ben, missed),
		op{"op": "create", "collection": "wound_photos", "id": storetest.ID(3001), "set": op{"patient": s.Town.Ada}})
	if res.Status != care.Quarantined {
		t.Fatalf("it ended %+v", res)
	}
	s.applied(s.Town.Nurse(), s.set(1, s.Town.Ben, 1, grave))
	s.applied(s.Town.Nurse(), s.set(2, s.Town.Ada, 1, grave))
	s.expect("of her", s.Town.Ada, "critical_medicine at 2001", "news2_7 at 1002")
	s.expect("of him", s.Town.Ben, "critical_medicine at 2002", "news2_7 at 1001")
}

// What is added to a list in a change that is refused alarms as if it had been added.
func TestRefused_AnAddedSoftSignIsJudged(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Nurse(), s.visit(1, s.Town.Ada, nil))
	s.push(s.Town.Stranger(), op{"op": "add", "collection": care.Visits, "id": storetest.ID(2001), "patient": s.Town.Ada, "base": s.base(), "field": "soft_signs", "values": []string{"confused"}})
	s.expect("refused", s.Town.Ada, "soft_signs at 2001")
}

// An alarm of long ago that was answered is not raised again because a word of its visit was mended.
func TestJudge_AnOldVisitThatIsEditedTellsNobodyAgain(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Nurse(), s.visit(1, s.Town.Ada, op{"critical_medicine": "missed", "ended_at": at(1)}))
	s.answered(s.Town.Ada)
	s.clock = s.clock.Add(40 * 24 * time.Hour)
	s.applied(s.Town.Nurse(), s.edit(1, s.Town.Ada, s.base(), op{"note": "Wound clean"}))
	if n := len(s.handovers(s.Town.Ada)); n != 1 {
		t.Errorf("%d handovers are about it", n)
	}
}
