package care

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what is made from the tables of this package anew: modules of pb_public, parts of docs")

// TestReadingsAreWrittenAsTheGoldenSentencesSay: e2e/unit/readings.test.mjs holds the pages to the same file.
func TestReadingsAreWrittenAsTheGoldenSentencesSay(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "readings.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Name        string
		Set         map[string]any
		Points      map[string]*int
		Taken, Gaps string
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	for _, c := range list {
		t.Run(c.Name, func(t *testing.T) {
			points := func(p string) *int { return c.Points[p] }
			if got := ReadingsText(c.Set, points, false); got != c.Taken {
				t.Errorf("what was taken\ngot  %s\nwant %s", got, c.Taken)
			}
			if got := ReadingsText(c.Set, points, true); got != c.Gaps {
				t.Errorf("with what is missing\ngot  %s\nwant %s", got, c.Gaps)
			}
		})
		for name := range c.Set {
			written[name] = true
		}
	}
	for _, r := range readings {
		if !written[r.Name] {
			t.Errorf("no golden sentence holds %s", r.Name)
		}
	}
}

func TestEveryReadingStatesItsUnitItsLimitsAndTheReason(t *testing.T) {
	seen := map[string]bool{}
	for i := range readings {
		r := &readings[i]
		if seen[r.Name] || r.Label == "" {
			t.Errorf("%s: twice in the table, or without a label", r.Name)
		}
		seen[r.Name] = true
		if r.Pair != "" && (readingOf(r.Pair) == nil || r.PairLabel == "" || readingOf(r.Pair).Unit != r.Unit) {
			t.Errorf("%s: its pair %q is no reading of the same unit, or the two have no name", r.Name, r.Pair)
		}
		switch {
		case r.Numeric():
			if r.Unit == "" || r.Because == "" || r.Min > r.AskBelow || r.AskBelow >= r.AskAbove || r.AskAbove > r.Max {
				t.Errorf("%s: unit %q, limits %g to %g, asked about below %g and above %g, because %q", r.Name, r.Unit, r.Min, r.Max, r.AskBelow, r.AskAbove, r.Because)
			}
		case r.Kind == Bool:
			if r.Words["true"] == "" || r.Words["false"] == "" {
				t.Errorf("%s: no words for its two values", r.Name)
			}
		case r.Kind != Enum || len(r.Values) == 0:
			t.Errorf("%s: neither number, yes and no, nor a list", r.Name)
		}
		for word := range r.Words {
			if r.Kind == Enum && !strings.Contains(strings.Join(r.Values, " "), word) {
				t.Errorf("%s: words for %q, which it cannot be", r.Name, word)
			}
		}
	}
}

func TestATrueReadingIsStoredHoweverRareAndASlipIsSetAside(t *testing.T) {
	for _, c := range []struct{ name, rare, slip string }{
		{"respiration_rate", "0", "180"}, {"spo2", "48", "101"}, {"systolic", "44", "1200"}, {"diastolic", "0", "800"}, {"pulse", "300", "720"},
		{"temperature", "11.8", "98.6"}, {"temperature", "46.5", "3.7"}, {"blood_glucose", "147.6", "180"}, {"blood_glucose", "0.6", "0"},
		{"weight", "0.2", "0"}, {"weight", "635", "714"}, {"pain_score", "0", "11"}, {"pain_score", "10", "-1"},
	} {
		f, ok := observations.Field(c.name)
		if !ok {
			t.Fatalf("no field %s", c.name)
		}
		if v, why := f.Check(json.Number(c.rare)); why != nil || v == nil {
			t.Errorf("%s of %s was refused: %v", c.name, c.rare, why)
		}
		if _, why := f.Check(json.Number(c.slip)); why == nil || why.Code != "out_of_range" {
			t.Errorf("%s of %s was not refused: %v", c.name, c.slip, why)
		}
	}
}

func TestASetWithNothingOfNEWS2HasNothingToScore(t *testing.T) {
	if AnyScored(map[string]any{"weight": 71.4, "pain_score": int64(0), "diastolic": int64(80), "pulse": nil}) {
		t.Error("weight, pain and diastolic pressure do not score")
	}
	if !AnyScored(map[string]any{"on_oxygen": false}) {
		t.Error("breathing air is a finding that scores")
	}
}

func TestAnOrdinaryValueIsStoredAndNobodyIsAskedAboutIt(t *testing.T) {
	for i := range readings {
		r := &readings[i]
		f, ok := observations.Field(r.Name)
		if !ok {
			t.Fatalf("no field %s", r.Name)
		}
		v := r.Ordinary()
		raw := v
		if r.Numeric() {
			b, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			raw = json.Number(b)
			if x, err := raw.(json.Number).Float64(); err != nil || x < r.AskBelow || x > r.AskAbove {
				t.Errorf("%s of %v is asked about", r.Name, v)
			}
		}
		if got, why := f.Check(raw); why != nil || !Equal(got, v) {
			t.Errorf("%s of %v is stored as %v: %v", r.Name, v, got, why)
		}
	}
}

// U7: what a correction changed is said in the same words on the server and on a phone; e2e/unit/readings.test.mjs
// reads the same file.
func TestACorrectionSaysWhatIsOtherwise(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "readings_changed.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Name, Text string
		Now, Was   map[string]any
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if got := ReadingsChanged(c.Now, c.Was); got != c.Text {
			t.Errorf("%s\ngot  %s\nwant %s", c.Name, got, c.Text)
		}
	}
}
