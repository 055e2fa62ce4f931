package sim

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"doorstep/internal/wire"
)

// What a phone notices of trouble on the way: nothing but silence.
var errSilence = errors.New("no answer")

// link is the network between one phone and the server.
type link struct {
	w *World
	h *handset
	// cut: nothing gets through in either direction; readOnly: a proxy refuses every push.
	cut, readOnly bool
}

// parcel is a request that the network holds back and delivers when it likes.
type parcel struct {
	from *handset
	req  *http.Request
	body []byte
}

// Do implements phone.Doer: it decides the fate of one request.
func (l *link) Do(req *http.Request) (*http.Response, error) {
	w := l.w
	var body []byte
	if req.Body != nil {
		b, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		body = b
	}
	what := strings.TrimPrefix(req.URL.Path, "/api/sync/v1/")
	if l.cut {
		w.note(l.h.name, "%s ✗ no network", what)
		return nil, errSilence
	}
	if l.readOnly && what == "push" {
		return l.refuse(what), nil
	}
	if w.healing {
		return w.deliver(l.h, req, body), nil
	}
	switch roll := w.random.IntN(1000); {
	case roll < 50:
		w.note(l.h.name, "%s ✗ request lost", what)
		return nil, errSilence
	case roll < 130:
		w.deliver(l.h, req, body)
		w.note(l.h.name, "%s ✗ reply lost", what)
		return nil, errSilence
	case roll < 170:
		first := w.deliver(l.h, req, body)
		heard := l.h.heard
		l.h.heard = nil
		second := w.deliver(l.h, req, body)
		w.note(l.h.name, "%s arrived twice", what)
		if w.random.IntN(2) == 0 {
			l.h.heard = heard // the phone hears one of them alone
			return first, nil
		}
		return second, nil
	case roll < 200:
		w.late = append(w.late, parcel{l.h, req, body})
		w.note(l.h.name, "%s … held up on the way", what)
		return nil, errSilence
	case roll < 201:
		w.crash("before the request")
		w.note(l.h.name, "%s ✗ server down", what)
		return nil, errSilence
	case roll < 204:
		w.deliver(l.h, req, body)
		w.crash("before the reply")
		w.note(l.h.name, "%s ✗ reply lost, server down", what)
		return nil, errSilence
	case roll < 215:
		return l.refuse(what), nil
	}
	return w.deliver(l.h, req, body), nil
}

// refuse is the answer of somebody on the way.
func (l *link) refuse(what string) *http.Response {
	l.w.note(l.h.name, "%s ✗ 503 from a proxy", what)
	return &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"20"}},
		Body: io.NopCloser(strings.NewReader("<html>upstream"))}
}

