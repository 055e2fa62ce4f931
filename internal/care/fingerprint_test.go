package care

import (
	"encoding/json"
	"testing"

	"github.com/cespare/xxhash/v2"
)

func TestFingerprint_TellsContentApartAndNothingElse(t *testing.T) {
	op := func(change func(*Op)) Op {
		o := Op{Kind: OpUpdate, Collection: Visits, ID: "v", Patient: "p", Base: Base{Epoch: "e1", Seq: 4}, Was: map[string]any{"note": "a"},
			Set: map[string]any{"note": "b", "spo2": json.Number("91"), "on_oxygen": false, "consent": []any{map[string]any{"given": true, "how": nil}}}}
		change(&o)
		return o
	}
	same := func(*Op) {}
	m := func(ops ...Op) int64 { return (&Mutation{Ops: ops}).Fingerprint() }
	first := m(op(same))
	for name, other := range map[string]int64{
		"the base":                m(op(func(o *Op) { o.Base = Base{Epoch: "e2", Seq: 9} })),
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
	if got := m.Fingerprint(); got != 6408571531492646203 {
		t.Errorf("%d", got)
	}
	if got := (&Mutation{Raw: []byte("{")}).Fingerprint(); got != -1541173007734213111 {
		t.Errorf("%d", got)
	}
}

// What is hashed is written out here by hand: another program could work a fingerprint out from it.
func TestFingerprint_IsTheXXHashOfTheContent(t *testing.T) {
	m := Mutation{Ops: []Op{{Kind: OpAdd, Collection: Visits, ID: "v", Field: "soft_signs", Values: []any{"unsteady", json.Number("1.5"), true, nil}}}}
	written := "\x03add" + "\x06visits" + "\x01v" + "\x00" + "\x0asoft_signs" +
		"\x04" + "s\x08unsteady" + "n\x3f\xf8\x00\x00\x00\x00\x00\x00" + "t" + "z" +
		"\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00"
	if got, want := m.Fingerprint(), int64(xxhash.Sum64String(written)); got != want {
		t.Errorf("%d, want %d", got, want)
	}
	// Published values of XXH64 with seed 0, so that the library is the hash it says.
	for text, want := range map[string]uint64{"": 0xef46db3751d8e999, "a": 0xd24ec4f1a98c6e5b, "abc": 0x44bc2cf5ad770999} {
		if got := xxhash.Sum64String(text); got != want {
			t.Errorf("XXH64 of %q is %#x, want %#x", text, got, want)
		}
	}
}
