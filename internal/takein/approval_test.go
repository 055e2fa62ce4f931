package takein_test

import (
	"fmt"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/storetest"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// volunteer coordinator of the Befrienders, who has no clinical right.
func (d *desk) phoebe() care.Viewer {
	return care.Viewer{Staff: d.Town.Vic, Role: care.VolunteerCoordinator, Organisation: d.Town.Friends, Teams: []string{d.Town.Befrienders}}
}

// othersLead leads the nurses of another team, who have nobody but Ben.
func (d *desk) othersLead() care.Viewer {
	return care.Viewer{Staff: d.Town.Otto, Role: care.TeamLead, Organisation: d.Town.Trust, Teams: []string{d.Town.Others}}
}

// X1
func TestApproval_NobodyReachesSomebodyElsesPersonThroughAChangeThatClaimsToBeAboutTheirOwn(t *testing.T) {
	for _, c := range []struct {
		name  string
		who   func(*desk) care.Viewer
		group func(*desk) string
		op    func(d *desk, visit string) op
	}{
		{"a volunteer coordinator edits the person", (*desk).phoebe, func(d *desk) string { return d.Town.Befrienders }, func(d *desk, _ string) op {
			return op{"op": "update", "collection": care.Patients, "id": d.Town.Ada, "base": "e1.1", "set": map[string]any{"access_notes": "z", "family_name": "z"}, "was": map[string]any{"family_name": "?"}}
		}},
		{"another lead edits the person", (*desk).othersLead, func(d *desk) string { return d.Town.Others }, func(d *desk, _ string) op {
			return op{"op": "update", "collection": care.Patients, "id": d.Town.Ada, "base": "e1.1", "set": map[string]any{"nhs_number": "9990000018", "spo2_scale": map[string]any{"scale": 2}}}
		}},
		{"another lead edits a visit", (*desk).othersLead, func(d *desk) string { return d.Town.Others }, func(_ *desk, visit string) op {
			return op{"op": "update", "collection": care.Visits, "id": visit, "base": "e1.1", "set": note("z"), "was": note("?")}
		}},
		{"another lead withdraws a visit", (*desk).othersLead, func(d *desk) string { return d.Town.Others }, func(_ *desk, visit string) op {
			return op{"op": "retract", "collection": care.Visits, "id": visit, "base": "e1.1000"}
		}},
	} {
		for _, names := range []string{"their own person", "nobody"} {
			t.Run(c.name+", naming "+names, func(t *testing.T) {
				d := newDesk(t)
				visit := storetest.ID(1001)
				d.makeVisit(visit, note("secret"))
				d.Give(d.Town.Ben, c.group(d), storetest.Monday)
				before := fmt.Sprint(d.stored(care.Visits, visit), d.stored(care.Patients, d.Town.Ada).Values)
				puppet, attack := c.who(d), c.op(d, visit)
				if names == "their own person" {
					attack["patient"] = d.Town.Ben
				}
				res := d.push(puppet, attack)
				if res.Status != care.Quarantined || len(res.Conflicts) > 0 {
					t.Fatalf("it ended %+v", res)
				}
				row := d.issue(res.Issues[0].ID)
				if row.Text("patient") != d.Town.Ada || row.Text("owner_team") != d.Town.Nurses {
					t.Errorf("it is filed under %s with %s, want whose the record is", row.Text("patient"), row.Text("owner_team"))
				}
				colleague := puppet
				colleague.Staff = d.Town.Bob
				for _, decides := range []care.Viewer{puppet, colleague} {
					for _, set := range []map[string]any{nil, {"patient": d.Town.Ben}, {"id": storetest.ID(1077)}} {
						if res := d.push(decides, d.decision(row.ID, set)); res.Status == care.Applied && len(res.Issues) == 0 || len(res.Conflicts) > 0 {
							t.Errorf("%s decides %v: %+v", decides.Staff, set, res)
						}
					}
				}
				if got := fmt.Sprint(d.stored(care.Visits, visit), d.stored(care.Patients, d.Town.Ada).Values); got != before {
					t.Errorf("stored is now\n%s, was\n%s", got, before)
				}
			})
		}
	}
}

// X1
func TestApproval_LendsTheApproversRightsAndNoMore(t *testing.T) {
	for _, c := range []struct {
		name    string
		by      func(*desk) care.Viewer
		set     map[string]any
		applied bool
	}{
		{"the lead of who has the person", func(d *desk) care.Viewer { return d.Town.Lead() }, nil, true},
		{"the care coordinator of the neighbourhood", func(d *desk) care.Viewer { return d.Town.Coordinator() }, nil, true},
		{"a lead of others", (*desk).othersLead, nil, false},
		{"its author, who leads a team", func(d *desk) care.Viewer { return d.othersLead() }, nil, false},
		{"the lead, with a field its author never wrote", func(d *desk) care.Viewer { return d.Town.Lead() }, map[string]any{"outcome": "died"}, false},
		{"the lead, with the note mended", func(d *desk) care.Viewer { return d.Town.Lead() }, note("mended"), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			id := storetest.ID(1001)
			row := d.held(d.push(d.Town.Stranger(), create(care.Visits, id, d.visit(note("Helped out")))), "no_permission")
			res := d.push(c.by(d), d.decision(row.ID, c.set))
			if got := d.stored(care.Visits, id) != nil; got != c.applied {
				t.Errorf("taken in: %t, want %t (%+v)", got, c.applied, res)
			}
			if open := d.issue(row.ID).Text("state") == care.IssueOpen; open == c.applied {
				t.Errorf("the issue is open: %t", open)
			}
		})
	}
}

