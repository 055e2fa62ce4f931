package care

import (
	"fmt"
	"strings"
	"testing"
)

// TestTheProtocolListsWhatEachRoleMayPush holds the table of docs/protocol-tables.md to the table of duties: whom a phone of
// each role has, and what it may make, change and withdraw. -update rewrites it.
func TestTheProtocolListsWhatEachRoleMayPush(t *testing.T) {
	var pushed []*Collection
	for _, c := range Collections() {
		if c.Pushable {
			pushed = append(pushed, c)
		}
	}
	var b strings.Builder
	b.WriteString("| role | has | in what form |")
	for _, c := range pushed {
		b.WriteString(" `" + c.Name + "` |")
	}
	b.WriteString(" also |\n| --- | --- | --- |" + strings.Repeat(" --- |", len(pushed)+1) + "\n")
	var without, rows []string
	roles := map[string][]string{} // by what they may
	for _, d := range Duties() {
		role := "`" + string(d.Role) + "`"
		if !d.Device {
			without = append(without, role)
			continue
		}
		row := fmt.Sprintf(" | %s | %s |", reachInWords(t, d), viewInWords(t, d))
		for _, c := range pushed {
			row += " " + rightsInWords(d, c) + " |"
		}
		row += " " + strings.Join(alsoInWords(d), "; ") + " |\n"
		if roles[row] == nil {
			rows = append(rows, row)
		}
		roles[row] = append(roles[row], role)
	}
	for _, row := range rows {
		b.WriteString("| " + strings.Join(roles[row], ", ") + row)
	}
	b.WriteString("\nNo phone: " + strings.Join(without, ", ") + ".\n")
	holdSection(t, "roles", b.String())
}

func reachInWords(t *testing.T, d Duty) string {
	t.Helper()
	switch d.Reach {
	case OwnPeople:
		return "by name"
	case TeamPeople:
		return "by name and team"
	case Nobody:
	}
	t.Errorf("%s carries a phone and has nobody", d.Role)
	return ""
}

func viewInWords(t *testing.T, d Duty) string {
	t.Helper()
	switch d.View {
	case Limited:
		return "limited"
	case Clinical:
		return "whole"
	case NoRecords:
	}
	t.Errorf("%s carries a phone and sees no records", d.Role)
	return ""
}

// rightsInWords says what a role may do with records of a collection. Of what is never changed, an update or a
// decision fills in what a record lacks, at the most.
func rightsInWords(d Duty, c *Collection) string {
	var may []string
	for _, r := range []struct {
		right Right
		word  string
	}{{Create, "make"}, {Update, "change"}, {Retract, "retract"}} {
		if d.May(r.right, c.Name) {
			may = append(may, r.word)
		}
	}
	switch {
	case len(may) > 0:
		return strings.Join(may, ", ")
	case d.May(Read, c.Name):
		return "–"
	}
	return "unseen"
}

func alsoInWords(d Duty) (also []string) {
	for _, a := range []struct {
		does bool
		what string
	}{
		{d.SetsScale, "sets `spo2_scale`"},
		{d.RaisesUrgent, "E and U2"},
		{d.Desk && !d.Chain, "decides issues of their teams"},
		{d.Chain, "decides issues of their neighbourhood"},
	} {
		if a.does {
			also = append(also, a.what)
		}
	}
	return also
}
