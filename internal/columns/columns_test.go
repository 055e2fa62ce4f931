package columns

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
)

// examples has a value of each kind of field.
var examples = map[care.Kind]any{
	care.Text: "Rose", care.Enum: "planned", care.ID: "RX1AA", care.Ref: "01J0000000000000000000000A", care.Date: "1951-04-02",
	care.Time: "2026-03-02T08:00:00.000Z", care.Int: int64(18), care.Decimal: 36.5, care.Bool: true,
	care.List: care.NewList([]string{"a", "b"}), care.Object: json.RawMessage(`{"a":1}`),
}

func TestEveryFieldComesBackFromItsColumnAsItWentIn(t *testing.T) {
	tried := map[care.Kind]bool{}
	for _, c := range care.Collections() {
		for i := range c.Fields {
			f := &c.Fields[i]
			want, known := examples[f.Kind]
			if !known {
				t.Fatalf("%s.%s: no example of kind %v", c.Name, f.Name, f.Kind)
			}
			tried[f.Kind] = true
			if got := Value(f, Of(f, want)); !care.Equal(got, want) {
				t.Errorf("%s.%s: %v came back as %v", c.Name, f.Name, want, got)
			}
			if got := Value(f, Of(f, nil)); got != nil {
				t.Errorf("%s.%s: nothing came back as %v", c.Name, f.Name, got)
			}
		}
	}
	if len(tried) < 8 {
		t.Errorf("only %d kinds of field were tried", len(tried))
	}
}

func TestWhatDoesNotFitItsFieldReadsAsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		kind   care.Kind
		stored any
	}{
		"a word where a number belongs":       {care.Int, "eighteen"},
		"a word where a decimal belongs":      {care.Decimal, "warm"},
		"a word that is neither true nor not": {care.Bool, "perhaps"},
		"text that is no list":                {care.List, "a, b"},
		"an object that says null":            {care.Object, "null"},
	} {
		if got := Value(&care.Field{Name: "x", Kind: c.kind}, c.stored); got != nil {
			t.Errorf("%s reads as %v", name, got)
		}
	}
}

func TestWhatHoldsSomethingThatNobodyCanReadIsTold(t *testing.T) {
	for _, c := range []struct {
		kind    care.Kind
		stored  any
		spoiled bool
	}{
		{care.Bool, "[]", true}, {care.Bool, "perhaps", true}, {care.Bool, nil, false}, {care.Bool, "", false}, {care.Bool, "null", false},
		{care.Int, "[]", true}, {care.Decimal, "[]", true}, {care.Object, "[]", true},
		{care.List, "[]", false}, {care.List, "{}", true}, {care.List, "[", true},
		{care.Text, "[]", false},
	} {
		if got := Spoiled(&care.Field{Name: "x", Kind: c.kind}, c.stored); got != c.spoiled {
			t.Errorf("kind %v, %#v: spoiled %t, want %t", c.kind, c.stored, got, c.spoiled)
		}
	}
}

func TestAMomentIsStoredAsPocketBaseStoresDates(t *testing.T) {
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	if got := Stamp(at); got != "2026-03-02 08:00:00.000Z" {
		t.Errorf("stored as %q", got)
	}
	if got := ParseTime(Stamp(at)); !got.Equal(at) {
		t.Errorf("came back as %v", got)
	}
	if got := Stamp(time.Time{}); got != "" {
		t.Errorf("no moment is stored as %q", got)
	}
	if got := ParseTime("yesterday"); !got.IsZero() {
		t.Errorf("what is no date reads as %v", got)
	}
}

// stored hands one row to Scan.
type stored []any

func (s stored) Scan(into ...any) error {
	for i := range into {
		*into[i].(*any) = s[i]
	}
	return nil
}

func TestARecordComesBackFromItsRowAsItWentIn(t *testing.T) {
	visits, _ := care.ByName(care.Visits)
	l := LayoutOf(visits)
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	rec := &care.Record{Collection: visits, ID: "01J0000000000000000000000A", Values: map[string]any{"status": "planned"}}
	rec.Version, rec.Author, rec.ReceivedAt, rec.ClinicalTime = 7, "nurse", at, at.Add(-time.Hour)
	rec.ClockOffset, rec.ClockKnown = 3*time.Second, true
	row := l.Row(rec)
	if len(row) != len(l.Names) {
		t.Fatalf("%d values for %d columns", len(row), len(l.Names))
	}
	got, err := l.Scan(stored(row))
	if err != nil {
		t.Fatal(err)
	}
	if got.ID != rec.ID || got.Text("status") != "planned" || got.Version != 7 || got.Author != "nurse" || !got.ReceivedAt.Equal(at) ||
		!got.ClinicalTime.Equal(rec.ClinicalTime) || got.ClockOffset != rec.ClockOffset || !got.ClockKnown || !got.Retracted.IsZero() {
		t.Errorf("came back as %+v", got)
	}
}

