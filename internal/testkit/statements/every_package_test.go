package statements

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"doorstep/internal/testkit/pbtest"
)

// packages are the packages of statements by their folder, with their files that hold none and why.
var packages = map[string]struct {
	Package
	plain []string
}{
	"pbchannels": {Package: Package{Least: 24}},
	"pbcontacts": {Package: Package{Least: 17, MayScan: map[string]string{"waiting": "the first of those who wait, in the order of the table itself"}},
		plain: []string{"first.go"}},
	"pbdevices": {Package: Package{Least: 3, MayScan: map[string]string{
		"everyRefusal": "at the start, and what is in it is few: phones that are refused at this moment"}}},
	"pblone": {Package: Package{Least: 4}},
	"pbmeasures": {Package: Package{Least: 24, MayScan: map[string]string{"everybody": "once, when a team went to another organisation or neighbourhood"}},
		plain: []string{"doc.go"}},
	"pbmerges": {Package: Package{Least: 13}},
	"pbnotices": {Package: Package{Least: 7, Conditions: []string{"taking"}, MayScan: map[string]string{
		"forgetOld": "once a day; five for each member of staff at most"}}},
	"pbplans": {Package: Package{Least: 16}},
	"pbrules": {Package: Package{Least: 6}},
}

// elsewhere are the packages that begin with pb, as packages of statements do, and are held by a test of their own or
// run no statement by themselves.
var elsewhere = map[string]string{
	"pbapp":     "opens the database, and runs no statement",
	"pbpages":   "functions make some of its statements: its own test",
	"pbpeople":  "keeps the index of people through PocketBase; its own test follows it",
	"pbrecords": "saves records through PocketBase; its few statements are written where they are run",
	"pbstore":   "functions make some of its statements: its own test",
}

func TestEveryPackageOfStatementsIsHeld(t *testing.T) {
	folders, err := filepath.Glob("../../pb*")
	if err != nil || len(folders) < 10 {
		t.Fatalf("only %v: %v", folders, err)
	}
	for _, folder := range folders {
		name := filepath.Base(folder)
		if _, held := packages[name]; held == (elsewhere[name] != "") {
			t.Errorf("internal/%s has to be in one of the two lists", name)
		}
	}
}

func TestEveryStatementSearches(t *testing.T) {
	db := pbtest.New(t).SecondConnection(t)
	for name, p := range packages {
		t.Run(name, func(t *testing.T) {
			p.Dir = "../../" + name
			p.Search(t, db)
			p.Named(t)
			p.Files(t, p.plain...)
		})
	}
}

// What was given up stays for ever; what a desk has to see to is as much as nobody has in hand.
func TestWhatADeskSeesToIsFoundByWhatIsOpen(t *testing.T) {
	db := pbtest.New(t).SecondConnection(t)
	ours := Package{Dir: "../../pbchannels"}.read(t).constants
	for name, args := range map[string][]any{"undelivered": {"[]", "[]", 9}, "undeliveredCount": {"[]", "[]"}} {
		plan := planOf(t, db, ours[name], args...)
		for _, by := range []string{"(to_team=? AND state=?)", "(from_team=? AND state=?)", "deliveries_handover (handover=?)"} {
			if !strings.Contains(plan, by) {
				t.Errorf("%s does not go by %s:\n%s", name, by, plan)
			}
		}
	}
}

func planOf(t *testing.T, db *sql.DB, statement string, args ...any) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan.WriteString(detail + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
