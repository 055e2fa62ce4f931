package rooms_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rooms"
	"doorstep/internal/storetest"
	"doorstep/internal/takein"
)

// C4. An edit without a time of its own says nothing about when the visit was made.
func TestTime_AMendedNoteLeavesAVisitWhenItWas(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Nurse(), s.visit(1, s.Town.Ada, op{"note": "Wound claen", "critical_medicine": "missed"}))
	was := s.stored(care.Visits, storetest.ID(2001)).ClinicalTime
	s.clock = s.clock.Add(48 * time.Hour)
	s.applied(s.Town.Nurse(), s.edit(1, s.Town.Ada, s.base(), op{"note": "Wound clean"}))
	s.applied(s.Town.Nurse(), op{"op": "add", "collection": care.Visits, "id": storetest.ID(2001), "patient": s.Town.Ada, "base": s.base(), "field": "soft_signs", "values": []string{"unsteady"}})
	if got := s.stored(care.Visits, storetest.ID(2001)).ClinicalTime; !got.Equal(was) {
		t.Errorf("it was made at %s, and now at %s", was, got)
	}
}

// C4. A value of a set without a time that is set right later does not date the set anew, nor what was raised from it.
func TestTime_ACorrectedReadingLeavesASetWhenItWas(t *testing.T) {
	s := newStory(t)
	set := s.set(1, s.Town.Ada, 0, with(grave, op{"systolic": "high"}))
	delete(set["set"].(op), "taken_at")
	s.push(s.Town.Nurse(), set)
	was := s.stored(care.Observations, storetest.ID(1001)).ClinicalTime
	raised := care.AsHandover(s.handovers(s.Town.Ada)[0]).ClinicalTime()
	s.clock = s.clock.Add(48 * time.Hour)
	s.decide(s.Town.Lead(), s.issues(s.Town.Ada)[0], op{"systolic": 110})
	rec := s.stored(care.Observations, storetest.ID(1001))
	if systolic, _ := care.AsObservation(rec).Record.Get("systolic").(int64); systolic != 110 || !rec.ClinicalTime.Equal(was) {
		t.Errorf("systolic %d, taken at %s, not at %s", systolic, rec.ClinicalTime, was)
	}
	if got := care.AsHandover(s.handovers(s.Town.Ada)[0]).ClinicalTime(); !got.Equal(raised) {
		t.Errorf("the handover is of %s, not of %s", got, raised)
	}
}

// C4: a plan is no visit yet; what was planned happened when it was recorded, and stays then.
func TestTime_APlannedVisitHappensWhenItIsRecorded(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Lead(), s.visit(1, s.Town.Ada, op{"status": "planned", "planned_start": at(-48)}))
	s.clock = s.clock.Add(48 * time.Hour)
	recorded := s.clock
	s.applied(s.Town.Nurse(), s.edit(1, s.Town.Ada, s.base(), op{"status": "completed"}))
	s.clock = s.clock.Add(5 * time.Hour)
	s.applied(s.Town.Nurse(), s.edit(1, s.Town.Ada, s.base(), op{"note": "Wound clean"}))
	if got := s.stored(care.Visits, storetest.ID(2001)).ClinicalTime; !got.Equal(recorded) {
		t.Errorf("it was made at %s, not at %s", got, recorded)
	}
}

// C4: a time that is taken back lets the one before it count again, as that was corrected.
func TestTime_WithoutItsEndAVisitHappenedWhenItBegan(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Nurse(), s.visit(1, s.Town.Ada, op{"started_at": at(3), "ended_at": at(2)}))
	s.applied(s.Town.Nurse(), s.edit(1, s.Town.Ada, s.base(), op{"ended_at": nil}))
	if got := care.Stamp(s.stored(care.Visits, storetest.ID(2001)).ClinicalTime); got != at(3) {
		t.Errorf("it happened at %s, not at %s", got, at(3))
	}
}

