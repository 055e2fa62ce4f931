package phone

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// StepKind names what a step did.
type StepKind string

// The steps of a round, in the order in which they come.
const (
	StepEnrol  StepKind = "enrol"
	StepToken  StepKind = "token"
	StepHello  StepKind = "hello"
	StepPush   StepKind = "push"
	StepPull   StepKind = "pull"
	StepDigest StepKind = "digest"
	StepIdle   StepKind = "idle" // the round is over
)

// Step is what one step did. Note is for people who read a log; it holds no content.
type Step struct {
	Kind StepKind
	Note string
}

// Directives of the server.
const (
	directiveNone    = "none"
	directiveWipe    = "wipe"
	directiveDrain   = "drain"
	directiveRelogin = "relogin"
	directiveUpgrade = "upgrade"
)

const (
	scopePushOnly = "push_only"
	helloEvery    = 15 * time.Minute
	digestEvery   = 24 * time.Hour
	maxRepeats    = 30 // answered refusals in one round, before it counts as failed
	maxRefusals   = 3  // of our assertion in a row, before we believe that the device is unknown
)

// round is one conversation with the server.
type round struct {
	open           bool
	greeted        bool
	greetedAt      time.Time // by the device's clock
	pushed, pulled bool      // done with, for this round
	failed         bool
	wait           time.Duration // what the server asked for
	repeats        int
	comparedAgain  int // comparisons after which it pulled again, because something had moved in between
	note           string
}

// Begin opens a round. It does nothing while one is open.
func (p *Phone) Begin() {
	if p.round.open {
		return
	}
	p.round = round{open: true, greeted: p.round.greeted, greetedAt: p.round.greetedAt}
}

// greeted says whether the last hello still counts: it was not long ago, and the clock it
// measured was not set back since.
func (p *Phone) greeted(now time.Time) bool {
	at := p.round.greetedAt
	return p.round.greeted && !now.Before(at) && now.Sub(at) < helloEvery
}

// Busy says whether a round is open.
func (p *Phone) Busy() bool { return p.round.open }

// Step does the next thing of the open round: one request, and one commit of what it brought.
// It returns StepIdle when the round is over; NextTry then says when to begin the next. What
// the server refused and the phone put right by itself (an expired token, a batch too large)
// is not an error. After an error the round may still go on: a failed push does not keep a
// pull from happening.
func (p *Phone) Step(ctx context.Context) (Step, error) {
	kind := p.next()
	p.round.note = ""
	var err error
	switch kind {
	case StepIdle:
		if p.round.open {
			p.round.open = false
			p.settle(p.round.failed, p.round.wait)
		}
		return Step{Kind: StepIdle}, nil
	case StepEnrol:
		err = p.enrol(ctx)
	case StepToken:
		err = p.token(ctx)
	case StepHello:
		err = p.hello(ctx)
	case StepPush:
		err = p.push(ctx)
	case StepPull:
		err = p.pull(ctx)
	case StepDigest:
		err = p.compare(ctx)
	}
	if err != nil {
		err = p.refused(kind, err)
	}
	return Step{Kind: kind, Note: p.round.note}, err
}

// Sync does a whole round and returns its first error. Whatever happened, nothing unsent is
// lost and NextTry says when to try again.
func (p *Phone) Sync(ctx context.Context) error {
	p.Begin()
	var first error
	for {
		step, err := p.Step(ctx)
		if err != nil && first == nil {
			first = err
		}
		if step.Kind == StepIdle {
			return first
		}
		if err := ctx.Err(); err != nil {
			p.end(0)
		}
	}
}

func (p *Phone) next() StepKind {
	now := p.opts.Now()
	unsent, _ := p.Unsent()
	switch {
	case !p.round.open || p.self.Directive == directiveWipe:
		return StepIdle
	case p.mustEnrol() && p.staffToken+p.code != "" && p.self.Staff != "":
		return StepEnrol
	case p.self.Device == "" || p.self.Directive == directiveRelogin || p.self.Enrol == enrolAgain:
		return StepIdle
	case !p.access.valid(now):
		return StepToken
	case p.self.Enrol == enrolAnew:
		return StepEnrol
	case !p.greeted(now):
		return StepHello
	case !p.round.pushed && unsent > 0:
		return StepPush
	case !p.round.pulled && p.mayPull():
		return StepPull
	case p.digestDue() && p.mayPull() && !p.round.failed:
		return StepDigest
	}
	return StepIdle
}

func (p *Phone) mayPull() bool {
	return p.access.scope != scopePushOnly && p.self.Directive != directiveDrain &&
		p.self.Directive != directiveUpgrade && p.self.MinPull <= p.opts.Schema
}

// end closes the round as failed: no further step of it makes sense.
func (p *Phone) end(wait time.Duration) {
	p.round.failed, p.round.pushed, p.round.pulled = true, true, true
	p.round.wait = max(p.round.wait, wait)
	p.round.open = false
	p.settle(true, p.round.wait)
}

