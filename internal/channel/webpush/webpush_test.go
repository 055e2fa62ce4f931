package webpush_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/channel/channeltest"
	"doorstep/internal/channel/webpush"
	"doorstep/internal/delivery"
)

// service is a push service with one browser behind it.
type service struct {
	how    channeltest.How
	status int
	key    *ecdh.PrivateKey
	auth   []byte
	server *ecdh.PublicKey // who may send

	mu   sync.Mutex
	took []came
}

// came is a notice as the browser has it, and what the push service saw.
type came struct {
	webpush.Body
	all    string
	header http.Header
	length int
}

func newService(t *testing.T, how channeltest.How) *service {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := &service{how: how, key: key, auth: make([]byte, 16)}
	_, _ = rand.Read(s.auth)
	return s
}

// address is the subscription of the browser.
func (s *service) address(host string) string {
	return webpush.Subscription{Endpoint: "https://" + host + "/push/abc", P256dh: base64.RawURLEncoding.EncodeToString(s.key.PublicKey().Bytes()), Auth: base64.RawURLEncoding.EncodeToString(s.auth)}.Address()
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	switch {
	case s.status != 0:
		w.WriteHeader(s.status)
		return
	case s.how == channeltest.IsBusy:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case s.how == channeltest.Refuses:
		w.WriteHeader(http.StatusGone)
		return
	}
	text, err := s.open(raw)
	if err == nil {
		err = s.proves(r)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	c := came{all: string(text) + fmt.Sprint(r.Header, r.URL), header: r.Header, length: len(raw)}
	if err := json.Unmarshal(text, &c.Body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.took = append(s.took, c)
	s.mu.Unlock()
	if s.how == channeltest.Forgets {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(http.StatusCreated)
}

// open decrypts a body as RFC 8291 says.
func (s *service) open(raw []byte) ([]byte, error) {
	if len(raw) < 86 || raw[20] != 65 {
		return nil, fmt.Errorf("%d bytes are no sealed body", len(raw))
	}
	salt, public := raw[:16], raw[21:86]
	theirs, err := ecdh.P256().NewPublicKey(public)
	if err != nil {
		return nil, err
	}
	shared, err := s.key.ECDH(theirs)
	if err != nil {
		return nil, err
	}
	derive := func(secret, salt []byte, info string, length int) []byte {
		out, err := hkdf.Key(sha256.New, secret, salt, info, length)
		if err != nil {
			panic(err)
		}
		return out
	}
	ikm := derive(shared, s.auth, "WebPush: info\x00"+string(s.key.PublicKey().Bytes())+string(public), 32)
	block, err := aes.NewCipher(derive(ikm, salt, "Content-Encoding: aes128gcm\x00", 16))
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	text, err := gcm.Open(nil, derive(ikm, salt, "Content-Encoding: nonce\x00", 12), raw[86:], nil)
	if err != nil {
		return nil, err
	}
	return []byte(strings.TrimSuffix(strings.TrimRight(string(text), "\x00"), "\x02")), nil
}

// proves checks who sends (RFC 8292).
func (s *service) proves(r *http.Request) error {
	if s.server == nil {
		return nil
	}
	token, rest, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Authorization"), "vapid t="), ", k=")
	if rest != base64.RawURLEncoding.EncodeToString(s.server.Bytes()) {
		return fmt.Errorf("another key: %s", rest)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), s.server.Bytes())
	if err != nil {
		return err
	}
	parsed, err := jwt.Parse(token, func(*jwt.Token) (any, error) { return key, nil }, jwt.WithAudience("https://"+r.Host), jwt.WithValidMethods([]string{"ES256"}))
	if err != nil {
		return err
	}
	if subject, err := parsed.Claims.GetSubject(); err != nil || subject != "mailto:doorstep@neighbourhood.example" {
		return fmt.Errorf("on behalf of %q, %w", subject, err)
	}
	return nil
}

func (s *service) arrived() []came {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]came{}, s.took...)
}

func secret(n int) []byte { return []byte(fmt.Sprintf("%031d%d", 7, n)) }

