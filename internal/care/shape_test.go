package care

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func field(t *testing.T, collection, name string) *Field {
	t.Helper()
	c, ok := ByName(collection)
	if !ok {
		t.Fatalf("there is no collection %s", collection)
	}
	f, ok := c.Field(name)
	if !ok {
		t.Fatalf("%s has no field %s", collection, name)
	}
	return f
}

func TestAnObjectIsStoredOnlyInItsShape(t *testing.T) {
	const service, nurse = "01jz2000000000000000000001", "01jz2000000000000000000002"
	for _, c := range []struct {
		name, collection, field, sent string
		stored                        string // "" = set aside
		code, says                    string
	}{
		{"scale 2", Patients, "spo2_scale", `{"scale":2}`, `{"scale":2}`, "", ""},
		{"scale 2 with who decided it", Patients, "spo2_scale",
			`{"scale":2,"author":"` + nurse + `","role":"matron","date":"2026-03-02","reason":"CO2 retainer"}`,
			`{"author":"` + nurse + `","date":"2026-03-02","reason":"CO2 retainer","role":"matron","scale":2}`, "", ""},
		{"2.0 is the number 2", Patients, "spo2_scale", `{"scale":2.0}`, `{"scale":2}`, "", ""},
		{"2e0 is the number 2", Patients, "spo2_scale", `{"scale":2e0}`, `{"scale":2}`, "", ""},
		{"a null member is a missing one", Patients, "spo2_scale", `{"scale":1,"reason":null}`, `{"scale":1}`, "", ""},
		{"no scale at all", Patients, "spo2_scale", `null`, `null`, "", ""},
		{"a scale in quotes", Patients, "spo2_scale", `{"scale":"2"}`, "", "wrong_type", "spo2_scale.scale must be a number"},
		{"a scale there is not", Patients, "spo2_scale", `{"scale":3}`, "", "out_of_range", "spo2_scale.scale of 3 is outside 1 to 2"},
		{"a scale between two", Patients, "spo2_scale", `{"scale":1.5}`, "", "wrong_type", "spo2_scale.scale must be a whole number: 1.5"},
		{"a member nobody knows", Patients, "spo2_scale", `{"foo":1}`, "", "wrong_type", `spo2_scale has no member "foo"; it holds scale, author, role, date, reason`},
		{"a member more", Patients, "spo2_scale", `{"scale":2,"foo":1}`, "", "wrong_type", `spo2_scale has no member "foo"; it holds scale, author, role, date, reason`},
		{"an object that says nothing", Patients, "spo2_scale", `{}`, "", "wrong_type", "spo2_scale needs scale"},
		{"a list for an object", Patients, "spo2_scale", `[1,2]`, "", "wrong_type", "spo2_scale must be an object"},
		{"a bare number", Patients, "spo2_scale", `2`, "", "wrong_type", "spo2_scale must be an object"},
		{"a role nobody has", Patients, "spo2_scale", `{"scale":2,"role":"king"}`, "", "unknown_value", `spo2_scale.role cannot be "king"`},

		{"consent given", Patients, "consent", `[{"service":"` + service + `","given":true,"how":"asked","at":"2026-03-02T09:00:00Z","expires":null}]`,
			`[{"at":"2026-03-02T09:00:00.000Z","given":true,"how":"asked","service":"` + service + `"}]`, "", ""},
		{"no consent", Patients, "consent", `[]`, `[]`, "", ""},
		{"consent to nobody", Patients, "consent", `{"given":true}`, "", "wrong_type", "consent must be a list"},
		{"consent in words", Patients, "consent", `[{"service":5,"given":"yes"}]`, "", "wrong_type", "consent[0].service must be text"},
		{"consent that is not said", Patients, "consent", `[{"service":"` + service + `"}]`, "", "wrong_type", "consent[0] needs given"},
		{"consent until some time", Patients, "consent", `[{"service":"` + service + `","given":true,"expires":"soon"}]`, "", "wrong_type",
			"consent[0].expires must be a date such as 2026-03-02"},

		{"opening hours", Organisations, "opening_hours", `{"monday":"08:00-13:00, 14:00-18:30","sunday":""}`, `{"monday":"08:00-13:00, 14:00-18:30"}`, "", ""},
		{"a day cut short", Organisations, "opening_hours", `{"mon":"08:00-18:30"}`, "", "wrong_type",
			`opening_hours has no member "mon"; it holds monday, tuesday, wednesday, thursday, friday, saturday, sunday`},
		{"hours that run backwards", Organisations, "opening_hours", `{"monday":"18:30-08:00"}`, "", "wrong_type",
			`opening_hours.monday: read opening hours "18:30-08:00": 18:30 is not before 08:00`},
		{"one side of a conflict is anything", Conflicts, "kept", `"Rose"`, `"Rose"`, "", ""},
		{"points are whole", Observations, "news2", `{"spo2":"3"}`, "", "wrong_type", "news2.spo2 must be a number"},
		{"a corrected time that the record has not", Visits, "corrected", `{"taken_at":"2026-03-02T09:00:00.000Z"}`, "", "wrong_type",
			`corrected has no member "taken_at"; it holds ended_at, started_at, time_entered_at`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := field(t, c.collection, c.field)
			sent, err := decode([]byte(c.sent))
			if err != nil {
				t.Fatal(err)
			}
			got, wrong := f.Check(sent)
			if c.stored == "" {
				if wrong == nil || wrong.Code != c.code || wrong.Message != c.says {
					t.Errorf("got %s and %+v, want %s: %s", got, wrong, c.code, c.says)
				}
				if stored := f.CheckStored(json.RawMessage(c.sent)); stored == nil {
					t.Error("stored past the engine, nobody would notice")
				}
				return
			}
			if wrong != nil {
				t.Fatalf("set aside: %+v", wrong)
			}
			text, err := json.Marshal(got)
			if err != nil || string(text) != c.stored {
				t.Errorf("stored as %s, want %s (%v)", text, c.stored, err)
			}
			if raw, ok := got.(json.RawMessage); ok {
				if wrong := f.CheckStored(raw); wrong != nil {
					t.Errorf("what was stored is refused: %+v", wrong)
				}
			}
		})
	}
}

