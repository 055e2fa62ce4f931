package demo

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// flaky is a bad network in front of the real handler, for people who build clients. Off, it is
// not there. It touches our own routes only, so that pages and sign-in stay usable.
type flaky struct {
	next http.Handler
	on   atomic.Bool

	mu  sync.Mutex
	rng *rand.Rand
	// sleep waits, or gives up when the request ends first; nil is the real one.
	sleep func(*http.Request, time.Duration)
}

// What a flaky server does, out of a hundred requests to our routes.
const (
	refusedOf100 = 10 // answered 503 with Retry-After, nothing done
	lostOf100    = 10 // done, and the connection cut instead of an answer
	halfOf100    = 5  // done, and the answer cut in the middle
	slowOf100    = 40 // held up for up to two seconds
)

// turnOn makes the server flaky from now on; the same seed gives the same faults in the same order
// of requests.
func (f *flaky) turnOn(seed int) {
	f.mu.Lock()
	f.rng = stream(seed, 7)
	f.mu.Unlock()
	f.on.Store(true)
}

type fault int

const (
	none fault = iota
	refused
	lost
	half
)

// draw decides what happens to a request.
func (f *flaky) draw() (what fault, wait time.Duration, retryAfter int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.rng.IntN(100) < slowOf100 {
		wait = time.Duration(f.rng.IntN(2000)) * time.Millisecond
	}
	switch n := f.rng.IntN(100); {
	case n < refusedOf100:
		what = refused
	case n < refusedOf100+lostOf100:
		what = lost
	case n < refusedOf100+lostOf100+halfOf100:
		what = half
	}
	return what, wait, 1 + f.rng.IntN(5)
}

// ServeHTTP implements http.Handler.
func (f *flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !f.on.Load() || r.URL.Path == signInPath || !strings.HasPrefix(r.URL.Path, "/api/sync/") && !strings.HasPrefix(r.URL.Path, "/api/care/") {
		f.next.ServeHTTP(w, r)
		return
	}
	what, wait, retryAfter := f.draw()
	f.hold(r, wait)
	if strings.HasSuffix(r.URL.Path, "/stream") && what != refused {
		what = none // its answer never ends, so there is nothing to lose or to halve
	}
	switch what {
	case none:
		f.next.ServeHTTP(w, r)
	case refused:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Retry-After", fmt.Sprint(retryAfter))
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, `{"code":"busy","message":"The demo is being flaky on purpose. Nothing was taken in; try again.","retry":"later"}`)
	case lost:
		f.next.ServeHTTP(&heard{header: http.Header{}}, r)
		panic(http.ErrAbortHandler) //nolint:forbidigo // what net/http offers for it: cuts the connection without an answer
	case half:
		answer := &heard{header: http.Header{}}
		f.next.ServeHTTP(answer, r)
		answer.halve(w)
	}
}

func (f *flaky) hold(r *http.Request, wait time.Duration) {
	if f.sleep != nil {
		f.sleep(r, wait)
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

// heard keeps an answer that its asker will not get, or not whole.
type heard struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *heard) Header() http.Header { return h.header }

func (h *heard) WriteHeader(status int) {
	if h.status == 0 {
		h.status = status
	}
}

func (h *heard) Write(p []byte) (int, error) {
	h.WriteHeader(http.StatusOK)
	return h.body.Write(p)
}

// halve promises the whole answer, sends half of it and cuts the connection.
func (h *heard) halve(w http.ResponseWriter) {
	for name, values := range h.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", fmt.Sprint(h.body.Len()))
	w.WriteHeader(max(h.status, http.StatusOK))
	if _, err := w.Write(h.body.Bytes()[:h.body.Len()/2]); err == nil {
		if flusher, ok := w.(http.Flusher); ok {
			flusher.Flush()
		}
	}
	panic(http.ErrAbortHandler) //nolint:forbidigo // what net/http offers to cut a connection
}
