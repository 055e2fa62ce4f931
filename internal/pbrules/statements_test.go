package pbrules_test

import (
	"testing"

	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/testkit/statements"
)

func ours() statements.Package { return statements.Package{Least: 6} }

func TestEveryStatementSearches(t *testing.T) { ours().Search(t, pbtest.New(t).SecondConnection(t)) }

func TestEveryStatementHasAName(t *testing.T) { ours().Named(t) }

func TestEveryFileHasAStatement(t *testing.T) { ours().Files(t) }
