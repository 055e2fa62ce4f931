package acceptance

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/syncer"
	"doorstep/internal/wire"
)

// instalment pulls until a pull has ended, and says whom the phone has now.
func (w *walkTown) instalment(p *walker) string {
	for p.page(wire.MinPullRows) {
	}
	var people []string
	for name, person := range map[string]string{"Ada": w.ada.Id, "Bea": w.bea.Id, "Cal": w.cal.Id, "Dot": w.dot.Id} {
		if p.scopes[care.ClinicalScope(person)] {
			people = append(people, name)
		}
	}
	slices.Sort(people)
	return strings.Join(people, " ")
}

// A new phone has the people of the round first, each whole, and whoever else there is after them: each pull that has ended shows one moment of
// whoever has come, the comparison finds nothing missing, and hello says how much there is to come.
func TestTheRoundComesFirstAndEachPersonWhole(t *testing.T) {
	w := newWalkTown(t)
	p := w.nurse.anew()
	p.first = syncer.FirstRound
	if got := w.instalment(p); got != "Cal" || !p.loading {
		t.Fatalf("after the first instalment the phone has %s, and more people come: %t", got, p.loading)
	}
	last := int64(0)
	for seen, n := "", 0; ; n++ {
		if wrong := p.unlike(p.anew().walk(1000).asFarAs(p)); wrong != "" {
			t.Fatalf("after instalment %d: %s", n, wrong)
		}
		if differs, moved, _ := p.compare(); len(differs)+len(moved) != 0 {
			t.Errorf("after instalment %d: %v differ, %v moved", n, differs, moved)
		}
		answer, fail := w.srv.Engine.Hello(context.Background(), p.session, &wire.HelloRequest{Protocol: 1, Schema: 1, Client: p.client, Now: care.Stamp(w.now()), Cursor: p.cursor})
		if fail != nil {
			t.Fatalf("hello: %v", fail)
		}
		for _, s := range answer.Scopes {
			if here := p.scopes[s.ID]; here != (s.State == "ok") || here != (s.Rows == 0) {
				t.Errorf("after instalment %d hello says of %s: %s, %d to come; the phone has it: %t", n, s.ID, s.State, s.Rows, here)
			}
		}
		if !p.loading {
			break
		}
		if p.told.Sent <= last || p.told.Sent > p.told.Of {
			t.Errorf("after instalment %d there came %d of %d, before it %d", n, p.told.Sent, p.told.Of, last)
		}
		last = p.told.Sent
		now := w.instalment(p)
		if len(now) <= len(seen) || !strings.Contains(now, "Cal") {
			t.Errorf("instalment %d brings nobody: %q after %q", n+1, now, seen)
		}
		seen = now
	}
	if wrong := p.unlike(p.anew().walk(1000)); wrong != "" {
		t.Error(wrong)
	}

	_, fail := w.srv.Engine.Pull(context.Background(), p.session, syncer.PullRequest{Client: p.client, First: "lunch"})
	if fail == nil || fail.Code != wire.CodeInvalid {
		t.Errorf("first=lunch: %+v", fail)
	}
	whole := w.nurse.anew()
	whole.first = syncer.FirstRound
	if whole.page(1000); whole.loading || whole.unlike(p) != "" {
		t.Error("what fits a page does not come at once")
	}

	at := func(d time.Duration) string { return care.Stamp(w.now().Add(d)) }
	visit := w.Put(t, care.Visits, map[string]any{"patient": w.dot.Id, "staff": w.bob.Id, "status": "planned", "planned_start": at(0)})
	for _, c := range []struct {
		name   string
		fields map[string]any
		first  bool
	}{
		{"planned for today", nil, true},
		{"for nobody of the team yet", map[string]any{"staff": "", "team": w.nurses.Id}, true},
		{"under way", map[string]any{"status": "in_progress"}, true},
		{"late since the day before yesterday", map[string]any{"planned_start": at(-48 * time.Hour)}, true},
		{"for tomorrow", map[string]any{"planned_start": at(30 * time.Hour)}, false},
		{"for a month ago", map[string]any{"planned_start": at(-30 * 24 * time.Hour)}, false},
		{"for a colleague", map[string]any{"planned_start": at(0), "staff": w.ann.Id}, false},
		{"for nobody of another team", map[string]any{"staff": "", "team": w.others.Id}, false},
		{"made", map[string]any{"staff": w.bob.Id, "status": "completed"}, false},
	} {
		w.set(visit, c.fields)
		p := w.nurse.anew()
		p.first = syncer.FirstRound
		if got := w.instalment(p); strings.Contains(got, "Dot") != c.first {
			t.Errorf("a visit %s: first comes %s", c.name, got)
		}
	}
	handover := w.Put(t, care.Handovers, map[string]any{"patient": w.dot.Id, "from_team": w.nurses.Id, "from_staff": w.bob.Id, "to_team": w.others.Id, "class": "R", "state": "sent"})
	for state, first := range map[string]bool{"sent": true, "done": false} {
		w.set(handover, map[string]any{"state": state})
		p := w.nurse.anew()
		p.first = syncer.FirstRound
		if got := w.instalment(p); strings.Contains(got, "Dot") != first {
			t.Errorf("a handover that is %s: first comes %s", state, got)
		}
	}
}
