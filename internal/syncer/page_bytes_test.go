package syncer

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// X10: a page is cut between changes and never within one; of what would be nothing, the first change comes whole.
func TestAPageIsCutBetweenChanges(t *testing.T) {
	// Each row is scope, number and record; records weigh ten bytes, "big" fifty.
	for _, c := range []struct {
		name string
		rows string
		most int
		want string // what stays
	}{
		{"it fits", "1.1.a 1.2.b 1.3.c", 30, "1.1.a 1.2.b 1.3.c"},
		{"one too many", "1.1.a 1.2.b 1.3.c", 29, "1.1.a 1.2.b"},
		{"the last change has two records", "1.1.a 1.2.b 1.2.c", 29, "1.1.a"},
		{"the same number in another scope is another part", "1.1.a 1.2.b 2.2.c", 25, "1.1.a 1.2.b"},
		{"the first is too large by itself", "1.1.big 1.2.b", 10, "1.1.big"},
		{"the first change is too large, all of it comes", "1.1.a 1.1.big 1.1.b 1.2.c", 10, "1.1.a 1.1.big 1.1.b"},
		{"no room at all", "1.1.a 1.2.b", -5, "1.1.a"},
		{"a record that moved in two scopes weighs once", "1.1.a 1.2.b 2.1.a 2.3.c", 30, "1.1.a 1.2.b 2.1.a 2.3.c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var rows []pbstore.FeedRow
			var changes []wire.Delivery
			for word := range strings.FieldsSeq(c.rows) {
				var row pbstore.FeedRow
				if _, err := fmt.Sscanf(strings.ReplaceAll(word, ".", " "), "%d %d %s", &row.Scope, &row.Seq, &row.Record); err != nil {
					t.Fatal(err)
				}
				rows = append(rows, row)
				data := strings.Repeat("x", 10)
				if row.Record == "big" {
					data = strings.Repeat("x", 50)
				}
				if !slices.ContainsFunc(changes, func(d wire.Delivery) bool { return d.ID == row.Record }) {
					changes = append(changes, wire.Delivery{ID: row.Record, Data: json.RawMessage(data)})
				}
			}
			rows, changes = asLargeAs(c.most, rows, changes)
			var got []string
			for _, r := range rows {
				got = append(got, fmt.Sprintf("%d.%d.%s", r.Scope, r.Seq, r.Record))
				if !slices.ContainsFunc(changes, func(d wire.Delivery) bool { return d.ID == r.Record }) {
					t.Errorf("%s is not on the page", r.Record)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("stays %s, want %s", strings.Join(got, " "), c.want)
			}
			for _, d := range changes {
				if !strings.Contains(c.want, "."+d.ID) {
					t.Errorf("%s is on the page", d.ID)
				}
			}
		})
	}
}
