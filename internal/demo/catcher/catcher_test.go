package catcher_test

import (
	"crypto/rand"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/channel/email"
	"doorstep/internal/channel/webhook"
	"doorstep/internal/channel/webpush"
	"doorstep/internal/demo/catcher"
)

var morning = time.Date(2026, 3, 5, 9, 0, 0, 0, time.UTC)

func start(t *testing.T) *catcher.Catcher {
	t.Helper()
	c, err := catcher.Start(func() time.Time { return morning })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// What is sent by the real channels is caught, and shown as it came.
func TestItCatchesWhatTheChannelsSend(t *testing.T) {
	c, secret := start(t), make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		t.Fatal(err)
	}
	c.Secret("/signed", webhook.Written(secret))
	c.Secret("/forged", webhook.Written(append(secret[:31:31], ^secret[31])))
	c.Unknown("gone@practice.example", true)
	c.Silent("/silent")
	mails, err := email.New(email.Settings{Server: c.MailServer, From: "doorstep@demo.example", Roots: c.Roots})
	if err != nil {
		t.Fatal(err)
	}
	hooks := webhook.New(webhook.Settings{Roots: c.Roots, Private: []string{c.Receiver}, Secret: func(string, int) []byte { return secret }})
	notice := channel.Notice{Key: "k", Classes: []care.Class{care.Urgent}, Handover: "h", Team: "t", Link: "https://doorstep.example/practice/#/h/h", At: morning}
	for _, s := range []struct {
		by   channel.Channel
		to   string
		took bool
	}{
		{mails, "front.desk@practice.example", true}, {mails, "gone@practice.example", false},
		{hooks, "https://" + c.Receiver + "/signed", true}, {hooks, "https://" + c.Receiver + "/forged", true}, {hooks, "https://" + c.Receiver + "/silent", false},
	} {
		if err := s.by.Send(t.Context(), channel.Route{ID: "r", Address: s.to, Secret: 1}, notice); (err == nil) != s.took {
			t.Errorf("%s: %v", s.to, err)
		}
	}
	key, err := webpush.KeyFrom(func(int) []byte { return secret })
	if err != nil {
		t.Fatal(err)
	}
	notices := webpush.New(webpush.Settings{Key: key, Subject: "doorstep@demo.example", Private: []string{c.Receiver}, Roots: c.Roots})
	own, err := c.Subscribe("ann")
	if err != nil {
		t.Fatal(err)
	}
	other, err := c.Subscribe("bob")
	if err != nil {
		t.Fatal(err)
	}
	unknown, mixed := own, own
	unknown.Endpoint, mixed.Endpoint = own.Endpoint+"x", other.Endpoint
	for i, s := range []catcher.Subscription{own, mixed, unknown} {
		err := notices.Send(t.Context(), channel.Route{Address: webpush.Subscription(s).Address()}, notice)
		if (err == nil) != (i == 0) || webpush.Gone(err) != (i == 2) {
			t.Errorf("notice %d: %v", i, err)
		}
	}
	c.Unknown("gone@practice.example", false)
	if err := mails.Send(t.Context(), channel.Route{Address: "gone@practice.example"}, notice); err != nil {
		t.Error(err)
	}
	came := c.Caught()
	if len(came) != 8 {
		t.Fatalf("%d came", len(came))
	}
	for i, want := range []struct{ to, answer, signed, text string }{
		{"front.desk@practice.example", "250", "", notice.Link}, {"gone@practice.example", "550", "", ""}, {"/signed", "202", "holds", "handover.waits"},
		{"/forged", "202", "does not hold", "handover.waits"}, {"/silent", "none", "not checked", "handover.waits"},
		{"/push/ann", "201", "", "Something urgent waits"}, {"/push/bob", "400", "", ""}, {"gone@practice.example", "250", "", notice.Link},
	} {
		got := came[i]
		if got.To != want.to || !strings.HasPrefix(got.Answer, want.answer) || !strings.HasPrefix(got.Signed, want.signed) || !strings.Contains(got.Text, want.text) || !got.At.Equal(morning) {
			t.Errorf("%d: %+v", i, got)
		}
	}
	shown := ask(t, c, catcher.Path)
	for _, part := range []string{"front.desk@practice.example", "Not taken.", "Signature: does not hold", "Auto-Submitted: auto-generated", "Webhook-Signature"} {
		if !strings.Contains(shown, part) {
			t.Errorf("the page does not show %q", part)
		}
	}
}

// Mail that is not encrypted is refused before it is said.
func TestItTakesNoMailInPlain(t *testing.T) {
	c := start(t)
	other, err := catcher.Start(func() time.Time { return morning })
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	}()
	mails, err := email.New(email.Settings{Server: c.MailServer, From: "doorstep@demo.example", Roots: other.Roots})
	if err != nil {
		t.Fatal(err)
	}
	err = mails.Send(t.Context(), channel.Route{Address: "front.desk@practice.example"}, channel.Notice{Key: "k", Classes: []care.Class{care.Routine}, At: morning})
	if err == nil || !strings.Contains(err.Error(), "untrusted") || len(c.Caught()) != 0 {
		t.Errorf("another's certificate is trusted: %v", err)
	}
}

func TestThePageShowsWhatCameAsText(t *testing.T) {
	c := start(t)
	r := httptest.NewRequest(http.MethodPost, "https://receiver/x", strings.NewReader(`<script>alert(1)</script>`))
	sent := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.Roots, MinVersion: tls.VersionTLS12}}}
	r.RequestURI, r.URL.Host = "", c.Receiver
	answer, err := sent.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	shown := ask(t, c, catcher.Path)
	if strings.Contains(shown, "<script>") || !strings.Contains(shown, "&lt;script&gt;") {
		t.Errorf("markup that came is markup of the page:\n%s", shown)
	}
	if !strings.Contains(ask(t, c, catcher.Path+"page.css"), "max-width") {
		t.Error("no style sheet")
	}
}

func ask(t *testing.T, c *catcher.Catcher, path string) string {
	t.Helper()
	w := httptest.NewRecorder()
	c.Page().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	text, err := io.ReadAll(w.Result().Body)
	if err = errors.Join(err, w.Result().Body.Close()); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%s: %d, %v", path, w.Code, err)
	}
	if path == catcher.Path && !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error("the page may load anything")
	}
	return string(text)
}
