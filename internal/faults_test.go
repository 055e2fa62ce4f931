package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// faultHomes declare the seeded design bugs that the simulator switches on.
var faultHomes = []string{"internal/phone"}

// TestFaultsAreSwitchedOnByTheSimulatorAlone: no setting, no route and no command reaches a
// seeded bug. Other folders may read a switch or hand it on, and the simulator is imported by
// nobody (see nobody).
func TestFaultsAreSwitchedOnByTheSimulatorAlone(t *testing.T) {
	switches := faultSwitches(t)
	if len(switches) < 10 {
		t.Fatalf("only %d switches found: %v", len(switches), switches)
	}
	for dir, files := range sources(t) {
		if dir == "internal/sim" {
			continue
		}
		for _, f := range files {
			if f.test {
				continue
			}
			for _, at := range switchedOn(t, filepath.Join("..", filepath.FromSlash(f.name)), nil, switches) {
				t.Errorf("%s switches a seeded bug on", at)
			}
		}
	}
}

func TestFaultsAreSeenWhenSwitchedOn(t *testing.T) {
	for _, c := range []struct {
		body string
		on   int
	}{
		{`o.Faults = other.Faults`, 1},
		{`o.Server.NoLeft = true`, 1},
		{`o := Options{Faults: w.o.Faults}; _ = o`, 0},
		{`o := Options{Faults: phone.Faults{NoLeft: true}}; _ = o`, 2},
		{`p := &o.NoLeft; *p = true`, 1},
		{`if o.Faults.NoLeft { return }`, 0},
	} {
		source := []byte("package p\nfunc f() {\n" + c.body + "\n}\n")
		if got := switchedOn(t, "p.go", source, []string{"NoLeft"}); len(got) != c.on {
			t.Errorf("%s: %v, want %d", c.body, got, c.on)
		}
	}
}

// switchedOn lists where a file sets a switch, or the set of them to anything but another's set.
func switchedOn(t *testing.T, file string, source []byte, switches []string) (found []string) {
	t.Helper()
	files := token.NewFileSet()
	var src any
	if source != nil {
		src = source
	}
	tree, err := parser.ParseFile(files, file, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	note := func(n ast.Node) { found = append(found, files.Position(n.Pos()).String()) }
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, to := range n.Lhs {
				if name := selected(to); slices.Contains(switches, name) || name == "Faults" && n.Tok == token.ASSIGN && !appended(n) {
					note(to)
				}
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND && slices.Contains(switches, selected(n.X)) {
				note(n)
			}
		case *ast.KeyValueExpr:
			key, ok := n.Key.(*ast.Ident)
			if ok && (slices.Contains(switches, key.Name) || key.Name == "Faults" && selected(n.Value) != "Faults") {
				note(n)
			}
		}
		return true
	})
	return found
}

// selected is the last name of a.b.c, "" of anything else.
func selected(e ast.Expr) string {
	if s, ok := e.(*ast.SelectorExpr); ok {
		return s.Sel.Name
	}
	return ""
}

// appended says whether a statement is x = append(x, …): a list of what failed, which rules keep
// under the same name, not a switch.
func appended(n *ast.AssignStmt) bool {
	call, ok := n.Rhs[0].(*ast.CallExpr)
	if !ok {
		return false
	}
	name, ok := call.Fun.(*ast.Ident)
	return ok && name.Name == "append"
}

// faultSwitches are the fields of every type Faults in their homes.
func faultSwitches(t *testing.T) (names []string) {
	t.Helper()
	all := sources(t)
	for _, home := range faultHomes {
		before := len(names)
		for _, f := range all[home] {
			tree, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", filepath.FromSlash(f.name)), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(tree, func(n ast.Node) bool {
				spec, ok := n.(*ast.TypeSpec)
				if !ok || spec.Name.Name != "Faults" {
					return true
				}
				if fields, ok := spec.Type.(*ast.StructType); ok {
					for _, field := range fields.Fields.List {
						for _, name := range field.Names {
							names = append(names, name.Name)
						}
					}
				}
				return false
			})
		}
		if len(names) == before {
			t.Errorf("%s declares no Faults any more: %s", home, strings.Join(faultHomes, ", "))
		}
	}
	return names
}
