package main

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"doorstep/internal/care"
	"doorstep/internal/channel/channeltest"
	"doorstep/internal/httpapi"
	"doorstep/internal/testkit/pbtest"
)

// mailbox is a mail server that wants a sign-in, and keeps what it took.
type mailbox struct {
	mu                       sync.Mutex
	user, password, from, to string
	message                  string
}

type mailSession struct{ *mailbox }

func (m *mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return mailSession{m}, nil }

func (mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (m mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		m.user, m.password = user, password
		if password != "open sesame" {
			return errors.New("no")
		}
		return nil
	}), nil
}

func (mailSession) Reset()        {}
func (mailSession) Logout() error { return nil }

func (m mailSession) Mail(from string, _ *smtp.MailOptions) error { m.from = from; return nil }
func (m mailSession) Rcpt(to string, _ *smtp.RcptOptions) error   { m.to = to; return nil }

func (m mailSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.message = string(raw)
	return err
}

// teamsAreToldAsSet shows what the settings of e-mail and webhooks do, by a test that somebody sends by each.
func teamsAreToldAsSet(t *testing.T) {
	certificate, roots := channeltest.Certificate(t)
	box := &mailbox{}
	mail := smtp.NewServer(box)
	mail.Domain, mail.TLSConfig = "mail.example", &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = mail.Serve(l) }()
	t.Cleanup(func() { _ = mail.Close() })
	posted := ""
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		posted = string(raw)
	}))
	t.Cleanup(receiver.Close)
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("open sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w := townWith(t, true, roots, "--url=https://doorstep.example", "--mail-server="+l.Addr().String(), "--mail-user=postman", "--mail-password-file="+password,
		"--mail-from=doorstep@neighbourhood.example", "--webhook-private="+receiver.Listener.Addr().String())
	team := w.Team(t, w.Org(t, "practice", "Surgery"), "practice", "Surgery")
	adam := w.Staff(t, care.ServerAdministrator, "Adam")
	w.tick(t)
	server := w.Serve(t)
	ask := func(path string, body any, status int) map[string]any {
		t.Helper()
		got := pbtest.Call(t, server, http.MethodPost, httpapi.CarePath+path, w.Token(t, adam), body)
		if got.Status != status {
			t.Fatalf("%s: %d %s", path, got.Status, got.Body)
		}
		return got.JSON(t)
	}
	for channel, address := range map[string]string{"email": "front.desk@practice.example", "webhook": receiver.URL} {
		made := ask("/teams/"+team.Id+"/routes", map[string]any{"channel": channel, "address": address, "classes": []string{"R"}, "hours": "always"}, http.StatusCreated)
		if got := ask("/routes/"+made["id"].(string)+"/test", nil, http.StatusOK); got["delivered"] != true {
			t.Errorf("%s: %v", channel, got)
		}
	}
	if !strings.Contains(posted, `"link":"https://doorstep.example/practice/"`) || box.user != "postman" || box.password != "open sesame" || box.from != "doorstep@neighbourhood.example" || box.to != "front.desk@practice.example" || box.message == "" {
		t.Errorf("posted %s; mail: %+v", posted, box)
	}
	elsewhere := townOf(t, true) // without any of them
	team, adam = elsewhere.Team(t, elsewhere.Org(t, "practice", "Surgery"), "practice", "Surgery"), elsewhere.Staff(t, care.ServerAdministrator, "Adam")
	elsewhere.tick(t)
	got := pbtest.Call(t, elsewhere.Serve(t), http.MethodGet, httpapi.CarePath+"/teams/"+team.Id+"/routes", elsewhere.Token(t, adam), nil)
	var routes struct{ Channels []string }
	if err := json.Unmarshal(got.Body, &routes); err != nil || !slices.Equal(routes.Channels, []string{"webhook"}) {
		t.Errorf("without a mail server: %d %s", got.Status, got.Body)
	}
}

// What cannot work is said when the server starts, and not when the first mail does not leave.
func TestMailThatCannotLeaveStopsTheStart(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no address of the server": {[]string{"--mail-server=mail.example:587", "--mail-from=a@b.example"}, "--url"},
		"no address of its own":    {[]string{"--mail-server=mail.example:587", "--url=https://doorstep.example"}, "mail from"},
		"no port":                  {[]string{"--mail-server=mail.example", "--mail-from=a@b.example", "--url=https://doorstep.example"}, "mail server"},
		"no file of the password":  {[]string{"--mail-password-file=" + filepath.Join(t.TempDir(), "none")}, "password"},
		"no host":                  {[]string{"--webhook-private=https://receiver.example/path"}, "not a host"},
	} {
		if out := refused(t, filepath.Join(t.TempDir(), "data"), append([]string{"serve"}, c.args...)...); !strings.Contains(out, c.says) {
			t.Errorf("%s: it says %q", name, out)
		}
	}
}
