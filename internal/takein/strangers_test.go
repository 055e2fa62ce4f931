package takein_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rooms"
	"doorstep/internal/storetest"
	"doorstep/internal/takein"
)

// X2: words about somebody who is not there reach the safeguarding lead as well: nobody else may read them, so that
// they would wait where nobody reads.
func TestSealed_WordsAboutSomebodyWhoIsNotThereReachTheSafeguardingLead(t *testing.T) {
	unknown := storetest.ID(4000)
	for name, c := range map[string]struct {
		op    func(*desk) op
		words string
	}{
		"a check-in": {func(d *desk) op {
			return create(care.Checkins, storetest.ID(1001), map[string]any{"patient": unknown, "safeguarding": "SEALED"})
		}, "SEALED"},
		"a check-in that names nobody": {func(d *desk) op {
			return create(care.Checkins, storetest.ID(1001), map[string]any{"safeguarding": []any{"SEALED"}})
		}, "SEALED"},
		"a collection that there is not": {func(d *desk) op {
			return create("checkinz", storetest.ID(1001), map[string]any{"patient": unknown, "Safeguarding_note": "SEALED"})
		}, "SEALED"},
		"a concern by hand": {func(d *desk) op {
			return create(care.Handovers, storetest.ID(1001), map[string]any{"patient": unknown, "class": "SG", "situation": "SEALED", "recommendation": "Please come."})
		}, "SEALED\nPlease come."},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			res := d.push(d.Town.Nurse(), c.op(d))
			if res.Status != care.Quarantined {
				t.Fatalf("it ended %+v", res)
			}
			if len(d.words) != 1 || d.words[0].Text != c.words || d.words[0].Patient != "" || d.words[0].Author != d.Town.Ann || d.words[0].Doubt == "" {
				t.Errorf("told is %+v", d.words)
			}
		})
	}
}

// X2: a line of the history of a safeguarding concern that is refused, or whose words cannot be stored, reaches the
// safeguarding lead: nobody else may read it. One of another handover waits for whoever decides about it.
func TestSealed_WordsOfALineThatIsHeldBackReachTheSafeguardingLead(t *testing.T) {
	about, id := storetest.ID(1001), storetest.ID(1002)
	line := func(d *desk, text string) op {
		return create(care.HandoverEvents, id, map[string]any{"patient": d.Town.Ada, "handover": about, "kind": "added", "text": text})
	}
	long := strings.Repeat("words ", 1000)
	for name, c := range map[string]struct {
		before func(*desk) // the line comes
		text   string
		status care.Status
		words  string
	}{
		"refused, of a concern": {before: func(d *desk) { d.standsAs(about, d.Town.Others, d.Town.Others, "SG") }, text: "SEALED", status: care.Quarantined, words: "SEALED"},
		"refused, of another":   {before: func(d *desk) { d.standsAs(about, d.Town.Others, d.Town.Others, "SD") }, text: "plain", status: care.Quarantined},
		"too long, of a concern": {before: func(d *desk) { d.standsAs(about, d.Town.Others, d.Town.Nurses, "SG") }, text: long, status: care.Merged,
			words: strings.TrimSpace(long)},
		"too long, of another": {before: func(d *desk) { d.standsAs(about, d.Town.Others, d.Town.Nurses, "SD") }, text: long, status: care.Merged},
		"of a concern that is held back itself": {before: func(d *desk) {
			d.push(d.Town.Stranger(), create(care.Handovers, about, map[string]any{"patient": d.Town.Ada, "class": "SG", "recommendation": "Please come."}))
		}, text: "SEALED", status: care.Quarantined, words: "SEALED"},
		"of another that is held back itself": {before: func(d *desk) {
			d.push(d.Town.Stranger(), create(care.Handovers, about, map[string]any{"patient": d.Town.Ada, "class": "SD", "recommendation": "Please come."}))
		}, text: "plain", status: care.Quarantined},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			c.before(d)
			d.words = nil
			if res := d.push(d.Town.Nurse(), line(d, c.text)); res.Status != c.status {
				t.Fatalf("it ended %+v", res)
			}
			var told []string
			for _, w := range d.words {
				told = append(told, w.Text)
				if w.Patient != d.Town.Ada || w.Author != d.Town.Ann || w.Doubt == "" {
					t.Errorf("told is %+v", w)
				}
			}
			if got := strings.Join(told, "|"); got != c.words {
				t.Errorf("the lead is told %.80q, want %.80q", got, c.words)
			}
		})
	}
}

