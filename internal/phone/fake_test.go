package phone

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"doorstep/internal/wire"
)

// fake is a server that says what the test wrote down, and keeps what it was asked.
type fake struct {
	t       *testing.T
	answers map[string][]answer // by method and path, in order; the last one repeats
	calls   []call
	live    bool // what during writes into the queue is what is answered
	// tells is what a hello says of the phone's client, where the answer says nothing else.
	tells func() (int64, string)
}

type answer struct {
	status int
	body   any
	header http.Header
	err    error       // no answer at all
	during func(*call) // happens while the request is on its way
}

type call struct {
	what   string // method and path
	query  url.Values
	body   []byte
	bearer string
}

func (c *call) decode(t *testing.T, into any) {
	t.Helper()
	if err := decode(c.body, into); err != nil {
		t.Fatalf("body of %s: %v", c.what, err)
	}
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

func refuse(status int, code string, change ...func(*wire.Error)) answer {
	e := &wire.Error{Status: status, Code: code, Message: "No.", Retry: wire.RetryLater}
	for _, c := range change {
		c(e)
	}
	return answer{status: status, body: e}
}

func newFake(t *testing.T) *fake { return &fake{t: t, answers: map[string][]answer{}} }

func (f *fake) on(what string, answers ...answer) { f.answers[what] = answers }

func (f *fake) Do(r *http.Request) (*http.Response, error) {
	c := call{what: r.Method + " " + r.URL.Path, query: r.URL.Query(), bearer: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")}
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			f.t.Fatal(err)
		}
		c.body = b
		if r.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(bytes.NewReader(b))
			if err != nil {
				f.t.Fatal(err)
			}
			if c.body, err = io.ReadAll(z); err != nil {
				f.t.Fatal(err)
			}
		}
	}
	f.calls = append(f.calls, c)
	queue := f.answers[c.what]
	if len(queue) == 0 {
		f.t.Fatalf("nothing written down for %s", c.what)
	}
	a := queue[0]
	if len(queue) > 1 {
		f.answers[c.what] = queue[1:]
	}
	if a.during != nil {
		a.during(&c)
		if f.live {
			a = queue[0]
		}
	}
	if a.err != nil {
		return nil, a.err
	}
	if h, ok := a.body.(wire.HelloResponse); ok && h.LastKey == "" && f.tells != nil {
		h.LastMid, h.LastKey = f.tells()
		a.body = h
	}
	b, err := json.Marshal(a.body)
	if err != nil {
		f.t.Fatal(err)
	}
	header := a.header
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: a.status, Header: header, Body: io.NopCloser(bytes.NewReader(b))}, nil
}

// asked lists what was asked since the last call of it.
func (f *fake) asked() []string {
	var list []string
	for _, c := range f.calls {
		list = append(list, strings.TrimPrefix(c.what, "POST "+basePath+"/"))
	}
	f.calls = nil
	return list
}

func (f *fake) last(what string) *call {
	for i := len(f.calls) - 1; i >= 0; i-- {
		if f.calls[i].what == what {
			return &f.calls[i]
		}
	}
	f.t.Fatalf("%s was never asked", what)
	return nil
}

// Paths as the fake knows them.
const (
	onSignIn  = "POST " + signInPath
	onDevices = "POST " + basePath + "/devices"
	onToken   = "POST " + basePath + "/token"
	onHello   = "POST " + basePath + "/hello"
	onPush    = "POST " + basePath + "/push"
	onPull    = "GET " + basePath + "/pull"
	onDigest  = "POST " + basePath + "/digest"
)

const (
	nia     = "01jz00000000000000000000na" // a nurse
	oldie   = "01jz0000000000000000000p01" // a person
	client1 = "01jz0000000000000000000c01"
	client2 = "01jz0000000000000000000c02"
	device1 = "01jz0000000000000000000d01"
	device2 = "01jz0000000000000000000d02"
)

var morning = time.Date(2026, 3, 2, 7, 58, 0, 0, time.UTC)

// bench is a phone in front of a fake server.
type bench struct {
	*testing.T
	*fake
	*Phone
	memory *Memory
	opts   Options
	now    time.Time
}

func newBench(t *testing.T, change ...func(*Options)) *bench {
	t.Helper()
	b := &bench{T: t, fake: newFake(t), memory: &Memory{}, now: morning}
	b.opts = Options{Server: "https://doorstep.test", HTTP: b.fake, Storage: b.memory, Now: func() time.Time { return b.now },
		Entropy: rand.NewChaCha8([32]byte{1}), Name: "Nia's phone", Platform: "test"}
	for _, c := range change {
		c(&b.opts)
	}
	b.reopen()
	return b
}

// reopen kills the phone and starts it again on what it had stored.
func (b *bench) reopen() {
	b.Helper()
	p, err := New(b.opts)
	if err != nil {
		b.Fatal(err)
	}
	b.Phone = p
	b.tells = func() (int64, string) { // a server that lost nothing
		mid := b.Phone.taken()
		key, _ := b.keyAt(mid)
		return mid, key
	}
}

