package server_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/channel/channeltest"
	"doorstep/internal/channel/email"
	"doorstep/internal/server"
)

// pushService notes what comes for each browser.
type pushService struct {
	*httptest.Server
	mu     sync.Mutex
	status map[string]int
	came   []string // paths
	all    strings.Builder
}

func (p *pushService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	defer p.mu.Unlock()
	if status := p.status[r.URL.Path]; status != 0 {
		w.WriteHeader(status)
		return
	}
	p.came = append(p.came, r.URL.Path)
	fmt.Fprint(&p.all, r.URL, r.Header, string(raw))
	w.WriteHeader(http.StatusCreated)
}

func (p *pushService) says(path string, status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status[path] = status
}

// arrived are the browsers that were told since it was last asked.
func (p *pushService) arrived() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	came := strings.Join(p.came, " ")
	p.came = nil
	return came
}

// noticed is a neighbourhood whose people can take notices.
func noticed(t *testing.T) (*told, *pushService) {
	t.Helper()
	p := &pushService{status: map[string]int{}}
	certificate, roots := channeltest.Certificate(t)
	p.Server = httptest.NewUnstartedServer(p)
	p.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	p.StartTLS()
	t.Cleanup(p.Close)
	return newTold(t, func(o *server.ChannelOptions) {
		o.PushServices, o.Mail = []string{p.Listener.Addr().String()}, email.Settings{Roots: roots}
	}), p
}

// browser is what one says of itself.
func (p *pushService) browser(t *testing.T, path, page string) map[string]any {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"page": page, "endpoint": p.URL + path, "p256dh": base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()), "auth": base64.RawURLEncoding.EncodeToString(make([]byte, 16))}
}

func (w *told) takes(p *pushService, who *core.Record, path, page string) {
	w.t.Helper()
	w.ask(who, http.MethodPost, "/notices", p.browser(w.t, path, page), http.StatusOK)
}

func TestWhatIsUrgentIsSaidOnPhonesAndPages(t *testing.T) {
	w, p := noticed(t)
	if key := w.ask(w.guy, http.MethodGet, "/notices", nil, http.StatusOK)["server_key"].(string); len(key) != 87 {
		t.Errorf("with this key no browser subscribes: %q", key)
	}
	w.raise(care.Urgent)
	if came := p.arrived(); came != "" {
		t.Errorf("nobody asked to be told: %s", came)
	}
	w.takes(p, w.guy, "/guy", "practice")
	w.takes(p, w.lea, "/lea", "desk") // of another team
	id := w.raise(care.Urgent)
	if came := p.arrived(); came != "/guy" {
		t.Errorf("told were %q", came)
	}
	for _, word := range []string{"Testpatient", "Wound", id, w.surgery.Id, "practice"} {
		if strings.Contains(p.all.String(), word) {
			t.Errorf("%q left", word)
		}
	}
	deliveries, history, state := w.sent(id)
	if state != string(care.Sent) || len(deliveries) != 1 || deliveries[0]["channel"] != "webpush" || deliveries[0]["state"] != "delivered" ||
		len(history) != 1 || history[0] != "notified: By a notice on their phones and pages. That a person has read it is not known." {
		t.Errorf("%s %v %v", state, deliveries, history)
	}
	w.raise(care.SameDay)
	if came := p.arrived(); came != "" {
		t.Errorf("what can wait was said: %s", came)
	}
}

// Whoever has signed out, has left, or whose browser is another's now, is told nothing any more.
func TestWhoIsToldNothingAnyMore(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*told, *pushService)
		told   string
	}{
		"nothing happened": {func(*told, *pushService) {}, "/guy"},
		"signed out": {func(w *told, p *pushService) {
			w.ask(w.guy, http.MethodPost, "/notices/end", map[string]any{"endpoint": p.URL + "/guy"}, http.StatusOK)
		}, ""},
		"another signs out": {func(w *told, p *pushService) {
			w.ask(w.lea, http.MethodPost, "/notices/end", map[string]any{"endpoint": p.URL + "/guy"}, http.StatusOK)
		}, "/guy"},
		"left": {func(w *told, _ *pushService) {
			w.save(w.guy, "inactive_since", w.clock.Now().Add(-time.Minute))
		}, ""},
		"in another team": {func(w *told, _ *pushService) {
			w.save(w.guy, "teams", []string{w.nurses.Id})
		}, ""},
		"the browser is another's now": {func(w *told, p *pushService) { w.takes(p, w.lea, "/guy", "desk") }, ""},
		"not opened for long":          {func(w *told, _ *pushService) { w.clock.Pass(61 * 24 * time.Hour); w.tick() }, ""},
		"five others since": {func(w *told, p *pushService) {
			for i := range 5 {
				w.clock.Pass(time.Minute)
				w.takes(p, w.guy, fmt.Sprint("/", i), "practice")
			}
		}, "/0 /1 /2 /3 /4"},
		"its push service knows it no more": {func(w *told, p *pushService) {
			p.says("/guy", http.StatusGone)
			w.raise(care.Urgent)
			p.says("/guy", 0)
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w, p := noticed(t)
			w.takes(p, w.guy, "/guy", "practice")
			c.change(w, p)
			id := w.raise(care.Emergency)
			came := strings.Fields(p.arrived())
			if got := strings.Join(sorted(came), " "); got != c.told {
				t.Errorf("told were %q, want %q", got, c.told)
			}
			if _, history, _ := w.sent(id); (len(history) > 0) != (c.told != "") {
				t.Errorf("the history says %v", history)
			}
			if waits := w.waiting(w.lea); len(waits) != 0 {
				t.Errorf("a notice that reaches nobody comes before a person: %v", waits)
			}
		})
	}
}

