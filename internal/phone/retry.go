package phone

import (
	"encoding/binary"
	"io"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// How a phone spaces its rounds.
const (
	retryFirst   = 4 * time.Second  // the wait after one failed round lies between 0 and this; doubles with each further one
	retryMost    = 10 * time.Minute // and never above this
	idleInterval = time.Minute      // between rounds when nothing failed and the server set no pace
	afterWork    = time.Second      // from a new local change to the round that sends it
)

// retryState says when to try next. It needs nothing to happen on the phone: a round that
// failed at night is tried again although nobody writes.
type retryState struct {
	failing bool                        // the last round failed
	limit   *backoff.ExponentialBackOff // of the wait after a failed round
	at      time.Time                   // zero = at once
	set     time.Time                   // when at was worked out
}

// newLimit doubles from retryFirst to retryMost. It draws no jitter of its own: delay does, from the
// phone's entropy, so that a seed replays a day.
func newLimit() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{InitialInterval: retryFirst, Multiplier: 2, MaxInterval: retryMost}
}

// delay is how long to wait after a failed round: full jitter below limit, so that a fleet does not
// come back all at once, but never less than the server asked for. chance is in [0, 1).
func delay(limit, retryAfter time.Duration, chance float64) time.Duration {
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
	case p.self.Directive == directiveWipe || p.NeedsSignIn():
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
		r.failing = true
		r.at = now.Add(delay(r.limit.NextBackOff(), retryAfter, p.chance()))
		return
	}
	r.failing = false
	r.limit.Reset()
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
	if !r.failing && r.at.After(now.Add(afterWork)) {
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
