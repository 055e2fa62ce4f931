package pbpages_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	mrand "math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/handover"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
)

// archive is a store with handovers in it, written as they lie in the table.
type archive struct {
	*pbtest.App
	t      *testing.T
	store  *pbstore.Store
	db     *sql.DB
	teams  []string
	staff  []string
	rows   []filed
	events int
}

// filed is one handover as far as lists look at it.
type filed struct {
	id, to, from, by, owner, acknowledged, state, class string
	escalated, gave, hadBefore                          string // teams that had a part in it, "" for none
	closedAt                                            time.Time
	closedBy                                            string
}

var monday = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func newArchive(t *testing.T) *archive {
	t.Helper()
	a := &archive{App: pbtest.New(t), t: t, teams: []string{"teamaaaaaaaaaaa", "teambbbbbbbbbbb", "teamccccccccccc", ""}, staff: []string{"staffaaaaaaaaaa", "staffbbbbbbbbbb", "staffcccccccccc"}}
	store, err := pbstore.Open(a.App, pbstore.Options{Now: testkit.NewClock().Now, Entropy: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	a.store, a.db = store, a.SecondConnection(t)
	return a
}

func (a *archive) exec(statement string, args ...any) {
	a.t.Helper()
	if _, err := a.db.Exec(statement, args...); err != nil {
		a.t.Fatal(err)
	}
}

func (a *archive) event(f *filed, kind, team, by string, at time.Time, from string) {
	a.t.Helper()
	a.events++
	a.exec(`INSERT INTO handover_events (id, handover, version, kind, team, "by", at, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		fmt.Sprintf("01jevent%018d", a.events), f.id, a.events, kind, team, by, columns.Stamp(at), string(care.JSON(map[string]any{"from": from})))
}

// file writes a handover as the engine does: what happened to it, then that it is closed, then the event that says so.
func (a *archive) file(f filed) {
	a.t.Helper()
	f.id = fmt.Sprintf("01jhandover%015d", len(a.rows))
	a.rows = append(a.rows, f)
	if f.hadBefore != "" { // escalated away, and then somebody handed it on
		a.event(&f, handover.EventEscalated, "", "", monday, f.hadBefore)
		a.event(&f, handover.EventHandedOn, "teamzzzzzzzzzzz", "", monday, "")
	}
	if f.gave != "" {
		a.event(&f, handover.EventDeclined, f.gave, "", monday, "")
	}
	if f.escalated != "" {
		a.event(&f, handover.EventEscalated, "", "", monday, f.escalated)
	}
	a.exec(`INSERT INTO handovers (id, to_team, from_team, from_staff, owner, acknowledged_by, state, class, version, raised_at) VALUES (?, ?, ?, ?, ?, ?, 'sent', ?, 1, ?)`,
		f.id, f.to, f.from, f.by, f.owner, f.acknowledged, f.class, columns.Stamp(monday))
	if f.state != "sent" {
		a.exec(`UPDATE handovers SET state = ?, version = 2 WHERE id = ?`, f.state, f.id)
		a.event(&f, handover.EventAnswered, f.to, f.closedBy, f.closedAt, "")
	}
}

func (a *archive) page(q pbpages.InboxQuery) (page pbpages.InboxPage) {
	a.t.Helper()
	if err := a.store.Read(context.Background(), func(v *pbstore.Snapshot) (err error) {
		page, err = pbpages.Of(v).Inbox(q)
		return err
	}); err != nil {
		a.t.Fatal(err)
	}
	return page
}

// all reads every page.
func (a *archive) all(q pbpages.InboxQuery) (rows []pbpages.InboxRow, pages int) {
	a.t.Helper()
	for {
		p := a.page(q)
		rows, pages = append(rows, p.Rows...), pages+1
		if !p.More {
			return rows, pages
		}
		q.After = &p.Last
	}
}

func accessOf(v care.Viewer) *access.Access { return access.NewIndex(testkit.NewClock().Now).Of(v) }

// U12. Whatever is asked of what is closed, the pages put together are what a plain look at every handover finds, each
// once, the latest first; a team finds what was escalated away from it, what it declined and what it handed on.
func TestInbox_ClosedPagesAreAllThereIsAndInOrder(t *testing.T) {
	a := newArchive(t)
	chance := mrand.New(mrand.NewPCG(7, 7))
	pick := func(list []string) string { return list[chance.IntN(len(list))] }
	some := func() string { return pick(append(slices.Clone(a.teams[:3]), "", "", "", "")) }
	for range 400 {
		a.file(filed{to: pick(a.teams), from: pick(a.teams), by: pick(a.staff), owner: pick(append(a.staff, "")), acknowledged: pick(append(a.staff, "")),
			state: pick([]string{"done", "done", "stood_down", "sent"}), class: pick(append(care.Classes, "")),
			escalated: some(), gave: some(), hadBefore: some(), closedAt: monday.Add(time.Duration(chance.IntN(150)) * time.Hour), closedBy: pick(a.staff)})
	}
	me := a.staff[0]
	found, given := 0, 0
	for _, role := range []care.Role{care.Reception, care.CareCoordinator, care.DistrictNurse, care.VolunteerCoordinator} {
		viewer := accessOf(care.Viewer{Staff: me, Role: role, Teams: a.teams[:2]})
		inbox, sent := viewer.InboxTeams(), viewer.SentTeams()
		for _, side := range []string{access.Received, access.Sent} {
			for _, q := range []pbpages.InboxQuery{{}, {Team: a.teams[0]}, {Class: "U2"}, {Mine: true}, {Mine: true, Team: a.teams[0]}, {States: []string{"stood_down"}},
				{From: monday.Add(30 * time.Hour), To: monday.Add(90 * time.Hour)}} {
				q.Access, q.Side, q.Limit = viewer, side, 7
				if q.States == nil {
					q.States = []string{"done", "stood_down"}
				}
				of := func(teams []string, t string) bool {
					return slices.Contains(teams, t) && (q.Team == "" || t == q.Team)
				}
				had := func(t string) bool { return t != "" && of(inbox, t) } // no team has no history
				var want []filed
				for _, f := range a.rows {
					visible := of(inbox, f.to) || had(f.escalated) || had(f.gave) || had(f.hadBefore)
					if side == access.Sent {
						visible = of(sent, f.from) || f.by == me && of(append([]string{""}, viewer.Teams...), f.from)
					}
					in := (q.From.IsZero() || !f.closedAt.Before(q.From)) && (q.To.IsZero() || f.closedAt.Before(q.To))
					if visible && in && slices.Contains(q.States, f.state) && (q.Class == "" || f.class == q.Class) && (!q.Mine || f.owner == me || f.acknowledged == me) {
						want = append(want, f)
					}
				}
				slices.SortFunc(want, func(x, y filed) int { return cmp.Or(y.closedAt.Compare(x.closedAt), cmp.Compare(y.id, x.id)) })
				rows, _ := a.all(q)
				if len(rows) != len(want) {
					t.Errorf("%s, %s, %+v: %d rows, want %d", role, side, q, len(rows), len(want))
					continue
				}
				for i, f := range want {
					r := rows[i]
					gave := side == access.Received && !q.Mine && !of(inbox, f.to) && (!had(f.escalated) || f.escalated == f.gave)
					if r.Record.ID != f.id || r.ClosedAt != care.Stamp(f.closedAt) || r.ClosedBy != f.closedBy || !q.Mine && side == access.Received && r.Given && of(inbox, f.to) {
						t.Errorf("%s, %s: row %d is %s, closed %s by %s; want %+v", role, side, i, r.Record.ID, r.ClosedAt, r.ClosedBy, f)
					}
					if r.Given {
						given++
					}
					if gave && !r.Given && f.escalated == "" {
						t.Errorf("%s is not known to have been given away: %+v", f.id, f)
					}
				}
				found += len(want)
			}
		}
	}
	if found < 1000 || given < 100 {
		t.Errorf("the questions found only %d handovers, %d of them given away: too few to prove anything", found, given)
	}
}

// A search looks through so many and says where it stopped, so that its pages put together are all that match.
func TestInbox_ASearchGoesOnWhereItStopped(t *testing.T) {
	a := newArchive(t)
	for i := range pbpages.MostLookedAt + 50 {
		a.exec(`INSERT INTO handovers (id, to_team, state, class, version, raised_at, situation) VALUES (?, ?, 'done', 'R', 1, ?, ?)`,
			fmt.Sprintf("01jhandover%015d", i), a.teams[0], columns.Stamp(monday.Add(time.Duration(i)*time.Second)), map[bool]string{true: "needle", false: "hay"}[i%500 == 0])
	}
	q := pbpages.InboxQuery{Access: accessOf(care.Viewer{Staff: a.staff[0], Role: care.DutyGP, Teams: a.teams[:1]}), Side: access.Received, Limit: 5,
		States: []string{"done"}, Match: func(r *pbpages.InboxRow) bool { return care.AsHandover(r.Record).Situation() == "needle" }}
	rows, pages := a.all(q)
	if len(rows) != 3 || pages != 2 {
		t.Errorf("%d rows on %d pages, want 3 on 2", len(rows), pages)
	}
	first := a.page(q)
	if len(first.Rows) != 2 || !first.More || first.Last.ID == first.Rows[1].Key.ID {
		t.Errorf("the first page has %d rows, more %t, and stopped at %s", len(first.Rows), first.More, first.Last.ID)
	}
	q.Limit = 1
	if one := a.page(q); len(one.Rows) != 1 || !one.More || one.Last != one.Rows[0].Key {
		t.Errorf("a page that is full goes on after its last row: %+v", one)
	}
}

// Every statement behind what is closed walks an index to its place and reads no further than its page, whoever asks
// for what, and however much a team has closed: nothing is sorted, nothing is scanned.
func TestInbox_ClosedIsReadFromAnIndex(t *testing.T) {
	a := newArchive(t)
	fill := func(from, to int) {
		t.Helper()
		a.exec(`INSERT INTO handovers (id, to_team, from_team, from_staff, owner, state, class, version, raised_at)
			WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)
			SELECT printf('01jhandover%015d', i), ?3, ?4, ?5, ?5, 'done', CASE i % 3 WHEN 0 THEN 'U2' ELSE 'R' END, 1000 + i, '2026-03-02 08:00:00.000Z' FROM n`, from, to, a.teams[0], a.teams[1], a.staff[0])
		a.exec("ANALYZE") // a plan may follow what the tables hold
	}
	for _, held := range []struct{ from, to int }{{0, 1}, {1, 300}, {300, 10_000}} {
		fill(held.from, held.to)
		for _, side := range []string{access.Received, access.Sent} {
			q := pbpages.InboxQuery{Access: accessOf(care.Viewer{Staff: a.staff[0], Role: care.CareCoordinator, Teams: a.teams[:2]}), Side: side, Limit: 50,
				From: monday, After: &pbpages.InboxKey{Closed: 1, At: columns.Stamp(monday), ID: "01jhandover"}}
			var plans []string
			if err := a.store.Read(context.Background(), func(v *pbstore.Snapshot) (err error) {
				plans, err = pbpages.Of(v).ClosedPlans(q)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			searches := 0
			for _, plan := range plans {
				if strings.Contains(plan, "TEMP B-TREE") || strings.HasPrefix(plan, "SCAN c") || strings.HasPrefix(plan, "SCAN o") {
					t.Errorf("%s, of %d: %s", side, held.to, plan)
				}
				if strings.HasPrefix(plan, "SEARCH c USING PRIMARY KEY (holder=? AND ") {
					searches++
				}
			}
			if searches < 3 {
				t.Errorf("%s, of %d: %d searches of what is closed: %v", side, held.to, searches, plans)
			}
		}
	}
	received := accessOf(care.Viewer{Staff: a.staff[0], Role: care.DutyGP, Teams: a.teams[:1]})
	sent := accessOf(care.Viewer{Staff: a.staff[0], Role: care.DistrictNurse, Teams: a.teams[1:2]})
	for i, q := range []pbpages.InboxQuery{
		{Access: received, Side: access.Received}, {Access: received, Side: access.Received, Class: "U2"}, {Access: received, Side: access.Received, Mine: true},
		{Access: received, Side: access.Received, Class: "SG"}, {Access: sent, Side: access.Sent},
	} {
		q.States, q.Limit = []string{"done", "stood_down"}, 50
		if p := a.page(q); q.Class != "SG" && (len(p.Rows) != q.Limit || !p.More) || q.Class == "SG" && len(p.Rows) > 0 {
			t.Errorf("question %d brings %d rows of 10,000, more %t", i, len(p.Rows), p.More)
		}
	}
}

// The list of what is closed follows every write, whoever made it.
func TestInbox_TheListOfWhatIsClosedFollowsEveryWrite(t *testing.T) {
	a := newArchive(t)
	q := pbpages.InboxQuery{Access: accessOf(care.Viewer{Staff: a.staff[0], Role: care.DutyGP, Teams: a.teams[:1]}), Side: access.Received, States: []string{"done", "stood_down"}, Limit: 9}
	count := func(what string, want int) {
		t.Helper()
		if got := len(a.page(q).Rows); got != want {
			t.Errorf("%s: %d closed, want %d", what, got, want)
		}
	}
	a.file(filed{to: a.teams[0], state: "done", class: "R", closedAt: monday})
	a.file(filed{to: a.teams[1], state: "done", class: "R", closedAt: monday})
	count("one of each team", 1)
	a.exec(`UPDATE handovers SET to_team = ? WHERE id = ?`, a.teams[0], a.rows[1].id)
	count("the other moved here", 2)
	a.exec(`UPDATE handovers SET state = 'sent' WHERE id = ?`, a.rows[0].id)
	count("one was opened again", 1)
	a.exec(`DELETE FROM handovers WHERE id = ?`, a.rows[1].id)
	count("one was deleted", 0)
	var left int
	if err := a.db.QueryRow(`SELECT count(*) FROM closed_handovers`).Scan(&left); err != nil || left > 0 {
		t.Errorf("%d rows are left (%v)", left, err)
	}
}

// A list that names a handover which has gone passes it over: the pages go on behind it, and end.
func TestInbox_AClosedHandoverThatHasGoneIsPassedOver(t *testing.T) {
	a := newArchive(t)
	for range 9 {
		a.file(filed{to: a.teams[0], state: "done", class: "R", closedAt: monday.Add(time.Duration(len(a.rows)) * time.Hour), closedBy: a.staff[0]})
	}
	a.exec(`DROP TRIGGER closed_handovers_delete`) // as after a table was put back that is older than the list
	gone := []int{0, 3, 4, 5, 8}
	for _, i := range gone {
		a.exec(`DELETE FROM handovers WHERE id = ?`, a.rows[i].id)
	}
	viewer := accessOf(care.Viewer{Staff: a.staff[0], Role: care.Reception, Teams: a.teams[:1]})
	for _, limit := range []int{1, 2, 3, 20} {
		for name, match := range map[string]func(*pbpages.InboxRow) bool{"the list": nil, "a search": func(*pbpages.InboxRow) bool { return true }} {
			rows, _ := a.all(pbpages.InboxQuery{Access: viewer, Side: access.Received, States: []string{"done"}, Limit: limit, Match: match})
			var have []string
			for i := range rows {
				have = append(have, rows[i].Record.ID)
			}
			if want := []string{a.rows[7].id, a.rows[6].id, a.rows[2].id, a.rows[1].id}; !slices.Equal(have, want) {
				t.Errorf("%s by %d: %v, want %v", name, limit, have, want)
			}
		}
	}
}

// Events of a handover that were sent again, because who has its person changed, have one number: what a team had to do
// with it is as before.
func TestInbox_WhatATeamHadToDoWithAClosedHandoverSurvivesThatItIsSentAgain(t *testing.T) {
	a := newArchive(t)
	a.file(filed{to: a.teams[1], hadBefore: a.teams[0], state: "done", class: "R", closedAt: monday.Add(time.Hour), closedBy: a.staff[0]})
	given := func() bool {
		viewer := accessOf(care.Viewer{Staff: a.staff[0], Role: care.Reception, Teams: a.teams[:1]})
		rows, _ := a.all(pbpages.InboxQuery{Access: viewer, Side: access.Received, States: []string{"done"}, Limit: 20})
		return len(rows) == 1 && rows[0].Given
	}
	if !given() {
		t.Fatal("it is not one that the team gave away")
	}
	a.exec(`UPDATE handover_events SET version = 900`)
	a.exec(`UPDATE handovers SET owner = ? WHERE id = ?`, a.staff[1], a.rows[0].id) // lists it anew
	if !given() {
		t.Error("sent again, it stands there as one that was escalated away")
	}
}
