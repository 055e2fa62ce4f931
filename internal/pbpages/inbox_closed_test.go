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

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
)

// archive is a store with handovers in it, written as they lie in the table.
type archive struct {
	*pbtest.App
	t     *testing.T
	store *pbstore.Store
	db    *sql.DB
	teams []string
	staff []string
	rows  []filed
}

// filed is one handover as far as lists look at it.
type filed struct {
	id, to, from, by, owner, acknowledged, state, class string
	version                                             int64
}

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

func (a *archive) file(f filed) {
	a.t.Helper()
	f.id = fmt.Sprintf("01jhandover%015d", len(a.rows))
	a.rows = append(a.rows, f)
	if _, err := a.db.Exec(`INSERT INTO handovers (id, to_team, from_team, from_staff, owner, acknowledged_by, state, class, version, raised_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '2026-03-02 08:00:00.000Z')`, f.id, f.to, f.from, f.by, f.owner, f.acknowledged, f.state, f.class, f.version); err != nil {
		a.t.Fatal(err)
	}
}

func (a *archive) page(q pbpages.InboxQuery) (rows []pbpages.InboxRow, more bool) {
	a.t.Helper()
	if err := a.store.Read(context.Background(), func(v *pbstore.Snapshot) (err error) {
		rows, more, err = pbpages.Of(v).Inbox(q)
		return err
	}); err != nil {
		a.t.Fatal(err)
	}
	return rows, more
}

func accessOf(v care.Viewer) *access.Access { return access.NewIndex(testkit.NewClock().Now).Of(v) }

// Whatever is asked of what is closed, the pages put together are what a plain look at every handover
// finds, each once, the latest first.
func TestInbox_ClosedPagesAreAllThereIsAndInOrder(t *testing.T) {
	a := newArchive(t)
	chance := mrand.New(mrand.NewPCG(7, 7))
	pick := func(list []string) string { return list[chance.IntN(len(list))] }
	for range 400 {
		a.file(filed{to: pick(a.teams), from: pick(a.teams), by: pick(a.staff), owner: pick(append(a.staff, "")), acknowledged: pick(append(a.staff, "")),
			state: pick([]string{"done", "done", "stood_down", "sent"}), class: pick(append(care.Classes, "")), version: 1000 + chance.Int64N(150)})
	}
	me := a.staff[0]
	found := 0
	for _, role := range []care.Role{care.Reception, care.CareCoordinator, care.DistrictNurse, care.VolunteerCoordinator} {
		viewer := accessOf(care.Viewer{Staff: me, Role: role, Teams: a.teams[:2]})
		inbox, sent := viewer.InboxTeams(), viewer.SentTeams()
		for _, side := range []string{access.Received, access.Sent} {
			for _, team := range []string{"", a.teams[0]} {
				for _, class := range []string{"", "U2"} {
					for _, mine := range []bool{false, true} {
						for _, states := range [][]string{{"done", "stood_down"}, {"stood_down"}} {
							q := pbpages.InboxQuery{Access: viewer, Side: side, Team: team, States: states, Class: class, Mine: mine, Limit: 7}
							of := func(teams []string, t string) bool {
								return slices.Contains(teams, t) && (team == "" || t == team)
							}
							var want []filed
							for _, f := range a.rows {
								visible := of(inbox, f.to)
								if side == access.Sent {
									visible = of(sent, f.from) || f.by == me && of(append([]string{""}, viewer.Teams...), f.from)
								}
								if visible && slices.Contains(states, f.state) && (class == "" || f.class == class) && (!mine || f.owner == me || f.acknowledged == me) {
									want = append(want, f)
								}
							}
							slices.SortFunc(want, func(x, y filed) int { return cmp.Or(cmp.Compare(y.version, x.version), cmp.Compare(y.id, x.id)) })
							var got []string
							for {
								rows, more := a.page(q)
								for _, r := range rows {
									got = append(got, r.Record.ID)
								}
								if !more {
									break
								}
								q.After = &rows[len(rows)-1].Key
							}
							ids := make([]string, len(want))
							for i, f := range want {
								ids[i] = f.id
							}
							found += len(ids)
							if !slices.Equal(got, ids) {
								t.Errorf("%s, %s, team %q, class %q, mine %t, %v:\n%v, want\n%v", role, side, team, class, mine, states, got, ids)
							}
						}
					}
				}
			}
		}
	}
	if found < 1000 {
		t.Errorf("the questions found only %d handovers: too few to prove anything", found)
	}
}

// Every statement behind what is closed walks an index to its place and reads no further than its page,
// whoever asks for what, and however much a team has closed: nothing is sorted, nothing is scanned.
func TestInbox_ClosedIsReadFromAnIndex(t *testing.T) {
	a := newArchive(t)
	fill := func(from, to int) {
		t.Helper()
		if _, err := a.db.Exec(`INSERT INTO handovers (id, to_team, from_team, from_staff, owner, state, class, version, raised_at)
			WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)
			SELECT printf('01jhandover%015d', i), ?3, ?4, ?5, ?5, 'done', CASE i % 3 WHEN 0 THEN 'U2' ELSE 'R' END, 1000 + i, '2026-03-02 08:00:00.000Z' FROM n`, from, to, a.teams[0], a.teams[1], a.staff[0]); err != nil {
			t.Fatal(err)
		}
		if _, err := a.db.Exec("ANALYZE"); err != nil { // a plan may follow what the tables hold
			t.Fatal(err)
		}
	}
	for _, held := range []struct{ from, to int }{{0, 1}, {1, 300}, {300, 10_000}} {
		fill(held.from, held.to)
		for _, side := range []string{access.Received, access.Sent} {
			for _, mine := range []bool{false, true} {
				q := pbpages.InboxQuery{Access: accessOf(care.Viewer{Staff: a.staff[0], Role: care.CareCoordinator, Teams: a.teams[:2]}), Side: side, Mine: mine, Limit: 50,
					After: &pbpages.InboxKey{Closed: 1, InTime: 1, Age: -1000, ID: "01jhandover"}}
				var plans []string
				if err := a.store.Read(context.Background(), func(v *pbstore.Snapshot) (err error) {
					plans, err = pbpages.Of(v).InboxPlans(q)
					return err
				}); err != nil {
					t.Fatal(err)
				}
				searches := 0
				for _, plan := range plans {
					if strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "SCAN handovers") {
						t.Errorf("%s, mine %t, of %d: %s", side, mine, held.to, plan)
					}
					if strings.Contains(plan, "SEARCH handovers USING") && strings.Contains(plan, "idx_handovers_closed_") && strings.Contains(plan, "state=? AND class=? AND (version,id)<(?,?)") {
						searches++
					}
				}
				if searches < 14 {
					t.Errorf("%s, mine %t, of %d: %d searches of the indexes for closed handovers: %v", side, mine, held.to, searches, plans)
				}
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
		if rows, more := a.page(q); q.Class != "SG" && (len(rows) != q.Limit || !more) || q.Class == "SG" && len(rows) > 0 {
			t.Errorf("question %d brings %d rows of 10,000, more %t", i, len(rows), more)
		}
	}
}
