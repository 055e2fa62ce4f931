package server

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// Work that nobody waits for takes a tenth of the time; it ends at once when the server does, and when it fails.
func TestWhatNobodyWaitsForTakesATenthOfTheTime(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name  string
		fails error
		stops time.Duration // after which the server stops; 0: it does not
		took  time.Duration
		want  error
	}{
		{"done", nil, 0, 10 * time.Second, nil},
		{"the server stops while it rests", nil, 3 * time.Second, 3 * time.Second, context.Canceled},
		{"failed", broken, 0, time.Second, broken},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				if c.stops > 0 {
					time.AfterFunc(c.stops, stop)
				}
				began := time.Now()
				err := gently(ctx, func() error { time.Sleep(time.Second); return c.fails })
				if took := time.Since(began); !errors.Is(err, c.want) || took != c.took {
					t.Errorf("it took %s and says %v", took, err)
				}
			})
		})
	}
}