// deliver hands a request to the server and taps what was said.
func (w *World) deliver(from *handset, req *http.Request, body []byte) *http.Response {
	w.clock.Pass(time.Duration(2+w.random.IntN(20)) * time.Millisecond)
	if strings.HasSuffix(req.URL.Path, "/digest") {
		w.noticed()
	}
	r := req.Clone(req.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.RequestURI = req.URL.RequestURI()
	r.RemoteAddr = "192.0.2.1:1234"
	rec := httptest.NewRecorder()
	w.machine.handler.ServeHTTP(rec, r)
	resp := rec.Result()
	w.tap(from, r, body, rec.Code, rec.Body.Bytes())
	return resp
}

// noticed lets the engine notice what somebody wrote past it, as it does within a moment by itself: what is in no feed yet, and a row
// that they retracted, would differ in a comparison, and the next pull brings both.
func (w *World) noticed() {
	if !w.unsettled() {
		return
	}
	w.count("noticed before a comparison")
	if err := w.machine.srv.Engine.Settle(context.Background()); err != nil {
		w.fail("settle what was written past the engine: %v", err)
	}
}

// mutation is a change as it reached the server.
type mutation struct {
	Mid        int64             `json:"mid"`
	Key        string            `json:"key"`
	Author     string            `json:"author"`
	AuthoredAt string            `json:"authored_at"`
	Ops        []json.RawMessage `json:"ops"`
	raw        json.RawMessage
	from       *handset
	client     string
	unread     bool // it came sealed to a key that is lost
}

// tap listens on the line: what was sent, what was answered.
func (w *World) tap(from *handset, req *http.Request, body []byte, status int, answer []byte) {
	path := req.URL.Path
	w.discreet(from.name, path, answer)
	switch {
	case strings.HasSuffix(path, "/sealed"):
		w.tapSealed(from, unpacked(req, body), status, answer)
	case strings.HasSuffix(path, "/push"):
		var sent struct {
			Client    string            `json:"client"`
			Mutations []json.RawMessage `json:"mutations"`
		}
		if err := json.Unmarshal(unpacked(req, body), &sent); err != nil {
			w.fail("a phone sent a push that is no JSON: %v", err)
			return
		}
		for _, raw := range sent.Mutations {
			m := &mutation{raw: raw, from: from, client: sent.Client}
			if err := json.Unmarshal(raw, m); err != nil {
				continue
			}
			w.noteReached(m)
		}
		var ack wire.PushResponse
		if status == http.StatusOK && json.Unmarshal(answer, &ack) == nil {
			w.note(serverColumn, "%s: %s", from.name, summary(&ack))
		} else {
			w.note(serverColumn, "%s: push %d %s", from.name, status, codeOf(answer))
			if codeOf(answer) == string(wire.CodeGap) && w.counts["server restored"]+w.counts["phone restored"] == 0 {
				w.fail("%s is told that numbers are missing, and nobody was put back to a backup", from.name)
			}
		}
	case strings.HasSuffix(path, "/pull"):
		var page wire.PullResponse
		if status == http.StatusOK && json.Unmarshal(answer, &page) == nil {
			from.heard = &page
		} else {
			w.note(serverColumn, "%s: pull %d %s", from.name, status, codeOf(answer))
		}
	default:
		if status >= 300 {
			w.note(serverColumn, "%s: %s %d %s", from.name, path[strings.LastIndexByte(path, '/')+1:], status, codeOf(answer))
		}
	}
	if status >= 500 && status != http.StatusServiceUnavailable {
		w.fail("%s %s answered %d: %s", req.Method, path, status, answer)
	}
}

// unpacked is a body as it was before it was compressed.
func unpacked(req *http.Request, body []byte) []byte {
	if req.Header.Get("Content-Encoding") != "gzip" {
		return body
	}
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return body
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return body
	}
	return plain
}

func codeOf(body []byte) string {
	var e wire.Error
	_ = json.Unmarshal(body, &e) // a body that is no error has no code
	return e.Code
}

func summary(ack *wire.PushResponse) string {
	var b strings.Builder
	for i, r := range ack.Results {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(shortKey(r.Key) + " " + string(r.Status))
		if r.Replayed {
			b.WriteString(" (again)")
		}
		for _, is := range r.Issues {
			b.WriteString(" " + is.Code + ":" + is.Field)
		}
		for _, c := range r.Conflicts {
			b.WriteString(" conflict:" + c.Field)
		}
	}
	return b.String()
}

// shortKey is the end of a key or an id, enough to tell it from others in a timeline.
func shortKey(key string) string {
	if len(key) > 5 {
		return key[len(key)-5:]
	}
	return key
}

// deliverLate delivers one of the requests the network held back; nobody waits for the answer.
func (w *World) deliverLate() {
	if len(w.late) == 0 {
		return
	}
	i := w.random.IntN(len(w.late))
	p := w.late[i]
	w.late = append(w.late[:i], w.late[i+1:]...)
	heard := p.from.heard
	w.note(p.from.name, "%s arrives late", p.req.URL.Path[strings.LastIndexByte(p.req.URL.Path, '/')+1:])
	w.deliver(p.from, p.req, p.body).Body.Close() // nobody waits for this answer any more
	p.from.heard = heard
}
