package pbnotices_test

import (
	"testing"

	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/testkit/statements"
)

func ours() statements.Package {
	return statements.Package{Least: 7, MayScan: map[string]string{"forgetOld": "once a day; five for each member of staff at most"}, Conditions: []string{"taking"}}
}

func TestEveryStatementSearches(t *testing.T) { ours().Search(t, pbtest.New(t).SecondConnection(t)) }

func TestEveryStatementHasAName(t *testing.T) { ours().Named(t) }
