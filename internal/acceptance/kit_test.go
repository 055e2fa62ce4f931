// Package acceptance holds the acceptance scenarios: each is a story over real HTTP against the
// real server on real SQLite, told with the reference phone.
package acceptance

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/server"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
)

// world is a neighbourhood in a test: a server, its clock and its people.
type world struct {
	*pbtest.App
	t     *testing.T
	srv   *server.Server
	http  *httptest.Server
	clock testkit.Clock
	// meanwhile happens once, when somebody next looks at the clock: in the middle of whatever they do.
	meanwhile atomic.Pointer[func()]
	// change is what a test wants of the server, also after a restart.
	change []func(*server.Options)

	practice, trust            *core.Record // organisations
	surgery, nurses, others    *core.Record // teams: the practice's, two nursing teams
	coordination, safeguarding *core.Record
	ann, bob, lea, otto        *core.Record // two nurses and the lead of one team, a nurse of the other
	reception, gp, cora        *core.Record
	ada                        *core.Record // a person on the caseload of nurses

	administration *httptest.Server // the listener of the dashboard
	superuser      string           // token of whoever works in the dashboard, once somebody does
	foreign        *sql.DB          // a second connection to the database, once somebody needs one
}

func newWorld(t *testing.T, change ...func(*server.Options)) *world {
	t.Helper()
	w := &world{t: t, change: change, clock: testkit.Clock{Tick: time.Millisecond}}
	w.App = pbtest.New(t, func(app core.App) { server.Bind(app, w.now) })
	w.start()
	hood := w.Put(t, care.Neighbourhoods, map[string]any{"name": "Riverside"})
	w.practice = w.Org(t, "practice", "Bridge Surgery")
	w.trust = w.Org(t, "community_trust", "Community Trust")
	team := func(org *core.Record, kind, name string) *core.Record {
		r := w.Team(t, org, kind, name)
		r.Set("neighbourhood", hood.Id)
		if err := w.Save(r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	w.surgery = team(w.practice, "practice", "Bridge Surgery")
	w.nurses, w.others = team(w.trust, "nursing", "Riverside Nurses"), team(w.trust, "nursing", "Hillside Nurses")
	w.coordination, w.safeguarding = team(w.trust, "coordination", "Care Coordination"), team(w.trust, "safeguarding", "Safeguarding")
	w.ann, w.bob = w.Staff(t, care.DistrictNurse, "Ann", w.nurses), w.Staff(t, care.DistrictNurse, "Bob", w.nurses)
	w.lea = w.Staff(t, care.TeamLead, "Lea", w.nurses)
	w.otto = w.Staff(t, care.DistrictNurse, "Otto", w.others)
	w.reception, w.gp = w.Staff(t, care.Reception, "Rita", w.surgery), w.Staff(t, care.DutyGP, "Guy", w.surgery)
	w.cora = w.Staff(t, care.CareCoordinator, "Cora", w.coordination)
	w.ada = w.Patient(t, "Testpatient", w.practice)
	w.Caseload(t, w.ada, w.nurses)
	w.tick()
	t.Cleanup(w.holdShapes)
	return w
}

func (w *world) start() {
	o := server.Options{Now: w.now, Manual: true}
	for _, c := range w.change {
		c(&o)
	}
	srv, err := server.Start(w.App.BaseApp, o)
	if err != nil {
		w.t.Fatalf("start server: %v", err)
	}
	w.srv = srv
	w.t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			w.t.Errorf("close server: %v", err)
		}
	})
	w.http, w.administration = w.Serve(w.t), w.ServeAdministration(w.t)
}

func (w *world) now() time.Time {
	if happens := w.meanwhile.Swap(nil); happens != nil {
		(*happens)()
	}
	return w.clock.Now()
}

// pass lets time go by, and the jobs run.
func (w *world) pass(d time.Duration) {
	w.clock.Pass(d)
	w.tick()
}

