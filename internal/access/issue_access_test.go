package access

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
)

func conflictAbout(collection, field string) *care.Record {
	return record(care.Conflicts, "i", map[string]any{"patient": ada, "collection": collection, "record": "r", "field": field, "kept": object("theirs"), "lost": object("mine"),
		"before": object("old"), "state": "open"})
}

func heldBack(author string, ops ...map[string]any) *care.Record {
	return record(care.Quarantine, "i", map[string]any{"patient": ada, "kind": "mutation", "author": author, "state": "open", "content": object(map[string]any{"ops": ops})})
}

func TestWhoReadsWhatAnIssueIsAbout(t *testing.T) {
	visit := map[string]any{"collection": care.Visits, "set": map[string]any{"note": "n"}}
	checkin := map[string]any{"collection": care.Checkins, "set": map[string]any{"concern": "c"}}
	unreadable := func(text string) *care.Record {
		return record(care.Quarantine, "i", map[string]any{"kind": "mutation", "raw": base64.StdEncoding.EncodeToString([]byte(text))})
	}
	for _, c := range []struct {
		name    string
		role    care.Role
		issue   *care.Record
		near    bool
		concern bool
		reads   bool
	}{
		{"a nurse reads both sides about somebody of hers", care.DistrictNurse, conflictAbout(care.Visits, "note"), true, false, true},
		{"a nurse who lost the person keeps knowing, but does not read", care.DistrictNurse, conflictAbout(care.Visits, "note"), false, false, false},
		{"a volunteer reads about a telephone number", care.Volunteer, conflictAbout(care.Patients, "phone"), true, false, true},
		{"a volunteer does not read about an NHS number", care.Volunteer, conflictAbout(care.Patients, "nhs_number"), true, false, false},
		{"nobody reads what was written about safeguarding", care.TeamLead, conflictAbout(care.Checkins, "safeguarding"), true, false, false},
		{"nobody reads the words of a safeguarding concern", care.TeamLead, conflictAbout(care.Handovers, "situation"), true, true, false},
		{"a lead reads the words of another handover", care.TeamLead, conflictAbout(care.Handovers, "situation"), true, false, true},
		{"a coordinator reads what their volunteer wrote", care.VolunteerCoordinator, heldBack("vera", checkin), true, false, true},
		{"a coordinator does not read what a nurse wrote", care.VolunteerCoordinator, heldBack("nora", checkin), true, false, false},
		{"a coordinator does not read a visit, whoever wrote it", care.VolunteerCoordinator, heldBack("vera", checkin, visit), true, false, false},
		{"a coordinator does not read what nobody known wrote", care.VolunteerCoordinator, heldBack("", checkin), true, false, false},
		{"a lead reads what cannot be read by the server", care.TeamLead, unreadable("{broken"), true, false, true},
		{"unless it may be about safeguarding", care.TeamLead, unreadable(`{"safeguarding":"x`), true, false, false},
		{"or about a concern", care.TeamLead, unreadable(`{"class":"SG` + `","x`), true, false, false},
		{"an administrator reads no issue", care.Administrator, conflictAbout(care.Patients, "phone"), true, false, false},
		{"who administers the whole server reads no issue", care.ServerAdministrator, conflictAbout(care.Patients, "phone"), true, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			me := who(c.role, trust, nurses)
			w := newTown(t, me, care.Viewer{Staff: "vera", Role: care.Volunteer}, care.Viewer{Staff: "nora", Role: care.DistrictNurse})
			if c.near {
				w.give(ada, care.TeamScope(nurses), now)
				w.give(ada, care.StaffScope("me"), now)
			} else {
				w.give(ada, care.TeamScope(others), now)
			}
			seen := w.Of(me).SeeIssue(c.issue, true, Concerns{"r": c.concern})
			if seen.Hides() == c.reads {
				t.Errorf("reads it: %t, want %t", !seen.Hides(), c.reads)
			}
			for _, field := range []string{"kept", "lost", "before", "content", "raw"} {
				if _, there := seen[field]; there && !c.reads {
					t.Errorf("%s is in it", field)
				}
			}
			if seen["id"] != "i" || seen["kind"] == nil {
				t.Error("it does not say what it is")
			}
		})
	}
}