// refused decides what to do about a step that failed, and returns the error that is left.
func (p *Phone) refused(kind StepKind, err error) error {
	e := statusOf(err)
	if e == nil {
		// No answer, or storage failed: whatever comes next would fail as well.
		p.end(0)
		return err
	}
	wait := time.Duration(e.RetryAfter) * time.Second
	p.round.note = fmt.Sprintf("%d %s", e.Status, e.Code)
	if e.Directive != "" && e.Directive != directiveNone {
		if commitErr := p.commit(func(t *tx) {
			if e.Code == "revoked" {
				p.self.Key = nil // withdrawn for good: the next enrolment brings a new one
			}
			t.obey(e.Directive)
		}); commitErr != nil {
			p.end(0)
			return errors.Join(err, commitErr)
		}
		p.round.pulled = true // pushing may still be allowed
		if p.self.Directive != directiveDrain && p.self.Directive != directiveUpgrade {
			p.end(0)
		}
		return err
	}
	if p.round.repeats++; p.round.repeats > maxRepeats {
		p.end(wait)
		return err
	}
	if handled, commitErr := p.putRight(kind, e); commitErr != nil {
		p.end(0)
		return errors.Join(err, commitErr)
	} else if handled {
		return nil
	}
	p.round.failed = true
	p.round.wait = max(p.round.wait, wait)
	switch kind {
	case StepPush:
		p.round.pushed = true
	case StepPull:
		p.round.pulled = true
	default:
		p.end(wait)
	}
	return err
}

// putRight does what the protocol says about a refusal; false when it says: try later.
func (p *Phone) putRight(kind StepKind, e *wire.Error) (bool, error) {
	switch {
	case e.Status == http.StatusUnauthorized:
		return p.unauthorised(kind, e)
	case e.Code == "gap" && e.Expected >= p.self.NextMid, e.Code == "forked":
		return true, p.commit(func(t *tx) { t.fork() })
	case e.Code == "gap":
		return true, p.commit(func(t *tx) { t.sendAgain(e.Expected) })
	case e.Code == "epoch":
		return true, p.newEpoch(kind, e)
	case e.Code == "cursor" && kind == StepPull:
		return true, p.commit(func(t *tx) { t.pullAfresh() })
	case e.Status == http.StatusRequestEntityTooLarge && kind == StepPush:
		return true, p.halve()
	case e.Code == "not_your_client":
		return false, p.commit(func(t *tx) { t.obey(directiveRelogin) })
	case e.Code == "key_taken" && kind == StepEnrol:
		return true, p.commit(func(t *tx) { p.self.Key = nil; t.putSelf() })
	case e.Code == "client_taken" && kind == StepEnrol:
		return true, p.commit(func(t *tx) { p.self.Enrol, p.self.NextClient = enrolAnew, ""; t.putSelf() })
	}
	return false, nil
}

// unauthorised keeps the outbox, whatever the reason, and gets a new token.
func (p *Phone) unauthorised(kind StepKind, e *wire.Error) (bool, error) {
	p.access = accessToken{}
	if e.Code == "clock" {
		at, err := care.ParseStamp(e.ServerTime)
		if err != nil || p.round.repeats > 3 {
			return false, nil
		}
		// The next assertion is dated by the server's clock. The offset that counts for what
		// was authored is the one hello measures.
		return true, p.commit(func(t *tx) {
			p.self.OffsetMs = at.Sub(p.opts.Now()).Milliseconds()
			t.putSelf()
		})
	}
	switch kind {
	case StepEnrol:
		// The sign-in came too late, or a forked device may not enrol itself: only its owner
		// can help, and the outbox waits for them.
		p.staffToken, p.code = "", ""
		return false, p.commit(func(t *tx) { t.obey(directiveRelogin) })
	case StepToken:
		// One refusal may be a repeat of a request whose answer was lost. A server that goes on
		// refusing does not know this device any more.
		if e.Code != "invalid_assertion" {
			break
		}
		if p.refusals++; p.refusals >= maxRefusals {
			p.refusals = 0
			return false, p.commit(func(t *tx) { t.obey(directiveRelogin) })
		}
	}
	return p.round.repeats <= 3, nil
}

// newEpoch meets a restored server. Its refusal of our cursor means that it cannot go on from
// there: the pull begins afresh.
func (p *Phone) newEpoch(kind StepKind, e *wire.Error) error {
	known := e.Epoch != "" && e.LastMid != nil
	if !known {
		p.round.greeted = false // hello tells the rest
	}
	return p.commit(func(t *tx) {
		if known && e.Epoch != p.self.Epoch {
			t.enterEpoch(e.Epoch, *e.LastMid, e.LastKey)
		}
		if kind == StepPull || kind == StepDigest {
			t.pullAfresh()
		}
	})
}
