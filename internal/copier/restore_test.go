package copier_test

import (
	"doorstep/internal/copier"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A disk has folders of its own that nobody may read, and what somebody put there is not ours. One copy that cannot be read does not
// keep another one from being put back.
func TestWhatElseLiesBesideACopyKeepsNobodyFromIt(t *testing.T) {
	s := newSite(t)
	s.To = filepath.Join(filepath.Dir(s.To), "backup[1]")
	c := s.start(t)
	s.run(t, `INSERT INTO visits VALUES ('1')`)
	if err := errors.Join(c.Copy(t.Context()), c.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"lost+found", "pppppppppppppppp"} { // a level that is a file cannot be listed, whoever asks
		if err := errors.Join(os.Mkdir(filepath.Join(s.To, folder), 0o700), os.WriteFile(filepath.Join(s.To, folder, "0"), nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.restored(t, s.private, time.Time{}); err != nil || got != "1" {
		t.Errorf("it holds %q, %v", got, err)
	}
	keys, err := copier.Identities(s.private)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := copier.Find(t.Context(), s.To, keys, time.Time{}); err != nil || m.Unread == nil || strings.Contains(m.Unread.Error(), "lost+found") {
		t.Errorf("of the copy that cannot be read it says %v, %v", m.Unread, err)
	}
	if err := os.Remove(filepath.Join(s.To, "pppppppppppppppp", "0")); err != nil {
		t.Fatal(err)
	}
	if m, err := copier.Find(t.Context(), s.To, keys, time.Time{}); err != nil || m.Unread != nil || len(m.Beside) != 0 {
		t.Errorf("where all can be read it says %v %v, %v", m.Unread, m.Beside, err)
	}
}

// Clocks of machines differ: what counts is which copy a key opens. Where it opens several, that is said.
func TestTheServersKeyFindsItsOwnCopyAndTheOrganisationsSaysThatThereAreTwo(t *testing.T) {
	s := newSite(t)
	lost := filepath.Join(t.TempDir(), "lost.key")
	c := s.start(t)
	s.run(t, `INSERT INTO visits VALUES ('before')`)
	if err := errors.Join(c.Copy(t.Context()), c.Close(t.Context()), os.Rename(filepath.Join(s.Dir, copier.ServerKeyFile), lost)); err != nil {
		t.Fatal(err)
	}
	s.run(t, `INSERT INTO visits VALUES ('after')`)
	s.Number = "2"
	c = s.start(t)
	if err := errors.Join(c.Copy(t.Context()), c.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]struct {
		notes  string
		beside int
	}{lost: {"before", 0}, filepath.Join(s.Dir, copier.ServerKeyFile): {"before,after", 0}, s.private: {"before,after", 1}} {
		if got, err := s.restored(t, key, time.Time{}); err != nil || got != want.notes {
			t.Errorf("%s opens %q, %v", filepath.Base(key), got, err)
		}
		keys, err := copier.Identities(key)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := copier.Find(t.Context(), s.To, keys, time.Time{}); err != nil || len(m.Beside) != want.beside || m.Unread != nil || m.Size < 8192 {
			t.Errorf("with %s it finds %+v, %v", filepath.Base(key), m, err)
		} else if len(m.Beside) > 0 { // and is found by its folder alone
			alone, err := copier.Find(t.Context(), m.Beside[0].From, keys, time.Time{})
			if err != nil || !alone.At.Equal(m.Beside[0].At) || !alone.At.Before(m.At) {
				t.Errorf("in %s it finds %+v, %v", m.Beside[0].From, alone, err)
			}
		}
	}
}

// A copy of which a file is cut short is not there to be put back, whatever the names of its files say.
func TestACopyThatIsCutShortIsNotFound(t *testing.T) {
	s := newSite(t)
	c := s.start(t)
	if err := errors.Join(c.Copy(t.Context()), c.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	for path := range strings.Lines(files(t, s.To)) {
		path = strings.TrimSpace(path)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, info.Size()/2); err != nil {
			t.Fatal(err)
		}
	}
	keys, err := copier.Identities(s.private)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := copier.Find(t.Context(), s.To, keys, time.Time{}); err == nil {
		t.Errorf("it finds %+v", m)
	}
}
