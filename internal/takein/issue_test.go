package takein_test

import (
	"errors"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/storetest"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// conflicted makes a visit whose note two nurses changed without seeing each other: "first" stands.
func (d *desk) conflicted() (visit, conflict string) {
	d.t.Helper()
	visit = storetest.ID(1001)
	made := d.makeVisit(visit, note("as made"))
	d.applied(d.Town.Nurse(), d.update(care.Visits, visit, made, note("first"), nil))
	res := d.push(d.Town.Colleague(), d.update(care.Visits, visit, made, note("second"), note("as made")))
	if len(res.Conflicts) != 1 {
		d.t.Fatalf("it ended %+v", res)
	}
	return visit, res.Conflicts[0].ID
}

func TestResolve_AConflictIsDecidedByThePeopleConcernedOrTheirLead(t *testing.T) {
	for _, c := range []struct {
		name string
		who  func(*storetest.Town) care.Viewer
		may  bool
	}{
		{"who lost", (*storetest.Town).Colleague, true}, {"who was kept", (*storetest.Town).Nurse, true},
		{"their lead", (*storetest.Town).Lead, true}, {"a nurse of another team", (*storetest.Town).Stranger, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			visit, conflict := d.conflicted()
			res := d.push(c.who(&d.Town), d.decision(conflict, note("decided")))
			got := d.issue(conflict)
			if !c.may {
				d.held(res, "no_permission")
				if got.Text("state") != "open" {
					t.Error("it is decided all the same")
				}
				return
			}
			if res.Status != care.Applied || got.Text("state") != "resolved" || got.Text("resolved_by") != c.who(&d.Town).Staff || got.Time("resolved_at").IsZero() ||
				d.stored(care.Visits, visit).Text("note") != "decided" {
				t.Errorf("it ended %+v: %v, and the note is %q", res, got.Values, d.stored(care.Visits, visit).Text("note"))
			}
			if last := d.judged[len(d.judged)-1]; len(last.Settled) != 1 || last.Settled[0].ID != conflict {
				t.Error("that it was decided is not judged")
			}
			if res.Records[0].Collection != care.SyncIssues && res.Records[1].Collection != care.SyncIssues {
				t.Errorf("the answer names %+v", res.Records)
			}
		})
	}
}

func TestResolve_TheFirstDecisionCountsAndTheTextOfTheSecondIsKept(t *testing.T) {
	d := newDesk(t)
	visit, conflict := d.conflicted()
	d.applied(d.Town.Lead(), d.decision(conflict, note("the lead's")))
	res := d.push(d.Town.Colleague(), d.decision(conflict, note("mine")))
	if len(res.Conflicts) != 1 || d.stored(care.Visits, visit).Text("note") != "the lead's" || string(care.JSON(res.Conflicts[0].Yours)) != `"mine"` {
		t.Errorf("it ended %+v", res)
	}
}

func TestResolve_AValueThatWasSetAsideIsCorrected(t *testing.T) {
	for name, set := range map[string]map[string]any{"with a value": {"pulse": 90}, "without one": {}} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			id := storetest.ID(1001)
			res := d.push(d.Town.Nurse(), create(care.Observations, id, map[string]any{"patient": d.Town.Ada, "pulse": 900, "respiration_rate": 16}))
			d.applied(d.Town.Nurse(), d.decision(res.Issues[0].ID, set))
			rec := d.stored(care.Observations, id)
			if len(set) > 0 && rec.Get("pulse") != int64(90) || len(set) == 0 && rec.Get("pulse") != nil {
				t.Errorf("the pulse is %v", rec.Get("pulse"))
			}
			if d.issue(res.Issues[0].ID).Text("state") != "resolved" {
				t.Error("the issue is still open")
			}
			if again := d.push(d.Town.Colleague(), d.decision(res.Issues[0].ID, map[string]any{"pulse": 95})); again.Status == care.Applied && len(set) > 0 {
				t.Errorf("a second decision ended %+v", again)
			}
		})
	}
}

