// Package statements holds a package of SQL to two rules: each statement it runs has a name, so that all of them
// can be found, and none reads all of a table that grows. A test here holds every package of statements to them; those
// whose statements functions make are held by a test of their own.
package statements

import (
	"database/sql"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/sqlitedb"
)

// Package is a package of statements.
type Package struct {
	// Dir is its folder; none for the folder that the test runs in.
	Dir string
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
	"sync_meta":        "one row",
	"sync_epochs":      "one row for each restored backup",
	"sync_histories":   "one row for each start of the server",
	"sync_partings":    "a few rows for each restored backup",
	"organisations":    "the practices and services of one area",
	"teams":            "their teams",
	"handover_rules":   "the rules a clinical lead keeps",
	"calendar_days":    "a few bank holidays a year",
	"contact_lists":    "the lists that the teams of one area keep",
	"team_routes":      "the ways to the teams of one area",
	"once_links":       "those of a day",
	"account_requests": "five for each team, of a month",
	"measure_state":    "one row",
	"measure_stale":    "weeks, a year of them at most",
	"staff":            "the people who work there",
	"neighbourhoods":   "those of one area",
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
				t.Errorf("%s reads all of %s, which grows: give it an index, name the states that it asks for, or say in MayScan why it may\n%.600s", name, table, statements[name])
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

// everOfATeam is a line by which all that a team ever had is read, for the sake of what is open of it.
var everOfATeam = regexp.MustCompile(` INDEX idx_handovers_(?:to|from)_team \(\w+=\?\)$`)

// scanned lists the tables that a statement reads whole, and handovers where it reads all that a team ever had of them.
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
		if everOfATeam.MatchString(detail) {
			found = append(found, "handovers")
			continue
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

// Calculator is an empty SQLite: it works out one expression over one row of made-up columns.
func Calculator(t *testing.T) *sql.DB {
	t.Helper()
	sqlitedb.KeepMemory() // or all that the process opens after this does without
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
