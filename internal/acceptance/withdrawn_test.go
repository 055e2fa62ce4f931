package acceptance

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/phone"
)

// befrienders are a voluntary service in a test: a coordinator and a volunteer with phones, and whom they have.
type befrienders struct {
	*world
	charity, team, vera, una *core.Record
	agreed, silent           *core.Record // one let the service in, the other never did
	phones                   map[string]*phone.Phone
	asked                    string // a handover that stands with the service
}

func newBefrienders(t *testing.T) *befrienders {
	t.Helper()
	s := &befrienders{world: newWorld(t), phones: map[string]*phone.Phone{}}
	s.charity = s.Org(t, care.VoluntaryKind, "Befrienders")
	s.team = s.Team(t, s.charity, care.VoluntaryKind, "Befrienders")
	s.vera, s.una = s.Staff(t, care.Volunteer, "Vera", s.team), s.Staff(t, care.VolunteerCoordinator, "Una", s.team)
	s.agreed, s.silent = s.Patient(t, "Agreed", s.practice), s.Patient(t, "Silent", s.practice)
	s.set(s.agreed, map[string]any{"consent": []map[string]any{{"service": s.charity.Id, "given": true}}})
	for _, p := range []*core.Record{s.agreed, s.silent} {
		s.Caseload(t, p, s.nurses)
		s.Caseload(t, p, s.team)
		s.Caseload(t, p, s.vera)
	}
	s.tick()
	for _, who := range []*core.Record{s.vera, s.una, s.ann} {
		s.phones[who.GetString("name")] = s.phoneOf(who)
	}
	s.asked = s.record(s.phones["Ann"], care.Handovers, map[string]any{"patient": s.agreed.Id, "to_team": s.team.Id, "class": "R",
		"situation": "Lonely", "recommendation": "Please call once a week.", "safe_note": "Likes to talk about the garden."})
	s.sync(s.phones["Ann"])
	s.tick()
	return s
}

func (s *befrienders) checkin(who *core.Record, about *core.Record) string {
	s.t.Helper()
	s.record(s.phones[who.GetString("name")], care.Checkins, map[string]any{"patient": about.Id, "staff": who.Id,
		"happened_at": care.Stamp(s.now()), "seen": true, "wellbeing": "well"})
	q := s.phones[who.GetString("name")].Outbox()
	return q[len(q)-1].Key
}

func (s *befrienders) asksThem() *core.Record {
	return s.rows(care.Handovers, "patient = {:p} && from_staff = {:s}", map[string]any{"p": s.agreed.Id, "s": s.ann.Id})[0]
}

// A voluntary service comes to its end while it has people, handovers and phones. What was written before is taken
// in; nobody is on a phone of it any more, whoever consented; what stood with it goes to the care coordinator at
// once; the nurses go on. Put back, all is as it was.
func TestAVoluntaryServiceThatEndsLetsGoOfItsPeople(t *testing.T) {
	for name, end := range map[string]func(*befrienders) (back func()){
		"the organisation is retracted": func(s *befrienders) func() {
			s.set(s.charity, map[string]any{"retracted": s.now()})
			return func() { s.set(s.charity, map[string]any{"retracted": ""}) }
		},
		"its team is retracted": func(s *befrienders) func() {
			s.set(s.una, map[string]any{"organisation": ""})
			s.set(s.vera, map[string]any{"organisation": ""})
			s.set(s.team, map[string]any{"retracted": s.now()})
			return func() { s.set(s.team, map[string]any{"retracted": ""}) }
		},
		"the row of the organisation is deleted": func(s *befrienders) func() {
			s.sql(`DELETE FROM organisations WHERE id = ?`, s.charity.Id)
			return nil
		},
		"the row of its team is deleted, and its people belong nowhere": func(s *befrienders) func() {
			s.sql(`UPDATE staff SET organisation = '' WHERE id IN (?, ?)`, s.vera.Id, s.una.Id)
			s.sql(`DELETE FROM teams WHERE id = ?`, s.team.Id)
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newBefrienders(t)
			vera, una := s.phones["Vera"], s.phones["Una"]
			if _, there := vera.View(care.Patients, s.agreed.Id); !there || s.asksThem().GetString("to_team") != s.team.Id {
				t.Fatalf("before it ended: she has her person: %t; the handover is with %s", there, s.asksThem().GetString("to_team"))
			}
			refused := s.checkin(s.vera, s.ada) // who is not hers
			s.sync(vera)
			issue := func() *core.Record { return s.rows(care.Quarantine, "key = {:k}", map[string]any{"k": refused})[0] }
			s.set(issue(), map[string]any{"owner_team": s.team.Id}) // as for somebody whom nobody else has
			before := s.checkin(s.vera, s.agreed)
			s.pass(time.Minute)
			back := end(s)
			s.pass(time.Minute)
			after := s.checkin(s.vera, s.agreed)
			s.pass(16 * time.Minute)
			for _, p := range []*phone.Phone{vera, una} {
				for range 2 {
					s.sync(p)
				}
				p.EachHeld(func(r phone.Held) {
					if r.Collection == care.Patients || r.Collection == care.Visits {
						t.Errorf("%s of one who is not theirs stays on the phone: %s", r.Collection, r.Data)
					}
				})
			}
			if owner := issue().GetString("owner_team"); owner != s.coordination.Id {
				t.Errorf("what its desk had to decide belongs to team %q", owner)
			}
			if status := s.ledgerStatus(before); status != care.Applied {
				t.Errorf("what was written before ended %q", status)
			}
			if status := s.ledgerStatus(after); status != care.Quarantined {
				t.Errorf("what was written after ended %q, and is to be kept whole", status)
			}
			for _, q := range s.rows(care.Quarantine, "key = {:k}", map[string]any{"k": after}) {
				if owner := q.GetString("owner_team"); owner != s.nurses.Id {
					t.Errorf("it belongs to team %s, not to those who have the person", owner)
				}
			}
			if to := s.asksThem().GetString("to_team"); to != s.coordination.Id {
				t.Errorf("what stood with the service stands with team %q", to)
			}
			if _, there := s.phones["Ann"].View(care.Patients, s.silent.Id); !there {
				t.Error("the nurse lost somebody too")
			}
			if back == nil {
				return
			}
			back()
			s.sync(vera)
			for person, want := range map[*core.Record]bool{s.agreed: true, s.silent: false} {
				if _, there := vera.View(care.Patients, person.Id); there != want {
					t.Errorf("put back, %s is on her phone: %t, want %t", person.GetString("family_name"), there, want)
				}
			}
		})
	}
}

