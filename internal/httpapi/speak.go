package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// The events of a stream.
const (
	eventPoke   = "poke"   // there is something to pull
	eventRevoke = "revoke" // some of what is held is not theirs any more
	eventWipe   = "wipe"   // the phone was reported lost
	eventPace   = "pace"   // another distance is to be kept between rounds
)

// StreamTimes are the times of a stream; those that are zero have their default.
type StreamTimes struct {
	// Gather is how long what moves is gathered before it is told: a quarter of a second, a fifth
	// more or less, so that phones told of the same thing do not all ask at once.
	Gather time.Duration
	// KeepAlive is how often something is sent when there is nothing to tell: 25 seconds.
	KeepAlive time.Duration
	// Write is how long a reader may take before they are dropped: 10 seconds.
	Write time.Duration
}

func (t StreamTimes) orDefault() StreamTimes {
	or := func(d *time.Duration, by time.Duration) {
		if *d == 0 {
			*d = by
		}
	}
	or(&t.Gather, 250*time.Millisecond)
	or(&t.KeepAlive, 25*time.Second)
	or(&t.Write, 10*time.Second)
	return t
}

// event is one thing to tell; Data is sent as JSON.
type event struct {
	name string
	data any
}

// listener is who listens to a stream.
type listener interface {
	// woken receives when there may be something to tell.
	woken() <-chan struct{}
	// changed receives when what they may do has to be judged anew.
	changed() <-chan struct{}
	// standing says how long they may listen still; false when not any more, with the last thing
	// to tell them, if there is one.
	standing(ctx context.Context) (left time.Duration, last *event, ok bool)
	// news says what there is to tell; false when they may not listen any more after it.
	news() (events []event, ok bool)
	// quiet says what is told, if anything, when nothing was for a while.
	quiet() []event
}

// speak tells a listener what there is to tell until they go, may not listen any more or the
// server stops. It all happens on the goroutine of the request.
func (a *API) speak(e *core.RequestEvent, who listener, seat *seat) error {
	times := a.Stream.orDefault()
	out := newSpeaker(e, times.Write)
	if e.Request.Method == http.MethodHead {
		return nil
	}
	left, last, ok := who.standing(e.Request.Context())
	if !ok {
		return out.end(last)
	}
	if out.tell() != nil { // so that they know it is open
		return nil // they hung up
	}
	now := time.Now()
	ends, alive := now.Add(left), now.Add(times.KeepAlive)
	var tells time.Time // when what was gathered is told; zero: nothing was
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		woken := who.woken()
		next := earliest(ends, alive)
		if !tells.IsZero() {
			woken, next = nil, earliest(next, tells) // it is gathered without waking anybody
		}
		timer.Reset(time.Until(next))
		judge := false
		select {
		case <-seat.Done(): // they hung up, or listen elsewhere
			return nil
		case <-a.draining():
			return nil
		case <-who.changed():
			judge = true
		case <-woken:
			tells = time.Now().Add(scatter(times.Gather))
		case now := <-timer.C:
			judge = !now.Before(ends) || !now.Before(alive)
			if !tells.IsZero() && !now.Before(tells) {
				tells = time.Time{}
				events, ok := who.news()
				if out.tell(events...) != nil || !ok {
					return nil
				}
				alive = now.Add(times.KeepAlive)
			}
		}
		if !judge {
			continue
		}
		if left, last, ok = who.standing(e.Request.Context()); !ok {
			return out.end(last)
		}
		now := time.Now()
		ends = now.Add(left)
		if !now.Before(alive) {
			if out.tell(who.quiet()...) != nil {
				return nil
			}
			alive = now.Add(times.KeepAlive)
		}
	}
}

// draining receives when the server is about to stop.
func (a *API) draining() <-chan struct{} {
	if a.Draining == nil {
		return nil
	}
	return a.Draining.Done()
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// scatter is a fifth more or less.
func scatter(d time.Duration) time.Duration {
	return d*4/5 + rand.N(d*2/5+1)
}

// speaker writes server-sent events (HTML Living Standard, §9.2).
type speaker struct {
	to      http.ResponseWriter
	conn    *http.ResponseController
	patient time.Duration
}

func newSpeaker(e *core.RequestEvent, patience time.Duration) *speaker {
	header := e.Response.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // nginx would keep it to itself
	if e.Request.ProtoMajor == 1 {
		// The deadlines set here must not outlive the stream.
		header.Set("Connection", "close")
	}
	s := &speaker{to: e.Response, conn: http.NewResponseController(e.Response), patient: patience}
	// The server's own deadline is for requests that end. A connection that has none needs none
	// taken away.
	_ = s.conn.SetReadDeadline(time.Time{})
	e.Response.WriteHeader(http.StatusOK)
	return s
}

// tell sends events; nothing at all is sent as a comment, to show that somebody is there. An
// error means that nobody listens.
func (s *speaker) tell(events ...event) error {
	var text []byte
	for _, e := range events {
		data, err := json.Marshal(e.data)
		if err != nil {
			return fmt.Errorf("encode %s: %w", e.name, err)
		}
		text = fmt.Appendf(text, "event: %s\ndata: %s\n\n", e.name, data)
	}
	if len(events) == 0 {
		text = append(text, ":\n\n"...)
	}
	if err := s.conn.SetWriteDeadline(time.Now().Add(s.patient)); err != nil {
		return err
	}
	if _, err := s.to.Write(text); err != nil {
		return err
	}
	return s.conn.Flush()
}

// end says the last thing, if there is one.
func (s *speaker) end(last *event) error {
	if last != nil {
		_ = s.tell(*last) // whoever does not listen any more asks again soon enough
	}
	return nil
}
