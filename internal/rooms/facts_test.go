package rooms_test

import (
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rooms"
	"doorstep/internal/rules"
	"doorstep/internal/storetest"
)

// What is known of a person is evidence too: when it is set right, what was read before scores and alarms as it should
// have from the beginning.

// correct is an op that sets something about a person.
func (s *story) correct(patient string, set op) op {
	return op{"op": "update", "collection": care.Patients, "id": patient, "patient": patient, "base": s.base(), "set": set}
}

// scored fails unless every set of readings has the score that it has for its person.
func (s *story) scored(when string) {
	s.t.Helper()
	for _, n := range []int{1, 2, 3} {
		rec := s.stored(care.Observations, storetest.ID(1000+n))
		if rec == nil {
			continue
		}
		person, err := s.Patient(rec.Person())
		if err != nil {
			s.t.Fatal(err)
		}
		want := care.JSON(rules.ScoreOf(rec.Values, person, rec.ClinicalTime))
		if got := string(rec.Raw("news2")); got != string(want) {
			s.t.Errorf("%s: set %d has the score %s, want %s", when, n, got, want)
		}
	}
}

func TestPerson_ABirthDateSetRightScoresAndAlarmsWhatWasReadBefore(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Nurse(), s.correct(s.Town.Ada, op{"date_of_birth": "2015-01-01"}))
	s.applied(s.Town.Nurse(), s.set(1, s.Town.Ada, 60, grave), s.set(2, s.Town.Ada, 3, nil))
	s.expect("a child is not scored", s.Town.Ada)
	s.applied(s.Town.Nurse(), s.correct(s.Town.Ada, op{"date_of_birth": "1940-01-01"}))
	s.expect("she is no child", s.Town.Ada, "news2_7 at 1001")
	s.scored("she is no child")
	if n := len(s.handovers(s.Town.Ada)); n != 1 {
		t.Errorf("%d handovers are about her", n)
	}
	s.applied(s.Town.Nurse(), s.correct(s.Town.Ada, op{"date_of_birth": "2015-01-01"}))
	s.expect("she is one after all", s.Town.Ada)
	s.scored("she is one after all")
}

func TestPerson_APregnancyThatIsNotedTakesTheScoreBack(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Nurse(), s.set(1, s.Town.Ada, 5, grave))
	s.expect("as anybody", s.Town.Ada, "news2_7 at 1001")
	s.applied(s.Town.Nurse(), s.correct(s.Town.Ada, op{"pregnant": true}))
	s.expect("NEWS2 is not for her", s.Town.Ada)
	s.scored("pregnant")
	s.applied(s.Town.Nurse(), s.correct(s.Town.Ada, op{"pregnant": false}))
	s.expect("she is not pregnant", s.Town.Ada, "news2_7 at 1001")
	s.scored("not pregnant")
}

// Oxygen saturations of 90 score 3 on scale 1 and 0 on scale 2.
func TestPerson_AScaleSetRightScoresAndAlarmsWhatWasReadBefore(t *testing.T) {
	s := newStory(t)
	low := op{"spo2": 90}
	s.applied(s.Town.Nurse(), s.set(1, s.Town.Ada, 30, low), s.set(2, s.Town.Ada, 20, low))
	s.expect("on scale 1", s.Town.Ada, "news2_single_three at 1001")
	s.answered(s.Town.Ada)
	scale := op{"spo2_scale": op{"scale": 2, "author": s.Town.Lea, "role": "team_lead", "date": "2026-03-02", "reason": "hypercapnic"}}
	s.applied(s.Town.Lead(), s.correct(s.Town.Ada, scale))
	s.expect("on scale 2", s.Town.Ada)
	s.scored("on scale 2")
	s.applied(s.Town.Lead(), s.correct(s.Town.Ada, op{"spo2_scale": nil}))
	s.expect("on scale 1 again", s.Town.Ada, "news2_single_three at 1001")
	s.scored("on scale 1 again")
}

