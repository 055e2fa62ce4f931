package statements

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"doorstep/internal/testkit/pbtest"
)

func TestAScanIsFound(t *testing.T) {
	db := pbtest.New(t).SecondConnection(t)
	tables := tableNames(t, db)
	for _, c := range []struct{ name, statement, want string }{
		{"no index", `SELECT id FROM visits WHERE staff = ?`, "visits"},
		{"under another name", `SELECT v.id FROM visits AS v WHERE v.staff = ?`, "visits"},
		{"in a join", `SELECT 1 FROM patients p JOIN visits v ON v.patient = p.id WHERE p.id = ?`, "visits"},
		{"inside", `SELECT id FROM patients WHERE id IN (SELECT patient FROM visits WHERE staff = ?)`, "visits"},
		{"a whole index", `SELECT patient FROM caseload ORDER BY patient`, "caseload"},
		{"a partial index that does not fit", `SELECT id FROM handovers WHERE owner = ?`, "handovers"},
		{"a deletion", `DELETE FROM sync_results WHERE last_mid = ?`, "sync_results"},
		{"an update", `UPDATE devices SET name = '' WHERE state = ?`, "devices"},
		{"with a row's id", `SELECT id FROM visits WHERE id = ?`, ""},
		{"with an index", `SELECT id FROM handovers WHERE to_team = ? AND state IN ('sent', 'seen')`, ""},
		{"all that a team ever had", `SELECT id FROM handovers WHERE to_team = ?`, "handovers"},
		{"what is open by what it is not", `SELECT id FROM handovers h WHERE h.from_team = ? AND h.state NOT IN ('done', 'stood_down')`, "handovers"},
		{"of a list", `SELECT value FROM json_each(?)`, ""},
	} {
		if got := strings.Join(scanned(t, db, tables, c.name, c.statement), " "); got != c.want {
			t.Errorf("%s: reads all of %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAStatementWithoutANameIsFound(t *testing.T) {
	for _, c := range []struct {
		name, body string
		faults     int
	}{
		{"a constant", `tx.row(known)`, 0},
		{"a function that is listed", `tx.row(s.origins())`, 0},
		{"a condition", `tx.records(s, withID)`, 0},
		{"written where it is used", "tx.row(`SELECT 1`)", 2},
		{"put together where it is used", "tx.row(known + ` LIMIT 1`)", 1},
		{"from a function nobody lists", `tx.row(guess())`, 1},
		{"kept in a variable", "q := `SELECT 1`; tx.row(q)", 2},
		{"a condition written where it is used", "tx.records(s, `id = 1`)", 1},
	} {
		source := "package pbstore\nconst known = `SELECT 1`\nconst withID = `id = ?`\nfunc (tx *Tx) row(query string) {}\nfunc (tx *Tx) records(s *table, condition string) {}\n" +
			"func (tx *Tx) f(s *table) { " + c.body + " }\n"
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, "f.go", source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if _, got := (Package{Built: map[string]map[string]string{"origins": {}}, Conditions: []string{"withID"}}).namesOf(fset, []*ast.File{f}); len(got) != c.faults {
			t.Errorf("%s: %d faults, want %d: %q", c.name, len(got), c.faults, got)
		}
	}
}
