package acceptance

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// S3: somebody who copied a phone, key and all, reads along. The server notices that it asks from a point the phone had
// passed, writes it into the audit once a day, and keeps nobody from their work. A lost answer is nothing of the kind.
func TestStory_APhoneThatIsUsedInTwoPlacesIsNoticed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	noted := func() (n int) {
		t.Helper()
		ok(t, w.DB().NewQuery(`SELECT count(*) FROM audit WHERE action = 'device_went_back' AND actor = '`+w.ann.Id+`'`).Row(&n))
		return n
	}
	bob := w.phoneOf(w.bob)
	news := func() {
		w.record(bob, care.Visits, w.visit(w.ada, "news"))
		w.sync(bob)
	}
	lose := false
	kept := &phone.Memory{}
	ann, net := w.phoneOn(w.ann, func(o *phone.Options) { o.Storage = kept })
	net.after = func(r *http.Request, _ []byte) error {
		if lose && strings.HasSuffix(r.URL.Path, "/pull") {
			return errors.New("no signal")
		}
		return nil
	}
	news()
	lose = true
	if ann.Sync(context.Background()) == nil {
		t.Fatal("the answer was not lost")
	}
	lose = false
	w.pass(time.Minute)
	w.sync(ann)
	copied := kept.Snapshot()
	w.sync(ann)
	if n := noted(); n != 0 {
		t.Fatalf("a lost answer counts as %d phones in two places", n)
	}
	news()
	w.sync(ann)
	w.sync(ann) // by which it has passed the point at which it was copied
	thief, err := phone.New(phone.Options{Server: w.http.URL, HTTP: http.DefaultClient, Storage: copied, Now: w.now, Entropy: rand.Reader, Name: "copy", Platform: "test"})
	ok(t, err)
	w.sync(thief)
	if n := noted(); n != 1 {
		t.Errorf("a copy of the phone is noted %d times, want once", n)
	}
	for range 3 {
		news()
		w.sync(ann)
		w.sync(ann)
		w.sync(thief)
	}
	if n := noted(); n != 1 {
		t.Errorf("on the same day it is noted %d times", n)
	}
	w.pass(24 * time.Hour)
	news()
	w.sync(ann)
	w.sync(ann)
	w.sync(thief)
	if n := noted(); n != 2 {
		t.Errorf("on the next day it is noted %d times in all, want 2", n)
	}
	if len(ann.List(care.Visits)) != len(bob.List(care.Visits)) {
		t.Error("the nurse does not get what is new")
	}
}

// S3: a recovery key that somebody puts in the place of another, past the command, is in the audit: its holder reads what
// phones export.
func TestARecoveryKeyThatIsReplacedPastTheCommandIsInTheAudit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	noted := func() (n int) {
		t.Helper()
		ok(t, w.DB().NewQuery(`SELECT count(*) FROM audit WHERE action = 'recovery_key_changed' AND record = '`+w.trust.Id+`'`).Row(&n))
		return n
	}
	w.sql(`UPDATE organisations SET name = 'Trust' WHERE id = ?`, w.trust.Id)
	if noted() != 0 {
		t.Error("another name counts as another key")
	}
	const key = `{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}`
	w.sql(`UPDATE organisations SET recovery_key = ? WHERE id = ?`, key, w.trust.Id)
	if n := noted(); n != 1 {
		t.Errorf("it is noted %d times", n)
	}
}
