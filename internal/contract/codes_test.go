package contract_test

import (
	"doorstep/internal/wire"
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

// The table of internal/wire, the document, and what the sources give: the same codes, each with one status.
func TestEveryErrorCodeIsInTheTableIsDocumentedAndIsGiven(t *testing.T) {
	doc := load(t)
	var enum, table []string
	for _, v := range doc.Components.Schemas["ErrorCode"].Value.Enum {
		enum = append(enum, v.(string))
	}
	for _, row := range wire.Codes {
		table = append(table, string(row.Code))
	}
	slices.Sort(enum)
	slices.Sort(table)
	if !slices.Equal(enum, slices.Compact(table)) {
		t.Errorf("ErrorCode of %s has\n%v\nand the table of internal/wire\n%v", documentPath, enum, table)
	}
	named := map[wire.Code]bool{wire.CodeMethodNotAllowed: true, wire.CodeNotFound: true} // at any address
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			for status, response := range op.Responses.Map() {
				where := method + " " + path + " " + status
				codes := codesOf(t, where, response.Value)
				if len(codes) == 0 && status >= "4" {
					t.Errorf("%s does not say with which codes", where)
				}
				for _, code := range codes {
					named[wire.Code(code)] = true
					row, ok := wire.RowOf(wire.Code(code))
					if !ok || strconv.Itoa(row.Status) != status {
						t.Errorf("%s names %s, which the table gives %d", where, code, row.Status)
					}
				}
			}
		}
	}
	given := codesInSource(t)
	for _, row := range wire.Codes {
		if !given[string(row.Code)] {
			t.Errorf("%s is in the table, but nothing gives it", row.Code)
		}
		if !named[row.Code] {
			t.Errorf("%s is in the table, but no answer names it in x-codes", row.Code)
		}
		if row.Means == "" || (row.On == "") != (row.Do == "") || row.Status < 400 {
			t.Errorf("the row of %s says too little", row.Code)
		}
	}
}

// codesInSource are the codes that the product's sources name, in the table's own words or as the constant of a
// stage, which the routes hand on. A code as a literal in an answer is an error.
func codesInSource(t *testing.T) map[string]bool {
	t.Helper()
	values, used, found := map[string]string{}, map[string]bool{}, map[string]bool{}
	files := token.NewFileSet()
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		if path == filepath.Join("..", "wire", "codes.go") {
			constants(t, file, values)
			return nil
		}
		if slices.Contains([]string{"handover", "arrange", "desk", "care"}, file.Name.Name) {
			own := map[string]string{}
			constants(t, file, own)
			for _, code := range own {
				found[code] = true
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if named(n.Fun, "wire", "Fail", file) {
					if lit, ok := n.Args[0].(*ast.BasicLit); ok {
						t.Errorf("%s gives the code %s as a literal; name it in the table of internal/wire", files.Position(lit.Pos()), lit.Value)
					}
				}
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "wire" {
					used[n.Sel.Name] = true
				}
			case *ast.Ident:
				if file.Name.Name == "wire" {
					used[n.Name] = true
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, code := range values {
		if used[name] {
			found[code] = true
		}
	}
	return found
}

// constants reads the text constants of a file whose names begin with Code.
func constants(t *testing.T, file *ast.File, into map[string]string) {
	t.Helper()
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		for i := 0; ok && i < len(spec.Names) && i < len(spec.Values); i++ {
			lit, text := spec.Values[i].(*ast.BasicLit)
			if !text || lit.Kind != token.STRING || !strings.HasPrefix(spec.Names[i].Name, "Code") {
				continue
			}
			code, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			into[spec.Names[i].Name] = code
		}
		return true
	})
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