// tick lets the server notice foreign writes and work off what is due.
func (w *world) tick() {
	w.t.Helper()
	if err := w.srv.Tick(context.Background()); err != nil {
		w.t.Fatalf("tick: %v", err)
	}
}

// phoneOf is a new phone in somebody's hands, enrolled and with its first pull done.
func (w *world) phoneOf(staff *core.Record, change ...func(*phone.Options)) *phone.Phone {
	w.t.Helper()
	o := phone.Options{Server: w.http.URL, HTTP: http.DefaultClient, Now: w.now, Entropy: rand.Reader, Name: "phone of " + staff.GetString("name"), Platform: "test"}
	for _, c := range change {
		c(&o)
	}
	p, err := phone.New(o)
	if err != nil {
		w.t.Fatalf("make phone: %v", err)
	}
	if err := p.SignIn(context.Background(), staff.Email(), pbtest.Password); err != nil {
		w.t.Fatalf("sign in %s: %v", staff.GetString("name"), err)
	}
	w.sync(p)
	return p
}

// sync does a whole round.
func (w *world) sync(p *phone.Phone) {
	w.t.Helper()
	if err := p.Sync(context.Background()); err != nil {
		w.t.Fatalf("sync: %v", err)
	}
}

// link is the network between one phone and the server. It remembers the phone's access token, so
// that a test can speak in its name, and lets a test break what passes.
type link struct {
	mu     sync.Mutex
	bearer string
	// before answers in the server's place or fails, unless both results are nil; after sees an
	// answer on its way back and loses it by returning an error.
	before func(*http.Request) (*http.Response, error)
	after  func(*http.Request, []byte) error
}

