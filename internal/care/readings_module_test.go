package care

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestThePagesReadTheSameTable holds pb_public/shared/readings.js to the table of readings.
func TestThePagesReadTheSameTable(t *testing.T) {
	file := filepath.Join("..", "..", "pb_public", "shared", "readings.js")
	want := readingsModule(t)
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want {
		t.Errorf("%s is not what internal/care/readings.go says; run: go test ./internal/care -update\nwant\n%s", file, want)
	}
}

// TestTheProtocolListsEveryReading holds the table of docs/protocol-tables.md to the table of readings.
func TestTheProtocolListsEveryReading(t *testing.T) {
	var b strings.Builder
	b.WriteString("| field | what it is | can be | asked about outside | |\n| --- | --- | --- | --- | --- |\n")
	for i := range readings {
		r := &readings[i]
		can, ask := "", ""
		switch {
		case r.Numeric():
			can, ask = fmt.Sprintf("%g to %g%s", r.Min, r.Max, map[bool]string{true: ", one decimal"}[r.Kind == Decimal]), fmt.Sprintf("%g to %g", r.AskBelow, r.AskAbove)
		case r.Kind == Bool:
			can = "`true` " + r.Words["true"] + ", `false` " + r.Words["false"]
		default:
			can = "`" + strings.Join(r.Values, "`, `") + "`"
		}
		role := map[bool]string{true: "followed over time"}[r.Trend]
		if r.Score != "" {
			role = "NEWS2 scores it"
		}
		what := r.Label
		if unit := strings.TrimSpace(r.Unit); unit != "" {
			what += ", " + unit
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", r.Name, what, can, ask, role)
	}
	holdSection(t, "readings", b.String())
}

// readingsModule writes the facts of the table. Words are for pb_public/shared/words.
func readingsModule(t *testing.T) string {
	var b strings.Builder
	b.WriteString(`// @ts-check
// The table of readings, made from internal/care/readings.go by: go test ./internal/care -update.
// Change it there. Words for labels and units are in shared/words.

/**
 * @typedef {object} Reading
 * @property {string} name wire name
 * @property {'int' | 'decimal' | 'bool' | 'enum'} kind a decimal has at most one
 * @property {number} [min] below is impossible @property {number} [max] above is impossible
 * @property {number} [askBelow] below, a form asks to look again @property {number} [askAbove] above, likewise
 * @property {string[]} [values] of an enum
 * @property {string} [score] the parameter of NEWS2 it scores for; missing where it scores for none
 * @property {string} [pair] the reading that is written with it
 * @property {boolean} [trend] shown over time beside the score
 */

/** In the order in which they are taken and written. @type {readonly Reading[]} */
export const readings = [
`)
	kinds := map[Kind]string{Int: "int", Decimal: "decimal", Bool: "bool", Enum: "enum"}
	for i := range readings {
		r := &readings[i]
		fmt.Fprintf(&b, "  { name: '%s', kind: '%s'", r.Name, kinds[r.Kind])
		if r.Numeric() {
			fmt.Fprintf(&b, ", min: %g, max: %g, askBelow: %g, askAbove: %g", r.Min, r.Max, r.AskBelow, r.AskAbove)
		}
		if len(r.Values) > 0 {
			list, err := json.Marshal(r.Values)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, ", values: %s", strings.NewReplacer(`"`, "'", ",", ", ").Replace(string(list)))
		}
		for _, said := range []struct{ name, value string }{{"score", r.Score}, {"pair", r.Pair}} {
			if said.value != "" {
				fmt.Fprintf(&b, ", %s: '%s'", said.name, said.value)
			}
		}
		if r.Trend {
			b.WriteString(", trend: true")
		}
		b.WriteString(" },\n")
	}
	b.WriteString("]\n")
	return b.String()
}
