package pbmeasures_test

import (
	"strings"
	"testing"

	"doorstep/internal/measures"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/testkit/statements"
)

// mayScan are the statements that read all of a table that grows, and why they may.
var mayScan = map[string]string{
	"everybody": "once, when a team went to another organisation or neighbourhood",
}

func ours() statements.Package { return statements.Package{Least: 24, MayScan: mayScan} }

func TestEveryStatementSearches(t *testing.T) { ours().Search(t, pbtest.New(t).SecondConnection(t)) }

func TestEveryStatementHasAName(t *testing.T) { ours().Named(t) }

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
