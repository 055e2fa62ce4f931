package contract_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// A push is read by a decoder of its own (internal/wire/push.go), which has no type whose tags could be compared:
// what it looks for by name is what the schemas say, no more and no less.
func TestTheDecoderOfAPushReadsWhatItsSchemasSay(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "wire", "push.go"), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for function, schemas := range map[string][]string{
		"decodePush": {"PushRequest"}, "readMutation": {"Mutation"}, "readOp": {"Create", "Update", "AddOrRemove", "Retract", "Resolve"},
	} {
		want := map[string]bool{}
		for _, name := range schemas {
			for member := range load(t).Components.Schemas[name].Value.Properties {
				want[member] = true
			}
		}
		if have := namesLookedFor(t, file, function); !slices.Equal(have, slices.Sorted(maps.Keys(want))) {
			t.Errorf("%s looks for %v, the schemas %v have %v", function, have, schemas, slices.Sorted(maps.Keys(want)))
		}
	}
}

// namesLookedFor are the cases of the switch over a member's name in a function.
func namesLookedFor(t *testing.T, file *ast.File, function string) (names []string) {
	t.Helper()
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != function {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.SwitchStmt)
			if !ok {
				return true
			}
			if on, ok := s.Tag.(*ast.Ident); !ok || on.Name != "name" {
				return true
			}
			for _, c := range s.Body.List {
				for _, e := range c.(*ast.CaseClause).List {
					name, err := strconv.Unquote(e.(*ast.BasicLit).Value)
					if err != nil {
						t.Fatal(err)
					}
					names = append(names, name)
				}
			}
			return true
		})
	}
	if len(names) == 0 {
		t.Fatalf("internal/wire/push.go has no %s that looks for members by name", function)
	}
	slices.Sort(names)
	return names
}
