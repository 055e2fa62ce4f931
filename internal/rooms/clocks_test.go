package rooms_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rooms"
	"doorstep/internal/storetest"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// pushFrom lets a change arrive from a phone whose clock is wrong by so much, as its clock dates it.
func (s *story) pushFrom(who care.Viewer, offset time.Duration, written time.Time, ops ...op) (res wire.Result) {
	s.t.Helper()
	s.n++
	raw, err := json.Marshal(op{"mid": s.n, "key": storetest.ID(70000 + s.n), "author": who.Staff, "authored_at": care.Stamp(written.Add(-offset)), "ops": ops})
	if err != nil {
		s.t.Fatal(err)
	}
	m, err := wire.DecodeKept(raw)
	if err != nil {
		s.t.Fatal(err)
	}
	s.do(func(r *rooms.Rooms) (err error) {
		res, err = r.Changes.Accept(&m, takein.By{Viewer: who, Client: "client of " + who.Staff, Clock: care.DeviceClock{Known: true, Offset: offset}})
		return err
	})
	return res
}

func resolve(issue *care.Record, base string, set op) op {
	return op{"op": "resolve", "issue": issue.ID, "patient": care.AsIssue(issue).Patient(), "base": base, "set": set}
}

// O14. When a lead decided is what their phone's clock said, corrected by its offset, as of every other change.
func TestDecision_IsDatedByTheCorrectedClockOfWhoeverMadeIt(t *testing.T) {
	for name, offset := range map[string]time.Duration{"right": 0, "three days fast": -72 * time.Hour, "an hour slow": time.Hour} {
		for _, late := range []bool{false, true} {
			s := newStory(t)
			s.push(s.Town.Nurse(), s.set(1, s.Town.Ada, 1, op{"systolic": 1290}))
			issue := s.issues(s.Town.Ada)[0]
			decided := s.clock.Add(time.Hour)
			s.clock = s.clock.Add(takein.IssueDeadline)
			s.do(func(r *rooms.Rooms) error { return r.TakeIn.EscalateIssue(issue.ID) })
			s.clock = s.clock.Add(time.Hour)
			if late {
				decided = s.clock
			}
			res := s.pushFrom(s.Town.Lead(), offset, decided, resolve(issue, s.base(), op{"systolic": 129}))
			got := s.stored(care.Quarantine, issue.ID)
			if !late && (res.Status != care.Applied || !care.AsIssue(got).ResolvedAt().Equal(decided.Truncate(time.Millisecond))) {
				t.Errorf("a clock that is %s: it ended %s, decided at %s, not at %s", name, res.Status, care.AsIssue(got).ResolvedAtStamp(), care.Stamp(decided))
			}
			if late && care.AsIssue(got).ResolvedAtStamp() != "" {
				t.Errorf("a clock that is %s: what was decided too late counts", name)
			}
		}
	}
}

// O14. A time that no clock proves, or that lies before there was anything to decide, is that of its receipt.
func TestDecision_ThatNoClockCanDateIsDatedByItsReceipt(t *testing.T) {
	s := newStory(t)
	s.push(s.Town.Nurse(), s.set(1, s.Town.Ada, 1, op{"systolic": 1290}))
	issue := s.issues(s.Town.Ada)[0]
	s.clock = s.clock.Add(5 * time.Hour)
	s.pushWritten(s.Town.Lead(), s.clock.Add(-50*time.Hour), resolve(issue, s.base(), op{"systolic": 129}))
	if got := care.AsIssue(s.stored(care.Quarantine, issue.ID)).ResolvedAt(); !got.Equal(s.clock) {
		t.Errorf("decided at %s, and it came at %s", got, s.clock)
	}
}

// C4. What a decision about a plan stores happened when its author recorded it, and not when somebody decided.
func TestDecision_AboutAPlanDatesTheVisitByWhoeverRecordedIt(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Lead(), s.visit(1, s.Town.Ada, op{"status": "planned", "planned_start": at(-48)}))
	s.clock = s.clock.Add(48 * time.Hour)
	s.push(s.Town.Nurse(), s.edit(1, s.Town.Ada, s.base(), op{"status": "done"}))
	recorded := s.clock
	s.clock = s.clock.Add(20 * time.Hour)
	s.decide(s.Town.Lead(), s.issues(s.Town.Ada)[0], op{"status": "completed"})
	if v := s.stored(care.Visits, storetest.ID(2001)); v.Text("status") != "completed" || v.ClinicalTime.Sub(recorded).Abs() > time.Minute {
		t.Errorf("%s, made at %s and not at %s", v.Text("status"), v.ClinicalTime, recorded)
	}
}