// wrongKinds are values of JSON, of which a field holds those of its own kind.
var wrongKinds = map[string]string{"a text": `"seven"`, "a number": `7`, "true": `true`, "a list of numbers": `[1]`, "a list of lists": `[["a"]]`, "an object": `{"no_such_member":[{"a":"}"}]}`}

// Whatever JSON stands in the place of a value, what leaves of a record has the kind of each field or nothing.
func TestOfARecordNothingLeavesThatIsNotOfTheKindOfItsField(t *testing.T) {
	fits := map[care.Kind]map[string]bool{care.Int: {"a number": true}, care.Decimal: {"a number": true}, care.Bool: {"true": true}}
	looked := 0
	for _, c := range care.Collections() {
		for i := range c.Fields {
			f := &c.Fields[i]
			if !KeptAsJSON(f) {
				continue
			}
			for name, value := range wrongKinds {
				looked++
				good := fits[f.Kind][name] || f.Kind == care.Object && (f.Shape.Quoted || f.Shape.Free && name == "an object")
				sent := `{"id":"x","` + f.Name + `":` + value + `,"clock_offset_ms":12,"somewhere":{"else":[1,"]",null]}}`
				want := sent
				if !good {
					want = `{"clock_offset_ms":12,"id":"x","somewhere":{"else":[1,"]",null]},"` + f.Name + `":null}`
				}
				got, lost := Readable(c, json.RawMessage(sent))
				if good != (len(lost) == 0) || !sameJSON(t, string(got), want) {
					t.Errorf("%s.%s with %s leaves as %s, lost %v", c.Name, f.Name, name, got, lost)
				}
			}
		}
	}
	if looked < 100 {
		t.Errorf("only %d values were tried", looked)
	}
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal([]byte(a), &x); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(b), &y); err != nil {
		t.Fatal(err)
	}
	return string(care.JSON(x)) == string(care.JSON(y))
}

// What the engine stores is of its shape, however long or large it is; so is what says nothing.
func TestWhatTheEngineStoresHasItsShape(t *testing.T) {
	patients, _ := care.ByName(care.Patients)
	observations, _ := care.ByName(care.Observations)
	handovers, _ := care.ByName(care.Handovers)
	for _, c := range []struct {
		in    *care.Collection
		data  string
		wrong []string
	}{
		{patients, `{"spo2_scale":{"scale":2,"reason":"co2 \"retainer\" {["},"consent":[{"service":"s","given":true},{"service":"s","given":false,"at":"2026-03-02T08:00:00.000Z"}],"communication_needs":["a","b"],"pregnant":null}`, nil},
		{patients, ` { "spo2_scale" : { "reason" : "which?" } , "consent" : [ ] } `, []string{"spo2_scale"}},
		{patients, `{"spo2_scale":{"scale":null},"consent":{"service":"s"},"communication_needs":[7],"pregnant":"yes"}`, []string{"spo2_scale", "consent", "communication_needs", "pregnant"}},
		{observations, `{"news2":{"total":7,"band":"high","single_three":true,"floor_total":7,"scale":1,"status":"complete"},"pulse":-0,"temperature":3.85e1}`, nil},
		{observations, `{"news2":{"total":"7"},"clock_offset_ms":"fast"}`, []string{"news2", "clock_offset_ms"}},
		{handovers, `{"evidence":{"key":"k","records":[{"collection":"visits","id":"x","values":{"note":["}"],"a":{"b":[[]]}}}]},"rules":[{"id":"news2_7","version":2}]}`, nil},
		{handovers, `{"evidence":{"records":[{"collection":"visits"}]},"rules":["news2_7"]}`, []string{"evidence", "rules"}},
		{handovers, ``, nil},
		{handovers, `[]`, nil},
	} {
		if got := care.Misshapen(c.in, []byte(c.data)); strings.Join(got, " ") != strings.Join(c.wrong, " ") {
			t.Errorf("of %s are misshapen %v, want %v", c.data, got, c.wrong)
		}
	}
}

func BenchmarkReadable(b *testing.B) {
	c, _ := care.ByName(care.Observations)
	data := json.RawMessage(`{"id":"01J0000000000000000000000A","patient":"01J0000000000000000000000B","visit":"01J0000000000000000000000C","taken_at":"2026-03-02T08:00:00.000Z","respiration_rate":25,"spo2":91,"on_oxygen":false,"systolic":128,"pulse":112,"acvpu":"A","temperature":36.8,"blood_glucose":null,"weight":null,"pain_score":null,"replaces":null,"news2":{"respiration_rate":3,"spo2":3,"oxygen":0,"systolic":0,"pulse":2,"acvpu":0,"temperature":0,"total":8,"band":"high","single_three":true,"floor_total":8,"floor_band":"high","scale":1,"status":"complete"},"author":"01J0000000000000000000000D","authored_at":"2026-03-02T08:00:00.000Z","received_at":"2026-03-02T08:00:01.000Z","clock_offset_ms":12,"clinical_time":"2026-03-02T08:00:00.000Z"}`)
	for b.Loop() {
		Readable(c, data)
	}
}
