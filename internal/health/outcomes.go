package health

import (
	"sync"
	"time"
)

const (
	// slots of slotLife make up the minute that is counted.
	slots    = 12
	slotLife = 5 * time.Second
	// lastCounts is how long a failure counts when nobody has asked again since.
	lastCounts = 5 * time.Minute
	// failingShare: one in so many.
	failingShare = 20
)

// Kind is what a request asks for.
type Kind int

// The kinds of request that are counted apart.
const (
	Other Kind = iota
	Push
	Pull
)

// Outcomes counts how requests were answered. Requests of a kind are failing when one in twenty of the last
// minute failed, or the last one of all, up to five minutes ago: a phone that was told to come back in half a
// minute may be the only one.
type Outcomes struct {
	uptime func() time.Duration

	mu    sync.Mutex
	kinds [3]outcomes
}

type outcomes struct {
	slots      [slots]slot
	lastFailed bool
	last       time.Duration // when the last one was answered
}

type slot struct {
	number           int64 // of the slot since the start
	answered, failed int
}

// NewOutcomes counts by the time that has passed.
func NewOutcomes(uptime func() time.Duration) *Outcomes { return &Outcomes{uptime: uptime} }

// Answered notes that a request was answered, and whether with a fault of the server's.
func (o *Outcomes) Answered(kind Kind, failed bool) {
	now := o.now()
	o.mu.Lock()
	defer o.mu.Unlock()
	k := &o.kinds[kind]
	number := int64(now / slotLife)
	s := &k.slots[number%slots]
	if s.number != number {
		*s = slot{number: number}
	}
	s.answered++
	if failed {
		s.failed++
	}
	k.last, k.lastFailed = now, failed
}

// now never lies before the start, as a clock that a test turns back would have it.
func (o *Outcomes) now() time.Duration { return max(0, o.uptime()) }

// Shares are the counts of the last minute.
func (o *Outcomes) Shares() Requests {
	now := o.now()
	o.mu.Lock()
	defer o.mu.Unlock()
	return Requests{Pushes: o.kinds[Push].share(now), Pulls: o.kinds[Pull].share(now), Others: o.kinds[Other].share(now)}
}

func (k *outcomes) share(now time.Duration) (s Share) {
	oldest := int64(now/slotLife) - slots
	for i := range k.slots {
		if k.slots[i].number > oldest {
			s.Answered += k.slots[i].answered
			s.Failed += k.slots[i].failed
		}
	}
	s.failing = s.Failed > 0 && s.Failed*failingShare >= s.Answered || k.lastFailed && now-k.last < lastCounts
	return s
}