// Both sides of a conflict about a time are by the server's clock, and whoever takes one over stores that time, however
// wrong their own clock and that of the loser are.
func TestConflict_AboutATimeIsSettledByTheServersClock(t *testing.T) {
	for _, keep := range []string{"lost", "kept", "anew"} {
		s := newStory(t)
		const annFast, leadSlow = -2 * time.Hour, 26 * time.Hour
		began, mended := s.clock.Add(-3*time.Hour), s.clock.Add(-4*time.Hour)
		s.pushFrom(s.Town.Nurse(), annFast, s.clock, s.visit(1, s.Town.Ada, op{"started_at": care.Stamp(began.Add(-annFast)), "note": "a"}))
		base := s.base()
		s.applied(s.Town.Lead(), s.edit(1, s.Town.Ada, base, op{"started_at": care.Stamp(mended)}))
		s.pushFrom(s.Town.Nurse(), annFast, s.clock, with(s.edit(1, s.Town.Ada, base, op{"started_at": care.Stamp(began.Add(time.Minute).Add(-annFast))}),
			op{"was": op{"started_at": care.Stamp(began.Add(-annFast))}}))
		issue := s.issues(s.Town.Ada)[0]
		i := care.AsIssue(issue)
		kept, lost := mended, began.Add(time.Minute)
		if string(i.Kept()) != fmt.Sprintf("%q", care.Stamp(kept)) || string(i.Lost()) != fmt.Sprintf("%q", care.Stamp(lost)) {
			t.Fatalf("the sides are %s and %s, want %s and %s", i.Kept(), i.Lost(), care.Stamp(kept), care.Stamp(lost))
		}
		want, said := kept, kept
		switch keep {
		case "lost":
			want, said = lost, lost
		case "anew": // as the lead's own clock says it
			want = began.Add(30 * time.Minute)
			said = want.Add(-leadSlow)
		}
		s.pushFrom(s.Town.Lead(), leadSlow, s.clock, resolve(issue, s.base(), op{"started_at": care.Stamp(said)}))
		v := s.stored(care.Visits, storetest.ID(2001))
		if got := v.AsItWas("started_at"); got != care.Stamp(want) || !v.ClinicalTime.Equal(want.Truncate(time.Millisecond)) {
			t.Errorf("with %s it began at %v and happened at %s, want %s", keep, got, v.ClinicalTime, care.Stamp(want))
		}
	}
}

// A change is one thing: in which order a client lists what is in it decides nothing.
func TestChange_TheOrderOfItsPartsDecidesNothing(t *testing.T) {
	for _, order := range [][]int{{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {3, 2, 0, 4, 1}, {2, 4, 1, 0, 3}} {
		s := newStory(t)
		person, visit, set := storetest.ID(5001), storetest.ID(2001), storetest.ID(1001)
		parts := []op{
			{"op": "create", "collection": care.Patients, "id": person, "set": op{"family_name": "Testperson", "given_name": "Nora", "date_of_birth": "1940-02-29"}},
			{"op": "create", "collection": care.Visits, "id": visit, "set": op{"patient": person, "status": "completed", "note": "claen"}},
			{"op": "create", "collection": care.Observations, "id": set, "set": op{"patient": person, "visit": visit, "taken_at": at(1), "pulse": 72}},
			{"op": "update", "collection": care.Visits, "id": visit, "patient": person, "set": op{"note": "clean"}},
			{"op": "add", "collection": care.Visits, "id": visit, "patient": person, "field": "soft_signs", "values": []string{"restless"}},
		}
		var ops []op
		for _, i := range order {
			ops = append(ops, parts[i])
		}
		res := s.push(s.Town.Lead(), ops...)
		v := care.AsVisit(s.stored(care.Visits, visit))
		if res.Status != care.Applied || v.Record == nil || v.Note() != "clean" || !slices.Equal(v.SoftSigns(), []string{"restless"}) || care.AsObservation(s.stored(care.Observations, set)).Visit() != visit {
			t.Errorf("in the order %v it ended %+v", order, res)
		}
	}
}

// C7. One number for two people of one change is a mistake as well.
func TestFits_OneNHSNumberForTwoPeopleOfOneChangeIsSetAside(t *testing.T) {
	s := newStory(t)
	person := func(n int) op {
		return op{"op": "create", "collection": care.Patients, "id": storetest.ID(n), "set": op{"family_name": "Testperson", "nhs_number": "999 000 0026"}}
	}
	res := s.push(s.Town.Lead(), person(5001), person(5002))
	if res.Status != care.Merged || len(res.Issues) != 1 || res.Issues[0].Code != care.CodeSameNumber {
		t.Errorf("it ended %+v", res)
	}
	first, second := s.stored(care.Patients, storetest.ID(5001)), s.stored(care.Patients, storetest.ID(5002))
	if first.Text("nhs_number") != "9990000026" || second.Text("nhs_number") != "" {
		t.Errorf("they have %q and %q", first.Text("nhs_number"), second.Text("nhs_number"))
	}
}

// Case 14. What its author saw is what is stored, in whichever form of Unicode and with whichever ends of lines.
func TestMerge_ATextInAnotherFormIsWhatItsAuthorSaw(t *testing.T) {
	for name, was := range map[string]string{"composed": "Si\u00e2n\nat home", "decomposed": "Sia\u0302n\nat home", "with the ends of lines of Windows": "Si\u00e2n\r\nat home"} {
		for _, form := range []string{"Si\u00e2n\nat home", "Sia\u0302n\r\nat home"} {
			s := newStory(t)
			s.applied(s.Town.Nurse(), s.visit(1, s.Town.Ada, op{"note": form}))
			base := s.base()
			s.applied(s.Town.Lead(), s.edit(1, s.Town.Ada, base, op{"outcome": "care_given"})) // the record moves on
			res := s.push(s.Town.Nurse(), with(s.edit(1, s.Town.Ada, base, op{"note": "Mended"}), op{"was": op{"note": was}}))
			if got := s.stored(care.Visits, storetest.ID(2001)).Text("note"); res.Status != care.Applied || got != "Mended" {
				t.Errorf("%s, of %q: it ended %s and says %q", name, form, res.Status, got)
			}
			// And the same text in another form changes nothing, whoever sends it.
			res = s.push(s.Town.Lead(), with(s.edit(1, s.Town.Ada, base, op{"note": "Mended"}), op{"was": op{"note": was}}))
			if res.Status != care.Applied || len(s.issues(s.Town.Ada)) != 0 {
				t.Errorf("%s: the same text ended %s with %d issues", name, res.Status, len(s.issues(s.Town.Ada)))
			}
		}
	}
}

// A list whose author saw members that the server does not know takes away only what they saw.
func TestMerge_AListWithMembersTheServerDoesNotKnow(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Nurse(), s.visit(1, s.Town.Ada, op{"soft_signs": []string{"restless"}}))
	base := s.base()
	s.applied(s.Town.Lead(), op{"op": "add", "collection": care.Visits, "id": storetest.ID(2001), "patient": s.Town.Ada, "base": base, "field": "soft_signs", "values": []string{"unsteady"}})
	s.push(s.Town.Nurse(), with(s.edit(1, s.Town.Ada, base, op{"soft_signs": []string{"flying", "confused"}}), op{"was": op{"soft_signs": []string{"flying", "restless"}}}))
	if got := care.AsVisit(s.stored(care.Visits, storetest.ID(2001))).SoftSigns(); !slices.Equal(got, []string{"confused", "unsteady"}) {
		t.Errorf("the signs are %v", got)
	}
}

