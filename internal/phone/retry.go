package phone

import (
	"encoding/binary"
	"io"
	"time"
)

// How a phone spaces its rounds.
const (
	retryFirst   = 2 * time.Second  // the wait after one failed round lies between 0 and twice this
	retryMost    = 10 * time.Minute // and never above this
	idleInterval = time.Minute      // between rounds when nothing failed and the server set no pace
	afterWork    = time.Second      // from a new local change to the round that sends it
)

// retryState says when to try next. It needs nothing to happen on the phone: a round that
// failed at night is tried again although nobody writes.
type retryState struct {
	failures int
	at       time.Time // zero = at once
	set      time.Time // when at was worked out
	never    bool      // Faults.NoTimer
}

// Delay is how long to wait after that many failed rounds in a row: full jitter below a
// doubling limit, so that a fleet does not come back all at once, but never less than the
// server asked for. chance is in [0, 1).
func Delay(failures int, retryAfter time.Duration, chance float64) time.Duration {
	limit := retryMost
	if failures < 12 {
		limit = min(retryMost, retryFirst<<failures)
	}
	wait := time.Duration(chance * float64(limit))
	if retryAfter > 0 {
		return retryAfter + time.Duration(chance*float64(retryAfter)/4) + wait/4
	}
	return wait
}

// NextTry is when to begin the next round; false means that no try will help before somebody
// signs in, or ever: see NeedsSignIn and Directive.
func (p *Phone) NextTry() (time.Time, bool) {
	now := p.opts.Now()
	switch {
	case p.self.Directive == directiveWipe || p.NeedsSignIn() || p.retry.never:
		return time.Time{}, false
	case now.Before(p.retry.set): // the clock was set back: what it said then means nothing
		return now, true
	}
	return p.retry.at, true
}

// settle closes a round and works out the next try.
func (p *Phone) settle(failed bool, retryAfter time.Duration) {
	now := p.opts.Now()
	r := &p.retry
	r.set = now
	if failed {
		r.failures++
		r.at = now.Add(Delay(r.failures, retryAfter, p.chance()))
		r.never = p.opts.Faults.NoTimer
		return
	}
	r.failures = 0
	pause := idleInterval
	jitter := idleInterval / 4
	if pace := p.self.Pace; pace.MinIntervalMs > 0 {
		pause = time.Duration(pace.MinIntervalMs) * time.Millisecond
		jitter = time.Duration(pace.JitterMs) * time.Millisecond
	}
	r.at = now.Add(pause + time.Duration(p.chance()*float64(jitter)))
}

// work brings the next try forward because there is something to send. While the server fails
// or asks for patience it does not.
func (r *retryState) work(now time.Time) {
	if r.never {
		r.never, r.at = false, now
	}
	if r.failures == 0 && r.at.After(now.Add(afterWork)) {
		r.at = now.Add(afterWork)
	}
}

// chance draws a number in [0, 1).
func (p *Phone) chance() float64 {
	var b [8]byte
	if _, err := io.ReadFull(p.opts.Entropy, b[:]); err != nil {
		return 0.5 // entropy that ran dry must not keep a phone from syncing
	}
	return float64(binary.LittleEndian.Uint64(b[:])>>11) / (1 << 53)
}
