package acceptance

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/server"
	"doorstep/internal/syncer"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

// A phone takes what it may see in pages. A record that changes meanwhile is in none of them: it comes in the round after. Where the server is
// put back, in between, to where it stood before the change, that round has nothing: the phone has to notice, and to begin anew.
func TestAWalkThatSawMoreThanARestoredServerHasBeginsAnew(t *testing.T) {
	w := newWorld(t)
	for i := range 60 {
		w.Put(t, care.Visits, map[string]any{"patient": w.ada.Id, "note": fmt.Sprintf("Visit %d", i)})
	}
	ok(t, w.srv.Engine.Settle(t.Context()))
	phone := w.walkerOf(w.ann, w.phoneOf(w.ann)).anew()
	pull := func(cursor string) (*wire.PullResponse, *syncer.Error) {
		return w.srv.Engine.Pull(context.Background(), phone.session, syncer.PullRequest{Client: phone.client, Cursor: cursor, Limit: wire.MinPullRows})
	}
	first, fail := pull("")
	if fail != nil || !first.More {
		t.Fatalf("the first page: %+v %v", first, fail)
	}
	kept := filepath.Join(w.DataDir(), "kept.db")
	w.sql("VACUUM INTO '" + kept + "'")
	ada := w.stored(care.Patients, w.ada.Id)
	ada.Set("risk_note", "A new dog")
	ok(t, w.App.Save(ada))
	ok(t, w.srv.Engine.Settle(t.Context()))

	// The rest of the first round, read when Ada's record had left it.
	last := first
	for last.More && last.Head == first.Head || last == first {
		if last, fail = pull(last.Cursor); fail != nil {
			t.Fatalf("the next page: %v", fail)
		}
		if !last.More {
			t.Fatal("the walk ended before the server was put back")
		}
	}
	begun, fail := w.srv.Engine.Pull(context.Background(), phone.session, syncer.PullRequest{Client: phone.client, First: syncer.FirstRound, Limit: wire.MinPullRows})
	if fail != nil || begun.More || begun.Loading == nil {
		t.Fatalf("the first instalment of a new phone: %+v %v", begun, fail)
	}
	w.putBack(kept)
	for name, cursor := range map[string]string{"a walk": last.Cursor, "a load between two instalments": begun.Cursor} {
		if got, fail := pull(cursor); fail == nil || fail.Code != wire.CodeEpoch {
			t.Errorf("%s goes on as if nothing were missing: %+v %v", name, got, fail)
		}
	}
}

// putBack starts the server again on a copy of its database.
func (w *world) putBack(copied string) {
	w.t.Helper()
	dir := w.DataDir()
	w.http.Close()
	ok(w.t, w.srv.Close())
	w.App.Close(w.t)
	for _, name := range []string{"data.db-wal", "data.db-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			w.t.Fatal(err)
		}
	}
	ok(w.t, os.Rename(copied, filepath.Join(dir, "data.db")))
	w.App = pbtest.Open(w.t, dir, func(app core.App) { server.Bind(app, w.now) })
	w.start()
}
