package access

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/care"
)

// X2: no issue shows what is for the safeguarding lead, by the name of the field, whatever else it claims to be.
func TestNoIssueShowsWhatIsForTheSafeguardingLead(t *testing.T) {
	const concern, plain, gone = "handover00000000000concern", "handover0000000000000plain", "handover00000000000000gone"
	op := func(values map[string]any) map[string]any {
		all := map[string]any{"op": "update", "collection": care.Checkins, "id": "r", "patient": ada}
		for k, v := range values {
			all[k] = v
		}
		return all
	}
	field := func(collection, name string, content any) *care.Record {
		return record(care.Quarantine, "i", map[string]any{"patient": ada, "kind": "field", "collection": collection, "record": "r", "field": name, "author": "me", "state": "open",
			"content": object(content)})
	}
	concerns := Concerns{concern: true, plain: false}
	for name, c := range map[string]struct {
		issue *care.Record
		shown bool // "plain words" beside it are read
	}{
		"in a collection that there is not":    {heldBack("me", op(map[string]any{"collection": "checkinz", "set": map[string]any{"safeguarding": "SECRET", "concern": "plain words"}})), true},
		"in a field of nearly that name":       {heldBack("me", op(map[string]any{"set": map[string]any{"Safeguarding_2": "SECRET"}})), false},
		"deep in an object of another name":    {heldBack("me", op(map[string]any{"data": []any{map[string]any{"safeguarding": []any{"SECRET"}}}})), false},
		"as what its author saw":               {heldBack("me", op(map[string]any{"was": map[string]any{"safeguarding": "SECRET"}})), false},
		"added to a list":                      {heldBack("me", op(map[string]any{"op": "add", "field": "safeguarding", "values": []any{"SECRET"}})), false},
		"a concern that says so":               {heldBack("me", op(map[string]any{"op": "create", "collection": care.Handovers, "set": map[string]any{"class": "SG", "situation": "SECRET"}})), false},
		"a concern under another name":         {heldBack("me", op(map[string]any{"op": "create", "collection": "handoverz", "set": map[string]any{"class": "SG", "situation": "SECRET"}})), false},
		"an edit of a concern, without class":  {heldBack("me", op(map[string]any{"collection": care.Handovers, "id": concern, "set": map[string]any{"situation": "SECRET", "safe_note": "SECRET"}})), false},
		"an edit of a handover nobody knows":   {heldBack("me", op(map[string]any{"collection": care.Handovers, "id": gone, "set": map[string]any{"answer": "SECRET"}})), false},
		"an edit of a concern under any name":  {heldBack("me", op(map[string]any{"collection": "handoverz", "id": concern, "set": map[string]any{"situation": "SECRET"}})), false},
		"an edit of another handover":          {heldBack("me", op(map[string]any{"collection": care.Handovers, "id": plain, "set": map[string]any{"situation": "plain words"}})), true},
		"a line of a concern":                  {heldBack("me", op(map[string]any{"op": "create", "collection": care.HandoverEvents, "set": map[string]any{"handover": concern, "text": "SECRET", "detail": map[string]any{"name": "SECRET"}}})), false},
		"a line of a concern by another name":  {heldBack("me", op(map[string]any{"op": "create", "collection": "lines", "set": map[string]any{"handover": concern, "text": "SECRET"}})), false},
		"a line of a handover nobody knows":    {heldBack("me", op(map[string]any{"op": "create", "collection": care.HandoverEvents, "set": map[string]any{"handover": gone, "text": "SECRET"}})), false},
		"a line of another handover":           {heldBack("me", op(map[string]any{"op": "create", "collection": care.HandoverEvents, "set": map[string]any{"handover": plain, "text": "plain words"}})), true},
		"words of a line set aside":            {field(care.HandoverEvents, "text", "SECRET"), false},
		"a value set aside":                    {field(care.Checkins, "safeguarding", "SECRET"), false},
		"a value of a field there is not":      {field(care.Visits, "safeguarding", []any{"SECRET"}), false},
		"within an object set aside":           {field(care.Patients, "consent", map[string]any{"safeguarding": "SECRET"}), false},
		"a conflict about it":                  {conflictOf(care.Checkins, "safeguarding"), false},
		"a conflict about words of a concern":  {conflictOfRecord(care.Handovers, concern, "situation"), false},
		"a conflict about words of a stranger": {conflictOfRecord(care.Handovers, gone, "situation"), false},
		"a decision that was taken":            {decidedWith(field(care.Checkins, "safeguarding", "x"), map[string]any{"safeguarding": "SECRET"}), false},
		"a decision about a whole change":      {decidedWith(heldBack("me", op(nil)), map[string]any{"safeguarding": "SECRET"}), false},
	} {
		for _, role := range []care.Role{care.TeamLead, care.CareCoordinator, care.VolunteerCoordinator, care.Volunteer, care.DistrictNurse, care.SupportWorker} {
			t.Run(name+" for a "+string(role), func(t *testing.T) {
				me := who(role, trust, nurses)
				w := newTown(t, me)
				w.give(ada, care.TeamScope(nurses), now)
				w.give(ada, care.StaffScope("me"), now)
				raw, err := json.Marshal(w.Of(me).SeeIssue(c.issue, true, concerns))
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(string(raw), "SECRET") {
					t.Errorf("it says: %s", raw)
				}
				if c.shown && w.Of(me).Clinical() && !strings.Contains(string(raw), "plain words") {
					t.Errorf("what is not sealed is not read: %s", raw)
				}
			})
		}
	}
}