func TestWhatIsForTheSafeguardingLeadIsTakenOutOfAChangeThatWasHeldBack(t *testing.T) {
	me := who(care.TeamLead, trust, nurses)
	w := newTown(t, me)
	issue := heldBack("nora",
		map[string]any{"collection": care.Checkins, "set": map[string]any{"safeguarding": "secret one", "concern": "cold house"}, "was": map[string]any{"safeguarding": "secret two"}},
		map[string]any{"collection": care.Handovers, "set": map[string]any{"class": "SG", "situation": "secret three", "patient": ada}})
	w.give(ada, care.TeamScope(nurses), now)
	raw, err := json.Marshal(w.Of(me).SeeIssue(issue, true, nil))
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	if strings.Contains(text, "secret") {
		t.Errorf("it says: %s", text)
	}
	if !strings.Contains(text, "cold house") || !strings.Contains(text, care.SealedReceipt) {
		t.Errorf("what is not sealed, or the receipt, is missing: %s", text)
	}
	if stored, _ := issue.Get("content").(json.RawMessage); !strings.Contains(string(stored), "secret one") {
		t.Error("what is stored was changed")
	}
}

func TestWhatStandsNowIsShownToWhoReadsSuchFields(t *testing.T) {
	person := record(care.Patients, ada, map[string]any{"phone": "0161", "nhs_number": "9990000018"})
	checkin := record(care.Checkins, "c", map[string]any{"safeguarding": "secret"})
	for _, c := range []struct {
		role  care.Role
		rec   *care.Record
		field string
		shown bool
	}{
		{care.TeamLead, person, "nhs_number", true}, {care.TeamLead, person, "phone", true}, {care.TeamLead, person, "no such", false}, {care.TeamLead, checkin, "safeguarding", false},
		{care.VolunteerCoordinator, person, "nhs_number", false}, {care.VolunteerCoordinator, person, "phone", true}, {care.VolunteerCoordinator, checkin, "safeguarding", false},
	} {
		me := who(c.role, trust, nurses)
		w := newTown(t, me)
		w.give(ada, care.TeamScope(nurses), now)
		if value, _, shown := w.Of(me).SeeStored(c.rec, c.field); shown != c.shown || !shown && value != nil {
			t.Errorf("%s is shown %s: %t (%v), want %t", c.role, c.field, shown, value, c.shown)
		}
	}
}

func TestHowLongSomebodyIsToldOfAnIssueAboutAPersonTheyLost(t *testing.T) {
	const month = 30 * 24 * time.Hour
	for _, c := range []struct {
		name         string
		lost, opened time.Duration // ago; lost 0 = never had
		enough       bool
	}{
		{"the day after they lost the person", 24 * time.Hour, 60 * 24 * time.Hour, false},
		{"a month after they lost the person", month, 60 * 24 * time.Hour, true},
		{"where the issue was opened later, a month from there", 60 * 24 * time.Hour, 29 * 24 * time.Hour, false},
		{"who never had the person, a month from the opening", 0, month, true},
	} {
		me := who(care.DistrictNurse, trust, nurses)
		w := newTown(t, me)
		if c.lost > 0 {
			w.take(w.give(ada, care.TeamScope(nurses), now.Add(-90*24*time.Hour)), now.Add(-c.lost))
		}
		issue := record(care.Conflicts, "i", map[string]any{"patient": ada, "opened_at": care.Stamp(now.Add(-c.opened))})
		if got := w.Of(me).IssueShownLongEnough(issue, month); got != c.enough {
			t.Errorf("%s: told long enough: %t, want %t", c.name, got, c.enough)
		}
	}
}