// X1
func TestApproval_NobodyApprovesTheirOwnChange(t *testing.T) {
	d := newDesk(t)
	id := storetest.ID(1001)
	d.makeVisit(id, note("first"))
	row := d.held(d.push(d.Town.Lead(), create(care.Visits, id, d.visit(note("second")))), "id_taken")
	res := d.push(d.Town.Lead(), d.decision(row.ID, map[string]any{"id": storetest.ID(1009)}))
	if res.Status != care.Quarantined || d.stored(care.Visits, storetest.ID(1009)) != nil {
		t.Fatalf("it ended %+v", res)
	}
	d.applied(d.Town.Coordinator(), d.decision(row.ID, map[string]any{"id": storetest.ID(1009)}))
}

// X1
func TestApproval_WhatBelongsToALetInRecordIsJudgedByTheApproversRightsToo(t *testing.T) {
	d := newDesk(t)
	visit, _, row := d.heldVisit()
	foreign := storetest.ID(1050)
	d.Give(d.Town.Ben, d.Town.Befrienders, storetest.Monday)
	d.held(d.push(d.Town.Stranger(), create(care.Observations, foreign, map[string]any{"patient": d.Town.Ben, "visit": visit, "pulse": 80})), "depends_on")
	d.push(d.Town.Lead(), d.decision(row.ID, nil))
	if d.stored(care.Visits, visit) == nil || d.stored(care.Observations, foreign) != nil {
		t.Error("what is about somebody else came in with it")
	}
}

// D1
func TestResolve_SetsOnlyWhatTheIssueIsAbout(t *testing.T) {
	d := newDesk(t)
	visit, conflict := d.conflicted()
	set := storetest.ID(1002)
	aside := d.push(d.Town.Nurse(), create(care.Observations, set, map[string]any{"patient": d.Town.Ada, "systolic": "131", "pulse": 900}))
	for name, c := range map[string]struct {
		issue string
		set   map[string]any
	}{
		"another field of the record":            {conflict, map[string]any{"outcome": "died"}},
		"the field, and another beside it":       {conflict, map[string]any{"note": "decided", "outcome": "died"}},
		"a withdrawal, of a field":               {conflict, map[string]any{"retract": true}},
		"a reading nobody took, for another's":   {aside.Issues[0].ID, map[string]any{"respiration_rate": 16}},
		"a reading refused apart, for another's": {aside.Issues[1].ID, map[string]any{"pulse": 60}},
	} {
		t.Run(name, func(t *testing.T) {
			if res := d.push(d.Town.Lead(), d.decision(c.issue, c.set)); res.Status != care.Quarantined || res.Issues[0].Code != "other_field" {
				t.Fatalf("it ended %+v", res)
			}
			if d.issue(c.issue).Text("state") != care.IssueOpen || d.stored(care.Visits, visit).Text("outcome") != "" || d.stored(care.Observations, set).Get("respiration_rate") != nil {
				t.Error("it did something all the same")
			}
		})
	}
}