// C5. Who registers a person and goes on to record something about them does so in one change, or in the next.
func TestRegister_AVisitInTheSameChangeAndInTheNext(t *testing.T) {
	s := newStory(t)
	id := storetest.ID(3001)
	person := op{"op": "create", "collection": care.Patients, "id": id, "set": op{"family_name": "Newcomer", "date_of_birth": "2016-01-02", "practice": s.Town.Practice}}
	s.applied(s.Town.Lead(), person, s.visit(1, id, op{"critical_medicine": "missed"}), s.set(1, id, 1, grave),
		op{"op": "create", "collection": care.Handovers, "id": storetest.ID(4001), "set": op{"patient": id, "class": "SD", "recommendation": "Please ring."}},
		op{"op": "update", "collection": care.Patients, "id": id, "patient": id, "base": s.base(), "set": op{"phone": "01632 960001"}})
	s.applied(s.Town.Lead(), s.visit(2, id, nil))
	s.expect("a child is not scored as an adult", id, "critical_medicine at 2001")
	if s.stored(care.Patients, id).Text("phone") == "" || len(s.handovers(id)) != 2 {
		t.Errorf("%d handovers are about them", len(s.handovers(id)))
	}
	if res := s.push(s.Town.Nurse(), s.visit(3, id, nil)); res.Status != care.Applied {
		t.Errorf("a nurse of the team is answered %+v", res)
	}
	if res := s.push(s.Town.Stranger(), s.visit(4, id, nil)); res.Status != care.Quarantined {
		t.Errorf("a nurse of another team is answered %+v", res)
	}
}

// D2, D3, C7. What a field can hold, and what else is known speaks against.
func TestFits_WhatSpeaksAgainstAValueSetsItAside(t *testing.T) {
	number := func(s *story, patient, n string) op {
		return op{"op": "update", "collection": care.Patients, "id": patient, "patient": patient, "base": s.base(), "set": op{"nhs_number": n}}
	}
	born := func(s *story, date string) op {
		return op{"op": "update", "collection": care.Patients, "id": s.Town.Ada, "patient": s.Town.Ada, "base": s.base(), "set": op{"date_of_birth": date}}
	}
	for _, c := range []struct {
		name  string
		what  func(s *story) []op
		field string
		code  string
	}{
		{"a visit of another person", func(s *story) []op { return []op{s.set(9, s.Town.Ada, 1, op{"visit": storetest.ID(2002)})} }, "visit", care.CodeOtherPerson},
		{"a correction of another person's set", func(s *story) []op { return []op{s.set(9, s.Town.Ada, 1, op{"replaces": storetest.ID(1002)})} }, "replaces", care.CodeOtherPerson},
		{"a correction of itself", func(s *story) []op { return []op{s.set(9, s.Town.Ada, 1, op{"replaces": storetest.ID(1009)})} }, "replaces", care.CodeOtherPerson},
		{"two sets that correct each other", func(s *story) []op {
			return []op{s.set(8, s.Town.Ada, 1, op{"replaces": storetest.ID(1009)}), s.set(9, s.Town.Ada, 1, op{"replaces": storetest.ID(1008)})}
		}, "replaces", care.CodeOtherPerson},
		{"a handover about the visit of another person", func(s *story) []op {
			return []op{{"op": "create", "collection": care.Handovers, "id": storetest.ID(4001), "set": op{"patient": s.Town.Ada, "visit": storetest.ID(2002), "class": "SD"}}}
		}, "visit", care.CodeOtherPerson},
		{"a visit that has not come yet", func(s *story) []op { return []op{s.set(9, s.Town.Ada, 1, op{"visit": storetest.ID(2999)})} }, "", ""},
		{"a visit of the same change", func(s *story) []op {
			return []op{s.visit(9, s.Town.Ada, nil), s.set(9, s.Town.Ada, 1, op{"visit": storetest.ID(2009)})}
		}, "", ""},
		{"born tomorrow", func(s *story) []op { return []op{born(s, care.Stamp(s.clock.Add(24 * time.Hour))[:10])} }, "date_of_birth", care.CodeOutOfRange},
		{"born today", func(s *story) []op { return []op{born(s, care.Stamp(s.clock)[:10])} }, "", ""},
		{"born in 1800", func(s *story) []op { return []op{born(s, "1800-01-01")} }, "date_of_birth", care.CodeOutOfRange},
		{"the NHS number of another person", func(s *story) []op { return []op{number(s, s.Town.Ada, "9990000018")} }, "nhs_number", care.CodeSameNumber},
		{"an NHS number of their own", func(s *story) []op { return []op{number(s, s.Town.Ada, "9990000026")} }, "", ""},
		{"their own NHS number again", func(s *story) []op { return []op{number(s, s.Town.Ben, "9990000018")} }, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory(t)
			s.applied(s.Town.Lead(), number(s, s.Town.Ben, "9990000018"))
			s.applied(s.Town.Nurse(), s.visit(1, s.Town.Ada, nil), s.set(1, s.Town.Ada, 2, nil))
			s.applied(s.Town.Nurse(), s.visit(2, s.Town.Ben, nil), s.set(2, s.Town.Ben, 2, nil))
			res := s.push(s.Town.Lead(), c.what(s)...)
			if c.code == "" {
				if res.Status != care.Applied {
					t.Errorf("it ended %+v", res)
				}
				return
			}
			if len(res.Issues) != 1 || res.Issues[0].Code != c.code || res.Issues[0].Field != c.field || res.Issues[0].Message == "" || res.Status != care.Merged {
				t.Errorf("it ended %+v", res)
			}
			if open := s.issues(s.Town.Ada); len(open) != 1 || care.AsIssue(open[0]).OwnerTeam() != s.Town.Nurses {
				t.Errorf("%d issues are the lead's", len(open))
			}
		})
	}
}

