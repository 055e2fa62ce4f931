package pbpages_test

import (
	"testing"

	"doorstep/internal/pbpages"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/testkit/statements"
)

func ours() statements.Package {
	return statements.Package{Built: pbpages.Built(), Least: 25, MayScan: map[string]string{
		"countsByRule": "a report about every rule; old counts are cleared away",
		"visitsToMake": "a desk asks it when somebody leaves; an index on visits would cost every push a third of its speed",
	}}
}

func TestEveryStatementSearches(t *testing.T) { ours().Search(t, pbtest.New(t).SecondConnection(t)) }

func TestEveryStatementHasAName(t *testing.T) { ours().Named(t) }

func TestEveryFileHasAStatement(t *testing.T) {
	ours().Files(t, "pages.go", "caseload.go", "devices.go")
} // which begin with statements of pbstore
