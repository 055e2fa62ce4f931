package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// judges are the packages that say no to people and phones.
var judges = []string{"internal/syncer", "internal/httpapi", "internal/identity", "internal/desk", "internal/pbrecords", "internal/access"}

// K3. A refusal that stands behind "err != nil || …" tells a phone that it is at fault when the disk is: an error of
// ours goes its own way, and only what was found out refuses anybody. What parses text that the asker sent may.
func TestNoErrorOfOursIsAVerdictAboutTheAsker(t *testing.T) {
	found := 0
	for dir, files := range sources(t) {
		for _, judge := range judges {
			if dir != judge {
				continue
			}
			for _, f := range files {
				if f.test {
					continue
				}
				found++
				for _, at := range verdictsOnErrors(t, filepath.Join("..", filepath.FromSlash(f.name)), nil) {
					t.Errorf("%s: an error and a fact lead to the same refusal: ask errors.Is for what was not found, and let every other error be a failure", at)
				}
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d files were looked at", found)
	}
}

func TestVerdictsOnErrorsAreSeen(t *testing.T) {
	for body, want := range map[string]int{
		`c, err := store.Client(id); if err != nil || c.Device != s.Device { return refuse("not_your_client") }`:                      1,
		`c, err := store.Client(id); if err != nil || c.Device != s.Device { return nil, wire.Fail(404, "gone") }`:                    1,
		`c, err := store.Client(id); if err != nil || c == nil { return ErrNotFound }`:                                                1,
		`c, err := store.Client(id); if err != nil || c == nil { return err }`:                                                        0,
		`n, err := strconv.ParseInt(text, 10, 32); if err != nil || n < 0 { return wire.Fail(400, "a number") }`:                      0,
		`c, err := store.Client(id); if errors.Is(err, ErrNoClient) || err == nil && c.Device != s.Device { return refuse("yours") }`: 0,
	} {
		source := []byte("package p\nfunc f() error {\n" + body + "\nreturn nil\n}\n")
		if got := len(verdictsOnErrors(t, "p.go", source)); got != want {
			t.Errorf("%s: %d found, want %d", body, got, want)
		}
	}
}

// verdictsOnErrors lists conditions "err != nil || …" whose body refuses, unless the error is of parsing.
func verdictsOnErrors(t *testing.T, file string, source []byte) (list []string) {
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
	ast.Inspect(tree, func(n ast.Node) bool {
		block, ok := n.(*ast.BlockStmt)
		if !ok {
			return true
		}
		for i, statement := range block.List {
			check, ok := statement.(*ast.IfStmt)
			if !ok || !orError(check.Cond) || !refuses(check.Body) {
				continue
			}
			from := check.Init
			for j := i - 1; from == nil && j >= 0; j-- {
				if a, ok := block.List[j].(*ast.AssignStmt); ok && assignsErr(a) {
					from = a
				}
			}
			if !parses(from) {
				list = append(list, files.Position(check.Pos()).String())
			}
		}
		return true
	})
	return list
}

// orError: a condition of which "err != nil" is one side of an or.
func orError(e ast.Expr) bool {
	b, ok := e.(*ast.BinaryExpr)
	if !ok || b.Op != token.LOR {
		return false
	}
	for _, side := range []ast.Expr{b.X, b.Y} {
		if s, ok := side.(*ast.BinaryExpr); ok {
			if x, isErr := s.X.(*ast.Ident); s.Op == token.NEQ && isErr && x.Name == "err" || orError(side) {
				return true
			}
		}
	}
	return false
}

func refuses(body *ast.BlockStmt) bool {
	for _, statement := range body.List {
		r, ok := statement.(*ast.ReturnStmt)
		if !ok {
			continue
		}
		for _, result := range r.Results {
			name := ""
			switch x := result.(type) {
			case *ast.CallExpr:
				name = called(x.Fun)
			case *ast.Ident:
				name = x.Name
			case *ast.SelectorExpr:
				name = x.Sel.Name
			}
			if name == "refuse" || name == "Fail" || strings.HasPrefix(name, "Err") {
				return true
			}
		}
	}
	return false
}

func assignsErr(a *ast.AssignStmt) bool {
	for _, left := range a.Lhs {
		if x, ok := left.(*ast.Ident); ok && x.Name == "err" {
			return true
		}
	}
	return false
}

// parses says whether a statement reads text that somebody sent, or compares it.
func parses(s ast.Stmt) bool {
	is := false
	if s == nil {
		return false
	}
	ast.Inspect(s, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok {
			name := strings.ToLower(called(c.Fun))
			is = is || strings.Contains(name, "parse") || strings.Contains(name, "compare") || strings.Contains(name, "decode") || strings.Contains(name, "unmarshal")
		}
		return !is
	})
	return is
}

func called(f ast.Expr) string {
	switch x := f.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	}
	return ""
}
