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

// A disk that is not mounted any more leaves its folder behind, on the disk below: nothing is copied there, and the copy goes on
// when the disk is back.
func TestACopyWhoseDiskIsGoneIsNotMadeOnAnother(t *testing.T) {
	for name, unmount := range map[string]func(*testing.T, *copier.Copier, string) (mount func()){
		"the folder is gone": func(t *testing.T, _ *copier.Copier, own string) func() {
			move := func(from, to string) {
				if err := os.Rename(from, to); err != nil {
					t.Fatal(err)
				}
			}
			move(own, own+".away")
			return func() { move(own+".away", own) }
		},
		"another folder is in its place": func(_ *testing.T, c *copier.Copier, _ string) func() {
			c.Disks(func(string) (uint64, error) { return 7, nil })
			return func() { c.Disks(copier.DiskOf) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			c := s.start(t)
			s.run(t, `INSERT INTO visits VALUES ('1')`)
			if err := c.Copy(t.Context()); err != nil {
				t.Fatal(err)
			}
			list, err := os.ReadDir(s.To)
			if err != nil || len(list) != 1 {
				t.Fatalf("the copy has %v, %v", list, err)
			}
			own := filepath.Join(s.To, list[0].Name())
			before := files(t, filepath.Join(own, "0")) // what is committed; other files are made of these
			mount := unmount(t, c, own)
			s.run(t, `INSERT INTO visits VALUES ('2')`)
			if err := c.Copy(t.Context()); !errors.Is(err, copier.ErrNotCopied) || !c.State().Failing {
				t.Errorf("it says that it was copied: %v, %+v", err, c.State())
			}
			if _, err := os.Stat(own); err == nil && files(t, filepath.Join(own, "0")) != before {
				t.Error("it copies into what is in the place of the folder")
			}
			mount()
			if err := errors.Join(c.Copy(t.Context()), c.Close(t.Context())); err != nil {
				t.Fatal(err)
			}
			if got, err := s.restored(t, s.private, time.Time{}); err != nil || got != "1,2" {
				t.Errorf("it holds %q, %v", got, err)
			}
		})
	}
}

// A server that starts while the disk is not mounted makes no folder in its place, and copies once it is there again. Whoever deleted
// the copy, and means it, says so.
func TestAServerThatStartsWithoutTheDiskOfItsCopyMakesNoOther(t *testing.T) {
	s := newSite(t)
	c := s.start(t)
	s.run(t, `INSERT INTO visits VALUES ('1')`)
	if err := errors.Join(c.Copy(t.Context()), c.Close(t.Context()), os.Rename(s.To, s.To+".away")); err != nil {
		t.Fatal(err)
	}
	c = s.start(t)
	s.run(t, `INSERT INTO visits VALUES ('2')`)
	if err := c.Copy(t.Context()); !errors.Is(err, copier.ErrNotCopied) || !strings.Contains(err.Error(), "not mounted") || !c.State().Failing {
		t.Errorf("it says that it was copied: %v, %+v", err, c.State())
	}
	if _, err := os.Stat(s.To); err == nil {
		t.Error("it made a folder in the place of the disk")
	}
	if err := errors.Join(os.Rename(s.To+".away", s.To), c.Copy(t.Context())); err != nil {
		t.Error(err)
	}
	if got, err := s.restored(t, s.private, time.Time{}); err != nil || got != "1,2" {
		t.Errorf("once it is mounted the copy holds %q, %v", got, err)
	}
	if err := errors.Join(os.RemoveAll(s.To), os.Remove(filepath.Join(s.Dir, "copy.folder"))); err != nil {
		t.Fatal(err)
	}
	s.run(t, `INSERT INTO visits VALUES ('3')`)
	if err := c.Copy(t.Context()); !errors.Is(err, copier.ErrNotCopied) {
		t.Errorf("a copy of which the beginning is gone goes on: %v", err)
	}
	if err := c.Close(t.Context()); err == nil || !strings.Contains(err.Error(), "is gone") || strings.Contains(s.log.String(), "retrying") { // a server that ends tries once
		t.Errorf("it ends with %v, and said\n%s", err, &s.log)
	}
	c = s.start(t)
	if err := errors.Join(c.Copy(t.Context()), c.Close(t.Context())); err != nil {
		t.Error(err)
	}
	if got, err := s.restored(t, s.private, time.Time{}); err != nil || got != "1,2,3" {
		t.Errorf("begun anew the copy holds %q, %v", got, err)
	}
}

// What Litestream keeps beside the database is about one copy: another folder has nothing of what it holds no more.
func TestACopyInAnotherFolderBeginsFromTheBeginning(t *testing.T) {
	s := newSite(t)
	c := s.start(t)
	for _, id := range []string{"1", "2"} {
		s.run(t, `INSERT INTO visits VALUES ('`+id+`')`)
		if err := c.Copy(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadDir(filepath.Join(s.Dir, ".data.db-litestream", "ltx", "0"))
	if err != nil || len(kept) < 2 {
		t.Fatalf("kept are %v, %v", kept, err)
	}
	for _, file := range kept[:len(kept)-1] { // as it does itself once they were joined
		if err := os.Remove(filepath.Join(s.Dir, ".data.db-litestream", "ltx", "0", file.Name())); err != nil {
			t.Fatal(err)
		}
	}
	s.To += ".other"
	c = s.start(t)
	if err := errors.Join(c.Copy(t.Context()), c.Close(t.Context())); err != nil {
		t.Error(err)
	}
	if got, err := s.restored(t, s.private, time.Time{}); err != nil || got != "1,2" {
		t.Errorf("it holds %q, %v", got, err)
	}
}

// What a server that was killed had begun to write into its copy is deleted by the next start; nobody else's is.
func TestWhatWasBegunInACopyAndNotEndedIsDeletedByTheNextStart(t *testing.T) {
	s := newSite(t)
	c := s.start(t)
	if err := errors.Join(c.Copy(t.Context()), c.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadDir(s.To)
	if err != nil || len(list) != 1 {
		t.Fatalf("the copy has %v, %v", list, err)
	}
	ours, theirs := filepath.Join(s.To, list[0].Name(), "0", "123.part"), filepath.Join(s.To, "pppppppppppppppp", "0", "123.part")
	if err := errors.Join(os.MkdirAll(filepath.Dir(theirs), 0o700), os.WriteFile(ours, []byte("half"), 0o600), os.WriteFile(theirs, []byte("half"), 0o600)); err != nil {
		t.Fatal(err)
	}
	s.run(t, `INSERT INTO visits VALUES ('1')`)
	c = s.start(t)
	if err := errors.Join(c.Copy(t.Context()), c.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(ours); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what was begun is there still: %v", err)
	}
	if _, err := os.Stat(theirs); err != nil {
		t.Errorf("another server's is gone: %v", err)
	}
}

// files are the names of all files below a folder.
func files(t *testing.T, dir string) (all string) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all += path + "\n"
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// A disk that was not mounted looks like a folder on the disk of the data, and the copy would be lost with that.
func TestACopyOnTheDiskOfTheDataIsSaid(t *testing.T) {
	s := newSite(t)
	s.To = filepath.Join(filepath.Dir(s.Dir), "not", "there", "yet")
	if err := s.start(t).Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(s.log.String(), "the copy lies on the disk of the data folder") {
		t.Errorf("it says %q", &s.log)
	}
}
