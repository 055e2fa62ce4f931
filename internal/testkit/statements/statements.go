// Package statements holds a package of SQL to two rules: each statement it runs has a name, so that all of them
// can be found, and none reads all of a table that grows. Tests of pbstore and pbpages use it.
package statements

import (
	"database/sql"
	"fmt"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Package is a package whose test runs in its own folder.
type Package struct {
	// Built are the statements that functions make, by the name of the function and what each is for.
	Built map[string]map[string]string
	// Conditions are the names of the constants that are conditions on records.
	Conditions []string
	// Least is how many statements there are at least: fewer, and the test has lost sight of them.
	Least int
	// MayScan are the statements that may read all of a table that grows, with the reason.
	MayScan map[string]string
}

// small are the tables that do not grow with the years: what a statement reads of them may be all of them.
var small = map[string]string{
	"sync_meta":      "one row",
	"sync_epochs":    "one row for each restored backup",
	"sync_histories": "one row for each start of the server",
	"sync_partings":  "a few rows for each restored backup",
	"organisations":  "the practices and services of one area",
	"teams":          "their teams",
	"handover_rules": "the rules a clinical lead keeps",
	"calendar_days":  "a few bank holidays a year",
	"team_routes":    "the ways to the teams of one area",
	"once_links":     "those of a day",
	"staff":          "the people who work there",
}

// Search fails for every statement that, prepared on today's schema, reads all of a table that grows: it is quick in
// a test and slow in its third year. It returns the small tables that are read whole.
func (p Package) Search(t *testing.T, db *sql.DB) {
	t.Helper()
	tables := tableNames(t, db)
	statements := p.read(t).constants
	for function, forms := range p.Built {
		if len(forms) == 0 {
			t.Errorf("no statement of %s is tried", function)
		}
		for form, statement := range forms {
			statements[strings.TrimSpace(function+" "+form)] = statement
		}
	}
	if len(statements) < p.Least {
		t.Errorf("only %d statements were found", len(statements))
	}
	used := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(statements)) {
		if preparedAnew.MatchString(statements[name]) {
			t.Errorf("%s: SQLite looks into a limit that is a parameter alone, and prepares the statement anew for each: write LIMIT +?\n%.600s", name, statements[name])
		}
		for _, table := range scanned(t, db, tables, name, statements[name]) {
			switch {
			case small[table] != "":
			case p.MayScan[name] != "":
				used[name] = true
			default:
				t.Errorf("%s reads all of %s, which grows: give it an index, or say in MayScan why it may\n%.600s", name, table, statements[name])
			}
		}
	}
	for name := range p.MayScan {
		if !used[name] {
			t.Errorf("%s reads no table whole any more: take it from the list", name)
		}
	}
}

// Named fails where a statement is run that is neither a constant of the package nor made by a function of Built.
func (p Package) Named(t *testing.T) {
	t.Helper()
	for _, fault := range p.read(t).faults {
		t.Error(fault)
	}
}

// Files fails for a file without SQL.
func (p Package) Files(t *testing.T, but ...string) {
	t.Helper()
	for name, has := range p.read(t).files {
		if !has && !slices.Contains(but, name) {
			t.Errorf("%s holds no SQL: what it does belongs beside a statement, or in another package", name)
		}
	}
}

var preparedAnew = regexp.MustCompile(`(?i)\bLIMIT\s+[?:@$]`)

// plan is one line of a query plan: what is read whole.
var plan = regexp.MustCompile(`^SCAN (\S+)(.*)$`)

// scanned lists the tables that a statement reads whole.
func scanned(t *testing.T, db *sql.DB, tables map[string]bool, name, statement string) (found []string) {
	t.Helper()
	var args []any
	for range 64 {
		args = append(args, nil)
	}
	rows, err := db.Query("EXPLAIN QUERY PLAN "+statement, args...)
	if err != nil {
		t.Errorf("%s cannot be prepared: %v\n%s", name, err, statement)
		return nil
	}
	defer rows.Close()
	called := aliases(statement)
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		m := plan.FindStringSubmatch(detail)
		if len(m) < 3 || strings.Contains(m[2], "VIRTUAL TABLE") || strings.HasSuffix(m[2], "CONSTANT ROW") || strings.HasSuffix(m[2], "CONSTANT ROWS") {
			continue
		}
		switch table := called[m[1]]; {
		case tables[table]:
			found = append(found, table)
		case strings.HasPrefix(m[1], "("), strings.Contains(statement, "WITH "+m[1]+" AS ("):
			// what a query inside gave; how that was read is a line of its own
		default:
			t.Errorf("%s: which table is %s? %s\n%s", name, m[1], detail, statement)
		}
	}
	if err := rows.Err(); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

var named = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|INTO|UPDATE(?: OR FAIL)?)\s+"?(\w+)"?(?:\s+(?:AS\s+)?(\w+))?`)

// aliases gives the table behind each name in a statement.
func aliases(statement string) map[string]string {
	called := map[string]string{}
	for _, m := range named.FindAllStringSubmatch(statement, -1) {
		called[m[1]] = m[1]
		if m[2] != "" {
			called[m[2]] = m[1]
		}
	}
	return called
}

func tableNames(t *testing.T, db *sql.DB) map[string]bool {
	t.Helper()
	rows, err := db.Query(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names[name] = true
	}
	if len(names) < 20 {
		t.Fatalf("only %d tables: %v", len(names), rows.Err())
	}
	return names
}

// verb begins every statement.
var verb = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|REPLACE|PRAGMA)\s`)

// inSource is what the package's own source says of statements.
type inSource struct {
	constants map[string]string // the statements that are run, by the name of their constant
	files     map[string]bool   // whether a file holds SQL, by its name
	faults    []string          // statements that have no name
}

func (p Package) read(t *testing.T) inSource {
	t.Helper()
	fset := token.NewFileSet()
	own := parseFolder(t, fset, ".")
	// The nouns lend SQL lists of their states; all else that is imported is nothing to a constant.
	care, _ := (&types.Config{Importer: nothing{}, Error: func(error) {}}).Check("doorstep/internal/care", fset, parseFolder(t, fset, "../care"), nil)
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

// nothing imports the packages it has, and knows of the others only that there are such.
type nothing map[string]*types.Package

func (n nothing) Import(path string) (*types.Package, error) {
	if p := n[path]; p != nil {
		return p, nil
	}
	if !strings.Contains(path, ".") && !strings.HasPrefix(path, "doorstep/") {
		return importer.Default().Import(path)
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

// Calculator is an empty SQLite: it works out one expression over one row of made-up columns.
func Calculator(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
