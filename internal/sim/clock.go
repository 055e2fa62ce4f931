package sim

import "time"

// start is when a run begins: a Monday morning, before the visits.
var start = time.Date(2026, 3, 2, 7, 30, 0, 0, time.UTC)

// Clock is the true time of a run. The server lives by it; phones may be wrong.
type Clock struct{ now time.Time }

// Now returns the true time.
func (c *Clock) Now() time.Time { return c.now }

// Pass lets time go by.
func (c *Clock) Pass(d time.Duration) { c.now = c.now.Add(d) }
