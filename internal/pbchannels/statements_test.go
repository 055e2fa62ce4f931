package pbchannels_test

import (
	"errors"
	"strings"
	"testing"

	"doorstep/internal/pbchannels"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/testkit/statements"
)

func ours() statements.Package { return statements.Package{Least: 24} }

func TestEveryStatementSearches(t *testing.T) { ours().Search(t, pbtest.New(t).SecondConnection(t)) }

func TestEveryStatementHasAName(t *testing.T) { ours().Named(t) }

func TestEveryFileHasAStatement(t *testing.T) { ours().Files(t) }

// What was given up stays for ever; what a desk has to see to is as much as nobody has in hand.
func TestWhatADeskSeesToIsFoundByWhatIsOpen(t *testing.T) {
	db := pbtest.New(t).SecondConnection(t)
	for name, c := range map[string]struct {
		query string
		args  []any
	}{"the list": {pbchannels.Undelivered, []any{"[]", "[]", 9}}, "the count": {pbchannels.UndeliveredCount, []any{"[]", "[]"}}} {
		rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+c.query, c.args...)
		if err != nil {
			t.Fatal(err)
		}
		var plan strings.Builder
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			plan.WriteString(detail + "\n")
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
		for _, by := range []string{"(to_team=? AND state=?)", "(from_team=? AND state=?)", "deliveries_handover (handover=?)"} {
			if !strings.Contains(plan.String(), by) {
				t.Errorf("%s does not go by %s:\n%s", name, by, plan.String())
			}
		}
	}
}