// start opens a push service and returns its host, and the channel that reaches it.
func start(t *testing.T, s *service) (string, *webpush.Channel) {
	t.Helper()
	key, err := webpush.KeyFrom(secret)
	if err != nil {
		t.Fatal(err)
	}
	s.server = key.PublicKey()
	server := httptest.NewUnstartedServer(s)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	certificate, roots := channeltest.Certificate(t)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	if s.how == channeltest.Plain {
		server.Start()
	} else {
		server.StartTLS()
	}
	t.Cleanup(server.Close)
	host := server.Listener.Addr().String()
	switch s.how {
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
		host = l.Addr().String()
	}
	return host, webpush.New(webpush.Settings{Key: key, Subject: "doorstep@neighbourhood.example", Private: []string{"127.0.0.1"}, Roots: roots})
}

func open(t *testing.T, how channeltest.How) channeltest.Receiver {
	t.Helper()
	s := newService(t, how)
	host, c := start(t, s)
	return channeltest.Receiver{Channel: c, Address: s.address(host), NoLink: true, Key: webpush.Tag,
		Arrived: func() (list []channeltest.Arrived) {
			for _, c := range s.arrived() {
				list = append(list, channeltest.Arrived{Key: c.Tag, All: c.all})
			}
			return list
		}}
}

func TestNoticesKeepTheContract(t *testing.T) {
	s := newService(t, channeltest.Takes)
	with := func(change func(*webpush.Subscription)) string {
		var sub webpush.Subscription
		if err := json.Unmarshal([]byte(s.address("fcm.googleapis.com")), &sub); err != nil {
			t.Fatal(err)
		}
		change(&sub)
		return sub.Address()
	}
	channeltest.Run(t, open, "{}", s.address("push.example.org"), s.address("10.0.0.7"), s.address("169.254.169.254"), s.address("[::1]"), s.address("fcm.googleapis.com.evil.example"),
		s.address("evilpush.services.mozilla.com:444"), s.address("ann:secret@fcm.googleapis.com"), s.address("fcm.googleapis.com:22"),
		with(func(s *webpush.Subscription) { s.Endpoint = "http://fcm.googleapis.com/x" }), with(func(s *webpush.Subscription) { s.Endpoint += strings.Repeat("x", 2000) }),
		with(func(s *webpush.Subscription) { s.P256dh = "AAAA" }), with(func(s *webpush.Subscription) { s.Auth = "AAAA" }), with(func(s *webpush.Subscription) { s.P256dh = "!" }))
}

// The push services of the four browsers, by names that they have.
func TestThePushServicesOfBrowsersAreKnown(t *testing.T) {
	s := newService(t, channeltest.Takes)
	_, c := start(t, s)
	for _, host := range []string{"fcm.googleapis.com", "updates.push.services.mozilla.com", "wns2-par02p.notify.windows.com", "web.push.apple.com", "FCM.googleapis.com:443"} {
		if problem := c.Problem(s.address(host)); problem != "" {
			t.Errorf("%s: %s", host, problem)
		}
	}
}

// A push service learns nothing but that something came, and how much hurry there is.
func TestWhatANoticeSays(t *testing.T) {
	s := newService(t, channeltest.Takes)
	host, c := start(t, s)
	lengths := map[int]bool{}
	for i, n := range []channel.Notice{
		{Key: "01K9ZZZZZZZZZZZZZZZZZZZZZZ:inbox", Classes: []care.Class{care.Emergency}, Handover: "01K9ZZZZZZZZZZZZZZZZZZZZZZ", Team: "01K9TEAM", Link: "https://doorstep.example/practice/#/h/01K9ZZZZZZZZZZZZZZZZZZZZZZ"},
		{Key: "2", Classes: []care.Class{care.Safeguarding}}, {Key: "3", Classes: []care.Class{care.Routine}}, {Key: "4", Test: true},
	} {
		n.At = channeltest.At
		if err := c.Send(t.Context(), channel.Route{ID: "r", Address: s.address(host)}, n); err != nil {
			t.Fatal(err)
		}
		got := s.arrived()[i]
		lengths[got.length] = true
		title, urgency := []string{"Something urgent waits in Doorstep", "Something urgent waits in Doorstep", "Something waits in Doorstep", "A test from Doorstep"}[i], []string{"high", "high", "normal", "high"}[i]
		if got.Title != title || got.header.Get("Urgency") != urgency || got.header.Get("TTL") != "1800" || got.header.Get("Topic") != got.Tag {
			t.Errorf("%d: %+v %v", i, got.Body, got.header)
		}
		for _, word := range []string{"01K9", "doorstep.example", "emergency"} {
			if strings.Contains(strings.ToLower(got.all), strings.ToLower(word)) {
				t.Errorf("%d: %q left: %s", i, word, got.all)
			}
		}
	}
	if len(lengths) != 1 {
		t.Errorf("what leaves has lengths by which it can be told apart: %v", lengths)
	}
}