func TestWhoReadsCheckins(t *testing.T) {
	for _, c := range []struct {
		name   string
		role   care.Role
		holder string
		reads  bool
	}{
		{"a volunteer reads their own while they visit", care.Volunteer, care.StaffScope("me"), true},
		{"a volunteer who does not visit any more does not", care.Volunteer, care.StaffScope("vera"), false},
		{"a coordinator reads those of a volunteer of the service", care.VolunteerCoordinator, care.StaffScope("vera"), true},
		{"a coordinator reads those about people of the service", care.VolunteerCoordinator, care.TeamScope(friends), true},
		{"a coordinator does not read about people of others", care.VolunteerCoordinator, care.TeamScope(nurses), false},
		{"clinicians go by the person's scope, not by this", care.DistrictNurse, care.TeamScope(others), true},
	} {
		me := who(c.role, charity, friends)
		w := newTown(t, me, care.Viewer{Staff: "vera", Role: care.Volunteer, Organisation: charity, Teams: []string{friends}})
		g := w.give(ada, c.holder, now)
		if got := w.Of(me).ReadsCheckins(ada); got != c.reads {
			t.Errorf("%s: %t, want %t", c.name, got, c.reads)
		}
		w.take(g, now)
		if w.Of(me).Limited() && w.Of(me).ReadsCheckins(ada) {
			t.Errorf("%s: still when nobody has the person", c.name)
		}
	}
}

// Of a goal, and of a step of one, whoever sees only what is safe to share gets it where their own service helps; a clinician
// by the scope of the person alone.
func TestWhoGetsAGoal(t *testing.T) {
	for _, c := range []struct {
		name         string
		role         care.Role
		organisation string
		collection   string
		values       map[string]any
		gets         bool
	}{
		{"a volunteer of a service that helps", care.Volunteer, charity, care.Goals, map[string]any{"helpers": []string{trust, charity}}, true},
		{"a volunteer of a service that does not", care.Volunteer, charity, care.Goals, map[string]any{"helpers": []string{trust}}, false},
		{"a volunteer where nobody helps", care.Volunteer, charity, care.Goals, nil, false},
		{"a volunteer of no service", care.Volunteer, "", care.Goals, map[string]any{"helpers": []string{charity}}, false},
		{"a coordinator of a service that helps", care.VolunteerCoordinator, charity, care.Goals, map[string]any{"helpers": []string{charity}}, true},
		{"a volunteer whose service is to do a step", care.Volunteer, charity, care.GoalSteps, map[string]any{"helper": charity}, true},
		{"a volunteer, of the team's own step", care.Volunteer, charity, care.GoalSteps, nil, false},
		{"a volunteer of no service, of the team's own step", care.Volunteer, "", care.GoalSteps, map[string]any{"helper": ""}, false},
		{"a nurse", care.DistrictNurse, trust, care.Goals, nil, true},
		{"a volunteer, of a person", care.Volunteer, charity, care.Patients, nil, true},
	} {
		me := who(c.role, c.organisation, friends)
		w := newTown(t, me)
		if got := w.Of(me).Gets(c.collection, ada, care.JSON(c.values)); got != c.gets {
			t.Errorf("%s gets it: %t", c.name, got)
		}
		values := map[string]any{"patient": ada}
		maps.Copy(values, c.values)
		if c.collection == care.Patients {
			continue
		}
		if got := RightsOf(me).Sees(record(c.collection, "r", values), true); got != c.gets {
			t.Errorf("%s sees it: %t", c.name, got)
		}
		if RightsOf(me).Sees(record(c.collection, "r", values), false) {
			t.Errorf("%s sees it of somebody who is not theirs", c.name)
		}
	}
}

func TestOnWhomALimitedViewMayHang(t *testing.T) {
	w := newTown(t, care.Viewer{Staff: "vera", Role: care.Volunteer}, care.Viewer{Staff: "nora", Role: care.DistrictNurse, Teams: []string{nurses}},
		care.Viewer{Staff: "una", Role: care.DistrictNurse, Teams: []string{friends}})
	for name, want := range map[string]bool{care.TeamScope(friends): true, care.TeamScope(nurses): false, care.TeamScope("gone"): false,
		care.StaffScope("vera"): true, care.StaffScope("nora"): false, care.StaffScope("una"): true, care.StaffScope("gone"): false} {
		if got := w.LimitedHolder(name); got != want {
			t.Errorf("%s: %t, want %t", name, got, want)
		}
	}
}
