package pbdevices_test

import (
	"testing"

	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/testkit/statements"
)

func ours() statements.Package {
	return statements.Package{Least: 3, MayScan: map[string]string{"everyRefusal": "at the start, and what is in it is few: phones that are refused at this moment"}}
}

func TestEveryStatementSearches(t *testing.T) { ours().Search(t, pbtest.New(t).SecondConnection(t)) }

func TestEveryStatementHasAName(t *testing.T) { ours().Named(t) }