// What is in doubt is scored for the person as they are, too: nothing of it is stored.
func TestPerson_WhatWasSetAsideIsScoredAnewAsWell(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Nurse(), s.correct(s.Town.Ada, op{"pregnant": true}))
	s.push(s.Town.Nurse(), s.set(1, s.Town.Ada, 5, op{"respiration_rate": "26"}))
	s.expect("not scored", s.Town.Ada)
	s.applied(s.Town.Nurse(), s.correct(s.Town.Ada, op{"pregnant": nil}))
	s.expect("scored as it must have been meant", s.Town.Ada, "news2_single_three at 1001")
}

// One change brings a reading and sets right whom it is of, in whatever order it lists them.
func TestPerson_SetRightInTheChangeThatBringsAReading(t *testing.T) {
	for _, first := range []bool{true, false} {
		s := newStory(t)
		s.applied(s.Town.Nurse(), s.correct(s.Town.Ada, op{"pregnant": true}))
		ops := []op{s.set(1, s.Town.Ada, 5, grave), s.correct(s.Town.Ada, op{"pregnant": false})}
		if first {
			ops[0], ops[1] = ops[1], ops[0]
		}
		s.applied(s.Town.Nurse(), ops...)
		s.expect("scored as she is", s.Town.Ada, "news2_7 at 1001")
		s.scored("in one change")
	}
}

// Of what lies further back than alarms are remembered the score is set right, and nobody is told.
func TestPerson_WhatLiesFarBackScoresOtherwiseAndTellsNobody(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Nurse(), s.correct(s.Town.Ada, op{"pregnant": true}))
	s.applied(s.Town.Nurse(), s.set(1, s.Town.Ada, 5, grave))
	s.clock = s.clock.Add(31 * 24 * time.Hour)
	s.applied(s.Town.Nurse(), s.correct(s.Town.Ada, op{"pregnant": false}))
	s.scored("a month later")
	s.expect("a month later", s.Town.Ada)
	if n := len(s.handovers(s.Town.Ada)); n != 0 {
		t.Errorf("%d handovers are about it", n)
	}
}

// The dashboard is a way in as well.
func TestPerson_SetRightInTheDashboard(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Nurse(), s.set(1, s.Town.Ada, 5, grave))
	old := s.stored(care.Patients, s.Town.Ada)
	rec := old.Clone()
	rec.SetAll(map[string]any{"pregnant": true})
	s.do(func(r *rooms.Rooms) error {
		s.Write(rec)
		return r.TakeIn.TakeInForeignWrite(rec, old, []string{"pregnant"})
	})
	s.expect("pregnant", s.Town.Ada)
	s.scored("pregnant")
}

// A reading that names a visit which comes later, and is somebody else's, names it no more.
func TestMisnamed_AVisitThatComesLaterAndIsSomebodyElsesIsSetAside(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Nurse(), s.set(1, s.Town.Ada, 5, op{"visit": storetest.ID(2001), "respiration_rate": 25, "pulse": 112, "spo2": 91}))
	s.applied(s.Town.Nurse(), s.set(2, s.Town.Ada, 4, op{"visit": storetest.ID(2002)}))
	s.applied(s.Town.Colleague(), s.visit(1, s.Town.Ben, nil))
	s.applied(s.Town.Colleague(), s.visit(2, s.Town.Ada, nil))
	if got := s.stored(care.Observations, storetest.ID(1001)).Text("visit"); got != "" {
		t.Errorf("it still names %s", got)
	}
	if got := s.stored(care.Observations, storetest.ID(1002)).Text("visit"); got != storetest.ID(2002) {
		t.Errorf("the other names %q", got)
	}
	issues := s.issues(s.Town.Ada)
	if len(issues) != 1 {
		t.Fatalf("%d issues are open", len(issues))
	}
	i := care.AsIssue(issues[0])
	if i.Code() != care.CodeOtherPerson || i.Field() != "visit" || i.About() != storetest.ID(1001) || i.Author() != s.Town.Ann || i.Message() != "What visit names is about another person." ||
		string(i.Content()) != `"`+storetest.ID(2001)+`"` {
		t.Errorf("it is %+v", issues[0].Values)
	}
	s.expect("and alarms as it did", s.Town.Ada, "news2_7 at 1001")
	s.applied(s.Town.Nurse(), s.visit(3, s.Town.Ben, nil))
	if n := len(s.issues(s.Town.Ada)); n != 1 {
		t.Errorf("%d issues are open after another visit", n)
	}
}

