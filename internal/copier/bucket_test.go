package copier_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"doorstep/internal/copier"
)

// newStorage is a storage that speaks as S3 does, with one bucket, and fails when it is told to.
func newStorage(t *testing.T) (address string, fails *atomic.Bool) {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("copies"); err != nil {
		t.Fatal(err)
	}
	fails = &atomic.Bool{}
	handler := gofakes3.New(backend).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fails.Load() {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	return "s3://copies/doorstep?region=eu-west-2&endpoint=" + server.URL, fails
}

// A copy in a bucket is what one in a folder is: sealed, a moment behind, gone on with after a failure, and put back by the keys alone.
func TestACopyInABucketIsPutBackByTheKeysAlone(t *testing.T) {
	s := newSite(t)
	address, fails := newStorage(t)
	s.To = address
	c := s.start(t)
	for _, id := range []string{"1", "2"} {
		s.run(t, `INSERT INTO visits VALUES ('`+id+`')`)
		if err := c.Finished(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s.run(t, `CREATE TABLE pictures AS SELECT randomblob(20000000) AS one`) // sent in parts
	if err := c.Finished(t.Context()); err != nil {
		t.Fatal(err)
	}
	fails.Store(true)
	s.run(t, `INSERT INTO visits VALUES ('3')`)
	if err := c.Finished(t.Context()); !errors.Is(err, copier.ErrNotCopied) || !c.State().Failing {
		t.Errorf("while the storage refuses it says %v", err)
	}
	fails.Store(false)
	if err := errors.Join(c.Finished(t.Context()), c.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{s.private, filepath.Join(s.Dir, copier.ServerKeyFile)} {
		if got, err := s.restored(t, key, time.Time{}); err != nil || got != "1,2,3" {
			t.Errorf("with %s it holds %q, %v", filepath.Base(key), got, err)
		}
	}
	other := filepath.Join(t.TempDir(), "other.key")
	if _, err := copier.NewKey(other); err != nil {
		t.Fatal(err)
	}
	if got, err := s.restored(t, other, time.Time{}); err == nil || !strings.Contains(err.Error(), "sealed to another key") {
		t.Errorf("with another key it holds %q, %v", got, err)
	}

	// The server starts again, and goes on; then another machine begins beside it.
	s.run(t, `INSERT INTO visits VALUES ('4')`)
	c = s.start(t)
	if err := errors.Join(c.Finished(t.Context()), c.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	keys, err := copier.Identities(s.private)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := copier.Find(t.Context(), s.To, keys, time.Time{}); err != nil || len(m.Beside) != 0 || m.Files == 0 {
		t.Errorf("it finds %+v, %v", m, err)
	}
	if got, err := s.restored(t, s.private, time.Time{}); err != nil || got != "1,2,3,4" {
		t.Errorf("after the next start it holds %q, %v", got, err)
	}
	elsewhere := newSite(t)
	elsewhere.To, elsewhere.Key = s.To, s.Key
	elsewhere.run(t, `INSERT INTO visits VALUES ('of another machine')`)
	c = elsewhere.start(t)
	if err := errors.Join(c.Finished(t.Context()), c.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	m, err := copier.Find(t.Context(), s.To, keys, time.Time{})
	if err != nil || len(m.Beside) != 1 {
		t.Fatalf("beside another machine's it finds %+v, %v", m, err)
	}
	if alone, err := copier.Find(t.Context(), m.Beside[0].From, keys, time.Time{}); err != nil || !alone.At.Equal(m.Beside[0].At) {
		t.Errorf("in %s it finds %+v, %v", m.Beside[0].From, alone, err)
	}
	if err := copier.ForgetGenerations(s.To, "", m.At.Add(-time.Nanosecond)); err != nil {
		t.Error(err)
	}
	if m, err := copier.Find(t.Context(), s.To, keys, time.Time{}); err != nil || len(m.Beside) != 0 {
		t.Errorf("after the old one was deleted it finds %+v, %v", m, err)
	}
}

// What is no bucket, or one without keys, is refused before anything is served.
func TestABucketThatCannotBeUsedIsRefused(t *testing.T) {
	s := newSite(t)
	for to, says := range map[string]string{"s3://": "is no bucket", "s3://copies?endpoint=storage.example": "is no address", "s3://copies/doorstep": "AWS_ACCESS_KEY_ID"} {
		t.Setenv("AWS_ACCESS_KEY_ID", "")
		t.Setenv("AWS_SECRET_ACCESS_KEY", "")
		t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(s.Dir, "none"))
		s.To = to
		if err := copier.Check(s.Options); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: it says %v", to, err)
		}
	}
}
