package statements

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// inSource is what the package's own source says of statements.
type inSource struct {
	constants map[string]string // the statements that are run, by the name of their constant
	files     map[string]bool   // whether a file holds SQL, by its name
	faults    []string          // statements that have no name
}

func (p Package) read(t *testing.T) inSource {
	t.Helper()
	fset := token.NewFileSet()
	own := parseFolder(t, fset, filepath.Join(p.Dir, "."))
	// The nouns lend SQL lists of their states; all else that is imported is nothing to a constant.
	care, _ := (&types.Config{Importer: nothing{}, Error: func(error) {}}).Check("doorstep/internal/care", fset, parseFolder(t, fset, filepath.Join(p.Dir, "../care")), nil)
	checked, _ := (&types.Config{Importer: nothing{"doorstep/internal/care": care}, Error: func(error) {}}).Check("checked", fset, own, nil)
	found := inSource{constants: map[string]string{}, files: map[string]bool{}}
	conditions := p.Conditions
	var run map[string]bool
	run, found.faults = p.namesOf(fset, own)
	for name := range run {
		c, ok := checked.Scope().Lookup(name).(*types.Const)
		if !ok || c.Val().Kind() != constant.String || !verb.MatchString(constant.StringVal(c.Val())) {
			t.Fatalf("%s is run, and is no statement", name)
		}
		found.constants[name] = constant.StringVal(c.Val())
	}
	for _, f := range own {
		name := filepath.Base(fset.Position(f.Pos()).Filename)
		found.files[name] = false
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				found.files[name] = found.files[name] || verb.MatchString(unquoted(n))
			case *ast.ValueSpec:
				for _, ident := range n.Names {
					found.files[name] = found.files[name] || slices.Contains(conditions, ident.Name)
				}
			}
			return true
		})
	}
	return found
}

func parseFolder(t *testing.T, fset *token.FileSet, dir string) (files []*ast.File) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// nothing imports the packages it has, and knows of the others only that there are such: to look into the standard library
// would take a command for each package of it.
type nothing map[string]*types.Package

func (n nothing) Import(path string) (*types.Package, error) {
	if p := n[path]; p != nil {
		return p, nil
	}
	p := types.NewPackage(path, filepath.Base(path))
	p.MarkComplete()
	return p, nil
}

// namesOf lists the constants that are run, and the statements and conditions that have no name.
func (p Package) namesOf(fset *token.FileSet, files []*ast.File) (run map[string]bool, faults []string) {
	run = map[string]bool{}
	built, conditions := p.Built, p.Conditions
	runs := map[string]int{"Row": 0, "Each": 0, "Exec": 0} // of sqlitedb; the place of the statement among the arguments
	asks := map[string]int{}                               // the same for conditions
	constants := map[string]bool{}
	takes := func(function string, params *ast.FieldList) {
		place := 0
		for _, field := range params.List {
			for _, name := range field.Names {
				switch name.Name {
				case "query":
					runs[function] = place
				case "condition":
					asks[function] = place
				}
				place++
			}
		}
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				takes(n.Name.Name, n.Type.Params)
			case *ast.AssignStmt: // name := func(query string) …
				if literal, ok := n.Rhs[0].(*ast.FuncLit); ok {
					if name, ok := n.Lhs[0].(*ast.Ident); ok {
						takes(name.Name, literal.Type.Params)
					}
				}
			case *ast.GenDecl:
				for _, spec := range n.Specs {
					if v, ok := spec.(*ast.ValueSpec); ok && n.Tok == token.CONST {
						for _, name := range v.Names {
							constants[name.Name] = true
						}
					}
				}
			}
			return true
		})
	}
	for _, f := range files {
		for _, d := range f.Decls {
			function, ok := d.(*ast.FuncDecl)
			if !ok {
				continue // what a constant or a variable of the package says has its name
			}
			fault := func(n ast.Node, what string) {
				faults = append(faults, fmt.Sprintf("%s: %s", fset.Position(n.Pos()), what))
			}
			ast.Inspect(function.Body, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BasicLit:
					if _, listed := built[function.Name.Name]; !listed && verb.MatchString(unquoted(n)) {
						fault(n, "SQL outside of a constant, in a function that Built does not list")
					}
				case *ast.CallExpr:
					name, ofDB := called(n)
					if place, ok := runs[name]; ok && (ofDB || !ast.IsExported(name)) && place < len(n.Args) {
						known := func(c string) bool {
							if constants[c] {
								run[c] = true
							}
							return constants[c]
						}
						if !isNamed(n.Args[place], "query", known, built) {
							fault(n, name+" runs a statement that is neither a constant nor made by a function that Built lists")
						}
					}
					if place, ok := asks[name]; ok && place < len(n.Args) {
						if !isNamed(n.Args[place], "condition", func(c string) bool { return slices.Contains(conditions, c) }, nil) {
							fault(n, name+" is given a condition that is not one of Conditions")
						}
					}
				}
				return true
			})
		}
	}
	return run, faults
}

// isNamed says whether an argument is a constant, a call of a listed function, or the caller's own parameter.
func isNamed(arg ast.Expr, parameter string, constant func(string) bool, built map[string]map[string]string) bool {
	switch arg := arg.(type) {
	case *ast.Ident:
		return arg.Name == parameter || constant(arg.Name)
	case *ast.CallExpr:
		name, _ := called(arg)
		_, listed := built[name]
		return listed
	}
	return false
}

// called is the name of what a call calls, and whether that is a method of a connection.
func called(call *ast.CallExpr) (name string, ofDB bool) {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name, false
	case *ast.SelectorExpr:
		switch on := f.X.(type) {
		case *ast.Ident:
			ofDB = on.Name == "db" || on.Name == "v" // a snapshot, by the name that its methods and those of Pages give it
		case *ast.SelectorExpr:
			ofDB = on.Sel.Name == "db"
		}
		return f.Sel.Name, ofDB
	}
	return "", false
}

func unquoted(lit *ast.BasicLit) string {
	if lit.Kind != token.STRING {
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return s
}
