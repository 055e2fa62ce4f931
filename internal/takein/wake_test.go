package takein_test

import (
	"fmt"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/storetest"
	"doorstep/internal/takein"
)

// Hundreds of changes came before the visit that they are about: each transaction runs some of them again, in their
// order, and the last word is the last.
func TestWhatWaitedForAVisitRunsAgainSomeChangesAtATime(t *testing.T) {
	d := newDesk(t)
	one := storetest.ID(1001)
	const many = 2*takein.MaxWoken + 20
	for i := range many {
		d.held(d.push(d.Town.Nurse(), d.update(care.Visits, one, 0, map[string]any{"note": fmt.Sprint("word ", i+1)}, nil)), care.CodeMissingRecord)
	}
	waiting := func() (n int) {
		list, err := d.WaitingFor(one, "", 0, many)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	d.applied(d.Town.Nurse(), create(care.Visits, one, d.visit(nil)))
	for _, want := range []int{many - takein.MaxWoken, many - 2*takein.MaxWoken, 0} {
		if got := waiting(); got != want {
			t.Fatalf("%d wait still, want %d", got, want)
		}
		due, err := d.TakeDue(d.clock)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range due {
			if row.Kind == care.DueWake {
				d.must(func(r *takein.Room) error { return r.Wake(row.Ref) })
			}
		}
	}
	if got := d.stored(care.Visits, one).Text("note"); got != fmt.Sprint("word ", many) {
		t.Errorf("the note is %q", got)
	}
}

// Where a lead let the record in, that counts for all that its author wrote about it, also for what a later transaction
// runs again.
func TestWhatALeadLetInIsLetInWholeHoweverManyWait(t *testing.T) {
	d := newDesk(t)
	stranger, one := d.Town.Stranger(), storetest.ID(1001)
	row := d.held(d.push(stranger, create(care.Visits, one, d.visit(nil))), care.CodeNoPermission)
	const many = takein.MaxWoken + 10
	for range many {
		d.held(d.push(stranger, d.update(care.Visits, one, 0, map[string]any{"note": "hers"}, nil)), care.CodeDependsOn)
	}
	lead := d.Town.Lead()
	d.must(func(r *takein.Room) error {
		_, err := r.Replay(row, nil, takein.Resolver{Staff: lead.Staff, At: d.clock}, &lead)
		return err
	})
	for range 2 {
		due, err := d.TakeDue(d.clock.Add(time.Second))
		if err != nil {
			t.Fatal(err)
		}
		for _, next := range due {
			if next.Kind == care.DueWake {
				d.must(func(r *takein.Room) error { return r.Wake(next.Ref) })
			}
		}
	}
	if list, _ := d.WaitingFor(one, "", 0, many); len(list) > 0 {
		t.Errorf("%d of %d wait still, the first because of %s", len(list), many, care.AsIssue(list[0]).Code())
	}
}
