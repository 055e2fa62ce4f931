package server_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/measures"
	"doorstep/internal/pbmeasures"
	"doorstep/internal/pbstore"
	"doorstep/internal/server"
)

// counted is a server with two teams of two partners in a neighbourhood, a practice, and a few people.
type counted struct {
	*started
	hood, practice, surgery *core.Record
	teams, nurses, people   []*core.Record
	visits, handovers       []*core.Record
	goals                   []*core.Record
	lists                   []string // of people to keep in touch with, one of each team
}

func newCounted(t testing.TB) *counted {
	t.Helper()
	w := &counted{started: start(t, server.Options{Manual: true})}
	w.hood = w.app.Put(t, care.Neighbourhoods, map[string]any{"name": "Riverside"})
	w.practice = w.app.Org(t, "practice", "Bridge Surgery")
	w.surgery = w.app.Team(t, w.practice, "practice", "Bridge Surgery")
	for _, name := range []string{"North", "South"} {
		team := w.app.Team(t, w.app.Org(t, "community_trust", name+" Trust"), "nursing", name)
		w.change(t, team, map[string]any{"neighbourhood": w.hood.Id})
		w.teams = append(w.teams, team)
		w.nurses = append(w.nurses, w.app.Staff(t, care.DistrictNurse, "Ann "+name, team))
		w.lists = append(w.lists, "list-"+name)
		w.exec(t, `INSERT INTO contact_lists (id, team, name, safe_name, rule, every_days, review_days, shown, made_by, made_at, changed_at) VALUES ({:id}, {:team}, 'Frailty', '', '', 14, 0, 'desk', '', '', '')`,
			dbx.Params{"id": "list-" + name, "team": team.Id})
	}
	for n := range 4 {
		w.people = append(w.people, w.app.Patient(t, fmt.Sprintf("Testpatient %d", n), w.practice))
	}
	w.keep(t)
	return w
}

// change saves a record as somebody would past the engine.
func (w *counted) change(t testing.TB, r *core.Record, set map[string]any) {
	t.Helper()
	for name, value := range set {
		r.Set(name, value)
	}
	if err := w.app.Save(r); err != nil {
		t.Fatal(err)
	}
}

// exec writes what is no record, as the desk does.
func (w *counted) exec(t testing.TB, statement string, params dbx.Params) {
	t.Helper()
	if _, err := w.app.NonconcurrentDB().NewQuery(statement).Bind(params).Execute(); err != nil {
		t.Fatal(err)
	}
}

