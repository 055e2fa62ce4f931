package main

import (
	"errors"
	"slices"
	"sync"
	"time"
)

// turn is one unit of work of one device, timed from the first byte sent to the last received:
// one push, or the twenty POSTs of plain PocketBase.
type turn [][]byte

// checker looks at one answer and says what is wrong with it.
type checker func(status int, body []byte) error

// outcome is the result of one run of load.
type outcome struct {
	wall   time.Duration
	turns  []time.Duration // sorted
	errors int
	first  error // the first error, to be told
}

// newOutcome is the outcome of work that was timed elsewhere.
func newOutcome(wall time.Duration, turns []time.Duration) *outcome {
	slices.Sort(turns)
	return &outcome{wall: wall, turns: turns}
}

// percentile returns the duration below which that share of turns lies.
func (o *outcome) percentile(share float64) time.Duration {
	if len(o.turns) == 0 {
		return 0
	}
	return o.turns[min(len(o.turns)-1, int(share*float64(len(o.turns))))]
}

// drive lets every device work through its own turns, all at the same time.
func drive(base string, work [][]turn, check checker) (*outcome, error) {
	return run(base, len(work), check, func(device, n int) turn {
		if n == len(work[device]) {
			return nil
		}
		return work[device][n]
	})
}

// hammer lets that many devices repeat their one request until the time is over, and ask once in any case.
func hammer(base string, requests [][]byte, length time.Duration, check checker) (*outcome, error) {
	end := time.Now().Add(length)
	return run(base, len(requests), check, func(device, n int) turn {
		if n > 0 && time.Now().After(end) {
			return nil
		}
		return turn{requests[device]}
	})
}

// run is the load generator: one connection and one goroutine a device, started together.
func run(base string, devices int, check checker, next func(device, n int) turn) (*outcome, error) {
	callers, hangUp, err := dialAll(base, devices)
	defer hangUp()
	if err != nil {
		return nil, err
	}
	outcomes := make([]outcome, devices)
	var ready, done sync.WaitGroup
	ready.Add(devices)
	gate := make(chan struct{})
	for i, c := range callers {
		done.Go(func() {
			ready.Done()
			<-gate
			work(c, &outcomes[i], check, func(n int) turn { return next(i, n) })
		})
	}
	ready.Wait()
	began := time.Now()
	close(gate)
	done.Wait()
	total := &outcome{wall: time.Since(began)}
	for _, o := range outcomes {
		total.turns = append(total.turns, o.turns...)
		total.errors += o.errors
		total.first = errors.Join(total.first, o.first)
	}
	slices.Sort(total.turns)
	return total, nil
}

// dialAll opens a connection for each device, and returns what closes those that are open.
func dialAll(base string, devices int) (callers []*caller, hangUp func(), err error) {
	for len(callers) < devices && err == nil {
		var c *caller
		if c, err = dial(base); err == nil {
			callers = append(callers, c)
		}
	}
	return callers, func() {
		for _, c := range callers {
			c.close()
		}
	}, err
}

// work does one device's turns. An answer that fails the check counts and work goes on; a
// broken connection ends the device's work, for what follows would be numbered wrongly.
func work(c *caller, o *outcome, check checker, next func(n int) turn) {
	for n := 0; ; n++ {
		t := next(n)
		if t == nil {
			return
		}
		began := time.Now()
		for _, request := range t {
			status, body, err := c.do(request)
			if err == nil {
				if err = check(status, body); err == nil {
					continue
				}
				o.fail(err)
				continue
			}
			o.fail(err)
			return
		}
		o.turns = append(o.turns, time.Since(began))
	}
}

func (o *outcome) fail(err error) {
	o.errors++
	if o.first == nil {
		o.first = err
	}
}
