package httpapi_test

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/httpapi"
	"doorstep/internal/identity"
	"doorstep/internal/importer"
	"doorstep/internal/pbpeople"
	"doorstep/internal/pbrecords"
	"doorstep/internal/pbstore"
	reference "doorstep/internal/phone"
	"doorstep/internal/server"
	"doorstep/internal/syncer"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

const pages = httpapi.CarePath

// town is a house with the whole engine behind its routes, and the partners of a neighbourhood.
type town struct {
	*house
	t      *testing.T
	engine *syncer.Engine
	store  *pbstore.Store
	api    *httpapi.API

	surgery, elm, nurses, hill, coordination, safeguarding, mental, visitors *core.Record // teams
	practice, service                                                        *core.Record // organisations

	ann, bob, lea, otto, hella *core.Record // nurses: two nurses and their lead, one of another team and its lead
	rita, guy, gwen, elmer     *core.Record // reception and two GPs of the surgery, a GP of another
	cora, sara, mia            *core.Record // care coordinator, safeguarding lead, mental health
	vera, vic                  *core.Record // coordinator of the voluntary service, volunteer

	ada *core.Record // a person on the nurses' caseload
}

func newTown(t *testing.T, more ...func(*syncer.Options)) *town {
	t.Helper()
	w := &town{t: t, house: &house{App: pbtest.New(t), clock: testkit.Clock{Tick: time.Millisecond}}}
	keys, err := identity.LoadKeyring(filepath.Join(w.DataDir(), identity.KeyFile), rand.Reader)
	must(t, err)
	store, err := pbstore.Open(w.App, pbstore.Options{Now: w.now, Entropy: rand.Reader})
	must(t, err)
	w.store = store
	options := syncer.Options{MaxWait: time.Hour, CursorKey: keys.Secret("cursor"), Now: w.now, Due: server.DueWork(store), Log: w.Logger()}
	for _, change := range more {
		change(&options)
	}
	w.engine = syncer.New(store, options)
	must(t, w.engine.Start())
	t.Cleanup(func() {
		w.engine.Stop()
		must(t, store.Close())
	})
	service := identity.New(identity.Config{Store: pbrecords.NewIdentity(w.App, store.Connections()), Keys: keys, Clock: w.now, LooksAfter: func(lead identity.StaffRecord, staff string) bool {
		return store.Access.Of(lead.Viewer()).LooksAfter(staff)
	}})
	pbrecords.BindRevocation(w.App, service.Revoke)
	pbrecords.BindAdministrators(w.App)
	store.OnRevocation(service.Revoke)
	passwords, err := identity.NewPasswords(w.now, 4)
	must(t, err)
	people := pbpeople.New(w.SecondConnection(t), store.Connections())
	w.api = &httpapi.API{App: w.App, Identity: service, Passwords: passwords, Sync: w.engine, Store: store, Imports: pbrecords.NewImporter(w.App),
		ImportPlans: func(lead desk.PlanLead) importer.Planner { return pbrecords.NewPlanner(lead, w.now) }, People: people, Clock: w.now,
		Accounts: pbrecords.NewAccounts(w.App, w.now, rand.Reader), NewID: func() (string, error) { return pbtest.ID(), nil }}
	w.OnServe().BindFunc(w.api.Register)
	w.server = w.Serve(t)
	w.settle()
	return w
}

// settle fills the town.
func (w *town) settle() {
	t := w.t
	hood := w.Put(t, care.Neighbourhoods, map[string]any{"name": "Riverside"})
	team := func(org *core.Record, kind, name string) *core.Record {
		return w.Put(t, care.Teams, map[string]any{"organisation": org.Id, "kind": kind, "name": name, "route": "inbox", "neighbourhood": hood.Id})
	}
	w.practice = w.Org(t, "practice", "Bridge Surgery")
	trust := w.Org(t, "community_trust", "Trust")
	w.service = w.Org(t, "voluntary", "Friendly Visits")
	w.surgery, w.elm = team(w.practice, "practice", "Bridge Surgery"), team(w.Org(t, "practice", "Elm Surgery"), "practice", "Elm Surgery")
	w.nurses, w.hill = team(trust, "nursing", "Riverside Nurses"), team(trust, "nursing", "Hill Nurses")
	w.coordination, w.safeguarding = team(trust, "coordination", "Coordination"), team(trust, "safeguarding", "Safeguarding")
	w.mental = team(w.Org(t, "mental_health", "Minds"), "mental_health", "Minds")
	w.visitors = team(w.service, "voluntary", "Visitors")
	w.ann, w.bob = w.Staff(t, care.DistrictNurse, "Ann", w.nurses), w.Staff(t, care.DistrictNurse, "Bob", w.nurses)
	w.lea, w.hella = w.Staff(t, care.TeamLead, "Lea", w.nurses), w.Staff(t, care.TeamLead, "Hella", w.hill)
	w.otto = w.Staff(t, care.DistrictNurse, "Otto", w.hill)
	w.rita, w.guy, w.gwen = w.Staff(t, care.Reception, "Rita", w.surgery), w.Staff(t, care.DutyGP, "Guy", w.surgery), w.Staff(t, care.DutyGP, "Gwen", w.surgery)
	w.elmer = w.Staff(t, care.DutyGP, "Elmer", w.elm)
	w.cora, w.sara = w.Staff(t, care.CareCoordinator, "Cora", w.coordination), w.Staff(t, care.SafeguardingLead, "Sara", w.safeguarding)
	w.mia = w.Staff(t, care.MentalHealth, "Mia", w.mental)
	w.vera, w.vic = w.Staff(t, care.VolunteerCoordinator, "Vera", w.visitors), w.Staff(t, care.Volunteer, "Vic", w.visitors)
	w.ada = w.Patient(t, "Testpatient", w.practice)
	w.save(w.ada, map[string]any{"nhs_number": "9990000018", "preferred_name": "Ada",
		"consent": []map[string]any{{"service": w.service.Id, "given": true, "by": w.lea.Id, "how": "asked", "at": care.Stamp(w.now())}}})
	w.Caseload(t, w.ada, w.nurses)
	w.tick()
}

