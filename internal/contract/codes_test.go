package contract_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestEveryErrorCodeIsDocumentedAndEveryDocumentedCodeIsGiven(t *testing.T) {
	doc := load(t)
	var enum []string
	for _, v := range doc.Components.Schemas["ErrorCode"].Value.Enum {
		enum = append(enum, v.(string))
	}
	given := codesInSource(t)
	for code, where := range given {
		if !slices.Contains(enum, code) {
			t.Errorf("%s gives %s, which ErrorCode of %s lacks", where, code, documentPath)
		}
	}
	named := map[string]bool{"method_not_allowed": true, "not_found": true} // at any address
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			for status, response := range op.Responses.Map() {
				where := method + " " + path + " " + status
				codes := codesOf(t, where, response.Value)
				if len(codes) == 0 && status >= "4" {
					t.Errorf("%s does not say with which codes", where)
				}
				for _, code := range codes {
					named[code] = true
				}
			}
		}
	}
	for _, code := range enum {
		if given[code] == "" {
			t.Errorf("%s is in ErrorCode, but nothing gives it", code)
		}
		if !named[code] {
			t.Errorf("%s is in ErrorCode, but no answer names it in x-codes", code)
		}
	}
	for code := range named {
		if !slices.Contains(enum, code) {
			t.Errorf("an answer names %s, which ErrorCode lacks", code)
		}
	}
}

// codesInSource are the codes of every wire.Error written anywhere in the product, and where.
func codesInSource(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	files := token.NewFileSet()
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.HasPrefix(path, filepath.Join("..", "phone")) || strings.HasPrefix(path, filepath.Join("..", "sim")) {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		note := func(e ast.Expr) {
			if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				code, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				found[code] = files.Position(lit.Pos()).String()
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if named(n.Fun, "wire", "Fail", file) && len(n.Args) > 3 {
					note(n.Args[1])
				}
				if named(n.Fun, "care", "problem", file) { // the desk is refused what a push sets aside
					note(n.Args[0])
				}
			case *ast.ValueSpec: // the codes of the stages, which the routes hand on
				for i, name := range n.Names {
					if slices.Contains([]string{"handover", "arrange", "desk"}, file.Name.Name) && strings.HasPrefix(name.Name, "Code") && i < len(n.Values) {
						note(n.Values[i])
					}
				}
			case *ast.CompositeLit:
				if !named(n.Type, "wire", "Error", file) {
					return true
				}
				for _, e := range n.Elts {
					if pair, ok := e.(*ast.KeyValueExpr); ok {
						if key, ok := pair.Key.(*ast.Ident); ok && key.Name == "Code" {
							note(pair.Value)
						}
					}
				}
			}
			return true
		})
		// Rows of a map of wire.Error leave the type out.
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			if m, ok := lit.Type.(*ast.MapType); ok && named(m.Value, "wire", "Error", file) {
				for _, e := range lit.Elts {
					row, ok := e.(*ast.KeyValueExpr).Value.(*ast.CompositeLit)
					for i := 0; ok && i < len(row.Elts); i++ {
						if pair, ok := row.Elts[i].(*ast.KeyValueExpr); ok && pair.Key.(*ast.Ident).Name == "Code" {
							note(pair.Value)
						}
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// named tells whether an expression is pkg.name, or name alone inside the package itself.
func named(e ast.Expr, pkg, name string, file *ast.File) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == name && file.Name.Name == pkg
	case *ast.SelectorExpr:
		x, ok := e.X.(*ast.Ident)
		return ok && x.Name == pkg && e.Sel.Name == name
	}
	return false
}