// Otto visits Ada, who is not on his caseload: his visit is held, and with it what belongs to it.
func (d *desk) heldVisit() (visit, set string, row *care.Record) {
	d.t.Helper()
	visit, set = storetest.ID(1001), storetest.ID(1002)
	otto := d.Town.Stranger()
	row = d.held(d.push(otto, create(care.Visits, visit, d.visit(note("Helped out")))), "no_permission")
	d.held(d.push(otto, d.update(care.Visits, visit, 0, note("Helped out, heel red"), nil)), "depends_on")
	d.held(d.push(otto, create(care.Observations, set, map[string]any{"patient": d.Town.Ada, "visit": visit, "pulse": 80})), "depends_on")
	return visit, set, row
}

func TestReplay_WhatTheLeadLetsInBringsWithItWhatBelongsToIt(t *testing.T) {
	d := newDesk(t)
	visit, set, row := d.heldVisit()
	d.held(d.push(d.Town.Stranger(), d.decision(row.ID, nil)), "no_permission") // its author may not
	res := d.push(d.Town.Lead(), d.decision(row.ID, nil))
	if res.Status != care.Applied || len(res.Records) != 1 {
		t.Fatalf("it ended %+v", res)
	}
	rec := d.stored(care.Visits, visit)
	if rec == nil || rec.Text("note") != "Helped out, heel red" || rec.Author != d.Town.Otto || d.stored(care.Observations, set) == nil {
		t.Errorf("stored are %v and %v", rec, d.stored(care.Observations, set))
	}
	if open, _ := d.OpenIssues(d.Town.Ada); len(open) != 1 { // that Otto tried to decide
		t.Errorf("%d issues are open", len(open))
	}
	if len(d.replaced) != 3 {
		t.Errorf("%d changes replace what was raised for them, want 3", len(d.replaced))
	}
}

func TestReplay_ATakenIDIsCorrected(t *testing.T) {
	d := newDesk(t)
	id, other := storetest.ID(1001), storetest.ID(1009)
	d.makeVisit(id, note("first"))
	row := d.held(d.push(d.Town.Nurse(), create(care.Visits, id, d.visit(note("second")))), "id_taken")
	wrong := d.push(d.Town.Lead(), d.decision(row.ID, map[string]any{"id": "7"}))
	if len(wrong.Issues) != 1 || wrong.Issues[0].Code != "invalid_id" || d.issue(row.ID).Text("code") != "id_taken" {
		t.Errorf("a wrong correction ended %+v, and the row says %s", wrong, d.issue(row.ID).Text("code"))
	}
	res := d.push(d.Town.Lead(), d.decision(row.ID, map[string]any{"id": other, "note": "second, mended"}))
	if res.Status != care.Applied || d.stored(care.Visits, id).Text("note") != "first" || d.stored(care.Visits, other).Text("note") != "second, mended" {
		t.Errorf("it ended %+v", res)
	}
	if d.issue(row.ID).Text("state") != "resolved" || d.issue(row.ID).Text("resolved_by") != d.Town.Lea {
		t.Errorf("the row is %v", d.issue(row.ID).Values)
	}
}

func TestReplay_TheAuthorMendsWhomItIsAbout(t *testing.T) {
	d := newDesk(t)
	id := storetest.ID(1001)
	row := d.held(d.push(d.Town.Nurse(), create(care.Visits, id, map[string]any{"status": "completed"})), "invalid_identity")
	d.applied(d.Town.Nurse(), d.decision(row.ID, map[string]any{"patient": d.Town.Ada}))
	if rec := d.stored(care.Visits, id); rec == nil || rec.Text("patient") != d.Town.Ada {
		t.Errorf("stored is %v", rec)
	}
}

func TestReplay_WhatIsStillNotPossibleStaysAndSaysWhy(t *testing.T) {
	d := newDesk(t)
	row := d.held(d.push(d.Town.Stranger(), create(care.Visits, storetest.ID(1001), d.visit(nil))), "no_permission")
	d.Give(d.Town.Ada, d.Town.Others, storetest.Monday)
	d.must(func(r *takein.Room) error { // in the meantime its person has gone
		r.Reference = nobody{d}
		return r.Wake(d.Town.Ada)
	})
	if got := d.issue(row.ID); got.Text("code") != "missing_record" || got.Text("state") != "open" || got.Text("waits_for") != d.Town.Ada {
		t.Errorf("the row is %v", got.Values)
	}
	n, told := len(d.judged), d.issue(row.ID).Version
	d.must(func(r *takein.Room) error { r.Reference = nobody{d}; return r.Wake(d.Town.Ada) })
	if len(d.judged) != n || d.issue(row.ID).Version != told {
		t.Error("that it is still held is told again")
	}
	d.must(func(r *takein.Room) error { return r.Wake(d.Town.Ada) })
	if d.stored(care.Visits, storetest.ID(1001)) == nil || d.issue(row.ID).Text("state") != "resolved" {
		t.Error("it did not go through when it could")
	}
}