func TestASubscriptionThatThereIsNotAnyMore(t *testing.T) {
	for status, gone := range map[int]bool{404: true, 410: true, 400: false, 403: false, 429: false, 500: false} {
		s := newService(t, channeltest.Takes)
		s.status = status
		host, c := start(t, s)
		if err := c.Send(t.Context(), channel.Route{Address: s.address(host)}, channel.Notice{Key: "k", At: channeltest.At}); err == nil || webpush.Gone(err) != gone {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestAKeyIsMadeFromSecrets(t *testing.T) {
	same, err := webpush.KeyFrom(secret)
	again, err2 := webpush.KeyFrom(secret)
	if err != nil || err2 != nil || !same.Equal(again) {
		t.Errorf("the key of a server changes: %v %v", err, err2)
	}
	beyond := []byte(strings.Repeat("\xff", 32)) // larger than the order of the curve
	later, err := webpush.KeyFrom(func(n int) []byte {
		if n == 0 {
			return beyond
		}
		return secret(n)
	})
	if err != nil || later.Equal(same) {
		t.Errorf("a secret that is no key ends it: %v", err)
	}
	if _, err := webpush.KeyFrom(func(int) []byte { return beyond }); err == nil {
		t.Error("what is no key is one")
	}
}

// Everybody of a team is told once; whoever is not there any more is forgotten, whoever did not take it is asked again.
func TestATeamIsToldOfItOnceEach(t *testing.T) {
	good, bad, gone := newService(t, channeltest.Takes), newService(t, channeltest.Takes), newService(t, channeltest.Refuses)
	bad.status = http.StatusServiceUnavailable
	certificate, roots := channeltest.Certificate(t)
	var list []channel.Route
	for i, s := range []*service{good, bad, gone} {
		server := httptest.NewUnstartedServer(s)
		server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
		server.StartTLS()
		t.Cleanup(server.Close)
		list = append(list, channel.Route{ID: string(rune('a' + i)), Address: s.address(server.Listener.Addr().String())})
	}
	key, err := webpush.KeyFrom(secret)
	if err != nil {
		t.Fatal(err)
	}
	var ended []string
	fan, err := webpush.NewFan(webpush.Fan{Channel: webpush.New(webpush.Settings{Key: key, Subject: "a@b.example", Private: []string{"127.0.0.1"}, Roots: roots}), Now: func() time.Time { return channeltest.At },
		Of:   func(_ context.Context, _ string) ([]channel.Route, error) { return list, nil },
		Gone: func(_ context.Context, id string) error { ended = append(ended, id); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	item := delivery.Item{Key: "k", Team: "t", Classes: []care.Class{care.Urgent}}
	for range 2 {
		err := fan.Deliver(t.Context(), item)
		if delivery.WhyOf(fmt.Sprint(err)) != delivery.Busy {
			t.Errorf("one does not take it: %v", err)
		}
	}
	list = list[:2]
	if item.Until = channeltest.At; fan.Deliver(t.Context(), item) != nil {
		t.Error("what one took and the other not until it was too late counts as taken by nobody")
	}
	bad.status = 0
	if err := fan.Deliver(t.Context(), item); err != nil {
		t.Error(err)
	}
	item.Key = "k2"
	if err := fan.Deliver(t.Context(), item); err != nil {
		t.Error(err)
	}
	list, item.Key = nil, "k3"
	if err := fan.Deliver(t.Context(), item); delivery.WhyOf(fmt.Sprint(err)) != delivery.RouteEnded {
		t.Errorf("what nobody takes counts as delivered: %v", err)
	}
	if len(good.arrived()) != 2 || len(bad.arrived()) != 2 || len(ended) != 2 || ended[0] != "c" {
		t.Errorf("%d and %d came, gone %v", len(good.arrived()), len(bad.arrived()), ended)
	}
}
