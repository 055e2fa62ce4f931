package phone

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"testing"

	"doorstep/internal/wire"
)

func (b *bench) ops() []Op {
	var ops []Op
	for _, c := range b.outbox {
		ops = append(ops, c.Ops...)
	}
	return ops
}

func TestAnEditCarriesWhatItsAuthorSaw(t *testing.T) {
	b := enrolled(t)
	b.edit("phone", "2")
	want := Op{Op: "update", Collection: "patients", ID: oldie, Patient: oldie, Base: "e1.5",
		Set: map[string]any{"phone": "2"}, Was: map[string]any{"phone": "1"}}
	if got := b.ops()[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("op %+v, want %+v", got, want)
	}
}

func TestAnEditOfAMissingValueSaysNull(t *testing.T) {
	b := enrolled(t)
	b.edit("given_name", "Elsie")
	if was, ok := b.ops()[0].Was["given_name"]; !ok || was != nil {
		t.Errorf("was %v, %v", was, ok)
	}
}

func TestAFormOpenDuringAPullKeepsWhatItShowed(t *testing.T) {
	b := enrolled(t)
	seen := b.holds("patients", oldie, true)
	b.on(onPull, pulled("e1.20", brings(record("patients", oldie, 20, []string{"pc:" + oldie}, `{"family_name":"Ames","phone":"9"}`))))
	b.sync()
	b.change(func(c *Change) { c.EditSeen(seen, map[string]any{"phone": "2"}) })
	if op := b.ops()[0]; op.Base != "e1.5" || op.Was["phone"] != "1" {
		t.Errorf("base %s, was %v", op.Base, op.Was)
	}
}

func TestWhileOwnWorkIsPendingAFurtherEditKeepsItsBase(t *testing.T) {
	b := enrolled(t)
	b.edit("phone", "2")
	b.on(onPush, refuse(503, "busy"))
	b.on(onPull, pulled("e1.20", brings(record("patients", oldie, 20, []string{"pc:" + oldie}, `{"family_name":"Ames","phone":"9"}`))))
	b.syncFails()
	b.edit("phone", "3")
	if op := b.ops()[1]; op.Base != "e1.5" || op.Was["phone"] != "2" {
		t.Errorf("base %s, was %v", op.Base, op.Was)
	}
}

func TestStepsOfOneChangeSeeEachOther(t *testing.T) {
	b := enrolled(t)
	var visit string
	b.change(func(c *Change) {
		visit = c.Create("visits", map[string]any{"patient": oldie, "status": "in_progress", "note": "Wound clean"})
		c.Create("observations", map[string]any{"patient": oldie, "visit": visit, "pulse": 72, "temperature": 36.6, "on_oxygen": false})
		c.Edit("visits", visit, map[string]any{"status": "completed"})
	})
	ops := b.ops()
	if len(b.outbox) != 1 || len(ops) != 3 {
		t.Fatalf("%d changes with %d ops", len(b.outbox), len(ops))
	}
	if ops[2].Base != "" || ops[2].Was["status"] != "in_progress" || ops[2].Patient != oldie {
		t.Errorf("edit of the new visit: %+v", ops[2])
	}
	if ops[1].Set["pulse"] != json.Number("72") || ops[1].Set["temperature"] != json.Number("36.6") || ops[1].Set["on_oxygen"] != false {
		t.Errorf("readings as they travel: %v", ops[1].Set)
	}
	if s := b.holds("visits", visit, true); s.Text("status") != "completed" || !s.Pending || s.Base != "" {
		t.Errorf("seen %+v", s)
	}
}

func TestAChangeWithAnImpossibleStepRecordsNothing(t *testing.T) {
	b := enrolled(t)
	_, err := b.InOne(func(c *Change) {
		c.Create("visits", map[string]any{"patient": oldie})
		c.Edit("visits", "01jz00000000000000000nobody", map[string]any{"note": "x"})
	})
	if !errors.Is(err, ErrNotHeld) || b.Pending() != 0 {
		t.Errorf("error %v, %d pending", err, b.Pending())
	}
	if _, err := b.InOne(func(c *Change) {
		for range wire.MaxMutationOps + 1 {
			c.Create("visits", map[string]any{"patient": oldie})
		}
	}); !errors.Is(err, ErrTooMuch) || b.Pending() != 0 {
		t.Errorf("error %v, %d pending", err, b.Pending())
	}
}