// D1: the way out of such a decision is a decision that fits, in its place.
func TestResolve_ADecisionThatDidNotFitIsCorrectedByOneThatDoes(t *testing.T) {
	d := newDesk(t)
	visit, conflict := d.conflicted()
	row := d.held(d.push(d.Town.Lead(), d.decision(conflict, map[string]any{"outcome": "died"})), "other_field")
	d.applied(d.Town.Lead(), d.decision(row.ID, note("decided")))
	if rec := d.stored(care.Visits, visit); rec.Text("note") != "decided" || rec.Text("outcome") != "" || d.issue(conflict).Text("state") != care.IssueResolved {
		t.Errorf("stored is %v", rec.Values)
	}
}

// D4
func TestMerge_AnEditOfASetOfReadingsIsKeptBesideIt(t *testing.T) {
	d := newDesk(t)
	set := storetest.ID(1001)
	d.applied(d.Town.Nurse(), create(care.Observations, set, map[string]any{"patient": d.Town.Ada, "pulse": 80}))
	res := d.push(d.Town.Nurse(), d.update(care.Observations, set, 1<<30, map[string]any{"pulse": 90, "systolic": 120}, nil))
	rec := d.stored(care.Observations, set)
	if res.Status != care.Merged || len(res.Conflicts) != 2 || res.Conflicts[0].Policy != "immutable" || rec.Get("pulse") != int64(80) || rec.Get("systolic") != nil {
		t.Errorf("it ended %+v, stored is %v", res, rec.Values)
	}
}

// X16
func TestMerge_WhoDoesNotSayWhatTheySawHasNotSeenWhatStoodSinceTheRecordWasMade(t *testing.T) {
	for name, c := range map[string]struct {
		base  int64
		field string
		wins  bool
	}{
		"a value from an import, seen from an old base": {0, "family_name", false},
		"a value from an import, seen as it stands":     {1 << 30, "family_name", true},
		"where nothing stands":                          {0, "access_notes", true},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			person := d.stored(care.Patients, d.Town.Ada)
			d.must(func(*takein.Room) error { return d.Update(person.Clone(), person, nil) }) // it has a version, as an import gives it one
			res := d.push(d.Town.Nurse(), d.update(care.Patients, d.Town.Ada, c.base, map[string]any{c.field: "Other"}, nil))
			if got := d.stored(care.Patients, d.Town.Ada).Text(c.field) == "Other"; got != c.wins || len(res.Conflicts) > 0 == c.wins {
				t.Errorf("it took effect: %t, want %t (%+v)", got, c.wins, res)
			}
		})
	}
}

// O8
func TestQuarantine_WhatANurseWroteIsNotForTheVoluntaryServiceSheJoined(t *testing.T) {
	for name, c := range map[string]struct {
		op    func(*desk) op
		owner func(*desk) string
	}{
		"access notes of a person both have": {func(d *desk) op {
			return d.update(care.Patients, d.Town.Ada, 0, map[string]any{"access_notes": "key safe 4711"}, nil)
		}, func(d *desk) string { return d.Town.Nurses }},
		"a visit": {func(d *desk) op { return create(care.Visits, storetest.ID(1001), d.visit(nil)) }, func(d *desk) string { return d.Town.Nurses }},
		"a visit to somebody whom only the service has": {func(d *desk) op {
			return create(care.Visits, storetest.ID(1001), map[string]any{"patient": d.Town.Ben})
		}, func(d *desk) string { return d.Town.Coordination }},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.Give(d.Town.Ada, d.Town.Befrienders, storetest.Monday)
			d.Give(d.Town.Ben, d.Town.Befrienders, storetest.Monday)
			row := d.held(d.push(d.Town.Befriender(), c.op(d)), "no_permission")
			if got := row.Text("owner_team"); got != c.owner(d) {
				t.Errorf("it belongs to %s, want %s", got, c.owner(d))
			}
		})
	}
}

