package pbtest_test

import (
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
