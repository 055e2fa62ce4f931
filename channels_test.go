package main

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/channel/channeltest"
	"doorstep/internal/httpapi"
	"doorstep/internal/testkit/pbtest"
)

// teamsAreToldAsSet shows what the settings of e-mail and webhooks do, by a test that somebody sends by each.
func teamsAreToldAsSet(t *testing.T) {
	box := channeltest.NewMailbox(t)
	posted := ""
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		posted = string(raw)
	}))
	t.Cleanup(receiver.Close)
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte(channeltest.Password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w := townWith(t, true, box.Roots, "--url=https://doorstep.example", "--mail-server="+box.Address, "--mail-user=postman", "--mail-password-file="+password,
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
	mails := box.Arrived()
	if !strings.Contains(posted, `"link":"https://doorstep.example/practice/"`) || len(mails) != 1 || mails[0].User != "postman" || mails[0].From != "doorstep@neighbourhood.example" || mails[0].To != "front.desk@practice.example" {
		t.Errorf("posted %s; mail: %+v", posted, mails)
	}
	elsewhere := townOf(t, true) // without any of them
	team, adam = elsewhere.Team(t, elsewhere.Org(t, "practice", "Surgery"), "practice", "Surgery"), elsewhere.Staff(t, care.ServerAdministrator, "Adam")
	elsewhere.tick(t)
	got := pbtest.Call(t, elsewhere.Serve(t), http.MethodGet, httpapi.CarePath+"/teams/"+team.Id+"/routes", elsewhere.Token(t, adam), nil)
	var routes struct{ Channels []string }
	if err := json.Unmarshal(got.Body, &routes); err != nil || len(routes.Channels) != 0 {
		t.Errorf("a server that cannot say where it is reached offers ways without a link: %d %s", got.Status, got.Body)
	}
}

// noticesGoAsSet: a browser whose push service is a server of one's own is taken where it is named.
func noticesGoAsSet(t *testing.T) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	browser := map[string]any{"page": "practice", "endpoint": "https://push.trust.local:8443/abc", "p256dh": base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()), "auth": base64.RawURLEncoding.EncodeToString(make([]byte, 16))}
	for want, args := range map[int][]string{http.StatusOK: {"--push-services=push.trust.local:8443"}, http.StatusBadRequest: nil} {
		w := townOf(t, true, append(args, "--url=https://doorstep.example")...)
		guy := w.Staff(t, care.DutyGP, "Guy", w.Team(t, w.Org(t, "practice", "Surgery"), "practice", "Surgery"))
		w.tick(t)
		if got := pbtest.Call(t, w.Serve(t), http.MethodPost, httpapi.CarePath+"/notices", w.Token(t, guy), browser); got.Status != want {
			t.Errorf("%v: %d %s, want %d", args, got.Status, got.Body, want)
		}
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
		"no address from outside":  {[]string{"--url=doorstep.example"}, "--url"},
		"no host":                  {[]string{"--webhook-private=https://receiver.example/path"}, "not a host"},
	} {
		if out := refused(t, filepath.Join(t.TempDir(), "data"), append([]string{"serve"}, c.args...)...); !strings.Contains(out, c.says) {
			t.Errorf("%s: it says %q", name, out)
		}
	}
}