// C7: a number that somebody wrote is unproven.
func TestFits_AnNHSNumberThatSomebodyWroteIsUnverified(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Lead(), op{"op": "update", "collection": care.Patients, "id": s.Town.Ada, "patient": s.Town.Ada, "base": s.base(), "set": op{"nhs_number": "9990000018"}})
	if got := care.AsPatient(s.stored(care.Patients, s.Town.Ada)).NHSNumberStatus(); got != "unverified" {
		t.Errorf("it is %q", got)
	}
}

// D6. Volunteers read a note that is safe to share; a handover that has none would reach them empty.
func TestHandover_ToAVoluntaryTeamWithoutASafeNoteGoesToTheCoordinator(t *testing.T) {
	for note, want := range map[string]string{"": "coordinator", "  ": "coordinator", "Please look in on Ada.": "volunteers"} {
		s := newStory(t)
		to := map[string]string{"coordinator": s.Town.Coordination, "volunteers": s.Town.Befrienders}[want]
		res := s.push(s.Town.Nurse(), op{"op": "create", "collection": care.Handovers, "id": storetest.ID(4001), "set": op{"patient": s.Town.Ada,
			"to_team": s.Town.Befrienders, "class": "R", "recommendation": "A weekly visit, please", "situation": "Lonely since May", "safe_note": note}})
		h := care.AsHandover(s.stored(care.Handovers, storetest.ID(4001)))
		if h.ToTeam() != to || !strings.Contains(h.Situation(), "Lonely since May") {
			t.Errorf("%q: it is with %s and reads %q, want the %s", note, h.ToTeam(), h.Situation(), want)
		}
		if want == "volunteers" {
			if res.Status != care.Applied {
				t.Errorf("%q: it ended %+v", note, res)
			}
			continue
		}
		if len(res.Issues) != 1 || res.Issues[0].Code != care.CodeSafeNoteNeeded || res.Issues[0].Field != "to_team" || h.State() != care.NoDestination {
			t.Errorf("%q: it ended %+v, and stands at %s", note, res, h.State())
		}
	}
}

// D5. The record never says that one nurse wrote the other's note, whichever of the two arrives first.
func TestContact_WhoWroteTheNoteIsNamedAsStaff(t *testing.T) {
	for _, first := range []string{"Ann", "Bob"} {
		s := newStory(t)
		s.applied(s.Town.Lead(), s.visit(1, s.Town.Ada, op{"status": "planned", "planned_start": at(4), "staff": s.Town.Lea}))
		seen := s.base()
		order := []care.Viewer{s.Town.Nurse(), s.Town.Colleague()}
		if first == "Bob" {
			slices.Reverse(order)
		}
		for i, who := range order {
			edit := s.edit(1, s.Town.Ada, seen, op{"status": "completed", "staff": who.Staff, "note": "Note of " + who.Staff})
			s.pushWritten(who, s.clock.Add(-time.Duration(i)*time.Hour), edit)
		}
		v := care.AsVisit(s.stored(care.Visits, storetest.ID(2001)))
		if v.Note() != "Note of "+v.Staff() || v.Staff() != order[0].Staff {
			t.Errorf("%s first: %q is said to be by %s", first, v.Note(), v.Staff())
		}
		if n := len(s.issues(s.Town.Ada)); n != 2 {
			t.Errorf("%s first: %d conflicts are open, want one about the note and one about who was there", first, n)
		}
	}
}