// Do implements phone.Doer.
func (l *link) Do(r *http.Request) (*http.Response, error) {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		l.mu.Lock()
		l.bearer = token
		l.mu.Unlock()
	}
	if l.before != nil {
		if answer, err := l.before(r); answer != nil || err != nil {
			return answer, err
		}
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil || l.after == nil {
		return answer, err
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err == nil {
		err = l.after(r, body)
	}
	if err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

// phoneOn is phoneOf with the network in the test's hands.
func (w *world) phoneOn(staff *core.Record, change ...func(*phone.Options)) (*phone.Phone, *link) {
	w.t.Helper()
	l := &link{}
	return w.phoneOf(staff, append(change, func(o *phone.Options) { o.HTTP = l })...), l
}

// call speaks to a sync route with a phone's access token. A body of bytes goes as it is, anything
// else as JSON; headers come in pairs of name and value.
func (w *world) call(bearer, method, path string, body any, headers ...string) pbtest.Answer {
	w.t.Helper()
	raw, ready := body.([]byte)
	if body != nil && !ready {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			w.t.Fatal(err)
		}
	}
	r, err := http.NewRequest(method, w.http.URL+"/api/sync/v1"+path, bytes.NewReader(raw))
	if err != nil {
		w.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := w.http.Client().Do(r)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer answer.Body.Close()
	if raw, err = io.ReadAll(answer.Body); err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	return pbtest.Answer{Status: answer.StatusCode, Body: raw}
}

// dashboard does what a superuser does in PocketBase's dashboard, and lets the server notice.
func (w *world) dashboard(method, path string, body any) pbtest.Answer {
	w.t.Helper()
	if w.superuser == "" {
		w.superuser = w.Superuser(w.t)
	}
	answer := pbtest.Call(w.t, w.administration, method, "/api/collections/"+path, w.superuser, body)
	if answer.Status >= 300 {
		w.t.Fatalf("dashboard: %s %s = %d %s", method, path, answer.Status, answer.Body)
	}
	w.tick()
	return answer
}

// set changes a record with app.Save, as a job or an import would, and lets the server notice.
func (w *world) set(r *core.Record, fields map[string]any) {
	w.t.Helper()
	fresh, err := w.FindRecordById(r.Collection(), r.Id)
	if err != nil {
		w.t.Fatalf("find %s: %v", r.Collection().Name, err)
	}
	fresh.Load(fields)
	if err := w.Save(fresh); err != nil {
		w.t.Fatalf("save %s: %v", r.Collection().Name, err)
	}
	w.tick()
}

// sql runs a statement on a connection of its own, as a script on the machine would, past
// PocketBase and the engine, and lets the server notice.
func (w *world) sql(statement string, args ...any) {
	w.t.Helper()
	if w.foreign == nil {
		w.foreign = w.SecondConnection(w.t)
	}
	if _, err := w.foreign.Exec(statement, args...); err != nil {
		w.t.Fatalf("%s: %v", statement, err)
	}
	w.tick()
}

// damage spoils a row as a bad disk does, past all that notices, and as a server finds it that has not read the row before.
func (w *world) damage(statement string, args ...any) {
	w.t.Helper()
	w.sql(statement, args...)
	w.srv.Store.Rendered.Forget()
}

// rows finds stored records by a filter of PocketBase's, oldest first.
func (w *world) rows(collection, filter string, params dbx.Params) []*core.Record {
	w.t.Helper()
	list, err := w.FindRecordsByFilter(collection, filter, "id", 0, 0, params)
	if err != nil {
		w.t.Fatalf("find %s: %v", collection, err)
	}
	return list
}

// move takes a person off the caseload of one holder and puts them on another's, now.
func (w *world) move(person, from, to *core.Record) {
	w.t.Helper()
	w.release(person, from)
	w.Caseload(w.t, person, to, w.now())
	w.tick()
}

// release ends a holder's caseload row about a person, now.
func (w *world) release(person, holder *core.Record) {
	w.t.Helper()
	rows := w.rows(care.Caseload, "patient = {:p} && (team = {:h} || staff = {:h}) && to = ''", dbx.Params{"p": person.Id, "h": holder.Id})
	if len(rows) != 1 {
		w.t.Fatalf("%d open caseload rows, want 1", len(rows))
	}
	w.set(rows[0], map[string]any{"to": w.now()})
}

// visit is a completed visit with a note, as it is filled in at the door.
func (w *world) visit(person *core.Record, note string) map[string]any {
	return map[string]any{"patient": person.Id, "status": "completed", "started_at": care.Stamp(w.now()), "note": note}
}

// readings is a set of observations with a NEWS2 of 8: 3 for breathing, 3 for oxygen saturation, 2
// for the pulse.
func (w *world) readings(person *core.Record) map[string]any {
	return map[string]any{"patient": person.Id, "taken_at": care.Stamp(w.now()), "respiration_rate": 25, "spo2": 91,
		"on_oxygen": false, "systolic": 128, "pulse": 112, "acvpu": "A", "temperature": 37.2}
}

// record puts a new record into a phone's outbox and returns its id.
func (w *world) record(p *phone.Phone, collection string, values map[string]any) string {
	w.t.Helper()
	id, err := p.Create(collection, values)
	if err != nil {
		w.t.Fatalf("record %s: %v", collection, err)
	}
	return id
}

// ok fails the test on an error.
func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sees fails unless the phone shows a record with that value in the field, and returns it.
func sees(t *testing.T, p *phone.Phone, collection, id, field string, want any) *phone.Seen {
	t.Helper()
	s, ok := p.View(collection, id)
	if !ok {
		t.Errorf("the phone does not show %s %s", collection, id)
		return &phone.Seen{Values: map[string]any{}}
	}
	if got := fmt.Sprint(s.Values[field]); got != fmt.Sprint(want) {
		t.Errorf("%s %s = %s, want %v", collection, field, got, want)
	}
	return s
}

// holdsNot fails when the phone still shows a record.
func holdsNot(t *testing.T, p *phone.Phone, collection, id string) {
	t.Helper()
	if _, ok := p.View(collection, id); ok {
		t.Errorf("the phone still shows %s %s", collection, id)
	}
}

// id is a new record id, or key of a change, as a phone makes them.
func (w *world) id() string { return pbtest.ID() }
