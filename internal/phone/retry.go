package phone

import (
	"encoding/binary"
	"io"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v5"

	"doorstep/internal/care"
)

// How a phone spaces its rounds.
const (
	retryFirst   = 4 * time.Second  // the wait after one failed round lies between 0 and this; doubles with each further one
	retryMost    = 10 * time.Minute // and never above this
	retryUrgent  = 30 * time.Second // and above this neither while an emergency is unsent and there is a network
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
	// notBefore: the server asked for patience until then; zero = it did not.
	notBefore time.Time
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
	if p.self.Directive == directiveWipe || p.NeedsSignIn() {
		return time.Time{}, false
	}
	p.retry.clockSetBack(p.opts.Now())
	return p.retry.at, true
}

// clockSetBack forgets what was worked out by a clock that said a later time than it says now: that means nothing any
// more. Whoever reads or moves the next try asks this first.
func (r *retryState) clockSetBack(now time.Time) {
	if now.Before(r.set) {
		r.at, r.set, r.notBefore = now, now, time.Time{}
	}
}

// settle closes a round and works out the next try.
func (p *Phone) settle(failed bool, retryAfter time.Duration) {
	now := p.opts.Now()
	r := &p.retry
	r.set = now
	if failed {
		r.failing = true
		r.at = now.Add(delay(r.limit.NextBackOff(), retryAfter, p.chance()))
		r.notBefore = time.Time{}
		if retryAfter > 0 {
			r.notBefore = r.at
		}
		p.press(now)
		return
	}
	r.failing, r.notBefore = false, time.Time{}
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
	r.clockSetBack(now)
	if !r.failing && r.at.After(now.Add(afterWork)) {
		r.at = now.Add(afterWork)
	}
}

// press keeps an emergency from waiting longer than half a minute, whatever the server asked for. Few phones have one, so
// that it costs the server next to nothing.
func (p *Phone) press(now time.Time) {
	if !p.Pressing() {
		return
	}
	r, latest := &p.retry, now.Add(retryUrgent)
	r.clockSetBack(now)
	if r.at.After(latest) {
		r.at, r.set = latest, now
	}
	if r.notBefore.After(r.at) {
		r.notBefore = r.at
	}
}

// Pressing says whether an emergency or an urgent handover is unsent while there is a network: the next try is then never
// further off than half a minute.
func (p *Phone) Pressing() bool {
	return p.opts.Online() && slices.ContainsFunc(p.outbox, func(c *change) bool { return !c.Acked && c.urgent() })
}

// urgent says whether a change hands somebody over as an emergency or as urgent.
func (c *change) urgent() bool {
	return slices.ContainsFunc(c.Ops, func(op Op) bool {
		class, _ := op.Set["class"].(string)
		return op.Op == string(care.OpCreate) && op.Collection == care.Handovers && (class == string(care.Emergency) || class == string(care.Urgent))
	})
}

// NetworkCameBack brings the next try forward: it will do better than the last. What the server asked for still holds, but
// for an emergency.
func (p *Phone) NetworkCameBack() {
	now, r := p.opts.Now(), &p.retry
	r.clockSetBack(now)
	if soon := now.Add(time.Duration(p.chance() * float64(afterWork))); r.at.After(soon) {
		r.at = soon
		if r.notBefore.After(soon) {
			r.at = r.notBefore
		}
		r.set = now
	}
	p.press(now)
}

// chance draws a number in [0, 1).
func (p *Phone) chance() float64 { return chance(p.opts.Entropy) }

func chance(entropy io.Reader) float64 {
	var b [8]byte
	if _, err := io.ReadFull(entropy, b[:]); err != nil {
		return 0.5 // entropy that ran dry must not keep a phone from syncing
	}
	return float64(binary.LittleEndian.Uint64(b[:])>>11) / (1 << 53)
}