// D5: who was planned in the meantime did not make the visit.
func TestContact_ALaterPlanDoesNotRenameWhoMadeTheVisit(t *testing.T) {
	for _, planFirst := range []bool{true, false} {
		s := newStory(t)
		s.applied(s.Town.Lead(), s.visit(1, s.Town.Ada, op{"status": "planned", "planned_start": at(4), "staff": s.Town.Lea}))
		seen, written := s.base(), s.clock
		made := func() {
			edit := s.edit(1, s.Town.Ada, seen, op{"status": "completed", "staff": s.Town.Ann, "note": "Wound clean"})
			edit["was"] = op{"status": "planned", "staff": s.Town.Lea, "note": nil}
			s.pushWritten(s.Town.Nurse(), written, edit)
		}
		planned := func() {
			s.pushWritten(s.Town.Lead(), s.clock, s.edit(1, s.Town.Ada, seen, op{"staff": s.Town.Bob}))
		}
		s.clock = s.clock.Add(time.Hour)
		if planFirst {
			planned()
			made()
		} else {
			made()
			planned()
		}
		if v := care.AsVisit(s.stored(care.Visits, storetest.ID(2001))); v.Staff() != s.Town.Ann {
			t.Errorf("planned first %v: %s is said to have written Ann's note", planFirst, v.Staff())
		}
	}
}

// O14. A decision counts by when it was made, though the issue has gone on since.
func TestDecision_MadeBeforeTheIssueWentOnItCounts(t *testing.T) {
	for _, late := range []bool{false, true} {
		s := newStory(t)
		s.push(s.Town.Nurse(), s.set(1, s.Town.Ada, 1, op{"systolic": 1290}))
		issue := s.issues(s.Town.Ada)[0]
		decided := s.clock.Add(time.Hour)
		s.clock = s.clock.Add(takein.IssueDeadline)
		s.do(func(r *rooms.Rooms) error { return r.TakeIn.EscalateIssue(issue.ID) })
		if owner := care.AsIssue(s.issues(s.Town.Ada)[0]).OwnerTeam(); owner != s.Town.Coordination {
			t.Fatalf("it is with %s", owner)
		}
		s.clock = s.clock.Add(time.Hour)
		if late {
			decided = s.clock
		}
		res := s.pushWritten(s.Town.Lead(), decided, op{"op": "resolve", "issue": issue.ID, "patient": s.Town.Ada, "base": s.base(), "set": op{"systolic": 129}})
		open := len(s.issues(s.Town.Ada))
		if !late && (res.Status != care.Applied || open != 0) || late && res.Status != care.Quarantined {
			t.Errorf("late %v: it ended %+v, open are %d", late, res, open)
		}
	}
}

// O13. A visit is moved to the right person while a nurse edits it offline under the first.
func TestMoved_AnEditOfWhatWasMovedWaitsForAPersonWithTheReason(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Colleague(), s.visit(1, s.Town.Ada, nil))
	seen := s.base()
	s.move(care.Visits, storetest.ID(2001), s.Town.Ben)
	res := s.push(s.Town.Nurse(), s.edit(1, s.Town.Ada, seen, op{"critical_medicine": "missed"}))
	if res.Status != care.Quarantined || res.Issues[0].Code != care.CodeMoved || res.Issues[0].Fix != care.FixSupervisor {
		t.Fatalf("it ended %+v", res)
	}
	s.expect("it alarms for whom the visit is about", s.Town.Ben, "critical_medicine at 2001")
	s.expect("and not for the first", s.Town.Ada)
	his := s.issues(s.Town.Ben)
	if len(his) != 1 || care.AsIssue(his[0]).WaitsFor() != "" {
		t.Fatalf("%d issues are his", len(his))
	}
	s.decide(s.Town.Lead(), his[0], op{"patient": s.Town.Ben})
	if v := care.AsVisit(s.stored(care.Visits, storetest.ID(2001))); v.CriticalMedicine() != "missed" || len(s.issues(s.Town.Ben)) != 0 {
		t.Errorf("stored is %v", v.Values)
	}
}

