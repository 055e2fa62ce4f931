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
	eventRevoke = "revoke" // the phone holds something that its owner may no longer see
	eventWipe   = "wipe"   // the phone was reported lost
	eventPace   = "pace"   // the phone shall leave another time between rounds
)

// StreamTimes are the times of a stream; those that are zero have their default.
type StreamTimes struct {
	// Gather is how long changes are gathered before they are sent: a quarter of a second, a fifth
	// more or less, so that phones which hear of the same change do not all ask at once.
	Gather time.Duration
	// KeepAlive is how often something is sent when there is no event: 25 seconds.
	KeepAlive time.Duration
	// Write is how long a client may take to read before the server hangs up: 10 seconds.
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

// event is one server-sent event; its data is sent as JSON.
type event struct {
	name string
	data any
}

// listener is the client at the other end of a stream: a phone or a page.
type listener interface {
	// woken receives when there may be events to send.
	woken() <-chan struct{}
	// changed receives when mayListen has to be asked again.
	changed() <-chan struct{}
	// mayListen says how much longer the client may listen; ok is false when it may not any more,
	// and last is then the event to send before the stream ends, or nil.
	mayListen(ctx context.Context) (left time.Duration, last *event, ok bool)
	// news returns the events to send; ok is false when the client may not listen after them.
	news() (events []event, ok bool)
	// idle returns the events to send, if any, after a while without news.
	idle() []event
}

// sendEvents sends events until the client leaves, loses access, or the server stops. It runs on
// the goroutine of the request.
func (a *API) sendEvents(e *core.RequestEvent, client listener, waiting *waitingConnection) error {
	times := a.Stream.orDefault()
	out := newEventWriter(e, times.Write)
	if e.Request.Method == http.MethodHead {
		return nil
	}
	left, last, ok := client.mayListen(e.Request.Context())
	if !ok {
		return out.end(last)
	}
	if out.send() != nil { // so that the client knows it is open
		return nil // the client hung up
	}
	now := time.Now()
	ends, alive := now.Add(left), now.Add(times.KeepAlive)
	var due time.Time // when the gathered changes are sent; zero: there are none
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		woken := client.woken()
		next := earliest(ends, alive)
		if !due.IsZero() {
			woken, next = nil, earliest(next, due) // gathering needs no further wake-up
		}
		timer.Reset(time.Until(next))
		judge := false
		select {
		case <-waiting.Done(): // the client hung up, or listens elsewhere
			return nil
		case <-a.draining():
			return nil
		case <-client.changed():
			judge = true
		case <-woken:
			due = time.Now().Add(scatter(times.Gather))
		case now := <-timer.C:
			judge = !now.Before(ends) || !now.Before(alive)
			if !due.IsZero() && !now.Before(due) {
				due = time.Time{}
				events, ok := client.news()
				if out.send(events...) != nil || !ok {
					return nil
				}
				alive = now.Add(times.KeepAlive)
			}
		}
		if !judge {
			continue
		}
		if left, last, ok = client.mayListen(e.Request.Context()); !ok {
			return out.end(last)
		}
		now := time.Now()
		ends = now.Add(left)
		if !now.Before(alive) {
			if out.send(client.idle()...) != nil {
				return nil
			}
			alive = now.Add(times.KeepAlive)
		}
	}
}

// draining is closed when the server is about to stop.
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

// scatter returns d, a fifth more or less.
func scatter(d time.Duration) time.Duration {
	return d*4/5 + rand.N(d*2/5+1)
}

// eventWriter writes server-sent events (HTML Living Standard, §9.2).
type eventWriter struct {
	to       http.ResponseWriter
	conn     *http.ResponseController
	patience time.Duration
}

func newEventWriter(e *core.RequestEvent, patience time.Duration) *eventWriter {
	header := e.Response.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // otherwise nginx buffers the events
	if e.Request.ProtoMajor == 1 {
		// The deadlines set here must not outlive the stream.
		header.Set("Connection", "close")
	}
	w := &eventWriter{to: e.Response, conn: http.NewResponseController(e.Response), patience: patience}
	// The server's own deadline is for requests that end. The error is of no interest: it says that
	// the connection has no deadline to take away.
	_ = w.conn.SetReadDeadline(time.Time{})
	e.Response.WriteHeader(http.StatusOK)
	return w
}

// send sends events; without any it sends a comment, which shows the client that the connection
// lives. An error means that the client is gone.
func (w *eventWriter) send(events ...event) error {
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
	if err := w.conn.SetWriteDeadline(time.Now().Add(w.patience)); err != nil {
		return err
	}
	if _, err := w.to.Write(text); err != nil {
		return err
	}
	return w.conn.Flush()
}

// end sends the last event, if there is one.
func (w *eventWriter) end(last *event) error {
	if last != nil {
		_ = w.send(*last) // a client that is gone asks again soon enough
	}
	return nil
}
