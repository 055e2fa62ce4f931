package syncer

import (
	"context"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/semaphore"

	"doorstep/internal/wire"
)

// A push that is decoded takes four to six times the memory of its body, from then on until it is committed. At five o'clock some
// hundred phones send at once, of which the writer takes a few dozen at a time; the others wait as they came, in the order
// in which they came. What a phone sends of one round has room of its own, so that it waits for nobody's whole week.
const (
	smallBody  = 64 << 10 // bytes: a round, or most of a day
	smallRoom  = 1 << 20  // bytes of small bodies that are decoded at once: forty of twenty visits each
	largeRoom  = 2 << 20
	largestFor = largeRoom / 4 // a body counts for so much at most: four of them, however large, are decoded at once
)

// decoding is what may be decoded at the moment.
type decoding struct {
	small, large *semaphore.Weighted
	waiting      atomic.Int64
}

func newDecoding() *decoding {
	return &decoding{small: semaphore.NewWeighted(smallRoom), large: semaphore.NewWeighted(largeRoom)}
}

// enter waits until a body of so many bytes may be decoded. Whoever enters leaves when nothing of it is needed any more; to leave
// again does nothing. It fails with ErrBusy where more than that many would wait, and with the error of ctx.
func (d *decoding) enter(ctx context.Context, bytes, most int) (leave func(), err error) {
	room, weight := d.small, int64(bytes)
	if bytes > smallBody {
		room, weight = d.large, int64(min(bytes, largestFor))
	}
	if !room.TryAcquire(weight) {
		defer d.waiting.Add(-1)
		if d.waiting.Add(1) > int64(most) {
			return nil, ErrBusy
		}
		if err := room.Acquire(ctx, weight); err != nil {
			return nil, err
		}
	}
	return sync.OnceFunc(func() { room.Release(weight) }), nil
}

// PushBody is Push of what a phone sent, as it came: of all that is sent at once as much is decoded as the writer needs.
// What cannot be decoded is refused with a *wire.Error, everything else with an *Error.
func (e *Engine) PushBody(ctx context.Context, s Session, body []byte) (*wire.PushResponse, error) {
	leave, err := e.decoding.enter(ctx, len(body), e.o.QueueLength-e.turns.length())
	if err != nil {
		return nil, failure(err)
	}
	defer leave()
	p, wrong := wire.DecodePush(body)
	if wrong != nil {
		return nil, wrong
	}
	done, fail := e.takeIn(ctx, s, p)
	if fail != nil {
		return nil, fail
	}
	leave() // the copy may take its time
	answer, fail := e.answer(ctx, done)
	if fail != nil {
		return nil, fail
	}
	return answer, nil
}

// waiting is how many pushes wait, decoded or not.
func (e *Engine) waiting() int { return e.turns.length() + int(e.decoding.waiting.Load()) }