// nobody is a town in which no person is stored.
type nobody struct{ *desk }

func (nobody) Patient(string) (*care.Record, error) { return nil, nil }

func TestReplay_WhatCannotBeReadStays(t *testing.T) {
	d := newDesk(t)
	m := &care.Mutation{Mid: 1, Key: storetest.ID(7001), Raw: []byte("not JSON"), Fault: &care.Problem{Code: "malformed", Message: "Unreadable."}}
	m.Author = d.Town.Ann
	row := d.held(d.accept(d.by(d.Town.Nurse()), m), "malformed")
	if row.Text("raw") == "" || row.Text("owner_team") != d.Town.Nurses {
		t.Errorf("kept as %v", row.Values)
	}
	var res wire.Result
	lead := d.Town.Lead()
	d.must(func(r *takein.Room) (err error) {
		res, err = r.Replay(row, nil, takein.Resolver{Staff: lead.Staff, At: r.Moment.Now()}, &lead)
		return err
	})
	if res.Status != care.Quarantined || d.issue(row.ID).Text("state") != "open" {
		t.Errorf("it ended %+v", res)
	}
}

func TestKeep_WhatFailedAndWhatHasAKeyThatIsTaken(t *testing.T) {
	d := newDesk(t)
	m := d.mutation(d.Town.Ann, create(care.Visits, storetest.ID(1001), d.visit(nil)))
	var res wire.Result
	d.must(func(r *takein.Room) (err error) { res, err = r.KeepFailed(m, d.by(d.Town.Nurse())); return err })
	d.held(res, "server_error")
	if len(d.judged) > 0 {
		t.Error("what may have been what failed is judged at once")
	}
	due, _ := d.TakeDue(d.clock)
	if len(due) != 1 || due[0].Kind != care.DueJudge || due[0].Ref != d.Town.Ada {
		t.Errorf("due is %v", due)
	}
	d.must(func(r *takein.Room) (err error) { res, err = r.KeepTaken(m, d.by(d.Town.Nurse())); return err })
	d.held(res, "key_taken")
	if len(d.judged) != 1 || len(d.judged[0].Refused) != 1 {
		t.Error("what it says is not judged")
	}
}

func TestQuarantine_IsDueWithTheMostUrgentHandoverInItWhereNobodyElseIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		class any
		after time.Duration
	}{"urgent": {"U2", 15 * time.Minute}, "of no class": {7, takein.IssueDeadline}} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			unknown := storetest.ID(4444)
			row := d.held(d.push(d.Town.Nurse(), create(care.Visits, storetest.ID(1001), map[string]any{"patient": unknown}),
				create(care.Handovers, storetest.ID(1002), map[string]any{"patient": unknown, "class": c.class})), "no_permission")
			if got := row.Time("due_at"); !got.Equal(row.AuthoredAt.Add(c.after)) && !got.Equal(d.clock.Add(c.after)) {
				t.Errorf("it is due at %s, want %s after it was written or came", got, c.after)
			}
		})
	}
}

