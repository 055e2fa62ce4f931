package care

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestThePagesShipTheSameTemplates holds pb_public/shared/templates.js to the templates that ship.
func TestThePagesShipTheSameTemplates(t *testing.T) {
	var b strings.Builder
	b.WriteString(`// @ts-check
// The templates that ship, made from internal/care/template.go by: go test ./internal/care -update. Change them there.

/**
 * @typedef {object} Question
 * @property {string} code @property {string} label @property {string} kind text, number, choice or yes_no
 * @property {string} [unit] @property {string[]} [options] @property {number} [min] @property {number} [max]
 */

/** One for a purpose. @type {readonly { purpose: string, name: string, questions: readonly Question[] }[]} */
export const templates = [
`)
	for _, template := range Templates {
		raw, err := json.Marshal(template)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString("  " + string(raw) + ",\n")
	}
	b.WriteString("]\n")
	file := filepath.Join("..", "..", "pb_public", "shared", "templates.js")
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil || string(have) != b.String() {
		t.Errorf("%s is not what internal/care/template.go says (%v); run: go test ./internal/care -update\nwant\n%s", file, err, b.String())
	}
}

// Every template is for a purpose that a visit can have, asks each thing once and in a way that can be answered, and what
// is answered can be stored.
func TestWhatEachTemplateAsksCanBeAnsweredAndStored(t *testing.T) {
	visits, _ := ByName(Visits)
	details, _ := visits.Field("details")
	codes := map[string]bool{}
	for _, template := range Templates {
		if !slices.Contains(VisitPurposes, template.Purpose) {
			t.Errorf("no visit is for %q", template.Purpose)
		}
		var answers []any
		for _, q := range template.Questions {
			if codes[q.Code] || (q.Kind == "choice") != (len(q.Options) > 1) || (q.Kind == "number") != (q.Min != nil && q.Max != nil) {
				t.Errorf("%s: %+v", template.Name, q)
			}
			codes[q.Code] = true
			answers = append(answers, map[string]any{"code": q.Code, "label": q.Label, "value": "x", "unit": q.Unit})
		}
		if _, wrong := details.Check(answers); wrong != nil {
			t.Errorf("answers to %s: %s", template.Name, wrong.Message)
		}
	}
}
