package server_test

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/channel/channeltest"
	"doorstep/internal/channel/email"
	"doorstep/internal/httpapi"
	"doorstep/internal/phone"
	"doorstep/internal/server"
	"doorstep/internal/testkit/pbtest"
)

// machine is a receiver of webhooks, at a path for each route.
type machine struct {
	*httptest.Server
	mu     sync.Mutex
	status map[string]int // what it says at a path; 0 = 202
	took   []message
}

type message struct {
	path, key, signature string
	header               http.Header
	body                 string
}

func (m message) classes(t *testing.T) []string {
	t.Helper()
	var body struct{ Data struct{ Classes []string } }
	if err := json.Unmarshal([]byte(m.body), &body); err != nil {
		t.Fatal(err)
	}
	return body.Data.Classes
}

func (m *machine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	m.mu.Lock()
	defer m.mu.Unlock()
	if status := m.status[r.URL.Path]; status != 0 {
		w.WriteHeader(status)
		return
	}
	m.took = append(m.took, message{r.URL.Path, r.Header.Get("webhook-id"), r.Header.Get("webhook-signature"), r.Header, string(raw)})
	w.WriteHeader(http.StatusAccepted)
}

func (m *machine) says(path string, status int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.status[path] = status
}

// arrived are the messages that came since it was last asked.
func (m *machine) arrived() []message {
	m.mu.Lock()
	defer m.mu.Unlock()
	took := m.took
	m.took = nil
	return took
}

// told is a neighbourhood whose practice is told by ways of its own.
type told struct {
	*started
	t                          *testing.T
	receiver                   *machine
	surgery, nurses            *core.Record
	ann, lea, hella, guy, adam *core.Record
	ada                        *core.Record
	phone                      *phone.Phone
}

func newTold(t *testing.T, more ...func(*server.ChannelOptions)) *told {
	t.Helper()
	channels := server.ChannelOptions{URL: "https://doorstep.example", Private: []string{"127.0.0.1"}}
	for _, change := range more {
		change(&channels)
	}
	return newToldWith(t, server.Options{Manual: true, Channels: channels})
}

// newToldWith is newTold on a server with these options.
func newToldWith(t *testing.T, o server.Options) *told {
	t.Helper()
	w := &told{t: t, receiver: &machine{status: map[string]int{}}}
	w.receiver.Server = httptest.NewServer(w.receiver)
	t.Cleanup(w.receiver.Close)
	w.started = start(t, o)
	w.clock.Turn(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)) // a Monday
	practice, trust := w.app.Org(t, "practice", "Bridge Surgery"), w.app.Org(t, "community_trust", "Trust")
	w.surgery, w.nurses = w.app.Team(t, practice, "practice", "Bridge Surgery"), w.app.Team(t, trust, "nursing", "Riverside Nurses")
	w.ann, w.lea, w.guy = w.app.Staff(t, care.DistrictNurse, "Ann", w.nurses), w.app.Staff(t, care.TeamLead, "Lea", w.nurses), w.app.Staff(t, care.DutyGP, "Guy", w.surgery)
	w.hella = w.app.Staff(t, care.TeamLead, "Hella", w.app.Team(t, trust, "nursing", "Hill Nurses"))
	w.adam = w.app.Staff(t, care.ServerAdministrator, "Adam")
	w.ada = w.app.Patient(t, "Testpatient", practice)
	w.app.Caseload(t, w.ada, w.nurses)
	w.tick()
	var err error
	if w.phone, err = phone.New(phone.Options{Server: w.listener.URL, HTTP: http.DefaultClient, Now: w.clock.Now, Entropy: rand.Reader, Name: "phone", Platform: "test"}); err != nil {
		t.Fatal(err)
	}
	if err := w.phone.SignIn(t.Context(), w.ann.Email(), pbtest.Password); err != nil {
		t.Fatal(err)
	}
	w.sync()
	return w
}

