package importer

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
)

var update = flag.Bool("update", false, "rewrite the reports in testdata")

var today = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// memory is a store for tests of what is decided; how it is kept is tested in pbstore.
type memory struct {
	rows   map[string]map[string]Row // by collection and id
	writes int
	refuse func(Write) string // why the store will not have a write, "" = it will
	fail   func(Write) error
}

func newMemory() *memory { return &memory{rows: map[string]map[string]Row{}} }

func (m *memory) Transact(_ context.Context, do func(Tx) error) error {
	before := map[string]map[string]Row{}
	for collection, rows := range m.rows {
		before[collection] = map[string]Row{}
		for id, r := range rows {
			before[collection][id] = Row{ID: id, Values: maps.Clone(r.Values), Retracted: r.Retracted}
		}
	}
	if err := do(memoryTx{m}); err != nil {
		m.rows = before
		return err
	}
	return nil
}

type memoryTx struct{ m *memory }

func (t memoryTx) All(ctx context.Context, collection string) ([]Row, error) {
	return t.Matching(ctx, collection, "", nil)
}

func (t memoryTx) Matching(_ context.Context, collection, field string, values []string) ([]Row, error) {
	var found []Row
	for _, id := range slices.Sorted(maps.Keys(t.m.rows[collection])) {
		r := t.m.rows[collection][id]
		if field == "" || field == "id" && slices.Contains(values, id) || slices.Contains(values, r.text(field)) {
			found = append(found, Row{ID: id, Values: maps.Clone(r.Values), Retracted: r.Retracted})
		}
	}
	return found, nil
}

func (t memoryTx) Save(_ context.Context, writes []Write) error {
	for i, w := range writes {
		if t.m.refuse != nil {
			if reason := t.m.refuse(w); reason != "" && i == 0 {
				return &Refusal{Reason: reason}
			}
		}
		if t.m.fail != nil {
			if err := t.m.fail(w); err != nil {
				return err
			}
		}
		t.m.put(w)
		t.m.writes++
	}
	return nil
}

func (m *memory) put(w Write) {
	if m.rows[w.Collection] == nil {
		m.rows[w.Collection] = map[string]Row{}
	}
	r, stands := m.rows[w.Collection][w.ID]
	if stands == w.Create {
		panic(fmt.Sprintf("%s %s: create is %v but stands is %v", w.Collection, w.ID, w.Create, stands))
	}
	if w.Create {
		r = Row{ID: w.ID, Values: map[string]any{}}
	}
	for field, v := range w.Values {
		c, _ := care.ByName(w.Collection)
		if _, known := c.Field(field); !known {
			panic("no field " + w.Collection + "." + field)
		}
		r.Values[field] = v
	}
	m.rows[w.Collection][w.ID] = r
}

// seeded has two practices and three teams, two of them of one name.
func seeded() *memory {
	m := newMemory()
	create := func(collection, id string, values map[string]any) {
		m.put(Write{Collection: collection, ID: id, Create: true, Values: values})
	}
	create(care.Organisations, "org-practice-1", map[string]any{"name": "Orchard Lane Surgery", "kind": "practice", "ods_code": "Z90001"})
	create(care.Organisations, "org-practice-2", map[string]any{"name": "Riverside Practice", "kind": "practice", "ods_code": "Z90002"})
	create(care.Organisations, "org-trust", map[string]any{"name": "Millbrook Community Trust", "kind": "community_trust"})
	create(care.Organisations, "org-friends", map[string]any{"name": "Millbrook Friends", "kind": "voluntary"})
	create(care.Organisations, "org-call", map[string]any{"name": "Call Round", "kind": "voluntary"})
	create(care.Teams, "team-nurses", map[string]any{"name": "North nurses", "organisation": "org-trust", "kind": "nursing"})
	create(care.Teams, "team-friends", map[string]any{"name": "Befrienders", "organisation": "org-friends", "kind": "voluntary"})
	create(care.Teams, "team-call", map[string]any{"name": "Befrienders", "organisation": "org-call", "kind": "voluntary"})
	return m
}

// options number the records that are made: r0001, r0002 and so on.
func options(lines *bytes.Buffer) Options {
	n := 0
	return Options{Lines: lines, LeaveOut: []string{"Shoe Size"}, Now: func() time.Time { return today }, NewID: func() (string, error) {
		n++
		return fmt.Sprintf("r%04d", n), nil
	}}
}

// golden compares with the report beside the fixture.
func golden(t *testing.T, path, got string) {
	t.Helper()
	path = filepath.Join("testdata", path) + ".report"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: run with -update and read the difference\ngot\n%s\nwant\n%s", path, got, want)
	}
}

// dump is what the store holds of a collection, as text to compare.
func dump(m *memory, collection string, fields ...string) string {
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(m.rows[collection])) {
		r := m.rows[collection][id]
		var parts []string
		for _, f := range fields {
			parts = append(parts, fmt.Sprint(r.Values[f]))
		}
		b.WriteString(id + " " + strings.Join(parts, " | ") + "\n")
	}
	return b.String()
}

func runDirectory(t *testing.T, m *memory, o Options, lines *bytes.Buffer, input string) (*Report, error) {
	t.Helper()
	report, err := Directory(t.Context(), strings.NewReader(input), m, o, nil)
	return report, finish(t, report, err, lines)
}

func runPeople(t *testing.T, m *memory, o Options, lines *bytes.Buffer, input string) (*Report, error) {
	t.Helper()
	report, err := People(t.Context(), strings.NewReader(input), m, o)
	return report, finish(t, report, err, lines)
}

func finish(t *testing.T, report *Report, err error, lines *bytes.Buffer) error {
	t.Helper()
	if fault := report.Write(lines); fault != nil {
		t.Fatal(fault)
	}
	if err != nil {
		fmt.Fprintf(lines, "error: %v\n", err)
	}
	return err
}

func read(t testing.TB, path string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