// X2: what cannot be read, and may be about safeguarding, is hidden from everybody else.
func TestSealed_AChangeThatCannotBeReadAndSpeaksOfSafeguardingReachesTheSafeguardingLead(t *testing.T) {
	d := newDesk(t)
	m := &care.Mutation{Mid: 1, Key: storetest.ID(7001), Author: d.Town.Ann, AuthoredAt: d.clock, Fault: &care.Problem{Code: care.CodeMalformed, Message: "It could not be read."},
		Raw: []byte("{\"safeguarding\": \"SEALED\nby a raw line break")}
	d.accept(d.by(d.Town.Nurse()), m)
	if len(d.words) != 1 || !strings.Contains(d.words[0].Text, "SEALED") {
		t.Errorf("told is %+v", d.words)
	}
}

// X1, X2: whose the record is that somebody wrote about, under another name, they do not learn by what becomes of it.
func TestSealed_WhoNamedSomebodyElseDoesNotFollowTheirWords(t *testing.T) {
	d := newDesk(t)
	checkin := storetest.ID(1001)
	d.applied(d.Town.Lead(), create(care.Checkins, checkin, map[string]any{"patient": d.Town.Ada, "seen": true}))
	d.Give(d.Town.Ben, d.Town.Others, storetest.Monday)
	d.push(d.Town.Stranger(), op{"op": "update", "collection": care.Checkins, "id": checkin, "patient": d.Town.Ben, "base": "", "set": map[string]any{"safeguarding": "SEALED"}})
	if len(d.words) != 1 || d.words[0].Patient != d.Town.Ada || !d.words[0].Misnamed {
		t.Errorf("told is %+v", d.words)
	}
}

// A handover by hand comes from a team of its author, and is answered to one.
func TestHandOver_ATeamThatItsAuthorDoesNotWorkForIsSetAsideAndSaid(t *testing.T) {
	for _, field := range []string{"from_team", "reply_team"} {
		for name, c := range map[string]struct {
			team func(*storetest.Town) string
			may  bool
		}{
			"their own": {func(t *storetest.Town) string { return t.Nurses }, true},
			"another":   {func(t *storetest.Town) string { return t.Others }, false},
			"the practice, as if the handover came from there": {func(t *storetest.Town) string { return t.Surgery }, false},
			"one that there is not":                            {func(*storetest.Town) string { return storetest.ID(4000) }, false},
		} {
			t.Run(field+": "+name, func(t *testing.T) {
				d := newDesk(t)
				id := storetest.ID(1001)
				res := d.push(d.Town.Nurse(), create(care.Handovers, id, map[string]any{"patient": d.Town.Ada, "class": "SD", "recommendation": "Please ring.", field: c.team(&d.Town)}))
				rec := d.stored(care.Handovers, id)
				if rec == nil {
					t.Fatalf("it did not go out: %+v", res)
				}
				if c.may {
					if res.Status != care.Applied || rec.Text(field) != d.Town.Nurses {
						t.Errorf("it ended %+v, from %q", res, rec.Text(field))
					}
					return
				}
				if len(res.Issues) != 1 || res.Issues[0].Code != care.CodeNotYourTeam || res.Issues[0].Field != field || res.Issues[0].Message == "" || rec.Text(field) != "" {
					t.Errorf("it ended %+v, and %s is %q", res, field, rec.Text(field))
				}
			})
		}
	}
}

// A record whose create is held back is there for its author, for whoever decides about it and for whoever has the
// person. To anybody else it is not there, and no answer names the issue that holds it.
func TestPermit_WhatIsHeldBackIsNotThereForOthers(t *testing.T) {
	d := newDesk(t)
	visit, _, row := d.heldVisit()
	d.Give(d.Town.Ben, d.Town.Befrienders, storetest.Monday)
	set := func(patient string) op {
		return create(care.Observations, storetest.ID(1050), map[string]any{"patient": patient, "visit": visit, "pulse": 80})
	}
	edit := func(id string) op {
		return op{"op": "update", "collection": care.Visits, "id": id, "patient": d.Town.Ada, "base": "", "set": note("Helped out")}
	}
	for name, who := range map[string]care.Viewer{"its author": d.Town.Stranger(), "a nurse who has the person": d.Town.Nurse()} {
		res := d.push(who, set(d.Town.Ada))
		d.held(res, "depends_on")
		if strings.Contains(res.Issues[0].Message, row.ID) {
			t.Errorf("%s is told the issue: %s", name, res.Issues[0].Message)
		}
	}
	other := d.Town.Stranger()
	other.Staff = d.Town.Vic
	held, absent := d.push(other, edit(visit)), d.push(other, edit(storetest.ID(4001)))
	if held.Issues[0].Code != absent.Issues[0].Code || held.Issues[0].Message != absent.Issues[0].Message {
		t.Errorf("what is held back: %+v; what is not there: %+v", held.Issues[0], absent.Issues[0])
	}
}

