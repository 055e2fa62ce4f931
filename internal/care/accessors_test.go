package care

import (
	"fmt"
	"go/format"
	"strings"
	"testing"
)

// noun is what one record of a collection is called in Go.
var noun = map[string]string{
	Neighbourhoods: "Neighbourhood", Organisations: "Organisation", Teams: "Team", Patients: "Patient", Visits: "Visit",
	Observations: "Observation", Checkins: "Checkin", Handovers: "Handover", HandoverEvents: "HandoverEvent",
	SyncIssues: "Issue", Goals: "Goal", GoalSteps: "GoalStep", LoneStays: "LoneStay",
}

// nouns are the collections that have accessors. Conflicts and quarantine are read as one, as phones know them.
func nouns() []*Collection {
	list := []*Collection{}
	issues := &Collection{Name: SyncIssues}
	have := map[string]bool{}
	for _, c := range Collections() {
		switch {
		case c.Name == Conflicts || c.Name == Quarantine:
			for _, f := range c.Fields {
				if !have[f.Name] {
					issues.Fields = append(issues.Fields, f)
				}
				have[f.Name] = true
			}
		case c.Synced:
			list = append(list, c)
		}
	}
	return append(list, issues)
}

// initialisms are written as Go writes them.
var initialisms = map[string]string{"id": "ID", "nhs": "NHS", "ods": "ODS", "spo2": "SpO2", "news2": "NEWS2", "acvpu": "ACVPU", "pin": "PIN", "lsoa": "LSOA"}

func goName(field string) string {
	if field == "record" { // the record an issue is about; Record is the one that is read
		return "About"
	}
	var b strings.Builder
	for part := range strings.SplitSeq(field, "_") {
		if known, ok := initialisms[part]; ok {
			b.WriteString(known)
			continue
		}
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

// written by hand in record.go, with what they mean: a generated method must not hide it.
var byHand = map[string]bool{"Patient.SpO2Scale": true}

// TestEveryCollectionHasItsAccessors holds the files of accessors to the tables of fields: a look-up by a name that
// there is not does not compile. -update writes them.
func TestEveryCollectionHasItsAccessors(t *testing.T) {
	for _, c := range nouns() {
		name := noun[c.Name]
		if name == "" {
			t.Errorf("what is a record of %s called? say it in the table of nouns", c.Name)
			continue
		}
		var b strings.Builder
		fmt.Fprintf(&b, "// Code generated from the fields of %s by go test ./internal/care -update; DO NOT EDIT.\n\npackage care\n\nimport (\n\"encoding/json\"\n\"time\"\n)\n\n", c.Name)
		fmt.Fprintf(&b, "// %s is a record of %s, read by the names of its fields.\ntype %s struct{ *Record }\n\n", name, c.Name, name)
		fmt.Fprintf(&b, "// As%s reads a record of %s.\nfunc As%s(r *Record) %s { return %s{r} }\n", name, c.Name, name, name, name)
		for i := range c.Fields {
			f := &c.Fields[i]
			if !byHand[name+"."+goName(f.Name)] {
				b.WriteString(accessor(name, c.Name, f))
			}
		}
		text := b.String()
		for _, unused := range []struct{ pkg, use string }{{"encoding/json", "json."}, {"time", "time."}} {
			if !strings.Contains(text, unused.use) {
				text = strings.Replace(text, "\""+unused.pkg+"\"\n", "", 1)
			}
		}
		code, err := format.Source([]byte(strings.Replace(text, "import (\n)\n\n", "", 1)))
		if err != nil {
			t.Fatalf("%s: %v\n%s", c.Name, err, text)
		}
		holdFile(t, "as_"+strings.ToLower(name)+".go", string(code))
	}
}

// accessor is the method of one field.
func accessor(noun, collection string, f *Field) string {
	method, about := goName(f.Name), ""
	write := func(result, body, meaning string) string {
		return fmt.Sprintf("\n// %s %s\nfunc (r %s) %s() %s { %s }\n", method, meaning+about, noun, method, result, body)
	}
	get := fmt.Sprintf("r.Record.Text(%q)", f.Name)
	switch {
	case collection == Handovers && f.Name == "state":
		return write("State", "return State("+get+")", "is where it stands.")
	case collection == Handovers && f.Name == "class":
		return write("Class", "return Class("+get+")", "is its urgency.")
	}
	switch f.Kind {
	case Ref:
		return write("string", "return "+get, "is an id of "+f.Ref+", \"\" when missing.")
	case Time:
		return write("time.Time", fmt.Sprintf("return r.Record.Time(%q)", f.Name), "is a time, zero when missing.") +
			fmt.Sprintf("\n// %sStamp is that time as it travels, \"\" when missing.\nfunc (r %s) %sStamp() string { return %s }\n", method, noun, method, get)
	case Int:
		return write("(int64, bool)", fmt.Sprintf("n, ok := r.Get(%q).(int64); return n, ok", f.Name), "is a whole number, and whether there is one.")
	case Decimal:
		return write("(float64, bool)", fmt.Sprintf("x, ok := r.Get(%q).(float64); return x, ok", f.Name), "is a number, and whether there is one.")
	case Bool:
		return write("bool", fmt.Sprintf("b, _ := r.Get(%q).(bool); return b", f.Name), "is true only where it is known to be.")
	case List:
		return write("[]string", fmt.Sprintf("l, _ := r.Get(%q).([]string); return l", f.Name), "are its members, sorted; nil when missing.")
	case Object:
		return write("json.RawMessage", fmt.Sprintf("return r.Record.Raw(%q)", f.Name), "is JSON of its shape, nil when missing.")
	}
	return write("string", "return "+get, "is \"\" when missing.")
}
