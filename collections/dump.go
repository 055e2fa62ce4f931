package collections

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// schema is the form of the golden file.
type schema struct {
	Collections []map[string]any `json:"collections"`
	Tables      []any            `json:"tables"`   // DDL of what is no collection: tables and their indexes
	Triggers    []any            `json:"triggers"` // by name; their text follows from the fields
}

// unstable are the keys of a collection that differ from database to database, or are PocketBase's
// own wording.
var unstable = []string{"created", "updated", "verificationTemplate", "resetPasswordTemplate",
	"confirmEmailChangeTemplate", "emailTemplate"}

// Dump writes the schema of a database: its collections, sorted by name, the other tables, and the
// triggers. Nothing in it is secret or differs between two databases at the same migration.
func Dump(app core.App) ([]byte, error) {
	stored, err := app.FindAllCollections()
	if err != nil {
		return nil, fmt.Errorf("list collections: %w", err)
	}
	var s schema
	isCollection := map[string]bool{}
	for _, c := range stored {
		isCollection[c.Name] = true
		if c.System {
			continue
		}
		described, err := Describe(c)
		if err != nil {
			return nil, err
		}
		s.Collections = append(s.Collections, described)
	}
	sortByName(s.Collections)
	if s.Tables, s.Triggers, err = others(app, isCollection); err != nil {
		return nil, err
	}
	return s.write()
}

// write gives JSON with one line for each field, index, table and trigger, so that a change of the
// schema reads as a diff of the lines it touches.
func (s schema) write() ([]byte, error) {
	var out bytes.Buffer
	line := func(before string, value any, after string) error {
		var body bytes.Buffer
		encoder := json.NewEncoder(&body)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(value); err != nil {
			return err
		}
		out.WriteString(before)
		out.Write(bytes.TrimSpace(body.Bytes()))
		out.WriteString(after)
		return nil
	}
	list := func(key string, items []any, indent string) error {
		fmt.Fprintf(&out, "%s%q: [\n", indent, key)
		for i, item := range items {
			if err := line(indent+"  ", item, comma(i, len(items))); err != nil {
				return err
			}
		}
		out.WriteString(indent + "]")
		return nil
	}
	out.WriteString("{\n  \"collections\": [\n")
	for i, c := range s.Collections {
		out.WriteString("    {\n")
		keys := slices.Sorted(maps.Keys(c))
		for j, key := range keys {
			if items, ok := c[key].([]any); ok {
				if err := list(key, items, "      "); err != nil {
					return nil, err
				}
				out.WriteString(comma(j, len(keys)))
			} else if err := line(fmt.Sprintf("      %q: ", key), c[key], comma(j, len(keys))); err != nil {
				return nil, err
			}
		}
		out.WriteString("    }" + comma(i, len(s.Collections)))
	}
	out.WriteString("  ],\n")
	if err := list("tables", s.Tables, "  "); err != nil {
		return nil, err
	}
	out.WriteString(",\n")
	if err := list("triggers", s.Triggers, "  "); err != nil {
		return nil, err
	}
	out.WriteString("\n}\n")
	return out.Bytes(), nil
}

func comma(i, n int) string {
	if i == n-1 {
		return "\n"
	}
	return ",\n"
}

// Describe gives one collection as the golden file holds it: of its fields, what is set.
func Describe(c *core.Collection) (map[string]any, error) {
	raw, err := json.Marshal(c) // leaves the secrets out
	if err != nil {
		return nil, fmt.Errorf("describe collection %s: %w", c.Name, err)
	}
	described := map[string]any{}
	if err := json.Unmarshal(raw, &described); err != nil {
		return nil, fmt.Errorf("describe collection %s: %w", c.Name, err)
	}
	for _, key := range unstable {
		delete(described, key)
		for _, option := range described {
			if options, ok := option.(map[string]any); ok {
				delete(options, key)
			}
		}
	}
	for _, f := range described["fields"].([]any) {
		maps.DeleteFunc(f.(map[string]any), func(_ string, v any) bool {
			return v == nil || v == false || v == "" || v == 0.0
		})
	}
	return described, nil
}

// others reads from the database itself what PocketBase does not know of.
func others(app core.App, isCollection map[string]bool) (tables, triggers []any, err error) {
	var rows []struct {
		Type  string `db:"type"`
		Name  string `db:"name"`
		Table string `db:"tbl_name"`
		SQL   string `db:"sql"`
	}
	err = app.ConcurrentDB().Select("type", "name", "tbl_name", "sql").From("sqlite_schema").
		AndWhere(dbx.NewExp(`sql IS NOT NULL AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND tbl_name NOT LIKE '\_%' ESCAPE '\'`)).
		OrderBy("name").All(&rows)
	if err != nil {
		return nil, nil, fmt.Errorf("read schema: %w", err)
	}
	for _, row := range rows {
		switch {
		case row.Type == "trigger":
			triggers = append(triggers, row.Name)
		case !isCollection[row.Table]:
			tables = append(tables, row.SQL)
		}
	}
	return tables, triggers, nil
}

func sortByName(list []map[string]any) {
	slices.SortFunc(list, func(a, b map[string]any) int {
		return strings.Compare(a["name"].(string), b["name"].(string))
	})
}
