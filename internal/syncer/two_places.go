package syncer

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
)

// A phone that asks from a point it had passed was put back from a copy, or somebody else uses a copy of it, key and
// all. Nobody can tell which from here, so that it is said and nothing is done: the phone of a nurse at a door goes
// on. A phone whose answer was lost asks from the same point again, and none that it had passed.

// placesKept bounds what is remembered; the phone that has not asked for the longest time goes. One that asks again
// after that is watched from where it asks then.
const placesKept = 16384

// places are the points of the sequence from which phones have asked since the start.
type places struct {
	mu       sync.Mutex
	byDevice *simplelru.LRU[string, place]
}

type place struct {
	epoch string
	since int64  // the furthest
	told  string // the day on which somebody was told
}

func newPlaces(atMost int) *places {
	kept, err := simplelru.NewLRU[string, place](atMost, nil)
	if err != nil {
		panic(err) //nolint:forbidigo // unreachable: the size is a constant above nothing
	}
	return &places{byDevice: kept}
}

// wentBack notes from where a phone asks, and says whether it is behind where it was: once a day.
func (p *places) wentBack(device string, cur cursor, day string) bool {
	if cur.since == 0 {
		return false // from the beginning: it is told to, now and then
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	was, known := p.byDevice.Get(device)
	if !known || was.epoch != cur.epoch || cur.since >= was.since {
		p.byDevice.Add(device, place{cur.epoch, cur.since, was.told})
		return false
	}
	if was.told == day {
		return false
	}
	was.told = day
	p.byDevice.Add(device, was)
	return true
}

// watchPlace tells the audit and the operator of a phone that went back. A pull does not fail of it.
func (e *Engine) watchPlace(ctx context.Context, s Session, cur cursor) {
	if !e.places.wentBack(s.Device, cur, e.o.Now().UTC().Format(time.DateOnly)) {
		return
	}
	e.o.Log.Warn("a phone asks from a point that it had passed: it was put back from a copy, or its key is used in two places; "+
		"ask its owner, and withdraw it where they do not know", "device", s.Device, "staff", s.Staff)
	e.logged("note that a phone went back", e.Do(ctx, func(tx *pbstore.Tx) error {
		return tx.Audit(s.Staff, s.Device, "device_went_back", care.Devices, s.Device, "", nil)
	}))
}