// An issue goes where its person goes: whoever owns it has the person.
func TestIssues_GoWhereTheirPersonGoes(t *testing.T) {
	d := newDesk(t)
	_, conflict := d.conflicted()
	if owner := d.issue(conflict).Text("owner_team"); owner != d.Town.Nurses {
		t.Fatalf("it belongs to %s", owner)
	}
	due := d.issue(conflict).Text("due_at")
	d.must(func(r *takein.Room) error { return r.HandOnIssues(d.Town.Ada) })
	if owner := d.issue(conflict).Text("owner_team"); owner != d.Town.Nurses {
		t.Errorf("it left those who have her, for %s", owner)
	}
	d.Take(d.Town.Ada)
	d.must(func(r *takein.Room) error { return r.HandOnIssues(d.Town.Ada) })
	if owner := d.issue(conflict).Text("owner_team"); owner != d.Town.Nurses {
		t.Errorf("nobody has her, and it belongs to %s", owner)
	}
	d.Give(d.Town.Ada, d.Town.Others, storetest.Monday)
	d.must(func(r *takein.Room) error { return r.HandOnIssues(d.Town.Ada) })
	if owner := d.issue(conflict).Text("owner_team"); owner != d.Town.Others || d.issue(conflict).Text("due_at") != due {
		t.Errorf("others have her, and it belongs to %s, due %s", owner, d.issue(conflict).Text("due_at"))
	}
	d.clock = d.clock.Add(25 * time.Hour)
	d.must(func(r *takein.Room) error { return r.EscalateIssue(conflict) })
	d.Take(d.Town.Ada)
	d.Give(d.Town.Ada, d.Town.Nurses, storetest.Monday)
	d.must(func(r *takein.Room) error { return r.HandOnIssues(d.Town.Ada) })
	if owner := d.issue(conflict).Text("owner_team"); owner != d.Town.Coordination {
		t.Errorf("what went on to the care coordinator belongs to %s", owner)
	}
}

// Hundreds of issues are open about a person who goes to others: each transaction hands on some of them, of both kinds, and in the
// end all are with whoever has the person. Those about somebody else stay, and so does what was decided.
func TestIssues_AllOfThemGoWhereTheirPersonGoesSomeAtATime(t *testing.T) {
	d := newDesk(t)
	issue := func(collection string, n int, patient, state string) *care.Record {
		return storetest.Record(collection, storetest.ID(n), d.Town.Ann, d.clock, map[string]any{"patient": patient, "collection": care.Visits,
			"record": storetest.ID(1001), "field": "note", "kind": care.HeldField, "owner_team": d.Town.Nurses, "state": state})
	}
	const conflicts, held = 3*takein.MaxHandedOn + 20, takein.MaxHandedOn + 30
	var all []*care.Record
	for i := range conflicts {
		all = append(all, issue(care.Conflicts, 10_000+i, d.Town.Ada, care.IssueOpen))
	}
	for i := range held {
		all = append(all, issue(care.Quarantine, 20_000+i, d.Town.Ada, care.IssueOpen))
	}
	all = append(all, issue(care.Conflicts, 30_000, d.Town.Ben, care.IssueOpen), issue(care.Conflicts, 30_001, d.Town.Ada, care.IssueResolved))
	if err := d.Change(d.clock, func(s rooms.Store) error {
		for _, i := range all {
			if _, err := s.Insert(i); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	with := func(team string) (n int) {
		for _, i := range all {
			if d.issue(i.ID).Text("owner_team") == team {
				n++
			}
		}
		return n
	}
	d.Take(d.Town.Ada)
	d.Give(d.Town.Ada, d.Town.Others, storetest.Monday)
	d.must(func(r *takein.Room) error { return r.HandOnIssues(d.Town.Ada) })
	steps := 1
	for last := with(d.Town.Others); ; steps++ {
		if last > steps*takein.MaxHandedOn {
			t.Fatalf("%d transactions handed on %d issues", steps, last)
		}
		due, err := d.TakeDue(d.clock.Add(time.Second))
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range due {
			if row.Kind == care.DueWake {
				d.must(func(r *takein.Room) error { return errors.Join(r.Wake(row.Ref), r.HandOnIssues(row.Ref)) })
			}
		}
		now := with(d.Town.Others)
		if now == last {
			break
		}
		last = now
	}
	if n := with(d.Town.Others); n != conflicts+held || with(d.Town.Nurses) != 2 {
		t.Errorf("%d of %d issues went with her, and %d stayed", n, conflicts+held, with(d.Town.Nurses))
	}
}
