package pbmeasures_test

import (
	"testing"

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