// O11: what is judged is tested in judge; here, that it is filed where its record belongs.
func TestQuarantine_AChangeThatNamesNobodyIsFiledUnderWhoseTheRecordIs(t *testing.T) {
	d := newDesk(t)
	id := storetest.ID(1001)
	d.makeVisit(id, nil)
	o := d.update(care.Visits, id, 0, map[string]any{"critical_medicine": "missed"}, nil)
	delete(o, "patient")
	row := d.held(d.push(d.Town.Stranger(), o), "no_permission")
	if row.Text("patient") != d.Town.Ada || row.Text("owner_team") != d.Town.Nurses {
		t.Errorf("it is filed under %q with %q", row.Text("patient"), row.Text("owner_team"))
	}
}

// X2
func TestSealed_WhateverAnybodyWritesIsAFurtherLine(t *testing.T) {
	d := newDesk(t)
	id := storetest.ID(1001)
	checkin := func(words any) map[string]any {
		return map[string]any{"patient": d.Town.Ada, "seen": true, "staff": d.Town.Lea, "safeguarding": words}
	}
	d.applied(d.Town.Lead(), create(care.Checkins, id, checkin("FIRST")))
	if len(d.words) != 0 {
		t.Fatalf("the rules raise what a check-in begins with: %+v", d.words)
	}
	say := func(words any, was map[string]any) wire.Result {
		return d.push(d.Town.Lead(), d.update(care.Checkins, id, 0, map[string]any{"safeguarding": words}, was))
	}
	for _, again := range []any{"FIRST", care.SealedReceipt, "", nil, []any{}} {
		say(again, nil)
	}
	say("SECOND", map[string]any{"safeguarding": care.SealedReceipt})
	say("THIRD", map[string]any{"safeguarding": "?"})
	say([]any{"FOURTH", "FIFTH"}, nil)
	d.applied(d.Town.Lead(), op{"op": "add", "collection": care.Checkins, "id": id, "patient": d.Town.Ada, "base": "", "field": "safeguarding", "values": []any{"SIXTH"}})
	const all = "FIRST\nSECOND\nTHIRD\nFOURTH\nFIFTH\nSIXTH"
	if got := d.stored(care.Checkins, id).Text("safeguarding"); got != all {
		t.Errorf("kept is %q, want %q", got, all)
	}
	var told []string
	for _, w := range d.words {
		told = append(told, w.Text)
		if w.Patient != d.Town.Ada || w.Record != id || w.Doubt != "" {
			t.Errorf("told is %+v", w)
		}
	}
	if got := fmt.Sprint(told); got != "[SECOND THIRD FOURTH\nFIFTH SIXTH]" {
		t.Errorf("told are %s", got)
	}
	for _, collection := range []string{care.Conflicts, care.Quarantine} {
		c, _ := care.ByName(collection)
		if open, _ := d.OpenIssues(d.Town.Ada); len(open) > 0 {
			t.Errorf("%s are open: %v", c.Name, open)
		}
	}
}

// A rule raises them, where nothing about that check-in was raised before: see arrange.RaiseWords.
func TestSealed_TheFirstWordsOfACheckinAreToldApart(t *testing.T) {
	d := newDesk(t)
	id := storetest.ID(1001)
	d.applied(d.Town.Lead(), create(care.Checkins, id, map[string]any{"patient": d.Town.Ada, "seen": true, "staff": d.Town.Lea}))
	for _, words := range []string{"FIRST", "SECOND"} {
		d.applied(d.Town.Lead(), d.update(care.Checkins, id, 0, map[string]any{"safeguarding": words}, nil))
	}
	if len(d.words) != 2 || d.words[0].Text != "FIRST" || !d.words[0].First || d.words[1].Text != "SECOND" || d.words[1].First {
		t.Errorf("told are %+v", d.words)
	}
}

