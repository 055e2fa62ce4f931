package care

import (
	"encoding/json"
	"testing"
)

func TestFingerprint_TellsContentApartAndNothingElse(t *testing.T) {
	op := func(change func(*Op)) Op {
		o := Op{Kind: OpUpdate, Collection: Visits, ID: "v", Patient: "p", Base: Base{"e1", 4}, Was: map[string]any{"note": "a"},
			Set: map[string]any{"note": "b", "spo2": json.Number("91"), "on_oxygen": false, "consent": []any{map[string]any{"given": true, "how": nil}}}}
		change(&o)
		return o
	}
	same := func(*Op) {}
	m := func(ops ...Op) int64 { return (&Mutation{Ops: ops}).Fingerprint() }
	first := m(op(same))
	for name, other := range map[string]int64{
		"the base":                m(op(func(o *Op) { o.Base = Base{"e2", 9} })),
		"what was seen":           m(op(func(o *Op) { o.Was = nil })),
		"the writing of a number": m(op(func(o *Op) { o.Set["spo2"] = json.Number("91.0") })),
		"its number and author":   (&Mutation{Mid: 7, Key: "k", Author: "a", Ops: []Op{op(same)}}).Fingerprint(),
	} {
		if other != first {
			t.Errorf("%s changes the fingerprint", name)
		}
	}
	seen := map[int64]string{first: "the first"}
	for name, other := range map[string]int64{
		"another value":           m(op(func(o *Op) { o.Set["note"] = "c" })),
		"a value more":            m(op(func(o *Op) { o.Set["status"] = nil })),
		"a value less":            m(op(func(o *Op) { delete(o.Set, "note") })),
		"another number":          m(op(func(o *Op) { o.Set["spo2"] = json.Number("92") })),
		"text for a number":       m(op(func(o *Op) { o.Set["spo2"] = "91" })),
		"swapped values":          m(op(func(o *Op) { o.Set["note"], o.Set["on_oxygen"] = false, "b" })),
		"deep inside":             m(op(func(o *Op) { o.Set["consent"] = []any{map[string]any{"given": false, "how": nil}} })),
		"a list in another order": m(op(func(o *Op) { o.Values = []any{"a", "b"} })),
		"that list":               m(op(func(o *Op) { o.Values = []any{"b", "a"} })),
		"another record":          m(op(func(o *Op) { o.ID = "w" })),
		"another kind":            m(op(func(o *Op) { o.Kind = OpCreate })),
		"another issue":           m(op(func(o *Op) { o.Issue = "i" })),
		"twice":                   m(op(same), op(same)),
		"bytes that are no JSON":  (&Mutation{Raw: []byte("{")}).Fingerprint(),
		"other such bytes":        (&Mutation{Raw: []byte("[")}).Fingerprint(),
	} {
		if was, twice := seen[other]; twice {
			t.Errorf("%s and %s have one fingerprint", name, was)
		}
		seen[other] = name
	}
}

func BenchmarkFingerprint(b *testing.B) {
	set := map[string]any{"patient": "01jk4000000000000000000001", "status": "completed", "note": string(make([]byte, 600)), "spo2": json.Number("91")}
	m := &Mutation{Ops: []Op{{Kind: OpCreate, Collection: Visits, ID: "01jk4000000000000000000002", Set: set}}}
	b.ReportAllocs()
	for b.Loop() {
		m.Fingerprint()
	}
}

// The ledger keeps fingerprints for ever: what one comes to stays as it is.
func TestFingerprint_StaysWhatItWas(t *testing.T) {
	m := Mutation{Ops: []Op{{Kind: OpCreate, Collection: Visits, ID: "01jz2000000000000000000000", Set: map[string]any{
		"patient": "01jz1x00000000000000000000", "note": "Wound clean, dressed", "soft_signs": []any{"unsteady"}, "pulse": json.Number("72"), "on_oxygen": false, "spo2": nil}}}}
	if got := m.Fingerprint(); got != 4223705245613611386 {
		t.Errorf("%d", got)
	}
	if got := (&Mutation{Raw: []byte("{")}).Fingerprint(); got != -5808528285851576134 {
		t.Errorf("%d", got)
	}
}