// The same for a set that corrects another: it corrects nobody else's.
func TestMisnamed_ASetThatComesLaterAndIsSomebodyElsesIsCorrectedByNobody(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Nurse(), s.set(2, s.Town.Ada, 3, op{"replaces": storetest.ID(1001)}))
	s.applied(s.Town.Nurse(), s.set(1, s.Town.Ben, 5, grave))
	s.expect("his stands", s.Town.Ben, "news2_7 at 1001")
	if got := s.stored(care.Observations, storetest.ID(1002)).Text("replaces"); got != "" {
		t.Errorf("hers still replaces %s", got)
	}
	if issues := s.issues(s.Town.Ada); len(issues) != 1 || care.AsIssue(issues[0]).Field() != "replaces" {
		t.Errorf("%d issues are open", len(issues))
	}
}

// A visit without times of its own happened when the first edit was made that says so, whichever came first: a word on a
// plan says nothing yet. O18
func TestVisit_WithoutTimesHappenedWhenItWasFirstRecordedWhicheverEditComesFirst(t *testing.T) {
	edits := []struct {
		hours float64
		set   op
	}{{5, op{"status": "completed", "critical_medicine": "missed"}}, {4, op{"status": "completed"}}, {3, op{"note": "Left heel red"}}, {6, op{"planned_end": at(1), "outcome": "care_given"}}}
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 0, 3, 2}, {2, 3, 0, 1}} {
		s := newStory(t)
		s.applied(s.Town.Lead(), s.visit(1, s.Town.Ada, op{"status": "planned", "planned_start": at(2)}))
		seen := s.base()
		for _, n := range order {
			who := []care.Viewer{s.Town.Nurse(), s.Town.Colleague(), s.Town.Lead(), s.Town.Nurse()}[n]
			when, err := care.ParseStamp(at(edits[n].hours))
			if err != nil {
				t.Fatal(err)
			}
			change := s.edit(1, s.Town.Ada, seen, edits[n].set)
			change["was"] = op{"status": "planned"}
			s.pushWritten(who, when, change)
		}
		if got := care.Stamp(s.stored(care.Visits, storetest.ID(2001)).ClinicalTime); got != at(5) {
			t.Errorf("in the order %v it happened at %s, want %s", order, got, at(5))
		}
		s.expect("whatever the order", s.Town.Ada, "critical_medicine at 2001")
	}
}

// Who says the same as is stored, or loses, recorded it when they did.
func TestVisit_AnEarlierEditThatChangesNothingStillSaysWhenItHappened(t *testing.T) {
	for _, set := range []op{{"status": "completed"}, {"status": "no_access", "no_access_kind": "failed"}} {
		s := newStory(t)
		s.applied(s.Town.Lead(), s.visit(1, s.Town.Ada, op{"status": "planned", "planned_start": at(2)}))
		seen := s.base()
		for _, e := range []struct {
			who   care.Viewer
			hours float64
			set   op
		}{{s.Town.Nurse(), 3, op{"status": "completed", "critical_medicine": "missed"}}, {s.Town.Colleague(), 4, set}} {
			when, err := care.ParseStamp(at(e.hours))
			if err != nil {
				t.Fatal(err)
			}
			s.pushWritten(e.who, when, s.edit(1, s.Town.Ada, seen, e.set))
		}
		if got := care.Stamp(s.stored(care.Visits, storetest.ID(2001)).ClinicalTime); got != at(4) {
			t.Errorf("after %v it happened at %s, want %s", set, got, at(4))
		}
	}
}
