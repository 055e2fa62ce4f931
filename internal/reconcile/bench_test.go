package reconcile

import (
	"testing"
	"time"

	"doorstep/internal/care"
)

// BenchmarkField decides one field of an edit: what its author saw is stored, and what two people
// wrote at once.
func BenchmarkField(b *testing.B) {
	c, _ := care.ByName(care.Visits)
	note, ok := c.Field("note")
	if !ok {
		b.Fatal("visits have no note")
	}
	at := time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)
	stored := Current{Value: "wound dry", Last: care.Change{Seq: 50, Client: "a", At: at}}
	for name, tc := range map[string]struct {
		base int64
		want Outcome
	}{
		"seen":   {50, Clean},
		"unseen": {49, Lost},
	} {
		b.Run(name, func(b *testing.B) {
			edit := Edit{Field: note, Value: "wound wet", Base: tc.base, Client: "b", Author: "b", At: at.Add(time.Minute)}
			b.ReportAllocs()
			for b.Loop() {
				if got := Field(stored, edit); got != tc.want {
					b.Fatal(got)
				}
			}
		})
	}
}