// O12. What waited keeps its author and time; whoever writes later meets them.
func TestWaited_WhatWaitedKeepsItsAuthorAndTime(t *testing.T) {
	s := newStory(t)
	written := s.clock
	s.clock = s.clock.Add(time.Hour)
	s.pushWritten(s.Town.Colleague(), written, s.edit(1, s.Town.Ada, "", op{"planned_start": at(-1)}))
	s.applied(s.Town.Nurse(), s.visit(1, s.Town.Ada, op{"status": "planned", "planned_start": at(-2)}))
	rec := s.stored(care.Visits, storetest.ID(2001))
	last := rec.LastChange("planned_start")
	if last.Author != s.Town.Bob || !last.At.Equal(written) || last.Seq != rec.Version || rec.Version != s.Seq() {
		t.Errorf("it was changed by %q at %s in change %d of version %d", last.Author, last.At, last.Seq, rec.Version)
	}
}

// leaversVisit is a planned visit that Bob has recorded, and that Ann recorded offline after she had left.
func leaversVisit(t *testing.T) (s *story, issue *care.Record) {
	t.Helper()
	s = newStory(t)
	s.applied(s.Town.Lead(), s.visit(1, s.Town.Ada, op{"status": "planned", "planned_start": at(4), "purpose": "wound_care", "team": s.Town.Nurses}))
	seen := s.base()
	s.applied(s.Town.Colleague(), s.edit(1, s.Town.Ada, seen, op{"status": "completed", "note": "Note of Bob", "staff": s.Town.Bob}))
	ann := s.Town.Nurse()
	ann.InactiveSince = s.clock.Add(-time.Hour)
	edit := s.edit(1, s.Town.Ada, seen, op{"status": "completed", "note": "Note of Ann", "outcome": "care_given"})
	readings := s.set(1, s.Town.Ada, 1, op{"visit": storetest.ID(2001)})
	if res := s.push(ann, edit, readings); res.Status != care.Quarantined || res.Issues[0].Code != care.CodeAuthorInactive {
		t.Fatalf("it ended %+v", res)
	}
	issue = s.issues(s.Town.Ada)[0]
	s.decide(s.Town.Lead(), issue, op{})
	bobs := care.AsVisit(s.stored(care.Visits, storetest.ID(2001)))
	if open := s.issues(s.Town.Ada); len(open) != 1 || care.AsIssue(open[0]).Code() != care.CodeRecordedSince || bobs.Outcome() != "" || bobs.Note() != "Note of Bob" {
		t.Fatalf("let in without a word, %d issues are open and stored is %v", len(open), bobs.Values)
	}
	return s, s.issues(s.Town.Ada)[0]
}

// U19. A leaver's change to a visit that somebody else has recorded since is never mixed into it, half of each.
func TestLeaver_TheirVisitBecomesOneOfItsOwn(t *testing.T) {
	s, issue := leaversVisit(t)
	own := storetest.ID(2009)
	if res := s.decide(s.Town.Lead(), issue, op{"id": own}); res.Status != care.Applied {
		t.Fatalf("the decision ended %+v", res)
	}
	v := care.AsVisit(s.stored(care.Visits, own))
	if v.Note() != "Note of Ann" || v.Staff() != s.Town.Ann || v.Outcome() != "care_given" || v.Purpose() != "wound_care" || v.Team() != s.Town.Nurses {
		t.Errorf("hers is %v", v.Values)
	}
	if bobs := care.AsVisit(s.stored(care.Visits, storetest.ID(2001))); bobs.Note() != "Note of Bob" || bobs.Outcome() != "" {
		t.Errorf("his is %v", bobs.Values)
	}
	if set := care.AsObservation(s.stored(care.Observations, storetest.ID(1001))); set.Visit() != own || len(s.issues(s.Town.Ada)) != 0 {
		t.Errorf("her readings are of visit %s, open are %d issues", set.Visit(), len(s.issues(s.Town.Ada)))
	}
}

// U19. Or the two are one visit, which somebody says, and then what they say differently is to be decided.
func TestLeaver_TheirVisitIsMergedKnowingly(t *testing.T) {
	s, issue := leaversVisit(t)
	s.decide(s.Town.Lead(), issue, op{"together": true})
	v := care.AsVisit(s.stored(care.Visits, storetest.ID(2001)))
	open := s.issues(s.Town.Ada)
	if v.Note() != "Note of Bob" || v.Outcome() != "care_given" || len(open) != 1 || care.AsIssue(open[0]).Field() != "note" {
		t.Errorf("stored is %v, open are %d issues", v.Values, len(open))
	}
}