// A trust becomes a voluntary service, and back, with more people than one transaction takes. The server dies between
// two of its steps; what is left is done before it takes anything in again, and nobody is passed over.
func TestAKindThatChangesAsksEverybodyInStepsAndGoesOnAfterAKill(t *testing.T) {
	w := newWorld(t)
	org := w.Org(t, "community_trust", "Helpers")
	team := w.Team(t, org, "nursing", "Helpers")
	helper := w.Staff(t, care.DistrictNurse, "Hal", team)
	w.tick()
	const people = 240
	w.foreign = w.SecondConnection(t)
	w.sql(`INSERT INTO patients (id, family_name, given_name, consent) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
		SELECT printf('01jz1a00000000000000%06d', i), 'Person', 'Test', iif(i % 3 = 0, json_array(json_object('service', ?2, 'given', json('true'))), NULL) FROM n`, people, org.Id)
	w.sql(`INSERT INTO caseload (id, patient, team) SELECT '01jz1b' || substr(id, 7), id, ? FROM patients WHERE family_name = 'Person'`, team.Id)
	w.sql(`INSERT INTO caseload (id, patient, staff) SELECT '01jz1c' || substr(id, 7), id, ? FROM patients WHERE family_name = 'Person'`, helper.Id)
	held := func() (n int) {
		ok(t, w.DB().NewQuery(`SELECT count(*) FROM sync_grants WHERE to_seq IS NULL AND holder = 'team:`+team.Id+`'`).Row(&n))
		return n
	}
	if n := held(); n != people {
		t.Fatalf("the team has %d people at first", n)
	}
	for _, c := range []struct {
		kind string
		want int
	}{{care.VoluntaryKind, people / 3}, {"community_trust", people}} {
		before := held()
		fresh, err := w.FindRecordById(org.Collection(), org.Id)
		ok(t, err)
		fresh.Set("kind", c.kind)
		ok(t, w.Save(fresh))
		var steps []int
		for range 3 {
			ok(t, w.srv.Store.Write(context.Background(), func(tx *pbstore.Tx) error {
				_, err := tx.Settle(200, func() bool { return false }, w.srv.Engine.Rooms(tx).TakeIn)
				return err
			}))
			steps = append(steps, held())
		}
		if steps[0] == before || steps[1] == steps[0] || steps[2] == c.want {
			t.Errorf("as %s, after each step %v: it was done at once, or not at all", c.kind, steps)
		}
		w.restart() // as after a kill: nothing was written in between
		w.tick()
		if n := held(); n != c.want {
			t.Errorf("as %s the team has %d people, want %d", c.kind, n, c.want)
		}
		p := w.walkerOf(helper, w.phoneOf(helper)).walk(1000)
		got := 0
		for key := range p.records {
			if slices.Contains(p.records[key].Scopes, care.ClinicalScope(p.records[key].ID)) {
				got++
			}
		}
		if got != c.want {
			t.Errorf("as %s a phone gets %d people, want %d", c.kind, got, c.want)
		}
	}
}

// The server dies between the write that ends a service and what follows from it: at the next start all of it follows.
func TestAServiceThatEndsJustBeforeAKillLetsGoOfItsPeople(t *testing.T) {
	s := newBefrienders(t)
	held := func() (n int) {
		ok(t, s.DB().NewQuery(`SELECT count(*) FROM sync_grants WHERE to_seq IS NULL AND holder IN ('team:`+s.team.Id+`', 'staff:`+s.vera.Id+`')`).Row(&n))
		return n
	}
	if n := held(); n != 2 {
		t.Fatalf("the service has %d people at first", n)
	}
	s.foreign = s.SecondConnection(t)
	_, err := s.foreign.Exec(`UPDATE organisations SET retracted = ? WHERE id = ?`, care.Stamp(s.now()), s.charity.Id)
	ok(t, err)
	s.restart() // as after a kill: nothing followed from it yet
	s.pass(time.Minute)
	if n := held(); n != 0 {
		t.Errorf("%d people are still with it", n)
	}
	if to := s.asksThem().GetString("to_team"); to != s.coordination.Id {
		t.Errorf("what stood with the service stands with team %q", to)
	}
}
