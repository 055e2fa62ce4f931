package testkit

import (
	"sync/atomic"
	"time"
)

// Monday is when a Clock begins: an ordinary working morning.
var Monday = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// Clock stands still until a test moves it. The zero value shows Monday.
type Clock struct {
	passed atomic.Int64
	// Tick passes each time somebody looks, so that no two things happen at the same moment.
	Tick time.Duration
}

// NewClock is a clock that shows Monday.
func NewClock() *Clock { return &Clock{} }

// Now is Monday and what has passed since.
func (c *Clock) Now() time.Time { return Monday.Add(time.Duration(c.passed.Add(int64(c.Tick)))) }

// Pass lets time go by.
func (c *Clock) Pass(d time.Duration) { c.passed.Add(int64(d)) }

// Turn makes it show another time.
func (c *Clock) Turn(to time.Time) { c.passed.Store(int64(to.Sub(Monday))) }
