package care

import (
	"testing"
	"time"
)

func TestATimeIsCorrectedByAClockThatIsOffByASecondOrMore(t *testing.T) {
	said := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		offset time.Duration
		later  time.Duration // when it was received
		want   time.Duration // after what the phone said
	}{
		{"right", 0, time.Minute, 0},
		{"off by what a hello took to arrive", 212 * time.Millisecond, time.Minute, 0},
		{"ahead by as little", -999 * time.Millisecond, time.Minute, 0},
		{"a second slow", time.Second, time.Minute, time.Second},
		{"a second fast", -time.Second, time.Minute, -time.Second},
		{"hours slow", 2 * time.Hour, 3 * time.Hour, 2 * time.Hour},
		{"later than it was received", 2 * time.Minute, time.Minute, time.Minute},
		{"a little ahead of its receipt", -500 * time.Millisecond, -300 * time.Millisecond, -300 * time.Millisecond},
	} {
		clock := DeviceClock{Offset: c.offset, Known: true}
		if got, known := clock.Correct(said, said.Add(c.later)); !got.Equal(said.Add(c.want)) || !known {
			t.Errorf("%s: %s after what was said, known %t; want %s", c.name, got.Sub(said), known, c.want)
		}
	}
}