func TestListsAndWithdrawalsShowOnTopOfTheBase(t *testing.T) {
	b := enrolled(t)
	if err := b.AddTo("patients", oldie, "communication_needs", "hearing_loop"); err != nil {
		t.Fatal(err)
	}
	if err := b.RemoveFrom("patients", oldie, "communication_needs", "large_print"); err != nil {
		t.Fatal(err)
	}
	if got := b.holds("patients", oldie, true).Values["communication_needs"]; !reflect.DeepEqual(got, []any{"hearing_loop"}) {
		t.Errorf("needs %v", got)
	}
	visit, err := b.Create("visits", map[string]any{"patient": oldie})
	if err != nil {
		t.Fatal(err)
	}
	if got := b.List("visits"); len(got) != 1 || got[0].ID != visit {
		t.Errorf("visits %v", got)
	}
	if err := b.Retract("visits", visit); err != nil {
		t.Fatal(err)
	}
	if got := b.List("visits"); len(got) != 0 {
		t.Errorf("a withdrawn visit is listed: %v", got)
	}
	if s := b.holds("visits", visit, true); !s.Retracted {
		t.Error("the withdrawal does not show")
	}
	kinds := map[string]int{}
	for _, op := range b.ops() {
		kinds[op.Op]++
	}
	if want := map[string]int{"add": 1, "remove": 1, "create": 1, "retract": 1}; !maps.Equal(kinds, want) {
		t.Errorf("ops %v", kinds)
	}
}

func TestAResolveNamesTheIssueAndWhatTheDeciderSaw(t *testing.T) {
	b := enrolled(t)
	issue := "01jz0000000000000000000q01"
	b.on(onPull, pulled("e1.30",
		brings(record("sync_issues", issue, 22, []string{"staff:" + nia}, `{"patient":"`+oldie+`","collection":"patients","record":"`+oldie+`","field":"phone"}`),
			record("patients", oldie, 25, []string{"pc:" + oldie}, `{"phone":"9"}`))))
	b.sync()
	if err := b.Resolve(issue, map[string]any{"phone": "2"}); err != nil {
		t.Fatal(err)
	}
	want := Op{Op: "resolve", Issue: issue, Patient: oldie, Base: "e1.25", Set: map[string]any{"phone": "2"}}
	if got := b.ops()[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("op %+v, want %+v", got, want)
	}
}

func TestAKilledCommitChangesNothing(t *testing.T) {
	b := enrolled(t)
	broken := &brittle{Storage: b.memory}
	b.opts.Storage = broken
	b.reopen()
	before := b.memory.Snapshot()
	broken.failing = true
	if _, err := b.Create("visits", map[string]any{"patient": oldie}); !errors.Is(err, errDiskFull) {
		t.Fatalf("error %v", err)
	}
	if b.Pending() != 0 || len(b.List("visits")) != 0 || b.self.NextMid != 1 {
		t.Errorf("the phone remembers what its storage does not: %d pending, next mid %d", b.Pending(), b.self.NextMid)
	}
	if !reflect.DeepEqual(before.tables, b.memory.tables) {
		t.Error("something was stored")
	}
	broken.failing = false
	if _, err := b.Create("visits", map[string]any{"patient": oldie}); err != nil {
		t.Fatal(err)
	}
	if got := b.outbox[0].Mid; got != 1 {
		t.Errorf("mid %d", got)
	}
}

// brittle is storage that fails when told to.
type brittle struct {
	Storage
	failing bool
}

var errDiskFull = errors.New("disk full")

func (s *brittle) Commit(w []Write) error {
	if s.failing {
		return errDiskFull
	}
	return s.Storage.Commit(w)
}

func TestAReopenedPhoneIsTheSame(t *testing.T) {
	b := enrolled(t)
	b.edit("phone", "2")
	b.edit("given_name", "Elsie")
	scopes := slices.Sorted(slices.Values(b.Scopes()))
	held, seen := b.Held(), b.holds("patients", oldie, true)
	items := b.Items()
	b.reopen()
	if got := slices.Sorted(slices.Values(b.Scopes())); !slices.Equal(got, scopes) {
		t.Errorf("scopes %v, want %v", got, scopes)
	}
	if got := b.Held(); !maps.Equal(got, held) {
		t.Errorf("held %v, want %v", got, held)
	}
	if got := b.holds("patients", oldie, true); !reflect.DeepEqual(got, seen) {
		t.Errorf("seen %+v, want %+v", got, seen)
	}
	if got := b.Items(); !reflect.DeepEqual(got, items) {
		t.Errorf("items %+v, want %+v", got, items)
	}
	b.unsent(2)
}
