package syncer

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// Observer is told of what an engine does, for whoever counts it. It is told beside the work, which waits for it.
type Observer interface {
	// Committed: so many pieces of work with so many changes were committed together, and how long it took.
	Committed(pushes, changes int, took time.Duration)
	// Answered: a phone got its answer to a change, by one of Outcomes.
	Answered(outcome string)
	// Pulled: so many changes were put on a page, and how long it took.
	Pulled(changes int, took time.Duration)
}

// nobody observes.
type nobody struct{}

func (nobody) Committed(int, int, time.Duration) {}
func (nobody) Answered(string)                   {}
func (nobody) Pulled(int, time.Duration)         {}

// How changes are answered: applied; merged, applied with something set aside or in conflict; quarantined, kept whole and nothing
// applied; replayed, taken in before; turned away, for there was no room and its phone sends it again.
const (
	outcomeReplayed   = "replayed"
	outcomeTurnedAway = "turned_away"
)

// Outcomes lists them.
var Outcomes = []string{string(care.Applied), string(care.Merged), string(care.Quarantined), outcomeReplayed, outcomeTurnedAway}

func outcome(r *wire.Result) string {
	switch {
	case takein.TurnedAway(r):
		return outcomeTurnedAway
	case r.Replayed:
		return outcomeReplayed
	}
	return string(r.Status)
}

// observePage tells of a page that began to be made at a time.
func (e *Engine) observePage(page *wire.PullResponse, began time.Time) {
	if page != nil {
		e.o.Observer.Pulled(len(page.Changes), e.o.Meter().Sub(began))
	}
}
