package care

import "time"

// ClockTolerance is how far a device's clock may drift between two hellos. An offset that moves by
// more is another setting of the clock.
const ClockTolerance = 5 * time.Minute

// ClockGrain is how far a device's clock must be off to be corrected. A hello measures no finer: what it takes a hello to
// travel counts as the clock's. So the times of a clock that runs as it should are kept as it said them.
const ClockGrain = time.Second

// DeviceClock is what is known of a device's clock.
type DeviceClock struct {
	Offset time.Duration // server minus device
	Known  bool          // false before the first hello
	// SteadySince is when the offset was last measured anew: times authored earlier were stamped by a
	// clock that may have been set differently.
	SteadySince time.Time
}

// Correct turns a device's time into the server's: corrected by the offset, never later than its
// receipt. The second value says whether the offset in force at that moment is known: a time that
// comes out after its receipt was stamped by a clock that has been set since.
func (c DeviceClock) Correct(device, received time.Time) (time.Time, bool) {
	if device.IsZero() {
		return received, false
	}
	offset := c.Offset
	if offset.Abs() < ClockGrain {
		offset = 0
	}
	t := device.Add(offset).Truncate(time.Millisecond)
	known := c.Known && !t.Before(c.SteadySince) && !t.After(received.Add(ClockTolerance))
	if t.After(received) {
		t = received
	}
	return t, known
}
