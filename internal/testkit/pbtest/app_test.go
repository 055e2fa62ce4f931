package pbtest_test

import (
	"slices"
	"testing"

	"doorstep/internal/testkit/pbtest"
)

func TestNew_StartsEmptyAndApart(t *testing.T) {
	a, b := pbtest.New(t), pbtest.New(t)
	a.Org(t, "practice", "Elm Row Surgery")
	for app, want := range map[*pbtest.App]int64{a: 1, b: 0} {
		n, err := app.CountRecords("organisations")
		if err != nil || n != want {
			t.Errorf("organisations = %d, %v; want %d", n, err, want)
		}
	}
}

func TestOpen_AfterCloseFindsWhatWasWritten(t *testing.T) {
	dir := t.TempDir()
	if err := pbtest.Fill(dir); err != nil {
		t.Fatal(err)
	}
	first := pbtest.Open(t, dir)
	first.Org(t, "practice", "Elm Row Surgery")
	first.Close(t)
	if n, err := pbtest.Open(t, dir).CountRecords("organisations"); err != nil || n != 1 {
		t.Errorf("organisations after a restart = %d, %v; want 1", n, err)
	}
}

// Whatever writes shows: a record's save, SQL beside PocketBase, and a value that becomes nothing.
func TestHashes_TellWhatChanged(t *testing.T) {
	a := pbtest.New(t)
	elm := a.Org(t, "practice", "Elm Row Surgery")
	changed := func(how string, change func() error, want ...string) {
		t.Helper()
		before := a.Hashes(t, "sync_dirty")
		if err := change(); err != nil {
			t.Fatalf("%s: %v", how, err)
		}
		var got []string
		for table, hash := range a.Hashes(t, "sync_dirty") {
			if before[table] != hash {
				got = append(got, table)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v changed, want %v", how, got, want)
		}
	}
	script := a.SecondConnection(t)
	by := func(statement string) func() error {
		return func() error {
			_, err := script.Exec(statement)
			return err
		}
	}
	changed("nothing", func() error { return nil })
	changed("a save", func() error { elm.Set("name", "Elm Row"); return a.Save(elm) }, "organisations")
	changed("the same once more", by("UPDATE organisations SET name = name"))
	changed("SQL", by("UPDATE organisations SET name = 'Oak Street'"), "organisations")
	changed("a table of one's own", by("CREATE TABLE notes (id, said); INSERT INTO notes VALUES (1, '')"), "notes")
	changed("nothing in place of an empty text", by("UPDATE notes SET said = NULL"), "notes")
	if all := a.Hashes(t); all["sync_dirty"] == "" {
		t.Error("a table that was left out before is left out again")
	}
}
