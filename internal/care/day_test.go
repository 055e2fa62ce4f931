package care

import (
	"testing"
	"time"
)

// D3. Days of care are days in London, 23 and 25 hours long where its clocks change.
func TestADayBeginsAndEndsAtMidnightInLondon(t *testing.T) {
	for _, c := range []struct{ day, begins, ends string }{
		{"2026-03-02", "2026-03-02T00:00:00.000Z", "2026-03-03T00:00:00.000Z"},
		{"2026-03-28", "2026-03-28T00:00:00.000Z", "2026-03-29T00:00:00.000Z"},
		{"2026-03-29", "2026-03-29T00:00:00.000Z", "2026-03-29T23:00:00.000Z"},
		{"2026-03-30", "2026-03-29T23:00:00.000Z", "2026-03-30T23:00:00.000Z"},
		{"2026-10-24", "2026-10-23T23:00:00.000Z", "2026-10-24T23:00:00.000Z"},
		{"2026-10-25", "2026-10-24T23:00:00.000Z", "2026-10-26T00:00:00.000Z"},
		{"2026-10-26", "2026-10-26T00:00:00.000Z", "2026-10-27T00:00:00.000Z"},
		{"2028-02-29", "2028-02-29T00:00:00.000Z", "2028-03-01T00:00:00.000Z"},
	} {
		begins, ok := DayBegins(c.day)
		ends, well := DayEnds(c.day)
		if !ok || !well || Stamp(begins) != c.begins || Stamp(ends) != c.ends {
			t.Errorf("%s is from %s to %s, want %s to %s", c.day, Stamp(begins), Stamp(ends), c.begins, c.ends)
		}
		for moment, want := range map[time.Time]bool{begins.Add(-time.Millisecond): false, begins: true, ends.Add(-time.Millisecond): true, ends: false} {
			if got := Today(moment) == c.day; got != want {
				t.Errorf("%s is on %s: %t, want %t", Stamp(moment), c.day, got, want)
			}
		}
	}
	for _, day := range []string{"", "2026-02-29", "29 March", "2026-03-29T00:00:00.000Z"} {
		if at, ok := DayBegins(day); ok {
			t.Errorf("%q begins at %s", day, Stamp(at))
		}
		if at, ok := DayEnds(day); ok {
			t.Errorf("%q ends at %s", day, Stamp(at))
		}
	}
}
