package webhook_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/channel/channeltest"
	"doorstep/internal/channel/webhook"
	"doorstep/internal/delivery"
)

var update = flag.Bool("update", false, "write golden files anew")

// secretOf is a secret that tests know.
func secretOf(route string, number int) []byte {
	return []byte((route + strconv.Itoa(number) + strings.Repeat("s", 32))[:32])
}

// receiver is a program that listens for webhooks, and checks them with the library of Standard Webhooks.
type receiver struct {
	how    channeltest.How
	verify func(body []byte, h http.Header) error
	answer func(w http.ResponseWriter)

	mu   sync.Mutex
	took []channeltest.Arrived
	bad  []error
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	switch r.how {
	case channeltest.IsBusy:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case channeltest.Refuses:
		w.WriteHeader(http.StatusGone)
		return
	}
	if r.answer != nil {
		r.answer(w)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.verify(body, q.Header); err != nil {
		r.bad = append(r.bad, err)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	r.took = append(r.took, channeltest.Arrived{Key: q.Header.Get("webhook-id"), All: string(body)})
	if r.how == channeltest.Forgets {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(http.StatusAccepted)
}

func (r *receiver) arrived() []channeltest.Arrived {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]channeltest.Arrived{}, r.took...)
}

// signedBy checks a signature, whenever it was made: tests send in a time of their own.
func signedBy(secret []byte) func([]byte, http.Header) error {
	return func(body []byte, h http.Header) error {
		key, err := standardwebhooks.NewWebhookRaw(secret)
		if err != nil {
			return err
		}
		return key.VerifyIgnoringTimestamp(body, h)
	}
}

func open(t *testing.T, how channeltest.How) channeltest.Receiver {
	t.Helper()
	r := &receiver{how: how, verify: signedBy(secretOf("01K9ROUTEROUTEROUTEROUTERO", 1))}
	server := httptest.NewUnstartedServer(r)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	certificate, roots := channeltest.Certificate(t)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	if how == channeltest.Plain {
		server.Start()
	} else {
		server.StartTLS()
	}
	t.Cleanup(server.Close)
	address := "https://" + server.Listener.Addr().String() + "/doorstep"
	switch how {
	case channeltest.Posing:
		_, roots = channeltest.Certificate(t)
	case channeltest.Away:
		server.Close()
	case channeltest.Silent:
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		address = "https://" + l.Addr().String()
	}
	c := webhook.New(webhook.Settings{Secret: secretOf, Private: []string{"127.0.0.1"}, Roots: roots})
	return channeltest.Receiver{Channel: c, Address: address, Arrived: r.arrived, Key: func(key string) string { return key }}
}

func TestWebhooksKeepTheContract(t *testing.T) {
	channeltest.Run(t, open, "receiver.example", "ftp://receiver.example", "http://receiver.example", "https://ann:secret@receiver.example", "https://receiver.example/#part",
		"https://10.0.0.7/", "https://[::1]/", "https://169.254.169.254/latest", "https://100.100.1.1/", "https://[64:ff9b::a00:7]/", "https://"+strings.Repeat("a", 2000))
}

// plain is a receiver without TLS, which is allowed by name.
func plain(t *testing.T, r *receiver) (*webhook.Channel, channel.Route) {
	t.Helper()
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	return webhook.New(webhook.Settings{Secret: secretOf, Private: []string{server.Listener.Addr().String()}}), channel.Route{ID: "r", Address: server.URL, Secret: 1}
}

func TestWhatAReceiverAnswers(t *testing.T) {
	for status, want := range map[int]struct {
		why       string
		temporary bool
		after     time.Duration
	}{
		200: {}, 201: {}, 202: {}, 204: {}, 299: {},
		301: {why: delivery.Refused}, 302: {why: delivery.Refused}, 307: {why: delivery.Refused}, 308: {why: delivery.Refused},
		400: {why: delivery.Refused}, 401: {why: delivery.Refused}, 404: {why: delivery.Refused}, 410: {why: delivery.Refused},
		408: {delivery.Busy, true, 90 * time.Second}, 425: {delivery.Busy, true, 90 * time.Second}, 429: {delivery.Busy, true, 90 * time.Second},
		500: {delivery.Busy, true, 90 * time.Second}, 502: {delivery.Busy, true, 90 * time.Second}, 503: {delivery.Busy, true, 90 * time.Second},
	} {
		elsewhere := &receiver{verify: func([]byte, http.Header) error { return nil }}
		other := httptest.NewServer(elsewhere)
		c, route := plain(t, &receiver{answer: func(w http.ResponseWriter) {
			w.Header().Set("Location", other.URL)
			w.Header().Set("Retry-After", "90")
			w.WriteHeader(status)
		}})
		err := c.Send(t.Context(), route, channel.Notice{Key: "k", Classes: []care.Class{care.Routine}, At: channeltest.At})
		var f *delivery.Failure
		switch {
		case want.why == "" && err != nil, want.why != "" && !errors.As(err, &f):
			t.Errorf("%d: %v", status, err)
		case f != nil && (f.Why != want.why || f.Temporary() != want.temporary || f.After != want.after || f.Text != "HTTP "+strconv.Itoa(status)):
			t.Errorf("%d: %+v", status, f)
		}
		if len(elsewhere.arrived()) != 0 {
			t.Errorf("%d: it went on to where the receiver pointed", status)
		}
		other.Close()
	}
}

func TestAReceiverInsideIsReachedOnlyWhereThatIsAllowed(t *testing.T) {
	r := &receiver{verify: signedBy(secretOf("r", 1))}
	_, route := plain(t, r)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(route.Address, "http://"))
	for private, reaches := range map[string]bool{"": false, "receiver.example": false, "127.0.0.1:1": false, "127.0.0.1": true, "127.0.0.1:" + port: true} {
		r.took = nil
		c := webhook.New(webhook.Settings{Secret: secretOf, Private: []string{private}})
		err := c.Send(t.Context(), route, channel.Notice{Key: "k", At: channeltest.At})
		if (err == nil) != reaches || (len(r.arrived()) == 1) != reaches {
			t.Errorf("allowed %q: %v", private, err)
		}
	}
	// A name that leads inside is refused when it is asked for, whatever it led to when the route was set up.
	c := webhook.New(webhook.Settings{Secret: secretOf})
	var f *delivery.Failure
	if err := c.Send(t.Context(), channel.Route{ID: "r", Address: "https://localhost:" + port, Secret: 1}, channel.Notice{Key: "k", At: channeltest.At}); !errors.As(err, &f) || f.Why != delivery.NotSetUp || f.Temporary() {
		t.Errorf("by a name: %v", err)
	}
}

