package fhir

import (
	"encoding/json"
	"testing"

	"doorstep/internal/care"
)

// What UK Core fixes of a reading (StructureDefinitions UKCore-Observation-VitalSigns and those made of it, -ACVPU,
// -InspiredOxygen, -BloodGlucose, -EarlyWarningTotalScore; June 2025): by value, because the validators that we have
// read these profiles and do not apply them.
var asked = map[string]struct{ category, loinc, snomed, unit, code string }{
	"respiration-rate": {"vital-signs", "9279-1", "86290005", "per minute", "/min"},
	"spo2":             {"vital-signs", "2708-6", "103228002", "percent", "%"},
	"on-oxygen":        {"therapy", "", "722742002", "", ""},
	"systolic":         {"vital-signs", "85354-9", "75367002", "", ""},
	"pulse":            {"vital-signs", "8867-4", "364075005", "per minute", "/min"},
	"acvpu":            {"survey", "", "1104441000000107", "", ""},
	"temperature":      {"vital-signs", "8310-5", "386725007", "degree Celsius", "Cel"},
	"blood-glucose":    {"exam", "15074-8", "997671000000106", "millimoles per litre", "mmol/L"},
	"weight":           {"vital-signs", "29463-7", "27113001", "kilogram", "kg"},
	"pain-score":       {"survey", "72514-3", "225908003", "score", "{score}"},
	"news2":            {"survey", "", "1104051000000101", "ScoreOf", "{ScoreOf}"},
}

func observations(t *testing.T, h *Handover) map[string]Observation {
	t.Helper()
	var b struct {
		Entry []struct{ Resource json.RawMessage }
	}
	if err := json.Unmarshal(written(t, WriteBundle, h), &b); err != nil {
		t.Fatal(err)
	}
	found := map[string]Observation{}
	for _, e := range b.Entry {
		var o Observation
		if err := json.Unmarshal(e.Resource, &o); err == nil && o.ResourceType == "Observation" {
			found[o.ID] = o
		}
	}
	return found
}

func TestReadingsAreAsUKCoreAsks(t *testing.T) {
	found := observations(t, whole())
	for name, want := range asked {
		o, ok := found["01k9o100000000000000000000-"+name]
		if !ok {
			t.Errorf("no observation of %s", name)
			continue
		}
		if o.Status != "final" || o.Subject == nil || o.Effective == "" || len(o.Category) != 1 || len(o.Category[0].Coding) != 1 || o.Category[0].Coding[0] != (Coding{System: category, Code: want.category}) {
			t.Errorf("%s: %+v", name, o)
		}
		codes := map[string][]string{}
		for _, c := range o.Code.Coding {
			codes[c.System] = append(codes[c.System], c.Code)
		}
		if want.loinc != "" && (len(codes[loinc]) != 1 || codes[loinc][0] != want.loinc) || want.loinc == "" && len(codes[loinc]) > 0 {
			t.Errorf("%s has LOINC %v", name, codes[loinc])
		}
		if len(codes[snomed]) == 0 || codes[snomed][0] != want.snomed {
			t.Errorf("%s has SNOMED CT %v", name, codes[snomed])
		}
		if want.unit != "" && (o.Quantity == nil || o.Quantity.Unit != want.unit || o.Quantity.Code != want.code || o.Quantity.System != ucum) || want.unit == "" && o.Quantity != nil {
			t.Errorf("%s has the value %+v", name, o.Quantity)
		}
	}
	if n := len(found); n != len(asked)+1 { // and what was noted at the visit
		t.Errorf("%d observations", n)
	}
	if v := found["01k9o100000000000000000000-acvpu"].Concept; v == nil || v.Coding[0].Code != "248234008" {
		t.Errorf("ACVPU has the value %+v", v)
	}
	if v := found["01k9o100000000000000000000-pain-score"].Quantity.Value; v != "0" {
		t.Errorf("no pain is %q: it is a finding", v)
	}
}

func TestABloodPressureIsOnePanelWithTheTextsOfUKCore(t *testing.T) {
	parts := observations(t, whole())["01k9o100000000000000000000-systolic"].Component
	if len(parts) != 2 {
		t.Fatal(parts)
	}
	for i, want := range []struct{ text, loinc, snomed, value string }{{"Systolic blood pressure", "8480-6", "72313002", "128"}, {"Diastolic blood pressure", "8462-4", "1091811000000102", "74"}} {
		c := parts[i]
		if c.Code.Text != want.text || c.Code.Coding[0] != (Coding{loinc, want.loinc, want.text}) || c.Code.Coding[1].Code != want.snomed || *c.Quantity != (Quantity{json.Number(want.value), "millimeter of mercury", ucum, "mm[Hg]"}) {
			t.Errorf("%+v", c)
		}
	}
	half := bundles()["corrected"]
	if parts := observations(t, half)["01k9o200000000000000000000-systolic"].Component; len(parts) != 2 || parts[0].DataAbsentReason == nil || parts[1].Quantity == nil {
		t.Errorf("of a diastolic alone: %+v", parts)
	}
}

func TestTheScoreHasItsPartsAndNoTotalWhereOneIsMissing(t *testing.T) {
	o := observations(t, whole())["01k9o100000000000000000000-news2"]
	if o.Quantity.Value != "7" || len(o.Component) != 7 || len(o.DerivedFrom) != 10 {
		t.Errorf("%+v", o)
	}
	sum := 0
	for _, c := range o.Component {
		n, err := c.Quantity.Value.Int64()
		if err != nil || c.Quantity.Code != "{ScoreOf}" || c.Quantity.System != ucum {
			t.Errorf("%+v", c)
		}
		sum += int(n)
	}
	if sum != 7 {
		t.Errorf("its parts come to %d", sum)
	}
	o = observations(t, bundles()["corrected"])["01k9o200000000000000000000-news2"]
	if o.Quantity != nil || o.DataAbsentReason == nil || len(o.Note) != 2 || o.Component[1].Code.Coding[0].Code != "1104321000000108" || o.Component[1].DataAbsentReason == nil {
		t.Errorf("of a set that lacks readings, on scale 2: %+v", o)
	}
	o = observations(t, bundles()["declined"])["01k9o100000000000000000000-news2"]
	if o.Quantity != nil || len(o.Component) > 0 || o.DataAbsentReason.Coding[0].Code != "not-applicable" {
		t.Errorf("where the score does not apply: %+v", o)
	}
}

// Whoever adds a reading to the table finds here that it needs a code.
func TestEveryReadingHasACode(t *testing.T) {
	for _, r := range care.Readings() {
		c, known := coding[r.Name]
		switch {
		case r.Name == "diastolic":
			if known {
				t.Error("the diastolic is a part of the blood pressure")
			}
		case !known || c.category == "" || c.codes == nil && c.values == nil || r.Numeric() && r.Name != "systolic" && (c.unit == "" || c.ucum == ""):
			t.Errorf("%s: %+v", r.Name, c)
		}
		for _, v := range r.Values {
			if _, ok := c.values[v]; !ok {
				t.Errorf("%s %s has no code", r.Name, v)
			}
		}
		if _, ok := newsParts[r.Score]; r.Score != "" && !ok {
			t.Errorf("the sub-score of %s has no code", r.Name)
		}
	}
}