// One that does not get through is tried again, and the others are not told twice.
func TestANoticeIsTriedAgain(t *testing.T) {
	w, p := noticed(t)
	w.takes(p, w.guy, "/one", "practice")
	w.takes(p, w.guy, "/two", "practice")
	p.says("/two", http.StatusServiceUnavailable)
	w.raise(care.Urgent)
	p.says("/two", 0)
	w.pass(10 * time.Second)
	w.pass(time.Minute)
	if came := p.arrived(); came != "/one /two" {
		t.Errorf("told were %q", came)
	}
}

// One that nobody takes in time is no secret: the handover says so, and stands as a call to make whatever became of its notice.
func TestANoticeThatNobodyTookIsSaidToBeSo(t *testing.T) {
	w, p := noticed(t)
	w.takes(p, w.guy, "/guy", "practice")
	p.says("/guy", http.StatusServiceUnavailable)
	id := w.raise(care.Urgent)
	w.pass(5 * time.Minute) // its class's time
	deliveries, history, state := w.sent(id)
	want := "not_delivered: By a notice on their phones and pages it could not be delivered, because the receiver said not now, until it was too late. It stands in their inbox all the same."
	if state != string(care.Sent) || len(deliveries) != 1 || deliveries[0]["state"] != "settled" || deliveries[0]["why"] != "busy" || len(history) != 1 || history[0] != want {
		t.Errorf("%s %v\n %q, want\n %q", state, deliveries, history, want)
	}
	if waits := w.waiting(w.lea); len(waits) != 0 {
		t.Errorf("a notice is chased though it never is the only way: %v", waits)
	}
}

func TestASubscriptionThatIsNone(t *testing.T) {
	w, p := noticed(t)
	for name, change := range map[string]func(map[string]any){
		"inside a network": func(b map[string]any) { b["endpoint"] = "https://10.0.0.7/x" }, "anywhere": func(b map[string]any) { b["endpoint"] = "https://evil.example/x" },
		"in plain": func(b map[string]any) { b["endpoint"] = "http://fcm.googleapis.com/x" }, "no key": func(b map[string]any) { b["p256dh"] = "x" },
		"no secret": func(b map[string]any) { b["auth"] = "x" }, "no page": func(b map[string]any) { b["page"] = "app" },
	} {
		body := p.browser(t, "/x", "practice")
		change(body)
		if answer := w.ask(w.guy, http.MethodPost, "/notices", body, http.StatusBadRequest); answer["code"] != "invalid" || answer["fields"] == nil {
			t.Errorf("%s: %v", name, answer)
		}
	}
	other := newTold(t, func(o *server.ChannelOptions) { o.URL = "" })
	if key := other.ask(other.guy, http.MethodGet, "/notices", nil, http.StatusOK)["server_key"]; key != "" {
		t.Errorf("a server that sends none gives a key: %v", key)
	}
	if answer := other.ask(other.guy, http.MethodPost, "/notices", p.browser(t, "/x", "practice"), http.StatusBadRequest); !strings.Contains(answer["message"].(string), "--url") {
		t.Errorf("%v", answer)
	}
}

// save writes a field past the engine, as an administrator does.
func (w *told) save(r *core.Record, field string, value any) {
	w.t.Helper()
	fresh, err := w.app.FindRecordById(r.Collection().Name, r.Id)
	if err != nil {
		w.t.Fatal(err)
	}
	fresh.Set(field, value)
	if err := w.app.Save(fresh); err != nil {
		w.t.Fatal(err)
	}
	w.tick()
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}