func (w *counted) keep(t testing.TB) {
	t.Helper()
	if err := w.srv.Engine.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.srv.Figures.Keep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// rows are all that is counted, in the words of the tables.
func (w *counted) rows(t testing.TB) (list []string) {
	t.Helper()
	for _, query := range []string{
		`SELECT week || ' ' || measure || ' ' || team || ' ' || sender || ' ' || class || ' ' || value || ' ' || n FROM measure_counts ORDER BY 1`,
		`SELECT week || ' ' || measure || ' ' || team || ' ' || patient || ' ' || value FROM measure_noted ORDER BY 1`,
		`SELECT neighbourhood || ' ' || weeks || ' ' || week || ' ' || json_remove(CAST(body AS TEXT), '$.as_at') FROM measure_reports WHERE CAST(body AS TEXT) NOT LIKE '%"whole":{}%' ORDER BY 1`,
	} {
		var some []string
		if err := w.app.DB().NewQuery(query).Column(&some); err != nil {
			t.Fatal(err)
		}
		list = append(list, some...)
	}
	return list
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// Whatever is recorded, corrected, withdrawn, moved or made one person, in whatever order and however late: what was kept up is
// what is counted anew.
func TestFiguresThatAreKeptUpAreThoseThatAreCountedAnew(t *testing.T) {
	w := newCounted(t)
	r := rand.New(rand.NewPCG(12, 8))
	at := func() time.Time { return w.clock.Now().Add(-time.Duration(r.IntN(120*24)) * time.Hour) }
	steps := map[string]func(){
		"a visit": func() {
			for range 4 { // some of them are withdrawn
				n, when := r.IntN(2), at()
				w.visits = append(w.visits, w.app.Put(t, care.Visits, map[string]any{"patient": pick(r, w.people).Id, "team": w.teams[n].Id, "staff": w.nurses[n].Id, "author": w.nurses[n].Id,
					"purpose": pick(r, []string{"wound_care", "insulin", "bloods"}), "status": pick(r, []string{"completed", "planned", "no_access"}),
					"started_at": when, "planned_start": when, "planned_end": when.Add(time.Hour)}))
			}
		},
		"a handover": func() {
			n, when := r.IntN(2), at()
			h := w.app.Put(t, care.Handovers, map[string]any{"patient": pick(r, w.people).Id, "from_team": w.teams[n].Id, "from_staff": w.nurses[n].Id, "to_team": w.surgery.Id,
				"class": pick(r, care.Classes), "state": "sent", "clinical_time": when, "raised_at": when, "ack_due": when.Add(2 * time.Hour)})
			w.handovers = append(w.handovers, h)
			w.event(t, h, "sent", when, "")
		},
		"an answer": func() {
			if len(w.handovers) == 0 {
				return
			}
			h := pick(r, w.handovers)
			kind := pick(r, []string{"acknowledged", "accepted", "declined"})
			w.event(t, h, kind, h.GetDateTime("raised_at").Time().Add(time.Duration(r.IntN(300))*time.Minute), w.nurses[0].Id)
		},
		"a correction": func() {
			if len(w.visits) > 0 {
				v := pick(r, w.visits)
				n := r.IntN(2)
				w.change(t, v, map[string]any{"status": pick(r, []string{"completed", "cancelled"}), "team": w.teams[n].Id, "staff": w.nurses[n].Id})
			}
		},
		"a visit is withdrawn": func() {
			if len(w.visits) > 0 {
				w.change(t, pick(r, w.visits), map[string]any{"retracted": w.clock.Now()})
			}
		},
		"a visit was somebody else's": func() {
			if len(w.visits) > 0 {
				w.change(t, pick(r, w.visits), map[string]any{"patient": pick(r, w.people).Id})
			}
		},
		"a goal": func() {
			w.goals = append(w.goals, w.app.Put(t, care.Goals, map[string]any{"patient": pick(r, w.people).Id, "team": w.teams[0].Id, "words": "To the shop again.", "agreed_on": care.Today(at()),
				"review_on": care.Today(at()), "outcome": pick(r, []string{"", "met", "partly"})}))
		},
		"a goal is reviewed": func() {
			if len(w.goals) > 0 {
				w.change(t, pick(r, w.goals), map[string]any{"reviewed_on": care.Today(at()), "review_on": care.Today(at().AddDate(0, 0, 30))})
			}
		},
		"somebody comes onto a list": func() {
			n := r.IntN(2)
			w.exec(t, `INSERT INTO contact_people (list, patient, since, by_staff, every_days, due_on) VALUES ({:list}, {:who}, {:since}, '', {:every}, '') ON CONFLICT (list, patient) DO UPDATE SET since = excluded.since, left_at = ''`,
				dbx.Params{"list": w.lists[n], "who": pick(r, w.people).Id, "since": care.Today(at()), "every": 7 + r.IntN(21)})
		},
		"somebody leaves a list": func() {
			w.exec(t, `UPDATE contact_people SET left_at = {:at} WHERE list = {:list} AND patient = {:who}`,
				dbx.Params{"at": care.Stamp(at()), "list": pick(r, w.lists), "who": pick(r, w.people).Id})
		},
		"somebody is named as a lead": func() {
			w.change(t, pick(r, w.people), map[string]any{"lead": pick(r, w.nurses).Id})
		},
		"a team moves to another partner": func() {
			w.change(t, w.teams[1], map[string]any{"organisation": pick(r, w.teams).GetString("organisation")})
		},
		"time goes by": func() { w.clock.Pass(time.Duration(r.IntN(48)) * time.Hour) },
	}
	var names []string
	for name := range steps {
		names = append(names, name)
	}
	slices.Sort(names)
	for n := range 150 {
		steps[pick(r, names)]()
		if n%3 == 0 {
			w.keep(t)
		}
	}
	w.clock.Pass(10 * time.Minute) // reports of what is open are of now
	w.keep(t)
	kept := w.rows(t)
	if err := w.srv.Figures.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.keep(t)
	anew := w.rows(t)
	if len(kept) < 100 {
		t.Fatalf("only %d rows are counted", len(kept))
	}
	for _, m := range []string{measures.NamedLead, measures.SeenInTime, measures.OnList, measures.GoalPeople, measures.GoalReviews, measures.GoalsWithDay} {
		if !slices.ContainsFunc(kept, func(row string) bool { return strings.Contains(row, " "+m+" ") }) {
			t.Errorf("nothing is counted of %s", m)
		}
	}
	for _, row := range kept {
		if !slices.Contains(anew, row) {
			t.Errorf("kept, and not counted anew: %.300s", row)
		}
	}
	for _, row := range anew {
		if !slices.Contains(kept, row) {
			t.Errorf("counted anew, and not kept: %.300s", row)
		}
	}
}

func (w *counted) event(t testing.TB, h *core.Record, kind string, at time.Time, by string) {
	t.Helper()
	w.app.Put(t, care.HandoverEvents, map[string]any{"handover": h.Id, "patient": h.GetString("patient"), "from_team": h.GetString("from_team"), "from_staff": h.GetString("from_staff"),
		"team": w.surgery.Id, "kind": kind, "at": at, "by": by})
}

// A report of the week says what was recorded in it, and reads nothing else.
func TestAWeekIsReportedOn(t *testing.T) {
	w := newCounted(t)
	at := measures.WeekOf(w.clock.Now()).Begins().Add(-72 * time.Hour) // last Friday
	for n := range 6 {
		w.app.Put(t, care.Visits, map[string]any{"patient": w.people[0].Id, "team": w.teams[n%2].Id, "staff": w.nurses[n%2].Id, "author": w.nurses[n%2].Id, "purpose": "wound_care", "status": "completed",
			"started_at": at.Add(time.Duration(n*2) * time.Hour), "planned_start": at, "planned_end": at.Add(time.Hour)})
	}
	w.keep(t)
	var list []measures.Dated
	last := measures.WeekOf(at)
	if err := w.srv.Store.ReadForPage(t.Context(), func(v *pbstore.Snapshot) (err error) {
		list, err = pbmeasures.Of(v).Reports(w.hood.Id, 1, last, last)
		return err
	}); err != nil || len(list) != 1 {
		t.Fatalf("%d reports, %v", len(list), err)
	}
	r := list[0]
	if f := r.Whole[measures.Recorded]; f.N != 6 || f.Of != 6 {
		t.Errorf("recorded %+v", f)
	}
	if f := r.Whole[measures.Repeated]; f.N != 5 || f.Of != 6 {
		t.Errorf("repeated %+v", f)
	}
	if f := r.Whole[measures.Faces]; f.Of != 1 || *f.Value != 2 {
		t.Errorf("faces %+v", f)
	}
	if len(r.Partners) != 2 {
		t.Errorf("partners %v", r.Partners)
	}
}
