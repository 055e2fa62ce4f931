package pbcontacts_test

import (
	"testing"

	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/testkit/statements"
)

func ours() statements.Package {
	return statements.Package{Least: 17, MayScan: map[string]string{
		"waiting": "the first of those who wait, in the order of the table itself"}}
}

func TestEveryStatementSearches(t *testing.T) { ours().Search(t, pbtest.New(t).SecondConnection(t)) }

func TestEveryStatementHasAName(t *testing.T) { ours().Named(t) }

func TestEveryFileHasAStatement(t *testing.T) { ours().Files(t, "first.go") }