func TestASecretIsChangedWithoutLosingAnything(t *testing.T) {
	for name, c := range map[string]struct {
		number  int
		overlap time.Duration
		old     bool // the receiver that has the old one takes it
		now     bool // and the one that has the new one
	}{
		"the first":                    {number: 1, now: true},
		"while it changes":             {number: 2, overlap: time.Minute, old: true, now: true},
		"when the change is over":      {number: 2, overlap: -time.Minute, now: true},
		"on the edge":                  {number: 2, now: true},
		"the first, with an overlap":   {number: 1, overlap: time.Hour, now: true},
		"the third while it changes":   {number: 3, overlap: time.Minute, old: true, now: true},
		"one that is not its receiver": {number: 4},
	} {
		have := c.number
		if !c.now {
			have = 9
		}
		for _, one := range []struct {
			number int
			takes  bool
		}{{c.number - 1, c.old}, {have, c.now}} {
			r := &receiver{verify: signedBy(secretOf("r", one.number))}
			ch, route := plain(t, r)
			route.Secret, route.Overlap = c.number, channeltest.At.Add(c.overlap)
			if err := ch.Send(t.Context(), route, channel.Notice{Key: "k", At: channeltest.At}); (err == nil) != one.takes {
				t.Errorf("%s: the receiver that has secret %d: %v", name, one.number, err)
			}
		}
	}
}

// TestSignedByTheStandard writes what e2e/unit/webhook.test.mjs checks with the library of Standard Webhooks for
// JavaScript, which nobody here wrote.
func TestSignedByTheStandard(t *testing.T) {
	type sent struct {
		What    string            `json:"what"`
		Secrets []string          `json:"secrets"` // each of which must do alone
		At      int64             `json:"at"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
	}
	var all []sent
	for _, c := range []struct {
		what   string
		number int
		notice channel.Notice
	}{
		{"one that is urgent", 1, channel.Notice{Key: "01K9ZZZZZZZZZZZZZZZZZZZZZZ:01K9TEAMTEAMTEAMTEAMTEAMTE:inbox:r", Classes: []care.Class{care.Urgent}, Handover: "01K9ZZZZZZZZZZZZZZZZZZZZZZ",
			Team: "01K9TEAMTEAMTEAMTEAMTEAMTE", Link: "https://doorstep.example/practice/#/h/01K9ZZZZZZZZZZZZZZZZZZZZZZ", At: channeltest.At}},
		{"two that can wait, while the secret changes", 2, channel.Notice{Key: "digest:r:2026-11-30", Classes: []care.Class{care.Routine, care.Information},
			Team: "01K9TEAMTEAMTEAMTEAMTEAMTE", Link: "https://doorstep.example/practice/", At: channeltest.At}},
		{"a test", 1, channel.Notice{Key: "test", Team: "01K9TEAMTEAMTEAMTEAMTEAMTE", Link: "https://doorstep.example/practice/", At: channeltest.At, Test: true}},
	} {
		var got sent
		ch, route := plain(t, &receiver{verify: func(body []byte, h http.Header) error {
			got = sent{What: c.what, At: c.notice.At.Unix(), Headers: map[string]string{}, Body: string(body)}
			for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature", "content-type", "user-agent"} {
				got.Headers[name] = h.Get(name)
			}
			return nil
		}})
		route.Secret, route.Overlap = c.number, c.notice.At.Add(time.Hour)
		if err := ch.Send(t.Context(), route, c.notice); err != nil {
			t.Fatal(err)
		}
		for n := range c.number {
			got.Secrets = append(got.Secrets, webhook.Written(secretOf("r", n+1)))
		}
		all = append(all, got)
	}
	raw, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/signed.json"
	if raw = append(raw, '\n'); *update {
		if err := os.WriteFile(golden, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || !bytes.Equal(raw, want) {
		t.Errorf("%v: what leaves differs from %s; run with -update and read the difference\n%s", err, golden, raw)
	}
}
