package phone

import (
	"errors"
	"testing"

	"doorstep/internal/wire"
)

const task = "01jz0000000000000000000h01"

// handed is a phone that sees a handover of somebody whom its owner has not got.
func handed(t *testing.T) *bench {
	t.Helper()
	b := enrolled(t)
	b.on(onPull, pulled("e1.11", tells(wire.ScopeEvent{ID: "dest:north", Op: "add"}),
		brings(record("handovers", task, 11, []string{"dest:north"}, `{"patient":"01jz0000000000000000000p02","class":"SD","state":"sent"}`))))
	b.sync()
	return b
}

func TestALineOfAHandoversHistoryNamesItsHandoverAndItsPersonAndIsSeenAtOnce(t *testing.T) {
	b := handed(t)
	var id string
	b.change(func(c *Change) {
		id = c.Line(task, "answered", "Dressing changed", map[string]any{"outcome": "home_visit"})
	})
	seen := b.holds("handover_events", id, true)
	for field, want := range map[string]string{"handover": task, "patient": "01jz0000000000000000000p02", "kind": "answered", "text": "Dressing changed", "by": "", "at": ""} {
		if got := seen.Text(field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	b.on(onPush, applied(b))
	b.on(onPull, pulled("e1.11"))
	b.sync()
	op := b.sentMutations()[0].Ops[0]
	if op.Op != "create" || op.Collection != "handover_events" || op.ID != id || op.Base != "" {
		t.Errorf("sent %+v", op)
	}
	if detail, _ := op.Set["detail"].(map[string]any); detail["outcome"] != "home_visit" {
		t.Errorf("sent with %v", op.Set["detail"])
	}
}

func TestALineWithoutWordsSendsNone(t *testing.T) {
	b := handed(t)
	b.change(func(c *Change) { c.Line(task, "acknowledged", "", nil) })
	set := b.outbox[0].Ops[0].Set
	if _, text := set["text"]; text || set["detail"] != nil {
		t.Errorf("sent %v", set)
	}
}

func TestNobodyWritesALineAboutAHandoverTheyDoNotSee(t *testing.T) {
	b := handed(t)
	_, err := b.InOne(func(c *Change) { c.Line("01jz0000000000000000000h99", "read", "", nil) })
	if !errors.Is(err, ErrNotHeld) {
		t.Errorf("error %v", err)
	}
	b.unsent(0)
}