func (w *town) save(r *core.Record, fields map[string]any) {
	w.t.Helper()
	r.Load(fields)
	must(w.t, w.App.Save(r))
}

// tick settles foreign writes, works off what is due and empties the outbox.
func (w *town) tick() {
	w.t.Helper()
	must(w.t, w.engine.Settle(w.t.Context()))
	must(w.t, w.engine.WorkDue(w.t.Context()))
}

// pass lets time go by, and the jobs run.
func (w *town) pass(d time.Duration) {
	w.t.Helper()
	w.turn(d)
	w.tick()
}

// phoneOf is a phone in somebody's hands, after its first round.
func (w *town) phoneOf(staff *core.Record) *reference.Phone {
	w.t.Helper()
	p, err := reference.New(reference.Options{Server: w.server.URL, HTTP: http.DefaultClient, Now: w.now, Entropy: rand.Reader, Name: "phone of " + staff.GetString("name"), Platform: "test"})
	must(w.t, err)
	must(w.t, p.SignIn(w.t.Context(), staff.Email(), pbtest.Password))
	w.sync(p)
	return p
}

func (w *town) sync(phones ...*reference.Phone) {
	w.t.Helper()
	for _, p := range phones {
		must(w.t, p.Sync(w.t.Context()))
	}
}

// news2Of8 are readings that score 8: class E, to the practice.
func (w *town) news2Of8() map[string]any {
	return map[string]any{"patient": w.ada.Id, "taken_at": care.Stamp(w.now()), "respiration_rate": 25, "spo2": 91, "on_oxygen": false,
		"systolic": 105, "pulse": 112, "acvpu": "A", "temperature": 38.4}
}

// raise lets Ann hand Ada over by hand; "" for the team is the practice.
func (w *town) raise(class care.Class, team *core.Record, more ...map[string]any) string {
	w.t.Helper()
	p := w.phoneOf(w.ann)
	values := map[string]any{"patient": w.ada.Id, "from_team": w.nurses.Id, "class": string(class), "situation": "Wound broken down", "background": "Diabetic",
		"assessment": "Infected", "recommendation": "Please prescribe"}
	if team != nil {
		values["to_team"] = team.Id
	}
	for _, m := range more {
		for k, v := range m {
			values[k] = v
		}
	}
	id, err := p.Create(care.Handovers, values)
	must(w.t, err)
	w.sync(p)
	w.tick()
	return id
}

// get and send speak to the pages' routes as a member of staff.
func (w *town) get(who *core.Record, path string) answer {
	w.t.Helper()
	return w.do(w.t, http.MethodGet, pages+path, w.Token(w.t, who), nil)
}

func (w *town) send(who *core.Record, path string, body map[string]any) answer {
	w.t.Helper()
	if body == nil {
		body = map[string]any{}
	}
	return w.post(w.t, pages+path, w.Token(w.t, who), body)
}

// view is a handover as somebody reads it.
type view struct {
	httpapi.HandoverView
	Events   []httpapi.HandoverEvent `json:"events"`
	Evidence []httpapi.Evidence      `json:"evidence"`
	Beside   []httpapi.AskBeside     `json:"beside"`
	May      []string                `json:"may"`
}

func (v view) kinds() []string {
	var list []string
	for _, e := range v.Events {
		list = append(list, e.Kind)
	}
	return list
}

func (w *town) read(who *core.Record, id string) view {
	w.t.Helper()
	return into[view](w.t, w.get(who, "/handovers/"+id), http.StatusOK)
}

// act does something to a handover that must succeed, from the version its actor sees now.
func (w *town) act(who *core.Record, id, verb string, body map[string]any) view {
	w.t.Helper()
	return into[view](w.t, w.send(who, "/handovers/"+id+"/"+verb, w.seen(who, id, body)), http.StatusOK)
}

// seen adds the version somebody sees now.
func (w *town) seen(who *core.Record, id string, body map[string]any) map[string]any {
	w.t.Helper()
	full := map[string]any{"version": w.read(who, id).Version}
	for k, v := range body {
		full[k] = v
	}
	return full
}

// listed reads a page of an inbox.
func (w *town) listed(who *core.Record, query string) listOf[httpapi.HandoverView] {
	w.t.Helper()
	return into[listOf[httpapi.HandoverView]](w.t, w.get(who, "/handovers?"+query), http.StatusOK)
}

type listOf[T any] struct {
	Items  []T    `json:"items"`
	Cursor string `json:"cursor"`
	More   bool   `json:"more"`
}

type issues struct {
	Base string `json:"base"`
	listOf[map[string]any]
}

func (w *town) issues(who *core.Record) issues {
	w.t.Helper()
	return into[issues](w.t, w.get(who, "/issues"), http.StatusOK)
}

type decision struct {
	Issue   map[string]any `json:"issue"`
	Settled bool           `json:"settled"`
	Status  string         `json:"status"`
	Issues  []wire.Issue   `json:"issues"`
}

// column reads one value of one record.
func (w *town) column(query string, args ...any) string {
	w.t.Helper()
	var s string
	must(w.t, w.SecondConnection(w.t).QueryRow(query, args...).Scan(&s))
	return s
}

func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q.Encode()
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
