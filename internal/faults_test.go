package internal_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoSwitchForABugShips: the seeded design bugs that prove the simulator live in the simulator, as decorators
// of what stands between the parts. Nothing that ships declares or reads a switch for one.
func TestNoSwitchForABugShips(t *testing.T) {
	looked := 0
	for dir, files := range sources(t) {
		if dir == "internal/sim" {
			continue
		}
		for _, f := range files {
			if f.test {
				continue
			}
			looked++
			for _, at := range bugSwitches(t, filepath.Join("..", filepath.FromSlash(f.name)), nil) {
				t.Errorf("%s: a switch for a bug in code that ships. Make it a decorator in internal/sim", at)
			}
		}
	}
	if looked < 300 {
		t.Errorf("only %d files were looked at", looked)
	}
}

// TestTheRoomsArePutTogetherInOnePlace: a decorator of the simulator stands before whatever goes through the rooms,
// phones' pushes and desks' decisions alike, because the engine alone puts them together.
func TestTheRoomsArePutTogetherInOnePlace(t *testing.T) {
	const place = "internal/syncer/seams.go"
	found := false
	for dir, files := range sources(t) {
		if dir == "internal/sim" {
			continue
		}
		for _, f := range files {
			if f.test {
				continue
			}
			source, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(f.name)))
			if err != nil {
				t.Fatal(err)
			}
			switch calls := bytes.Contains(source, []byte("rooms.Of(")); {
			case calls && f.name == place:
				found = true
			case calls:
				t.Errorf("%s puts the rooms together itself; ask the engine for Rooms", f.name)
			}
		}
	}
	if !found {
		t.Errorf("%s does not put the rooms together any more", place)
	}
}

func TestSwitchesForBugsAreSeen(t *testing.T) {
	for _, c := range []struct {
		code string
		n    int
	}{
		{`type Faults struct { NoLeft bool }`, 1},
		{`type o struct { Faults other.Faults }`, 1},
		{`func f() { if o.Faults.NoLeft { return } }`, 1},
		{`// skip is the seeded bug that leaves everything out.
func skip() {}`, 1},
		{`type Judgement struct { Faults []Fault }`, 0},
		{`func f() { out.Faults = append(out.Faults, fault) }`, 0},
		{`func f() { for range j.Faults { } }`, 0},
	} {
		if got := bugSwitches(t, "p.go", []byte("package p\n"+c.code+"\n")); len(got) != c.n {
			t.Errorf("%s: %v, want %d", c.code, got, c.n)
		}
	}
}

// bugSwitches lists where a file declares a set of faults that can be switched on, holds one, asks one, or says in
// a comment that it is a seeded bug. A rule's list of faults, which is a slice, is none.
func bugSwitches(t *testing.T, file string, source []byte) (found []string) {
	t.Helper()
	files := token.NewFileSet()
	var src any
	if source != nil {
		src = source
	}
	tree, err := parser.ParseFile(files, file, src, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	note := func(n ast.Node) { found = append(found, files.Position(n.Pos()).String()) }
	for _, c := range tree.Comments {
		if strings.Contains(strings.ToLower(c.Text()), "seeded bug") || strings.Contains(strings.ToLower(c.Text()), "seeded design bug") {
			note(c)
		}
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.TypeSpec:
			if _, isStruct := n.Type.(*ast.StructType); isStruct && n.Name.Name == "Faults" {
				note(n)
			}
		case *ast.Field:
			if _, isList := n.Type.(*ast.ArrayType); !isList && len(n.Names) == 1 && n.Names[0].Name == "Faults" && !isNumber(n.Type) {
				note(n)
			}
		case *ast.SelectorExpr:
			if inner, ok := n.X.(*ast.SelectorExpr); ok && inner.Sel.Name == "Faults" {
				note(n)
			}
		}
		return true
	})
	return found
}

// isNumber says whether a field is a count.
func isNumber(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && strings.HasPrefix(id.Name, "int")
}
