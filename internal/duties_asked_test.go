package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"testing"
)

// dutiesAskedElsewhere are the folders that look a role up in the table of duties themselves, and why.
// Everybody else is handed an access.Access, or asks access.RightsOf.
var dutiesAskedElsewhere = map[string]string{
	"internal/care":     "the table is there",
	"internal/access":   "this is the room that decides",
	"internal/handover": "the machine states, role by role, who may move a handover; that table is golden there",
	"internal/sim":      "its model decides by itself, to be compared with what the server did",
	"internal/demo":     "it invents people for each role",
}

func TestWhoMaySeeWhatIsDecidedInOneRoom(t *testing.T) {
	for dir, files := range sources(t) {
		if dutiesAskedElsewhere[dir] != "" {
			continue
		}
		for _, file := range files {
			if !file.test && calls(t, file.name, "care", "DutyOf") {
				t.Errorf("%s looks a role up in the table of duties: take an access.Access (or access.RightsOf, of whoever is not the one who asks) and add the decision to internal/access", file.name)
			}
		}
	}
	for dir := range dutiesAskedElsewhere {
		if _, there := sources(t)[dir]; !there {
			t.Errorf("%s may look up duties but is not there: take it out of the list", dir)
		}
	}
}

// calls says whether a file calls a function of a package by name.
func calls(t *testing.T, file, pkg, function string) (found bool) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), path.Join("..", file), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if s, ok := call.Fun.(*ast.SelectorExpr); ok {
			x, _ := s.X.(*ast.Ident)
			found = found || x != nil && x.Name == pkg && s.Sel.Name == function
		}
		return true
	})
	return found
}

func TestACallIsFound(t *testing.T) {
	if !calls(t, "internal/access/rights.go", "care", "DutyOf") || calls(t, "internal/care/role.go", "care", "DutyOf") {
		t.Error("calls to care.DutyOf are not found where they are, or found where they are not")
	}
}