// X2
func TestSealed_WhatCannotBeStoredReachesTheSafeguardingLeadAllTheSame(t *testing.T) {
	for name, c := range map[string]struct {
		op    func(*desk) op
		words string
	}{
		"in a collection that there is not": {func(d *desk) op {
			return create("checkinz", storetest.ID(1001), map[string]any{"patient": d.Town.Ada, "safeguarding": "SEALED"})
		}, "SEALED"},
		"in a visit": {func(d *desk) op {
			return create(care.Visits, storetest.ID(1001), d.visit(map[string]any{"safeguarding": "SEALED"}))
		}, "SEALED"},
		"as a list, in a change that is refused": {func(d *desk) op {
			return create(care.Checkins, storetest.ID(1001), map[string]any{"patient": d.Town.Ben, "safeguarding": []any{"SEALED", 2}})
		}, "SEALED\n2"},
		"in an edit that is refused": {func(d *desk) op {
			return op{"op": "update", "collection": care.Checkins, "id": storetest.ID(1099), "patient": d.Town.Ben, "base": "", "set": map[string]any{"safeguarding": "SEALED"}}
		}, "SEALED"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.push(d.Town.Nurse(), c.op(d))
			if len(d.words) != 1 || d.words[0].Text != c.words || d.words[0].Doubt == "" {
				t.Errorf("told is %+v", d.words)
			}
		})
	}
}

// X6 of the phone: what may not be seen is not there.
func TestPermit_ACheckinOrHandoverThatIsNotTheirsIsNotThere(t *testing.T) {
	d := newDesk(t)
	checkin, handover := storetest.ID(1001), storetest.ID(1002)
	d.Give(d.Town.Ada, d.Town.Befrienders, storetest.Monday)
	d.applied(d.Town.Lead(), create(care.Checkins, checkin, map[string]any{"patient": d.Town.Ada, "safeguarding": "SEALED"}))
	d.applied(d.Town.Nurse(), create(care.Handovers, handover, map[string]any{"patient": d.Town.Ada, "class": "E", "recommendation": "Please ring."}))
	rec := d.stored(care.Handovers, handover)
	sent := rec.Clone()
	sent.SetAll(map[string]any{"from_staff": d.Town.Ann, "from_team": d.Town.Nurses})
	if err := d.Update(sent, rec, []string{"from_staff", "from_team"}); err != nil {
		t.Fatal(err)
	}
	worker := care.Viewer{Staff: d.Town.Bob, Role: care.SupportWorker, Organisation: d.Town.Trust, Teams: []string{d.Town.Nurses}}
	for name, c := range map[string]struct {
		who care.Viewer
		op  op
	}{
		"a volunteer's colleague writes into a check-in":      {d.Town.Befriender(), d.update(care.Checkins, checkin, 0, map[string]any{"safeguarding": "probe"}, map[string]any{"safeguarding": "?"})},
		"a support worker records a call on the nurse's":      {worker, d.update(care.Handovers, handover, 0, map[string]any{"reached": true, "called_name": "Nobody"}, nil)},
		"a nurse of others who has the person records a call": {d.Town.Stranger(), d.update(care.Handovers, handover, 0, map[string]any{"reached": true, "called_name": "Nobody"}, nil)},
	} {
		t.Run(name, func(t *testing.T) {
			d.Give(d.Town.Ada, d.Town.Others, storetest.Monday)
			there := d.push(c.who, c.op)
			made := op{}
			for k, v := range c.op {
				made[k] = v
			}
			made["id"] = storetest.ID(1098)
			not := d.push(c.who, made)
			if there.Status != care.Quarantined || there.Issues[0].Code != not.Issues[0].Code || there.Issues[0].Message != not.Issues[0].Message || len(there.Conflicts) > 0 {
				t.Errorf("there: %+v\nnot there: %+v", there, not)
			}
			if d.stored(care.Handovers, handover).Text("called_name") != "" || d.stored(care.Checkins, checkin).Text("safeguarding") != "SEALED" {
				t.Error("it was written")
			}
		})
	}
}
