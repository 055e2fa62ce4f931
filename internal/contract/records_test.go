package contract_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"doorstep/internal/care"
)

var update = flag.Bool("update", false, "write docs/openapi.yaml and docs/transcripts anew from what the server is and says")

// TestRecordSchemasAreThoseOfCare holds the schemas of the records, which nobody writes by hand.
func TestRecordSchemasAreThoseOfCare(t *testing.T) {
	const begin, end = "    # records: begin\n", "    # records: end\n"
	path := filepath.FromSlash(documentPath)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(raw), begin)
	have, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has lost the marks around the schemas of the records", documentPath)
	}
	want := recordSchemas()
	switch {
	case have == want:
	case *update:
		if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the schemas of the records in %s are not what internal/care says; run: go test ./internal/contract -update\nwant\n%s", documentPath, want)
	}
}

func recordSchemas() string {
	var b strings.Builder
	for _, c := range care.Collections() {
		if c.Synced && c.Name != care.Conflicts && c.Name != care.Quarantine {
			recordSchema(&b, c.Name, describe(c), c.Fields)
		}
	}
	recordSchema(&b, care.SyncIssues, "A conflict, a value set aside, or a quarantined change, until it is settled. Which fields it has depends on its kind.", issueFields())
	deskIssueSchema(&b)
	return b.String()
}

// deskIssueSchema is an issue as a page of the desk gets it.
func deskIssueSchema(b *strings.Builder) {
	b.WriteString(`    DeskIssue:
      type: object
      description: A record of sync_issues with its version, and with names and the person in place of ids.
      additionalProperties: false
      required: [id, kind, version, state]
      properties:
        id: {$ref: "#/components/schemas/Id"}
        version: {$ref: "#/components/schemas/Version"}
        left_out: {type: array, items: {type: string}, description: "Of an issue in a list: fields that are too long for it. Read the issue by itself for them."}
        stored: {description: "What stands in the field now, of an open issue about one.", oneOf: [{$ref: "#/components/schemas/StoredNow"}, {type: "null"}]}
        stored_records: {type: array, items: {$ref: "#/components/schemas/StoredRecord"}, description: "Of an open change that is held back, where one issue is read: the records it would alter as they stand, with what others have recorded of them since. At most twenty of each collection."}
`)
	for _, f := range issueFields() {
		schema := fieldSchema(&f)
		switch {
		case f.Name == "patient":
			schema = `oneOf: [{$ref: "#/components/schemas/Person"}, {type: "null"}]`
		case f.Ref == care.StaffName, f.Name == "owner_team":
			schema = `$ref: "#/components/schemas/NamedOrNone"`
		}
		fmt.Fprintf(b, "        %s: {%s}\n", f.Name, schema)
	}
}

func recordSchema(b *strings.Builder, name, description string, fields []care.Field) {
	fmt.Fprintf(b, "    %s:\n      type: object\n      description: %s\n      additionalProperties: false\n      properties:\n", name, description)
	if name != care.SyncIssues {
		b.WriteString(beside)
		if timed[name] {
			b.WriteString("        clinical_time: {type: [string, \"null\"], description: \"When it happened at the door, by the corrected clock.\"}\n")
		}
	} else {
		b.WriteString("        id: {$ref: \"#/components/schemas/Id\"}\n")
	}
	for i := range fields {
		fmt.Fprintf(b, "        %s: {%s}\n", fields[i].Name, fieldSchema(&fields[i]))
	}
}

// beside is what every record has beside its fields, in a pull; a push never sends it.
const beside = `        id: {$ref: "#/components/schemas/Id"}
        author: {type: [string, "null"], description: Who made the record; empty for what no phone made.}
        authored_at: {type: [string, "null"], description: "When, by the corrected clock."}
        received_at: {type: [string, "null"], description: When the server took it in.}
        clock_offset_ms: {type: [integer, "null"], description: By how much the author's clock was corrected; null where it was not known.}
        unreadable: {type: array, items: {type: string}, description: "Names of fields that are stored, null here, and cannot be read at the moment. The operator was told."}
`

var timed = map[string]bool{care.Visits: true, care.Observations: true, care.Checkins: true}

