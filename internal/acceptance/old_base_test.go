package acceptance

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
)

// K1: an edit of a client that names no history in its base may have been made over what a lost server gave out under the
// same numbers. Its base counts for what was there when this server started and what its author was told since, and
// for no more: what somebody else wrote meanwhile is kept in a conflict.
func TestABaseWithoutAHistoryCountsForNoMoreThanItsAuthorWasTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	head := func() int64 { _, h := w.srv.Store.Head(); return h }
	before := head()
	w.restart()
	bob, ann := w.phoneOf(w.bob), w.handOf(w.ann)
	mid, conflicts := 0, 0
	for i, c := range []struct {
		name string
		told bool         // Ann's phone pulls after Bob's edit
		base func() int64 // what Ann's client says it has seen
		bobs bool         // Bob edits first
		seen bool         // his value counts as seen
	}{
		{"what was there at the start", false, func() int64 { return before }, false, true},
		{"a number that only a lost server can have given out to her", false, func() int64 { return head() + 3 }, true, false},
		{"the very number of Bob's edit, which she was not told of", false, head, true, false},
		{"the number of an edit that she was told of", true, head, true, true},
		{"the highest number there is, told of all", true, func() int64 { return 1<<63 - 1 }, true, true},
		{"the highest number there is, told of nothing new", false, func() int64 { return 1<<63 - 1 }, true, false},
	} {
		bobs, anns := fmt.Sprintf("01632 96%02d01", i), fmt.Sprintf("01632 96%02d02", i)
		if c.bobs {
			ok(t, bob.Edit(care.Patients, w.ada.Id, map[string]any{"phone": bobs}))
			w.sync(bob)
		}
		if c.told {
			if got := w.call(ann.link.bearer, http.MethodGet, "/pull?client="+ann.p.Client(), nil); got.Status != http.StatusOK {
				t.Fatalf("pull = %d %s", got.Status, got.Body)
			}
		}
		mid++
		change := update(care.Patients, w.ada.Id, w.ada, fmt.Sprintf("e1.%d", c.base()), map[string]any{"phone": anns})
		ann.took(ann.push(ann.mutation(mid, change)))
		if !c.seen {
			conflicts++
		}
		if n := len(w.rows(care.Conflicts, "record = {:r} && field = 'phone'", dbx.Params{"r": w.ada.Id})); n != conflicts {
			t.Errorf("%s: there are %d conflicts, want %d", c.name, n, conflicts)
			conflicts = n
		}
		if got := w.stored(care.Patients, w.ada.Id).GetString("phone"); got != anns {
			t.Errorf("%s: stored is %s, want the later %s", c.name, got, anns)
		}
		w.sync(bob) // who edits over what she wrote
	}
}