func conflictOf(collection, field string) *care.Record {
	return conflictOfRecord(collection, "r", field)
}

func conflictOfRecord(collection, id, field string) *care.Record {
	return record(care.Conflicts, "i", map[string]any{"patient": ada, "collection": collection, "record": id, "field": field, "kept": object("SECRET"), "lost": object("SECRET"),
		"before": object("SECRET"), "state": "open", "resolution": object(map[string]any{field: "SECRET"})})
}

func decidedWith(issue *care.Record, set map[string]any) *care.Record {
	issue.Values["state"], issue.Values["resolution"] = "resolved", object(set)
	return issue
}

// The handovers and lines that issues speak of are those whose class is to be looked up, and no others.
func TestWhatAnIssueSpeaksOfIsLookedUp(t *testing.T) {
	const one, two, three = "01jz0000000000000000000001", "01jz0000000000000000000002", "01jz0000000000000000000003"
	line := heldBack("me", map[string]any{"op": "create", "collection": care.HandoverEvents, "id": one, "set": map[string]any{"handover": two, "text": "x"}})
	aside := conflictOfRecord(care.HandoverEvents, three, "text")
	if got, want := HandoversIn(line, aside, conflictOfRecord(care.Visits, "01jz0000000000000000000004", "note")), []string{one, two, three}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// X1: an author who is not near whom the record is about is told no more than if there were no such record.
func TestAnAuthorLearnsFromARefusalNothingOfSomebodyElsesRecord(t *testing.T) {
	const ben = "ben"
	me := who(care.DistrictNurse, trust, nurses)
	w := newTown(t, me)
	w.give(ada, care.TeamScope(nurses), now)
	w.give(ben, care.TeamScope(others), now)
	change := []map[string]any{{"op": "update", "collection": care.Visits, "id": "r", "patient": ada, "set": map[string]any{"note": "mine"}}}
	filed := func(patient, owner, waits string) IssueSeen {
		issue := heldBack("me", change...)
		issue.SetAll(map[string]any{"patient": patient, "owner_team": owner, "waits_for": waits, "code": "missing_record"})
		seen := w.Of(me).SeeIssue(issue, true, nil)
		delete(seen, "owner_team")
		return seen
	}
	there, not := filed(ben, others, "r"), filed(ada, nurses, "r")
	if a, b := string(object(there)), string(object(not)); a != b {
		t.Errorf("there: %s\nnot there: %s", a, b)
	}
	if seen := filed(ben, others, ben); strings.Contains(string(object(seen)), ben) {
		t.Errorf("it names whose the record is: %s", object(seen))
	}
}

// O8: a limited desk reads no field of a change that is beyond its own view, whoever wrote it.
func TestALimitedDeskReadsAChangeFieldByField(t *testing.T) {
	for field, reads := range map[string]bool{"phone": true, "risk_note": true, "access_notes": false, "nhs_number": false, "no_such": false} {
		me := who(care.VolunteerCoordinator, charity, friends)
		w := newTown(t, me, care.Viewer{Staff: "vera", Role: care.Volunteer, Teams: []string{friends}})
		w.give(ada, care.TeamScope(friends), now)
		issue := heldBack("vera", map[string]any{"op": "update", "collection": care.Patients, "id": ada, "patient": ada, "set": map[string]any{field: "key safe 4711"}})
		if got := !w.Of(me).SeeIssue(issue, true, nil).Hides(); got != reads {
			t.Errorf("reads %s: %t, want %t", field, got, reads)
		}
	}
}