func describe(c *care.Collection) string {
	switch {
	case c.Name == care.HandoverEvents:
		return "A line of the history of a handover; a phone writes what its owner did. Never changed. docs/protocol.md §5.6."
	case c.AppendOnly && c.Pushable:
		return "Never changed; a correction is a new record that names the one it replaces."
	case c.Pushable:
		return "Made and changed by phones whose role may; docs/protocol.md §5.7."
	}
	return "Comes with a pull; no phone writes it."
}

var policies = map[care.Policy]string{care.Manual: "manual", care.Latest: "latest", care.Set: "set", care.Immutable: "immutable", care.Server: "server"}

// fieldSchema is one field in YAML's flow style. Every value may be null: not known, not taken.
func fieldSchema(f *care.Field) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	number := func(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
	switch f.Kind {
	case care.Text:
		add(`type: [string, "null"]`)
		if f.Max > 0 {
			add("maxLength: %s", number(f.Max))
		}
	case care.ID, care.Ref:
		add(`type: [string, "null"]`)
		if f.Ref != "" {
			add("x-refers-to: %s", f.Ref)
		}
	case care.Enum:
		if len(f.Values) > 0 {
			add(`enum: [%s, null]`, strings.Join(f.Values, ", "))
		}
	case care.Date:
		add(`type: [string, "null"], pattern: '^\d{4}-\d\d-\d\d$'`)
	case care.Time:
		add(`type: [string, "null"], pattern: '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$'`)
	case care.Int, care.Decimal:
		kind := "integer"
		if f.Kind == care.Decimal {
			kind = "number"
		}
		add(`type: [%s, "null"], minimum: %s, maximum: %s`, kind, number(f.Min), number(f.Max))
	case care.Bool:
		add(`type: [boolean, "null"]`)
	case care.List:
		items := "type: string"
		if len(f.Values) > 0 {
			items = "enum: [" + strings.Join(f.Values, ", ") + "]"
		}
		add(`type: [array, "null"], items: {%s}`, items)
	case care.Object:
		add("%s", shapeSchema(f.Shape))
	}
	add("x-policy: %s", policies[f.Policy])
	for mark, on := range map[string]bool{"x-limited": f.Limited, "x-identity": f.Identity, "x-sealed": f.Sealed} {
		if on {
			add("%s: true", mark)
		}
	}
	slices.Sort(parts[1:])
	return strings.Join(parts, ", ")
}

// shapeSchema is the shape of an object, null where there is none.
func shapeSchema(s *care.Shape) string {
	switch {
	case s.Quoted:
		return "description: Any value as it came"
	case s.Free:
		return `type: [object, "null"]`
	}
	var members, needed []string
	for i := range s.Members {
		m := &s.Members[i]
		members = append(members, m.Name+": {"+memberSchema(&m.Field)+"}")
		if m.Needed {
			needed = append(needed, m.Name)
		}
	}
	object := "additionalProperties: false, properties: {" + strings.Join(members, ", ") + "}"
	if len(needed) > 0 {
		object += ", required: [" + strings.Join(needed, ", ") + "]"
	}
	if s.List {
		return `type: [array, "null"], items: {type: object, ` + object + "}"
	}
	return `type: [object, "null"], ` + object
}

// memberSchema is a member of an object: a field without what only fields have.
func memberSchema(f *care.Field) string {
	schema := fieldSchema(f)
	schema = strings.Replace(schema, ", x-policy: manual", "", 1)
	return strings.Replace(schema, "x-policy: manual", "", 1)
}

// issueFields are those of conflicts and of quarantine, once each, with what a pull adds.
func issueFields() []care.Field {
	fields := []care.Field{{Name: "kind", Kind: care.Enum, Values: []string{"conflict", "set_aside", "quarantined"}, Policy: care.Server},
		{Name: "hidden", Kind: care.Bool, Policy: care.Server}}
	place := map[string]int{"kind": -1}
	for _, name := range []string{care.Conflicts, care.Quarantine} {
		c, _ := care.ByName(name)
		for _, f := range c.Fields {
			at, have := place[f.Name]
			switch {
			case !have:
				place[f.Name] = len(fields)
				fields = append(fields, f)
			case at >= 0: // what either of them can hold
				for _, v := range f.Values {
					if !slices.Contains(fields[at].Values, v) {
						fields[at].Values = append(slices.Clone(fields[at].Values), v)
					}
				}
			}
		}
	}
	return fields
}
