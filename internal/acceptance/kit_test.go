// Package acceptance holds the acceptance scenarios: each is a story over real HTTP against the
// real server on real SQLite, told with the reference phone.
package acceptance

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/server"
	"doorstep/internal/testkit/pbtest"
)

// world is a neighbourhood in a test: a server, its clock and its people.
type world struct {
	*pbtest.App
	t     *testing.T
	srv   *server.Server
	http  *httptest.Server
	ahead atomic.Int64

	practice, trust            *core.Record // organisations
	surgery, nurses, others    *core.Record // teams: the practice's, two nursing teams
	coordination, safeguarding *core.Record
	ann, bob, lea, otto        *core.Record // two nurses and the lead of one team, a nurse of the other
	reception, gp, cora        *core.Record
	ada                        *core.Record // a person on the caseload of nurses
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t}
	w.App = pbtest.New(t, func(app core.App) { server.Bind(app, true) })
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
	return w
}

func (w *world) start() {
	srv, err := server.Start(w.App.BaseApp, server.Options{Now: w.now, Manual: true})
	if err != nil {
		w.t.Fatalf("start server: %v", err)
	}
	w.srv = srv
	w.t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			w.t.Errorf("close server: %v", err)
		}
	})
	w.http = w.Serve(w.t)
}

// now is real time plus what the story let pass: PocketBase's own tokens are judged by real time.
func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

// pass lets time go by, and the jobs run.
func (w *world) pass(d time.Duration) {
	w.ahead.Add(int64(d))
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
