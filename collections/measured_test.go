package collections_test

import (
	"strings"
	"testing"

	"doorstep/internal/measures"
	"doorstep/internal/testkit/pbtest"
)

// The index of what is running, and the statements that need it, name the same measures as the reports that add them up.
func TestTheIndexHoldsWhatIsRunning(t *testing.T) {
	var defined string
	if err := pbtest.New(t).DB().NewQuery(`SELECT sql FROM sqlite_schema WHERE name = 'measure_counts_running'`).Row(&defined); err != nil {
		t.Fatal(err)
	}
	if want := "IN ('" + strings.Join(measures.Running, "', '") + "')"; !strings.HasSuffix(defined, want) {
		t.Errorf("%s, want %s", defined, want)
	}
}
