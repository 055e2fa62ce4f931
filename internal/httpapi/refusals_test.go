package httpapi

import (
	"doorstep/internal/wire"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// deciders are the packages whose refusals have codes of their own.
var deciders = []string{"arrange", "desk", "handover"}

func TestRefusals_EveryCodeOfARoomBelowHasItsAnswer(t *testing.T) {
	for _, room := range deciders {
		codes := codesOf(t, room)
		if len(codes) == 0 {
			t.Errorf("internal/%s declares no code", room)
		}
		for _, code := range codes {
			if _, ok := wire.RowOf(wire.Code(code)); !ok {
				t.Errorf("%q of internal/%s has no row in the table of internal/wire", code, room)
			}
		}
	}
}

// codesOf reads the values of the constants Code… of a package.
func codesOf(t *testing.T, room string) (codes []string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("..", room, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			for i, id := range spec.Names {
				if !strings.HasPrefix(id.Name, "Code") || i >= len(spec.Values) {
					continue
				}
				if lit, ok := spec.Values[i].(*ast.BasicLit); ok {
					code, err := strconv.Unquote(lit.Value)
					if err != nil {
						t.Fatal(err)
					}
					codes = append(codes, code)
				}
			}
			return true
		})
	}
	return codes
}