func hello(change ...func(*wire.HelloResponse)) answer {
	h := wire.HelloResponse{Epoch: "e1", Directive: "none", Schema: wire.SchemaState{Current: 1, MinPull: 1, MinPush: 1},
		Limits: wire.Limits{PushMutations: 200, PushBytes: wire.MaxPushBytes, PullRows: 1000}}
	for _, c := range change {
		c(&h)
	}
	return ok(h)
}

func pulled(cursor string, change ...func(*wire.PullResponse)) answer {
	r := wire.PullResponse{Epoch: "e1", Cursor: cursor}
	for _, c := range change {
		c(&r)
	}
	return ok(r)
}

// confirms makes a pull confirm a mutation.
func confirms(mid int64, key string) func(*wire.PullResponse) {
	return func(r *wire.PullResponse) { r.LastMid, r.LastKey = mid, key }
}

func brings(changes ...wire.Delivery) func(*wire.PullResponse) {
	return func(r *wire.PullResponse) { r.Changes = append(r.Changes, changes...) }
}

func tells(events ...wire.ScopeEvent) func(*wire.PullResponse) {
	return func(r *wire.PullResponse) { r.Scopes = append(r.Scopes, events...) }
}

func more(r *wire.PullResponse) { r.More = true }

func record(collection, id string, version int64, scopes []string, data string) wire.Delivery {
	return wire.Delivery{Collection: collection, ID: id, Version: version, Scopes: scopes, Data: json.RawMessage(data)}
}

// applied answers a push with "applied" for all of it, as the server would.
func applied(b *bench) answer {
	r := &wire.PushResponse{}
	return answer{status: http.StatusOK, body: r, during: func(c *call) { *r = answerPush(b, c) }}
}

func answerPush(b *bench, c *call) wire.PushResponse {
	var body struct {
		Mutations []mutation `json:"mutations"`
	}
	c.decode(b.T, &body)
	r := wire.PushResponse{Epoch: "e1"}
	for _, m := range body.Mutations {
		r.LastMid, r.LastKey = m.Mid, m.Key
		r.Results = append(r.Results, wire.Result{Mid: m.Mid, Key: m.Key, Status: "applied"})
	}
	return r
}

// sentMutations are the mutations of the last push.
func (b *bench) sentMutations() []mutation {
	b.Helper()
	var body struct {
		Mutations []mutation `json:"mutations"`
	}
	b.last(onPush).decode(b.T, &body)
	return body.Mutations
}

// enrolled is a phone that is signed in, enrolled, greeted and holds one person.
func enrolled(t *testing.T, change ...func(*Options)) *bench {
	t.Helper()
	b := newBench(t, change...)
	b.on(onSignIn, ok(map[string]any{"token": "staff-token", "record": map[string]string{"id": nia}}))
	b.on(onDevices, ok(wire.EnrolResponse{Device: device1, Client: client1}))
	b.on(onToken, ok(wire.TokenResponse{AccessToken: "access", TokenType: "Bearer", ExpiresIn: 900, Scope: "sync"}))
	b.on(onHello, hello())
	b.on(onDigest, ok(wire.DigestResponse{Epoch: "e1"}))
	b.on(onPull, pulled("e1.10", tells(wire.ScopeEvent{ID: "pc:" + oldie, Op: "add"}),
		brings(record("patients", oldie, 5, []string{"pc:" + oldie}, `{"family_name":"Ames","phone":"1","communication_needs":["large_print"]}`))))
	if err := b.SignIn(context.Background(), "nia@example.org", "secret"); err != nil {
		t.Fatal(err)
	}
	b.sync()
	b.calls = nil
	return b
}

func (b *bench) sync() {
	b.Helper()
	if err := b.Sync(context.Background()); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) syncFails() error {
	b.Helper()
	err := b.Sync(context.Background())
	if err == nil {
		b.Fatal("the round should have failed")
	}
	return err
}

// edit records an edit of the person and returns its key.
func (b *bench) edit(field string, value any) string {
	b.Helper()
	return b.change(func(c *Change) { c.Edit("patients", oldie, map[string]any{field: value}) })
}

func (b *bench) change(steps func(*Change)) string {
	b.Helper()
	key, err := b.InOne(steps)
	if err != nil {
		b.Fatal(err)
	}
	return key
}

func (b *bench) unsent(want int) {
	b.Helper()
	if n, _ := b.Unsent(); n != want {
		b.Fatalf("%d changes unsent, want %d", n, want)
	}
}

func (b *bench) holds(collection, id string, want bool) *Seen {
	b.Helper()
	s, got := b.View(collection, id)
	if got != want {
		b.Fatalf("%s %s held: %v, want %v", collection, id, got, want)
	}
	return s
}

var errNoNetwork = errors.New("no network")