func TestEveryObjectFieldHasAShape(t *testing.T) {
	var walk func(path string, f *Field)
	walk = func(path string, f *Field) {
		if (f.Kind == Object) != (f.Shape != nil) {
			t.Errorf("%s: an object and no other kind has a shape", path)
			return
		}
		if f.Shape == nil {
			return
		}
		forms := 0
		for _, form := range []bool{f.Shape.Free, f.Shape.Quoted, len(f.Shape.Members) > 0} {
			if form {
				forms++
			}
		}
		if forms != 1 {
			t.Errorf("%s: a shape has members, or is free, or quotes what came", path)
		}
		for i := range f.Shape.Members {
			walk(path+"."+f.Shape.Members[i].Name, &f.Shape.Members[i].Field)
		}
	}
	for _, c := range Collections() {
		for i := range c.Fields {
			walk(c.Name+"."+c.Fields[i].Name, &c.Fields[i])
		}
	}
}

// TestTheProtocolShowsEveryShape holds the table of docs/protocol-tables.md to the shapes that have members; -update rewrites it.
func TestTheProtocolShowsEveryShape(t *testing.T) {
	var b strings.Builder
	b.WriteString("| collection | field | what it holds |\n| --- | --- | --- |\n")
	for _, c := range Collections() {
		for i := range c.Fields {
			if f := &c.Fields[i]; f.Kind == Object && c.Synced && len(f.Shape.Members) > 0 {
				b.WriteString("| `" + c.Name + "` | `" + f.Name + "` | " + f.Shape.About() + " |\n")
			}
		}
	}
	holdSection(t, "shapes", b.String())
}

// holdSection compares the part of docs/protocol-tables.md between two marks with what the tables say.
func holdSection(t *testing.T, name, want string) {
	t.Helper()
	const document = "protocol-tables.md"
	path := filepath.Join("..", "..", "docs", document)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- "+name+": begin -->\n", "<!-- "+name+": end -->"
	before, rest, ok := strings.Cut(string(raw), begin)
	have, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("docs/%s has lost the marks around its table of %s", document, name)
	}
	if have == want {
		return
	}
	if !*update {
		t.Fatalf("the table of %s in docs/%s is not the one in the code; run: go test ./internal/care -update\nwant\n%s", name, document, want)
	}
	if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
