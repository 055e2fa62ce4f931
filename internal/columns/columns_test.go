package columns

import (
	"encoding/json"
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