// D3. Days begin and end in London: at half past midnight in summer it is another day there than in UTC.
func TestFits_WhoIsBornTodayIsBornTodayInLondon(t *testing.T) {
	for _, c := range []struct {
		name, now, born string
		taken           bool
	}{
		{"in the first hour of a summer's day", "2026-06-14T23:30:00Z", "2026-06-15", true},
		{"in its last", "2026-06-14T22:30:00Z", "2026-06-15", false},
		{"in the first hour of a winter's day", "2026-01-15T00:30:00Z", "2026-01-15", true},
		{"on the day on which the clocks go back", "2026-10-24T23:10:00Z", "2026-10-25", true},
		{"on the day after that", "2026-10-25T23:30:00Z", "2026-10-26", false},
		{"in the year nought", "2026-06-14T23:30:00Z", "0000-06-15", false},
		{"a hundred and thirty-one years ago", "2026-06-14T23:30:00Z", "1895-06-14", false},
		{"on 29 February of a year that has none", "2026-06-14T23:30:00Z", "1941-02-29", false},
		{"as a letter has it", "2026-06-14T23:30:00Z", "06/05/1941", false},
		{"without noughts", "2026-06-14T23:30:00Z", "1941-5-6", false},
		{"with a time", "2026-06-14T23:30:00Z", "1941-05-06T00:00:00Z", false},
	} {
		s := newStory(t)
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		s.clock = now
		s.push(s.Town.Lead(), op{"op": "update", "collection": care.Patients, "id": s.Town.Ada, "patient": s.Town.Ada, "base": s.base(), "set": op{"date_of_birth": c.born}})
		if got := s.stored(care.Patients, s.Town.Ada).Text("date_of_birth") == c.born; got != c.taken {
			t.Errorf("born %s: taken %t, want %t", c.name, got, c.taken)
		}
	}
}

// D3. Somebody turns sixteen at midnight in London, and until then NEWS2 does not apply.
func TestScore_AppliesFromTheSixteenthBirthdayInLondon(t *testing.T) {
	for taken, applies := range map[string]bool{"2026-06-14T22:59:00.000Z": false, "2026-06-14T23:01:00.000Z": true, "2026-06-15T12:00:00.000Z": true} {
		s := newStory(t)
		s.clock = time.Date(2026, 6, 16, 8, 0, 0, 0, time.UTC)
		s.push(s.Town.Lead(), op{"op": "update", "collection": care.Patients, "id": s.Town.Ada, "patient": s.Town.Ada, "base": s.base(), "set": op{"date_of_birth": "2010-06-15"}})
		set := s.set(1, s.Town.Ada, 0, op{"taken_at": taken})
		s.push(s.Town.Nurse(), set)
		var score struct{ Status string }
		if err := json.Unmarshal(care.AsObservation(s.stored(care.Observations, storetest.ID(1001))).NEWS2(), &score); err != nil {
			t.Fatal(err)
		}
		if got := score.Status == "complete"; got != applies {
			t.Errorf("a set taken at %s is %s", taken, score.Status)
		}
	}
}
