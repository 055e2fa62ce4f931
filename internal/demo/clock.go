package demo

import (
	"sync/atomic"
	"time"

	"doorstep/internal/worktime"
)

// Clock is the time in the neighbourhood. While the story runs only the script moves it; afterwards
// it runs on by itself.
type Clock struct {
	at    atomic.Int64              // nanoseconds since 1970, while the script moves it
	since atomic.Pointer[time.Time] // when it was let go, nil before
}

func newClock(at time.Time) *Clock {
	c := &Clock{}
	c.at.Store(at.UnixNano())
	return c
}

// Now is what every clock in the neighbourhood shows that is right.
func (c *Clock) Now() time.Time {
	now := time.Unix(0, c.at.Load())
	if since := c.since.Load(); since != nil {
		now = now.Add(time.Since(*since))
	}
	return now.UTC()
}

// set moves the clock forward; it never goes back.
func (c *Clock) set(at time.Time) {
	if at.After(c.Now()) {
		c.at.Store(at.UnixNano())
	}
}

// letGo makes the clock run on in real time.
func (c *Clock) letGo() {
	now := time.Now()
	c.since.Store(&now)
}

// storyDays are the two days of the story: the last working day up to today and the one before it.
// A weekend or a bank holiday would leave the practices closed.
func storyDays(today time.Time) (first, second time.Time, err error) {
	london, err := worktime.London()
	if err != nil {
		return first, second, err
	}
	week, err := worktime.New(worktime.Options{})
	if err != nil {
		return first, second, err
	}
	year, month, date := today.In(london).Date()
	day := time.Date(year, month, date, 12, 0, 0, 0, london)
	back := func(d time.Time) time.Time {
		for !week.IsOpen(d) {
			d = d.AddDate(0, 0, -1)
		}
		return d
	}
	second = back(day)
	first = back(second.AddDate(0, 0, -1))
	return first, second, nil
}

// at is an hour and a minute of a day in London.
func at(day time.Time, hour, minute int) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, hour, minute, 0, 0, day.Location())
}

// inLondon is a moment as clocks in London show it.
func inLondon(t time.Time) time.Time {
	london, err := worktime.London()
	if err != nil {
		return t.UTC() // storyDays would have failed before
	}
	return t.In(london)
}