func (w *told) tick() {
	w.t.Helper()
	if err := w.srv.Tick(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *told) pass(d time.Duration) {
	w.t.Helper()
	w.clock.Pass(d)
	w.tick()
}

func (w *told) sync() {
	w.t.Helper()
	if err := w.phone.Sync(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// raise lets Ann hand Ada over to the practice.
func (w *told) raise(class care.Class) string {
	w.t.Helper()
	id, err := w.phone.Create(care.Handovers, map[string]any{"patient": w.ada.Id, "from_team": w.nurses.Id, "class": string(class), "situation": "Wound broken down", "recommendation": "Please prescribe"})
	if err != nil {
		w.t.Fatal(err)
	}
	w.sync()
	w.tick()
	return id
}

func (w *told) ask(who *core.Record, method, path string, body any, status int) map[string]any {
	w.t.Helper()
	got := pbtest.Call(w.t, w.listener, method, httpapi.CarePath+path, w.app.Token(w.t, who), body)
	if got.Status != status {
		w.t.Fatalf("%s %s: %d %s, want %d", method, path, got.Status, got.Body, status)
	}
	return got.JSON(w.t)
}

// route adds a way to the practice, at a path of the receiver.
func (w *told) route(path string, more ...map[string]any) (id, secret string) {
	w.t.Helper()
	body := map[string]any{"channel": "webhook", "address": w.receiver.URL + path, "classes": care.Classes, "hours": "always"}
	for _, m := range more {
		for k, v := range m {
			body[k] = v
		}
	}
	made := w.ask(w.adam, http.MethodPost, "/teams/"+w.surgery.Id+"/routes", body, http.StatusCreated)
	return made["id"].(string), made["secret"].(string)
}

// sent are the deliveries of a handover as its sender's lead reads them, and what its history says of them.
func (w *told) sent(handover string) (deliveries []map[string]any, history []string, state string) {
	w.t.Helper()
	detail := w.ask(w.lea, http.MethodGet, "/handovers/"+handover, nil, http.StatusOK)
	for _, e := range detail["events"].([]any) {
		if event := e.(map[string]any); strings.HasPrefix(event["kind"].(string), "not") {
			history = append(history, event["kind"].(string)+": "+event["text"].(string))
		}
	}
	for _, d := range detail["deliveries"].([]any) {
		deliveries = append(deliveries, d.(map[string]any))
	}
	return deliveries, history, detail["state"].(string)
}

// waiting are the deliveries that somebody at a desk has to see to.
func (w *told) waiting(who *core.Record) (items []map[string]any) {
	w.t.Helper()
	for _, i := range w.ask(who, http.MethodGet, "/deliveries", nil, http.StatusOK)["items"].([]any) {
		items = append(items, i.(map[string]any))
	}
	return items
}

func TestATeamIsToldByItsWayAndThatIsNoReceipt(t *testing.T) {
	w := newTold(t)
	_, secret := w.route("/one")
	id := w.raise(care.Urgent)
	got := w.receiver.arrived()
	if len(got) != 1 || !strings.Contains(got[0].body, `"link":"https://doorstep.example/practice/#/h/`+id+`"`) || !slices.Equal(got[0].classes(t), []string{"U2"}) {
		t.Fatalf("%+v", got)
	}
	for _, word := range []string{"Testpatient", "Wound", "prescribe", "Ann", "Riverside"} {
		if strings.Contains(got[0].body, word) {
			t.Errorf("%q left: %s", word, got[0].body)
		}
	}
	if key, err := standardwebhooks.NewWebhook(secret); err != nil || key.VerifyIgnoringTimestamp([]byte(got[0].body), got[0].header) != nil {
		t.Errorf("it is not signed with the secret that was shown: %v", err)
	}
	deliveries, history, state := w.sent(id)
	if state != string(care.Sent) {
		t.Errorf("what a machine took moved the handover to %s", state)
	}
	if len(deliveries) != 1 || deliveries[0]["state"] != "delivered" || len(history) != 1 || !strings.Contains(history[0], "That a person has read it is not known.") {
		t.Errorf("%v %v", deliveries, history)
	}
	w.sync() // the nurse reads it on her phone
	hears := false
	w.phone.EachHeld(func(h phone.Held) {
		hears = hears || h.Collection == care.HandoverEvents && strings.Contains(string(h.Data), "notified")
	})
	if !hears {
		t.Error("the nurse does not hear of it")
	}
	w.pass(10 * time.Minute) // before its clock has run out
	if again := w.receiver.arrived(); len(again) != 0 {
		t.Errorf("it left again: %+v", again)
	}
}

func TestWhatCannotBeDeliveredIsTriedAgainAndThenComesBeforeAPerson(t *testing.T) {
	w := newTold(t)
	w.route("/one")
	w.receiver.says("/one", http.StatusServiceUnavailable)
	id := w.raise(care.Urgent)
	deliveries, _, _ := w.sent(id)
	if len(deliveries) != 1 || deliveries[0]["state"] != "waiting" || deliveries[0]["attempts"] != 1.0 || deliveries[0]["next_at"] == nil || deliveries[0]["until"] == nil || deliveries[0]["why"] != "busy" {
		t.Fatalf("it cannot be seen when it is tried next: %v", deliveries)
	}
	if len(w.waiting(w.lea)) != 0 {
		t.Error("a person is asked while it is still tried")
	}
	w.pass(5 * time.Minute)
	mine := w.waiting(w.lea)
	if len(mine) != 1 {
		t.Fatalf("nobody is told: %v", mine)
	}
	d := mine[0]["delivery"].(map[string]any)
	if d["state"] != "given_up" || d["why"] != "busy" || mine[0]["handover"].(map[string]any)["id"] != id {
		t.Errorf("%v", mine)
	}
	if others := w.waiting(w.hella); len(others) != 0 {
		t.Errorf("another team's lead is told: %v", others)
	}
	for who, want := range map[*core.Record]float64{w.lea: 1, w.hella: 0} {
		if got := w.ask(who, http.MethodGet, "/queues", nil, http.StatusOK)["undelivered"]; got != want {
			t.Errorf("a desk begins with %v, want %v", got, want)
		}
	}
	number := toText(d["id"])
	w.ask(w.hella, http.MethodPost, "/deliveries/"+number+"/again", nil, http.StatusNotFound)
	w.ask(w.hella, http.MethodPost, "/deliveries/"+number+"/other", map[string]any{"route": "x"}, http.StatusNotFound)
	w.ask(w.lea, http.MethodPost, "/deliveries/"+number+"/other", map[string]any{"route": "x"}, http.StatusBadRequest)
	w.ask(w.lea, http.MethodPost, "/deliveries/999/again", nil, http.StatusNotFound)

	w.receiver.says("/one", 0)
	w.ask(w.lea, http.MethodPost, "/deliveries/"+number+"/again", nil, http.StatusOK)
	w.tick()
	if got := w.receiver.arrived(); len(got) != 1 || len(w.waiting(w.lea)) != 0 {
		t.Errorf("sent again: %v", got)
	}
	w.ask(w.lea, http.MethodPost, "/deliveries/"+number+"/again", nil, http.StatusConflict)
	_, history, _ := w.sent(id)
	if want := []string{"not_delivered: By their own system it could not be delivered, because the receiver said not now, until it was too late. Please ring, or send it another way.",
		"notified: By their own system, as a link. That a person has read it is not known."}; !slices.Equal(history, want) {
		t.Errorf("the history says\n %q, want\n %q", history, want)
	}
}

func toText(v any) string {
	raw, _ := json.Marshal(v)
	return string(raw)
}

func TestWhoeverRangNeedsNoOtherWay(t *testing.T) {
	w := newTold(t)
	first, _ := w.route("/one", map[string]any{"classes": []string{"U2"}})
	w.receiver.says("/one", http.StatusGone) // for good: it is not tried twice
	id := w.raise(care.Urgent)
	if got := w.waiting(w.lea); len(got) != 1 || got[0]["delivery"].(map[string]any)["attempts"] != 1.0 || got[0]["delivery"].(map[string]any)["why"] != "refused" {
		t.Fatalf("%v", got)
	}
	second, _ := w.route("/two")
	mine := w.waiting(w.lea)[0]
	if others := mine["others"].([]any); len(others) != 1 || others[0].(map[string]any)["id"] != second {
		t.Fatalf("%v, want %s and not %s", others, second, first)
	}
	w.ask(w.lea, http.MethodPost, "/deliveries/"+toText(mine["delivery"].(map[string]any)["id"])+"/other", map[string]any{"route": second}, http.StatusOK)
	w.tick()
	if got := w.receiver.arrived(); len(got) != 1 || got[0].path != "/two" || len(w.waiting(w.lea)) != 0 {
		t.Errorf("another way: %+v", got)
	}
	other := w.raise(care.Urgent)
	if got := w.waiting(w.lea); len(got) != 1 {
		t.Fatalf("%v", got)
	}
	version := w.ask(w.lea, http.MethodGet, "/handovers/"+other, nil, http.StatusOK)["version"]
	w.ask(w.lea, http.MethodPost, "/handovers/"+other+"/call", map[string]any{"version": version, "name": "Rita", "reached": true}, http.StatusOK)
	if got := w.waiting(w.lea); len(got) != 0 {
		t.Errorf("whoever rang is asked to ring: %v", got)
	}
	if _, _, state := w.sent(id); state != string(care.Sent) {
		t.Errorf("the first is %s", state)
	}
}

func TestWhatIsInAHurryLeavesByAllWaysAndTheRestByTheFirstThatWorks(t *testing.T) {
	w := newTold(t)
	w.route("/desk")
	w.route("/pager", map[string]any{"classes": []string{"E", "U2", "SD"}})
	paths := func(list []message) (paths []string) {
		for _, m := range list {
			paths = append(paths, m.path)
		}
		slices.Sort(paths)
		return paths
	}
	w.raise(care.Emergency)
	if got := paths(w.receiver.arrived()); !slices.Equal(got, []string{"/desk", "/pager"}) {
		t.Errorf("an emergency went by %v", got)
	}
	w.raise(care.SameDay)
	if got := paths(w.receiver.arrived()); !slices.Equal(got, []string{"/desk"}) {
		t.Errorf("what is for the same day went by %v", got)
	}
	w.receiver.says("/desk", http.StatusNotFound)
	id := w.raise(care.SameDay)
	w.tick()
	if got := paths(w.receiver.arrived()); !slices.Equal(got, []string{"/pager"}) || len(w.waiting(w.lea)) != 0 {
		t.Errorf("where the first does not work it goes by %v", got)
	}
	_, history, _ := w.sent(id)
	if len(history) != 2 || !strings.HasSuffix(history[0], "It goes by their own system now.") {
		t.Errorf("%q", history)
	}
	w.raise(care.Routine)
	w.tick()
	if got := w.waiting(w.lea); len(got) != 1 {
		t.Errorf("what no way takes comes before a person: %v", got)
	}
}

func TestWhatSomebodyHasInHandIsNotChased(t *testing.T) {
	w := newTold(t)
	w.route("/one")
	w.receiver.says("/one", http.StatusBadGateway)
	id := w.raise(care.SameDay)
	version := w.ask(w.guy, http.MethodGet, "/handovers/"+id, nil, http.StatusOK)["version"]
	w.ask(w.guy, http.MethodPost, "/handovers/"+id+"/acknowledge", map[string]any{"version": version}, http.StatusOK)
	w.receiver.says("/one", 0)
	w.pass(2 * time.Hour)
	deliveries, _, _ := w.sent(id)
	if got := w.receiver.arrived(); len(got) != 0 || deliveries[0]["state"] != "not_needed" || len(w.waiting(w.lea)) != 0 {
		t.Errorf("%v %v", got, deliveries)
	}
}

func TestRoutineMattersGoTogetherWithTheDigest(t *testing.T) {
	w := newTold(t)
	w.route("/one", map[string]any{"digest": []string{"14:00"}})
	first, second := w.raise(care.Routine), w.raise(care.Information)
	if got := w.receiver.arrived(); len(got) != 0 {
		t.Fatalf("they did not wait: %+v", got)
	}
	w.receiver.says("/one", http.StatusBadGateway)
	w.pass(4 * time.Hour) // two in the afternoon
	w.receiver.says("/one", 0)
	w.pass(time.Minute)
	got := w.receiver.arrived()
	if len(got) != 1 || !slices.Equal(slices.Sorted(slices.Values(got[0].classes(t))), []string{"I", "R"}) || strings.Contains(got[0].body, first) {
		t.Fatalf("%+v", got)
	}
	for _, id := range []string{first, second} {
		if deliveries, history, _ := w.sent(id); deliveries[0]["state"] != "delivered" || len(history) != 1 || !strings.Contains(history[0], "with 1 more") {
			t.Errorf("%v %v", deliveries, history)
		}
	}
	w.raise(care.SameDay)
	if got := w.receiver.arrived(); len(got) != 1 || !slices.Equal(got[0].classes(t), []string{"SD"}) {
		t.Errorf("what cannot wait waited: %+v", got)
	}
}

func TestAWayIsTriedChangedAndTakenAway(t *testing.T) {
	w := newTold(t)
	id, secret := w.route("/one")
	list := func() []any {
		return w.ask(w.adam, http.MethodGet, "/teams/"+w.surgery.Id+"/routes", nil, http.StatusOK)["items"].([]any)
	}
	if r := list()[0].(map[string]any); r["worked_at"] != nil || r["why"] != nil {
		t.Errorf("before it was tried: %v", r)
	}
	w.receiver.says("/one", http.StatusForbidden)
	if got := w.ask(w.adam, http.MethodPost, "/routes/"+id+"/test", nil, http.StatusOK); got["delivered"] != false || got["why"] != "refused" || got["said"] != "HTTP 403" {
		t.Errorf("%v", got)
	}
	if r := list()[0].(map[string]any); r["why"] != "refused" || r["failed_at"] == nil {
		t.Errorf("that it does not work cannot be seen: %v", r)
	}
	w.receiver.says("/one", 0)
	if got := w.ask(w.adam, http.MethodPost, "/routes/"+id+"/test", nil, http.StatusOK); got["delivered"] != true {
		t.Errorf("%v", got)
	}
	if r := list()[0].(map[string]any); r["why"] != nil || r["worked_at"] == nil {
		t.Errorf("that it works cannot be seen: %v", r)
	}
	if got := w.receiver.arrived(); len(got) != 1 || !strings.Contains(got[0].body, `"type":"test"`) {
		t.Errorf("%+v", got)
	}
	made := w.ask(w.adam, http.MethodPost, "/routes/"+id+"/secret", nil, http.StatusOK)
	if made["secret"] == secret || made["until"] == nil {
		t.Fatalf("%v", made)
	}
	w.raise(care.SameDay)
	message := w.receiver.arrived()[0]
	for _, one := range []string{secret, made["secret"].(string)} {
		if key, err := standardwebhooks.NewWebhook(one); err != nil || key.VerifyIgnoringTimestamp([]byte(message.body), message.header) != nil {
			t.Errorf("a receiver that has one of the two secrets does not take it: %v", err)
		}
	}
	second, _ := w.route("/two", map[string]any{"place": 1})
	if all := list(); all[0].(map[string]any)["id"] != second || all[1].(map[string]any)["place"] != 2.0 {
		t.Errorf("the new one is not the first: %v", all)
	}
	w.ask(w.adam, http.MethodPost, "/routes/"+second, map[string]any{"address": w.receiver.URL + "/three", "classes": []string{"R"}, "hours": "closed", "place": 2}, http.StatusOK)
	if all := list(); all[1].(map[string]any)["address"] != w.receiver.URL+"/three" || all[0].(map[string]any)["id"] != id {
		t.Errorf("changed: %v", all)
	}
	w.receiver.says("/one", http.StatusBadGateway)
	waits := w.raise(care.SameDay)
	w.ask(w.adam, http.MethodPost, "/routes/"+id+"/end", nil, http.StatusOK)
	w.ask(w.adam, http.MethodPost, "/routes/"+id+"/test", nil, http.StatusNotFound)
	w.pass(time.Minute)
	if deliveries, _, _ := w.sent(waits); deliveries[0]["why"] != "route_ended" || len(w.waiting(w.lea)) != 1 {
		t.Errorf("what waited to leave by a way that is gone: %v", deliveries)
	}
	for name, body := range map[string]map[string]any{
		"no such channel": {"channel": "fax", "address": "1", "classes": []string{"R"}, "hours": "always"}, "no mail here": {"channel": "email", "address": "a@b.example", "classes": []string{"R"}, "hours": "always"},
		"inside": {"channel": "webhook", "address": "https://10.0.0.1/", "classes": []string{"R"}, "hours": "always"}, "no class": {"channel": "webhook", "address": "https://a.example/", "classes": []string{}, "hours": "always"},
		"a class there is not": {"channel": "webhook", "address": "https://a.example/", "classes": []string{"X"}, "hours": "always"}, "hours": {"channel": "webhook", "address": "https://a.example/", "classes": []string{"R"}, "hours": "sometimes"},
		"digest": {"channel": "webhook", "address": "https://a.example/", "classes": []string{"R"}, "hours": "always", "digest": []string{"8:30"}},
	} {
		if got := w.ask(w.adam, http.MethodPost, "/teams/"+w.surgery.Id+"/routes", body, http.StatusBadRequest); got["fields"] == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// What waits for a receiver that takes nothing is tried one at a time, and does not fill the view of what is due elsewhere.
func TestARouteThatTakesNothingIsTriedOnceARoundAndHidesNothing(t *testing.T) {
	w := newTold(t)
	dead, _ := w.route("/dead", map[string]any{"classes": []string{"E"}})
	w.receiver.says("/dead", http.StatusServiceUnavailable)
	id := w.raise(care.SameDay)
	for n := range 150 {
		if _, err := w.app.NonconcurrentDB().NewQuery(`INSERT INTO deliveries (key, handover, team, route, channel, class, batch, created_at, due_at, until, state)
			VALUES ('old' || ` + strconv.Itoa(n) + `, '` + id + `', '` + w.surgery.Id + `', '` + dead + `', 'webhook', 'E', '', '', '2026-03-01T00:00:00.000Z', '2026-03-09T00:00:00.000Z', 'waiting')`).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	w.route("/live")
	w.raise(care.SameDay)
	if got := w.receiver.arrived(); len(got) != 1 || got[0].path != "/live" {
		t.Errorf("what waits for another receiver keeps it: %+v", got)
	}
	tried := 0
	if err := w.app.DB().NewQuery(`SELECT count(*) FROM deliveries WHERE route = '` + dead + `' AND attempts > 0`).Row(&tried); err != nil || tried != 1 {
		t.Errorf("%d were tried at a receiver that said not now: %v", tried, err)
	}
}

// A route outlives the setting of its channel. What goes by it must not wait where nobody sends and nobody looks.
func TestARouteOfAChannelThatIsNotSetUpSwallowsNothing(t *testing.T) {
	for name, change := range map[string]func(*server.ChannelOptions){
		"no mail server":                       func(*server.ChannelOptions) {},
		"a server that cannot say where it is": func(o *server.ChannelOptions) { o.URL = "" },
	} {
		t.Run(name, func(t *testing.T) {
			w := newTold(t, change)
			if _, err := w.app.NonconcurrentDB().NewQuery(`INSERT INTO team_routes (id, team, place, channel, address, classes, hours, digest, secret, made_at)
				VALUES ('mailbox', '` + w.surgery.Id + `', 1, 'email', 'front.desk@practice.example', '["E","U2","SD","R","I"]', 'always', '[]', 1, '2026-03-01T00:00:00.000Z')`).Execute(); err != nil {
				t.Fatal(err)
			}
			alone := w.raise(care.SameDay)
			w.tick()
			deliveries, history, _ := w.sent(alone)
			if len(w.waiting(w.lea)) != 1 || deliveries[0]["state"] != "given_up" || deliveries[0]["why"] != "not_set_up" || len(history) != 1 {
				t.Errorf("nobody hears of it: %v %v", deliveries, history)
			}
			if len(w.ask(w.adam, http.MethodGet, "/teams/"+w.surgery.Id+"/routes", nil, http.StatusOK)["channels"].([]any)) > 1 {
				t.Error("a channel that is not set up is offered")
			}
		})
	}
	w := newTold(t)
	if _, err := w.app.NonconcurrentDB().NewQuery(`INSERT INTO team_routes (id, team, place, channel, address, classes, hours, digest, secret, made_at)
		VALUES ('mailbox', '` + w.surgery.Id + `', 1, 'email', 'front.desk@practice.example', '["SD"]', 'always', '[]', 1, '2026-03-01T00:00:00.000Z')`).Execute(); err != nil {
		t.Fatal(err)
	}
	w.route("/next")
	w.raise(care.SameDay)
	w.tick()
	if got := w.receiver.arrived(); len(got) != 1 || len(w.waiting(w.lea)) != 0 {
		t.Errorf("it does not go by the next way: %+v", got)
	}
}

// A receiver that gets a message without a usable link can do nothing with it.
func TestNothingLeavesWithoutALinkThatLeadsHere(t *testing.T) {
	w := newTold(t, func(o *server.ChannelOptions) { o.URL = "" })
	got := w.ask(w.adam, http.MethodPost, "/teams/"+w.surgery.Id+"/routes", map[string]any{"channel": "webhook", "address": w.receiver.URL, "classes": []string{"R"}, "hours": "always"}, http.StatusBadRequest)
	if !strings.Contains(toText(got), "--url") {
		t.Errorf("whoever sets it up does not read what is missing: %v", got)
	}
}

// Receivers hide keys in the addresses that they give out, and the audit is read by many and kept for years.
func TestTheAuditHoldsNoSecretOfAReceiver(t *testing.T) {
	w := newTold(t)
	id, _ := w.route("/services/hush-path?token=hush-query")
	w.ask(w.adam, http.MethodPost, "/routes/"+id+"/test", nil, http.StatusOK)
	w.ask(w.adam, http.MethodPost, "/routes/"+id, map[string]any{"address": w.receiver.URL + "/hush-again?hush", "classes": []string{"R"}, "hours": "always"}, http.StatusOK)
	w.ask(w.adam, http.MethodPost, "/routes/"+id+"/secret", nil, http.StatusOK)
	w.ask(w.adam, http.MethodPost, "/routes/"+id+"/end", nil, http.StatusOK)
	var lines, secret int
	if err := w.app.DB().NewQuery(`SELECT count(*), sum(detail LIKE '%hush%') FROM audit WHERE action LIKE 'route_%' AND detail LIKE '%`+w.receiver.URL+`"%'`).Row(&lines, &secret); err != nil || lines != 5 || secret != 0 {
		t.Errorf("%d lines say where it went, %d of them too much: %v", lines, secret, err)
	}
}

// An answer gets lost, and whoever asked asks again: the receiver still has the secret before.
func TestASecretWhoseAnswerWasLostIsShownAgain(t *testing.T) {
	w := newTold(t)
	id, has := w.route("/one")
	change := func() map[string]any {
		return w.ask(w.adam, http.MethodPost, "/routes/"+id+"/secret", nil, http.StatusOK)
	}
	lost, shown := change(), change()
	if lost["secret"] == has || shown["secret"] != lost["secret"] || shown["until"] != lost["until"] {
		t.Errorf("it gets %v, and %v before", shown, lost)
	}
	w.raise(care.SameDay)
	message := w.receiver.arrived()[0]
	if key, err := standardwebhooks.NewWebhook(has); err != nil || key.VerifyIgnoringTimestamp([]byte(message.body), message.header) != nil {
		t.Errorf("the receiver takes nothing any more: %v", err)
	}
	w.clock.Pass(8 * 24 * time.Hour)
	if change()["secret"] == lost["secret"] {
		t.Error("after the week there is no new one")
	}
}

// The doors open and nobody looks into the inbox: a way that is used while they are open tells of what came before.
func TestWhatCameWhileClosedIsToldWhenTheDoorsOpen(t *testing.T) {
	w := newTold(t)
	w.route("/desk", map[string]any{"hours": "open"})
	w.clock.Turn(time.Date(2026, 3, 2, 20, 0, 0, 0, time.UTC)) // half past six is long over
	w.tick()
	id, other := w.raise(care.SameDay), w.raise(care.Routine)
	if got := w.receiver.arrived(); len(got) != 0 {
		t.Fatalf("it went while nobody is there: %+v", got)
	}
	if deliveries, _, _ := w.sent(id); len(deliveries) != 1 || deliveries[0]["next_at"] != "2026-03-03T08:00:00.000Z" {
		t.Errorf("its sender does not see when they are told: %v", deliveries)
	}
	version := w.ask(w.guy, http.MethodGet, "/handovers/"+other, nil, http.StatusOK)["version"]
	w.ask(w.guy, http.MethodPost, "/handovers/"+other+"/acknowledge", map[string]any{"version": version}, http.StatusOK)
	w.pass(12 * time.Hour)
	if got := w.receiver.arrived(); len(got) != 1 || !strings.Contains(got[0].body, id) {
		t.Errorf("when the doors open they hear of what nobody has in hand, and of nothing else: %+v", got)
	}
}

// What a clock that was ahead has left waits no longer than what comes now: neither until it is tried, nor until a person
// hears that it cannot be delivered.
func TestAfterTheClockWasSetBackNothingWaitsForATimeFarAhead(t *testing.T) {
	var up atomic.Int64
	box := channeltest.NewMailbox(t)
	w := newToldWith(t, server.Options{Manual: true, Uptime: func() time.Duration { return time.Duration(up.Load()) },
		Channels: server.ChannelOptions{URL: "https://doorstep.example", Private: []string{"127.0.0.1"},
			Mail: email.Settings{Server: box.Address, User: "doorstep", Password: channeltest.Password, From: "doorstep@neighbourhood.example", Roots: box.Roots}}})
	step := func(by time.Duration) { // the clock is set, and is steady again after a while
		w.pass(by)
		up.Add(int64(2 * time.Minute))
		w.pass(2 * time.Minute)
	}
	step(0)
	now, _ := w.route("/now")
	w.route("/digest", map[string]any{"digest": []string{"14:00"}, "classes": []string{"R"}, "place": 1})
	w.ask(w.adam, http.MethodPost, "/teams/"+w.surgery.Id+"/routes", map[string]any{"channel": "email", "address": "front.desk@practice.example", "classes": []string{"SG"}, "hours": "always"}, http.StatusCreated)
	step(10 * time.Hour)
	w.receiver.says("/now", http.StatusServiceUnavailable)
	urgent, routine := w.raise(care.Urgent), w.raise(care.Routine) // the next digest, it seems, is tomorrow's
	link := w.askedFor(box, urgent)
	if link == "" {
		t.Fatal("no link came")
	}
	if until := w.ask(w.adam, http.MethodPost, "/routes/"+now+"/secret", nil, http.StatusOK)["until"].(string); until <= care.Stamp(w.clock.Now()) {
		t.Errorf("the old secret counts until %s", until)
	}
	step(-10 * time.Hour)
	counts := w.ask(w.adam, http.MethodGet, "/teams/"+w.surgery.Id+"/routes", nil, http.StatusOK)["items"].([]any)
	if limit := care.Stamp(w.clock.Now().Add(channel.SecretOverlap)); !slices.ContainsFunc(counts, func(r any) bool {
		until, has := r.(map[string]any)["old_secret_until"]
		return has && until.(string) <= limit
	}) {
		t.Errorf("the old secret counts longer than until %s: %v", limit, counts)
	}
	due := func(handover string) (next, until string) {
		d, _, _ := w.sent(handover)
		next, _ = d[0]["next_at"].(string)
		until, _ = d[0]["until"].(string)
		return next, until
	}
	if next, _ := due(routine); next != "2026-03-02T14:00:00.000Z" {
		t.Errorf("routine matters wait for the digest of %s", next)
	}
	limit := care.Stamp(w.clock.Now().Add(5 * time.Minute))
	if next, until := due(urgent); until > limit || next > until {
		t.Errorf("an urgent one is tried %s and given up %s, at %s", next, until, care.Stamp(w.clock.Now()))
	}
	w.nobody("/once", map[string]any{"link": link}, http.StatusUnauthorized) // it would have counted for ten hours
	w.pass(6 * time.Minute)
	if len(w.waiting(w.lea)) != 1 {
		t.Error("nobody hears in time that it cannot be delivered")
	}
}
