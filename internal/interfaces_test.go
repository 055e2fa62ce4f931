package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"testing"
)

// mostMethods is how many methods an interface of a room may declare: a fake of it must be quick to write, and
// whoever reads the room must see what it asks of others.
const mostMethods = 10

func TestARoomAsksLittleOfOthers(t *testing.T) {
	all, found := sources(t), 0
	for _, dir := range []string{"internal/takein", "internal/judge", "internal/arrange", "internal/syncer", "internal/desk"} {
		for _, f := range all[dir] {
			if f.test {
				continue
			}
			tree, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", filepath.FromSlash(f.name)), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(tree, func(n ast.Node) bool {
				spec, ok := n.(*ast.TypeSpec)
				if !ok {
					return true
				}
				if declared, ok := spec.Type.(*ast.InterfaceType); ok {
					found++
					if n := len(declared.Methods.List); n > mostMethods {
						t.Errorf("%s: %s has %d methods, and may have %d", f.name, spec.Name.Name, n, mostMethods)
					}
				}
				return true
			})
		}
	}
	if found < 10 {
		t.Errorf("only %d interfaces were found", found)
	}
}
