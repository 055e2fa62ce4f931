package care

import (
	"testing"
	"time"
)

func TestWhatAPracticeTakesElsewhere(t *testing.T) {
	var list NotHeres
	if err := list.Scan(`[{"class":"R","until":"2026-03-02","instead":"Ring"},{"class":"E","until":"2027-01-01"},{"class":"U2","until":"2027-01-01"}]`); err != nil {
		t.Fatal(err)
	}
	last := time.Date(2026, 3, 2, 23, 59, 0, 0, time.UTC)
	for _, c := range []struct {
		class Class
		at    time.Time
		want  bool
	}{
		{Routine, last, true}, {Routine, last.Add(time.Minute), false}, {Information, last, false}, {SameDay, last, false},
		{Emergency, last, false}, {Urgent, last, false}, // whatever stands in the row
	} {
		if n, got := list.Of(c.class, c.at); got != c.want || got && n.Instead != "Ring" {
			t.Errorf("%s at %s: %v", c.class, c.at, got)
		}
	}
	for _, spoiled := range []any{nil, "", "null", []byte("{"), "not json", 7} {
		if err := list.Scan(spoiled); err != nil || len(list) != 0 {
			t.Errorf("%v: %v %v", spoiled, list, err)
		}
	}
}
