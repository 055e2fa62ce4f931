package acceptance

import (
	"fmt"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/server"
)

// Whoever lost a person keeps knowing that an issue of theirs is open, without its content, for as
// long as the setting says and no day longer; a restart in between changes nothing. Whoever must decide keeps it.
func TestIssues_LeaveThePhoneOfWhoeverLostThePerson(t *testing.T) {
	for name, days := range map[string]int{"by default": 0, "sooner": 3} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(o *server.Options) { o.Issues = time.Duration(days) * 24 * time.Hour })
			kept := 30 * 24 * time.Hour
			if days > 0 {
				kept = time.Duration(days) * 24 * time.Hour
			}
			ann, cora := w.phoneOf(w.ann, w.findingIt), w.phoneOf(w.cora, w.findingIt)
			w.record(ann, care.Observations, with(w.readings(w.ada), "systolic", 1290))
			w.sync(ann)
			w.pass(40 * 24 * time.Hour) // she has the person: no time is too long
			w.sync(ann)
			if open := only(t, "issues while she has the person", issuesOn(ann)); fmt.Sprint(open.Values["content"]) != "1290" {
				t.Errorf("its content is %v", open.Values["content"])
			}
			w.move(w.ada, w.nurses, w.others)
			w.sync(ann)
			if open := only(t, "issues after she lost the person", issuesOn(ann)); open.Values["content"] != nil || open.Values["hidden"] != true {
				t.Errorf("it shows %v", open.Values)
			}
			w.pass(kept - time.Minute)
			w.restart()
			w.sync(ann)
			only(t, "issues a minute before the end", issuesOn(ann))
			w.pass(time.Minute)
			w.sync(ann)
			if n := len(issuesOn(ann)); n != 0 {
				t.Errorf("she still has %d issues", n)
			}
			ann.RequestDigest()
			w.sync(ann)
			if n := len(issuesOn(ann)); n != 0 {
				t.Errorf("the digest brought %d issues back", n)
			}
			w.sync(cora)
			only(t, "issues of the care coordinator, who owns it", issuesOn(cora))
			if rows := w.rows(care.Quarantine, "state = 'open'", nil); len(rows) != 1 {
				t.Errorf("%d open issues are stored, want it still to be decided", len(rows))
			}
		})
	}
}

// An issue about somebody its author never had counts from its own day; one about somebody whose team
// its author left, from the day they left it.
func TestIssues_LeaveThePhoneOfAStrangerAndOfWhoeverLeftTheTeam(t *testing.T) {
	w := newWorld(t)
	otto, ann := w.phoneOf(w.otto, w.findingIt), w.phoneOf(w.ann, w.findingIt)
	w.record(otto, care.Visits, w.visit(w.ada, "Not mine"))
	w.record(ann, care.Observations, with(w.readings(w.ada), "systolic", 1290))
	w.syncAll(otto, ann)
	w.pass(20 * 24 * time.Hour)
	w.set(w.ann, map[string]any{"teams": []string{w.others.Id}})
	w.syncAll(otto, ann)
	only(t, "issues of Otto after twenty days", issuesOn(otto))
	only(t, "issues of Ann, who left", issuesOn(ann))
	w.pass(10 * 24 * time.Hour)
	w.syncAll(otto, ann)
	if n := len(issuesOn(otto)); n != 0 {
		t.Errorf("Otto still has %d issues about somebody he never had", n)
	}
	only(t, "issues of Ann ten days after she left", issuesOn(ann))
	w.pass(20 * 24 * time.Hour)
	w.sync(ann)
	if n := len(issuesOn(ann)); n != 0 {
		t.Errorf("Ann still has %d issues thirty days after she left", n)
	}
}
