package server_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/httpapi"
	"doorstep/internal/pbstore"
	"doorstep/internal/plan"
	"doorstep/internal/server"
)

// planned is a server with a team and plans for people on its caseload, a visit every day.
type planned struct {
	*started
	team, nurse *core.Record
	token       string // of the lead
	people      []*core.Record
}

func newPlanned(t testing.TB, plans int) *planned {
	t.Helper()
	p := &planned{started: start(t, server.Options{Manual: true})}
	p.team = p.app.Team(t, p.app.Org(t, "community_trust", "Trust"), "nursing", "North")
	lead := p.app.Staff(t, care.TeamLead, "Lea", p.team)
	p.nurse = p.app.Staff(t, care.DistrictNurse, "Ann", p.team)
	practice := p.app.Org(t, "practice", "Bridge Surgery")
	for n := range plans {
		person := p.app.Patient(t, fmt.Sprintf("Testpatient %d", n), practice)
		p.app.Caseload(t, person, p.team)
		p.people = append(p.people, person)
	}
	p.tick(t)
	p.token = p.app.Token(t, lead)
	for _, person := range p.people {
		body := fmt.Sprintf(`{"patient":%q,"team":%q,"plan":{"purpose":"insulin","rule":"FREQ=DAILY","start":%q,"from":"08:00","to":"20:00","minutes":5,"staff":%q}}`,
			person.Id, p.team.Id, plan.Later(plan.DayOf(p.clock.Now()), 1), p.nurse.Id)
		p.post(t, "/plans", body, http.StatusCreated)
	}
	return p
}

// post asks a route as the lead.
func (p *planned) post(t testing.TB, path, body string, want int) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.listener.URL+httpapi.CarePath+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+p.token)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Body.Close(); answer.StatusCode != want {
		t.Fatalf("%s: %s", path, answer.Status)
	}
}

func (p *planned) tick(t testing.TB) {
	t.Helper()
	if err := p.srv.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (p *planned) count(t testing.TB, query string) (n int) {
	t.Helper()
	if err := p.app.NonconcurrentDB().NewQuery(query).Row(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

const planned14 = `SELECT count(*) FROM visits WHERE status = 'planned' AND retracted = ''`

func TestEveryNightTheNextDaysOfEveryPlanStand(t *testing.T) {
	const plans = 45
	p := newPlanned(t, plans)
	if n := p.count(t, planned14); n != plans*13 {
		t.Fatalf("%d visits stand", n)
	}
	p.clock.Pass(24 * time.Hour)
	// A server that is killed after the first step goes on where it was.
	if err := p.srv.Engine.Do(t.Context(), func(tx *pbstore.Tx) error {
		_, err := httpapi.PlannerIn(p.srv.Engine, p.srv.Store, tx, desk.Lead{}).ExtendPlans("", func(_ string, work func() error) error { return work() })
		return err
	}); err != nil {
		t.Fatal(err)
	}
	first := p.count(t, planned14)
	if first <= plans*13 || first == plans*14 {
		t.Fatalf("one step brought all: %d", first)
	}
	for range 2 { // the second run finds nothing to do
		if err := p.srv.ExtendPlans(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := p.count(t, planned14); n != plans*14 {
			t.Fatalf("%d visits stand, want %d", n, plans*14)
		}
	}
	if n := p.count(t, `SELECT count(*) FROM audit WHERE action = 'extend'`); n != plans {
		t.Errorf("%d lines in the audit", n)
	}
}

// Whoever has left makes no visits; and nobody visits whom the team does not have any more.
func TestPlansFollowWhoIsThere(t *testing.T) {
	p := newPlanned(t, 2)
	p.nurse.Set("inactive_since", p.clock.Now().Add(time.Hour))
	if err := p.app.Save(p.nurse); err != nil {
		t.Fatal(err)
	}
	row, err := p.app.FindFirstRecordByData(care.Caseload, "patient", p.people[1].Id)
	if err != nil {
		t.Fatal(err)
	}
	row.Set("to", p.clock.Now().Add(time.Hour))
	if err := p.app.Save(row); err != nil {
		t.Fatal(err)
	}
	p.clock.Pass(25 * time.Hour)
	p.tick(t)
	if err := p.srv.ExtendPlans(context.Background()); err != nil {
		t.Fatal(err)
	}
	if n := p.count(t, planned14+` AND patient = '`+p.people[0].Id+`' AND staff = ''`); n != 13 {
		t.Errorf("%d visits wait for somebody else", n)
	}
	if n := p.count(t, `SELECT count(*) FROM visit_plans WHERE ended_at <> '' AND patient = '`+p.people[1].Id+`'`); n != 1 {
		t.Error("the plan for whom the team does not have any more goes on")
	}
	if n := p.count(t, `SELECT count(*) FROM audit WHERE action = 'stop'`); n != 1 {
		t.Error("the audit does not say that it stopped")
	}
}

// Nothing is planned any more for whoever died, by no plan and on no board; and all of it again when that was a mistake.
func TestNobodyIsPlannedToVisitWhoDied(t *testing.T) {
	p := newPlanned(t, 2)
	dead := p.people[0]
	of := func(person *core.Record) int { return p.count(t, planned14+` AND patient = '`+person.Id+`'`) }
	set := func(day string) {
		t.Helper()
		stored, err := p.app.FindRecordById(care.Patients, dead.Id)
		if err != nil {
			t.Fatal(err)
		}
		stored.Set("died_on", day)
		if err := p.app.Save(stored); err != nil {
			t.Fatal(err)
		}
		p.tick(t) // the write is noticed, and what is due of it is done
		p.tick(t)
	}
	set(plan.DayOf(p.clock.Now()).String())
	if died, lives := of(dead), of(p.people[1]); died != 0 || lives != 13 {
		t.Errorf("%d visits stand for whoever died, %d for the other", died, lives)
	}
	body := fmt.Sprintf(`{"patient":%q,"team":%q,"plan":{"purpose":"insulin","rule":"FREQ=DAILY","start":%q,"from":"08:00","to":"20:00","minutes":5}}`,
		dead.Id, p.team.Id, plan.Later(plan.DayOf(p.clock.Now()), 1))
	p.post(t, "/plans", body, http.StatusConflict)
	p.clock.Pass(24 * time.Hour)
	if err := p.srv.ExtendPlans(t.Context()); err != nil {
		t.Fatal(err)
	}
	if died, lives := of(dead), of(p.people[1]); died != 0 || lives != 14 {
		t.Errorf("a day later %d visits stand for whoever died, %d for the other", died, lives)
	}
	set("")
	if n := of(dead); n != 13 { // what would have begun by now is not planned any more
		t.Errorf("%d visits stand again", n)
	}
}

func TestErasingAPersonErasesTheirPlans(t *testing.T) {
	p := newPlanned(t, 1)
	if err := p.app.Delete(p.people[0]); err != nil {
		t.Fatal(err)
	}
	if n := p.count(t, `SELECT (SELECT count(*) FROM visit_plans) + (SELECT count(*) FROM plan_visits)`); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}
