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

	"doorstep/internal/care"
)

// byName are the files that look fields up by name, and why: their records are of several collections, or are what
// somebody may see of one. Everything else reads a record through its accessors in internal/care, where a name that
// there is not does not compile.
var byName = map[string]string{
	"access/handover_access.go": "a projection, by the names of what may be seen", "access/person.go": "a projection",
	"access/projection.go":     "a projection",
	"httpapi/handover_view.go": "reads a projection", "httpapi/issue_view.go": "reads a projection", "httpapi/care_issues.go": "reads a projection",
	"httpapi/care_handovers.go": "reads a projection", "httpapi/work_view.go": "reads a projection",
	"rules/evidence.go":     "true, false and not known are three",
	"pbstore/tx_records.go": "compares values whatever they are", "takein/derive.go": "compares values whatever they are",
	"storetest/memory.go": "a table of any collection", "storetest/contract_records.go": "asserts on stored values",
	"testkit/faults/copies_and_restores.go": "reads a phone", "testkit/faults/phones.go": "reads a phone",
	"sim/actions.go": "reads a phone", "sim/actions_write.go": "reads a phone", "sim/handing.go": "reads a phone", "sim/actions_plans.go": "reads a phone",
	"demo/scenes_phones.go": "reads a phone", "demo/scenes_handovers.go": "reads a phone", "demo/script.go": "reads a phone", "demo/opening.go": "reads a phone",
	"phone/view.go": "a phone holds records of any collection", "phone/record.go": "a phone holds records of any collection",
}

// lookUps are the methods that take the name of a field.
var lookUps = []string{"Text", "Get", "Raw", "Time", "Flag", "Number", "JSON"}

func TestFieldsAreReadThroughAccessorsAndNoNameIsMistyped(t *testing.T) {
	fields := map[string]bool{}
	for _, c := range care.Collections() {
		for i := range c.Fields {
			fields[c.Fields[i].Name] = true
		}
	}
	met := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		name := strings.TrimPrefix(filepath.ToSlash(path), "../")
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "care/") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			lit, literal := call.Args[0].(*ast.BasicLit)
			if !ok || !literal || lit.Kind != token.STRING || !slices.Contains(lookUps, method.Sel.Name) || ofRequest(method.X) {
				return true
			}
			field, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			met[name] = true
			where := files.Position(lit.Pos()).String()
			if byName[name] == "" {
				t.Errorf("%s reads %q by its name; read the record through its accessor in internal/care, such as care.AsVisit(record)", where, field)
			}
			if !fields[field] {
				t.Errorf("%s reads %q, and no collection has a field of that name", where, field)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range byName {
		if !met[name] {
			t.Errorf("%s looks nothing up by name any more: take it out of the list", name)
		}
	}
}

// ofRequest: a query, a form, a header or a struct tag, whose Get is of another kind.
func ofRequest(on ast.Expr) bool {
	switch on := on.(type) {
	case *ast.Ident:
		return slices.Contains([]string{"q", "form", "header", "url", "query", "values"}, on.Name)
	case *ast.SelectorExpr:
		return slices.Contains([]string{"Header", "Tag"}, on.Sel.Name)
	case *ast.CallExpr:
		method, ok := on.Fun.(*ast.SelectorExpr)
		return ok && slices.Contains([]string{"Query", "Header"}, method.Sel.Name)
	}
	return false
}
