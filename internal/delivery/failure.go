package delivery

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Why a channel did not take something. Pages put each into words; whoever chases a delivery acts on it.
const (
	Refused     = "refused"     // the receiver does not know the address, or takes nothing of ours
	Unreachable = "unreachable" // nobody answers at the address, or not in time
	Busy        = "busy"        // it answers, and says not now
	Untrusted   = "untrusted"   // it cannot prove that it is whom the address names, or does not encrypt
	NotSetUp    = "not_set_up"  // what this server was told of the channel, or of the address, does not work
	RouteEnded  = "route_ended" // the team has taken this way away
	Broken      = "broken"      // the program failed
)

// Whys are all of them, in the order of the table above.
var Whys = []string{Refused, Unreachable, Busy, Untrusted, NotSetUp, RouteEnded, Broken}

// Failure is the error of a channel that did not take something. Its text names neither a person nor an address.
type Failure struct {
	Why   string // one of [Whys]
	Final bool   // trying again is no use
	Text  string // what the receiver said, as a code: "550", "HTTP 503"
	// After is how long the receiver asks to be left alone; zero: it did not say.
	After time.Duration
	Cause error // for programs, never shown
}

// Error implements error.
func (f *Failure) Error() string {
	if f.Text == "" {
		return f.Why
	}
	return fmt.Sprintf("%s: %s", f.Why, f.Text)
}

// Temporary says whether the next attempt may succeed.
func (f *Failure) Temporary() bool { return !f.Final }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// WhyOf reads back what [Failure.Error] begins with; what is none of ours is [Broken].
func WhyOf(reason string) string {
	for _, why := range Whys {
		if rest, found := strings.CutPrefix(reason, why); found && (rest == "" || strings.HasPrefix(rest, ":")) {
			return why
		}
	}
	return Broken
}

// asked is how long whoever failed asks to be left alone.
func asked(err error) time.Duration {
	var f *Failure
	if errors.As(err, &f) {
		return f.After
	}
	return 0
}
