package demo

import (
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// link is the network of one phone: dead spots by the clock, and replies lost or requests repeated
// by chance or because a scene says so. It implements phone.Doer.
type link struct {
	next  http.RoundTripper
	clock *Clock
	rng   *rand.Rand
	// dark are the spans without a network.
	dark []span
	// loseNext and repeatNext are pushes whose answer will be lost, or which will arrive twice.
	loseNext, repeatNext int

	counts *traffic
}

type span struct{ from, to time.Time }

// traffic is what all links together saw.
type traffic struct {
	requests, darkTries, lost, repeated, pushes int
}

// In a thousand requests over a network that works, so many lose their answer, and so many arrive
// twice.
const (
	lostOf1000     = 25
	repeatedOf1000 = 25
)

var (
	errDark = errors.New("no network here")
	errLost = errors.New("the network went before the answer came")
)

// goDark takes the network away for a time.
func (l *link) goDark(from, to time.Time) { l.dark = append(l.dark, span{from, to}) }

// stepOut ends the dead spot its owner stands in.
func (l *link) stepOut() {
	now := l.clock.Now()
	for i := range l.dark {
		if s := &l.dark[i]; !now.Before(s.from) && now.Before(s.to) {
			s.to = now
		}
	}
}

// isDark says whether there is no network now.
func (l *link) isDark() bool {
	now := l.clock.Now()
	for _, s := range l.dark {
		if !now.Before(s.from) && now.Before(s.to) {
			return true
		}
	}
	return false
}

// Do implements phone.Doer.
func (l *link) Do(r *http.Request) (*http.Response, error) {
	if l.isDark() {
		l.counts.darkTries++
		return nil, errDark
	}
	l.counts.requests++
	lose, repeat := l.rng.IntN(1000) < lostOf1000, l.rng.IntN(1000) < repeatedOf1000
	if strings.HasSuffix(r.URL.Path, "/push") {
		l.counts.pushes++
		lose, repeat = lose || take(&l.loseNext), repeat || take(&l.repeatNext)
	}
	if repeat {
		l.counts.repeated++
		again, err := copyOf(r)
		if err != nil {
			return nil, err
		}
		if err := l.drop(again); err != nil {
			return nil, err
		}
	}
	if lose {
		l.counts.lost++
		if err := l.drop(r); err != nil {
			return nil, err
		}
		return nil, errLost
	}
	return l.next.RoundTrip(r)
}

// drop sends a request whose answer nobody hears.
func (l *link) drop(r *http.Request) error {
	answer, err := l.next.RoundTrip(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

func copyOf(r *http.Request) (*http.Request, error) {
	c := r.Clone(r.Context())
	if r.GetBody == nil {
		return c, nil
	}
	body, err := r.GetBody()
	c.Body = body
	return c, err
}

// take counts down and says whether there was one.
func take(n *int) bool {
	if *n == 0 {
		return false
	}
	*n--
	return true
}