func TestIssue_BelongsToTheTeamThatMayReadIt(t *testing.T) {
	for _, c := range []struct {
		name  string
		who   func(*storetest.Town) care.Viewer
		given func(*storetest.Town) []string // teams that have Ada
		want  func(*storetest.Town) string
	}{
		{"the author's own team, where it has the person", (*storetest.Town).Nurse, func(t *storetest.Town) []string { return []string{t.Others, t.Nurses} },
			func(t *storetest.Town) string { return t.Nurses }},
		{"else the first team that has them", (*storetest.Town).Nurse, func(t *storetest.Town) []string { return []string{t.Others} },
			func(t *storetest.Town) string { return t.Others }},
		{"but no voluntary one", (*storetest.Town).Nurse, func(t *storetest.Town) []string { return []string{t.Befrienders, t.Others} },
			func(t *storetest.Town) string { return t.Others }},
		{"where nobody has them, the author's", (*storetest.Town).Nurse, func(*storetest.Town) []string { return nil },
			func(t *storetest.Town) string { return t.Nurses }},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			d.Take(d.Town.Ada)
			for _, team := range c.given(&d.Town) {
				d.Give(d.Town.Ada, team, storetest.Monday)
			}
			row := d.held(d.push(c.who(&d.Town), create("wound_photos", storetest.ID(1001), d.visit(nil))), "unknown_collection")
			if got := row.Text("owner_team"); got != c.want(&d.Town) {
				t.Errorf("it belongs to %s", got)
			}
		})
	}
	d := newDesk(t)
	homeless := d.Town.Nurse()
	homeless.Teams = nil
	d.Take(d.Town.Ada)
	row := d.held(d.push(homeless, create("wound_photos", storetest.ID(1001), d.visit(nil))), "unknown_collection")
	if row.Text("owner_team") != d.Town.Coordination {
		t.Errorf("what belongs to nobody belongs to %s", row.Text("owner_team"))
	}
}

func TestEscalateIssue_WhatNobodyDecidedGoesToTheCoordinators(t *testing.T) {
	d := newDesk(t)
	_, conflict := d.conflicted()
	escalate := func(at time.Time) *care.Record {
		d.clock = at
		d.must(func(r *takein.Room) error { return r.EscalateIssue(conflict) })
		return d.issue(conflict)
	}
	due, _ := d.TakeDue(d.clock.Add(48 * time.Hour))
	if len(due) != 1 || due[0].Kind != care.DueIssue || due[0].Ref != conflict {
		t.Fatalf("due is %v", due)
	}
	if got := escalate(d.clock.Add(time.Hour)); got.Text("escalated_at") != "" {
		t.Error("it is escalated before its time")
	}
	if again, _ := d.TakeDue(d.clock.Add(48 * time.Hour)); len(again) != 1 {
		t.Errorf("it is looked at again: %v", again)
	}
	if got := escalate(d.clock.Add(25 * time.Hour)); got.Text("escalated_at") == "" || got.Text("owner_team") != d.Town.Coordination {
		t.Errorf("it is %v", got.Values)
	}
	version := d.issue(conflict).Version
	if got := escalate(d.clock.Add(48 * time.Hour)); got.Version != version {
		t.Error("it is escalated twice")
	}
	d.must(func(r *takein.Room) error { return r.LapseIssue(conflict) })
	if d.issue(conflict).Version == version {
		t.Error("an open issue is not sent again")
	}
	d.applied(d.Town.Coordinator(), d.decision(conflict, note("decided")))
	version = d.issue(conflict).Version
	d.must(func(r *takein.Room) error { return errors.Join(r.LapseIssue(conflict), r.LapseIssue(storetest.ID(1))) })
	if d.issue(conflict).Version != version {
		t.Error("a decided issue is sent again")
	}
}

func TestManual_IsPlannedStoredAndAnnounced(t *testing.T) {
	d := newDesk(t)
	d.lacks = []handover.Lack{{Field: "named_registrant", Error: &handover.Error{Code: "registrant_needed", Message: "Please name who you spoke to."}}}
	id := storetest.ID(1001)
	res := d.push(d.Town.Nurse(), create(care.Handovers, id, map[string]any{"patient": d.Town.Ada, "class": "U2", "recommendation": "Please come."}))
	if res.Status != care.Merged || len(res.Issues) != 1 || res.Issues[0].Field != "named_registrant" {
		t.Errorf("it ended %+v", res)
	}
	if len(d.planned) != 1 || len(d.announced) != 1 || d.announced[0].Record.ID != id || d.stored(care.Handovers, id) == nil {
		t.Errorf("planned %d, announced %v", len(d.planned), d.announced)
	}
	if last := d.judged[0]; len(last.Raised) != 1 || last.Raised[0].Patient != d.Town.Ada {
		t.Errorf("judged is %+v", last)
	}
	d.push(d.Town.Nurse(), d.update(care.Handovers, id, 0, map[string]any{"recommendation": "Please come now."}, nil))
	if len(d.calls) != 0 {
		t.Error("an edit that records no call counts as one")
	}
}
