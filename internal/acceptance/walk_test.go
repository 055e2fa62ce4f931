package acceptance

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/syncer"
)

// walkTown is a neighbourhood for walks of several pages, and what happens to its people meanwhile.
type walkTown struct {
	*world
	charity, befriender *core.Record
	bea, cal, dot       *core.Record // cal is whom most of it happens to
	visit               *core.Record // of cal
	nurse, volunteer    *walker      // as their phones stand when nothing has happened yet
	happenings          map[string]func()
}

func newWalkTown(t *testing.T) *walkTown {
	t.Helper()
	w := &walkTown{world: newWorld(t)}
	w.charity = w.Org(t, care.VoluntaryKind, "Befrienders")
	w.befriender = w.Staff(t, care.Volunteer, "Vera", w.Team(t, w.charity, care.VoluntaryKind, "Befrienders"))
	for _, p := range []**core.Record{&w.bea, &w.cal, &w.dot} {
		*p = w.Patient(t, fmt.Sprintf("Person %d", len(w.rows(care.Patients, "id != ''", nil))), w.practice)
		w.Caseload(t, *p, w.nurses)
		w.agree(*p, true)
		for range 40 {
			w.visit = w.Put(t, care.Visits, map[string]any{"patient": (*p).Id, "status": "completed", "note": "as every day"})
		}
	}
	w.visit = w.rows(care.Visits, "patient = '"+w.cal.Id+"'", nil)[0]
	w.Caseload(t, w.bea, w.bob) // a colleague who has her by name, whatever becomes of his role
	past := w.now().Add(-time.Hour)
	w.Caseload(t, w.cal, w.bob, time.Time{}, past)
	for _, p := range []*core.Record{w.bea, w.cal, w.dot} {
		w.Caseload(t, p, w.others, time.Time{}, past)
	}
	for _, p := range []*core.Record{w.bea, w.cal} {
		w.Caseload(t, p, w.befriender)
		for range 60 {
			w.Put(t, care.Checkins, map[string]any{"patient": p.Id, "staff": w.befriender.Id, "happened_at": care.Stamp(w.now()), "seen": true, "wellbeing": "well"})
		}
	}
	for staff, kind := range map[*core.Record]string{w.bob: care.Visits, w.befriender: care.Checkins} {
		fields := map[string]any{"patient": w.cal.Id, "staff": staff.Id, "planned_start": care.Stamp(w.now())}
		if kind == care.Visits {
			fields["status"] = "planned"
		}
		w.Put(t, kind, fields)
	}
	w.tick()
	w.nurse, w.volunteer = w.walkerOf(w.bob, w.phoneOf(w.bob)), w.walkerOf(w.befriender, w.phoneOf(w.befriender))
	w.happenings = w.events()
	return w
}

func (w *walkTown) agree(p *core.Record, given bool) {
	w.set(p, map[string]any{"consent": []map[string]any{{"service": w.charity.Id, "given": given}}})
}

// ends closes the caseload rows of a holder about these people, and begins opens them again.
func (w *walkTown) ends(holder *core.Record, people ...*core.Record) {
	for _, p := range people {
		w.write(`UPDATE caseload SET "to" = ? WHERE patient = ? AND (team = ? OR staff = ?)`, w.now().UTC().Format("2006-01-02 15:04:05.000Z"), p.Id, holder.Id, holder.Id)
	}
	w.tick()
}

func (w *walkTown) begins(holder *core.Record, people ...*core.Record) {
	for _, p := range people {
		w.write(`UPDATE caseload SET "to" = '' WHERE patient = ? AND (team = ? OR staff = ?)`, p.Id, holder.Id, holder.Id)
	}
	w.tick()
}

// write is sql without the tick.
func (w *walkTown) write(statement string, args ...any) {
	if w.foreign == nil {
		w.foreign = w.SecondConnection(w.t)
	}
	if _, err := w.foreign.Exec(statement, args...); err != nil {
		w.t.Fatalf("%s: %v", statement, err)
	}
}

// events are what can happen while a phone walks, by name. Each leaves the town in a state from which any
// other may follow.
func (w *walkTown) events() map[string]func() {
	everybody := []*core.Record{w.bea, w.cal, w.dot}
	role := func(r care.Role) func() { return func() { w.set(w.bob, map[string]any{"role": string(r)}) } }
	return map[string]func(){
		"the team loses Cal":          func() { w.ends(w.nurses, w.cal) },
		"the team gets Cal":           func() { w.begins(w.nurses, w.cal) },
		"the nurse loses Cal by name": func() { w.ends(w.bob, w.cal) },
		"the nurse gets Cal by name":  func() { w.begins(w.bob, w.cal) },
		"cover for an hour begins": func() {
			w.write(`UPDATE caseload SET "to" = ? WHERE patient = ? AND staff = ?`, w.now().Add(time.Hour).UTC().Format("2006-01-02 15:04:05.000Z"), w.cal.Id, w.bob.Id)
			w.ends(w.nurses, w.cal)
		},
		"the hour goes by":                 func() { w.pass(61 * time.Minute) },
		"all are moved away":               func() { w.ends(w.nurses, everybody...); w.begins(w.others, everybody...) },
		"all are moved back":               func() { w.ends(w.others, everybody...); w.begins(w.nurses, everybody...) },
		"the nurse is a support worker":    role(care.SupportWorker),
		"the nurse is a nurse":             role(care.DistrictNurse),
		"the nurse works elsewhere":        func() { w.set(w.bob, map[string]any{"teams": []string{w.others.Id}}) },
		"the nurse works here":             func() { w.set(w.bob, map[string]any{"teams": []string{w.nurses.Id}}) },
		"Cal withdraws consent":            func() { w.agree(w.cal, false) },
		"Cal consents":                     func() { w.agree(w.cal, true) },
		"the volunteer loses Cal":          func() { w.ends(w.befriender, w.cal) },
		"the volunteer gets Cal":           func() { w.begins(w.befriender, w.cal) },
		"the service is withdrawn":         func() { w.set(w.charity, map[string]any{"retracted": w.now()}) },
		"the service is there again":       func() { w.set(w.charity, map[string]any{"retracted": ""}) },
		"the trust is a voluntary service": func() { w.set(w.trust, map[string]any{"kind": care.VoluntaryKind}) },
		"the trust is a trust":             func() { w.set(w.trust, map[string]any{"kind": "community_trust"}) },
		"a visit is found to be of Dot":    func() { w.set(w.visit, map[string]any{"patient": w.dot.Id}) },
		"the visit is found to be of Cal":  func() { w.set(w.visit, map[string]any{"patient": w.cal.Id}) },
		"Cal's notes change":               func() { w.set(w.cal, map[string]any{"access_notes": w.id()}) },
		"Cal's telephone changes":          func() { w.set(w.cal, map[string]any{"phone": w.id()}) },
	}
}

// There and back: what is lost and given again, in whatever way, and what brings the town home after it.
var thereAndBack = map[string][][]string{
	"nurse": {
		{"the team loses Cal", "the team gets Cal"},
		{"the team loses Cal", "the nurse gets Cal by name", "the nurse loses Cal by name", "the team gets Cal"},
		{"the nurse gets Cal by name", "the team loses Cal", "the nurse loses Cal by name", "the team gets Cal"},
		{"cover for an hour begins", "the hour goes by", "the team gets Cal"},
		{"all are moved away", "all are moved back"},
		{"the nurse is a support worker", "the nurse is a nurse"},
		{"the nurse works elsewhere", "the nurse works here"},
		{"a visit is found to be of Dot", "the visit is found to be of Cal"},
		{"the team loses Cal", "Cal's notes change", "the team gets Cal"},
		{"the trust is a voluntary service", "the trust is a trust"},
	},
	"volunteer": {
		{"Cal withdraws consent", "Cal consents"},
		{"the volunteer loses Cal", "the volunteer gets Cal"},
		{"the volunteer loses Cal", "Cal's telephone changes", "the volunteer gets Cal"},
		{"the service is withdrawn", "the service is there again"},
	},
}

// step is something that happens before the page of that number is asked for.
type walkStep struct {
	at   int
	what string
}

// walkThrough walks with things happening on the way, and says what the phone lacks at the end.
func (w *walkTown) walkThrough(p *walker, limit int, steps []walkStep) string {
	for page := 0; ; page++ {
		for len(steps) > 0 && steps[0].at <= page {
			if steps[0].what == "digest" {
				if len(p.staged) == 0 && p.cursor != "" {
					p.compare()
				}
			} else {
				w.happenings[steps[0].what]()
			}
			steps = steps[1:]
		}
		if !p.page(limit) {
			if wrong := p.unlike(p.anew().walk(1000).asFarAs(p)); wrong != "" {
				return fmt.Sprintf("after page %d: %s", page, wrong)
			}
			if len(steps) == 0 && !p.loading {
				return ""
			}
		}
	}
}

func tell(steps []walkStep) string {
	told := make([]string, len(steps))
	for i, s := range steps {
		told[i] = fmt.Sprintf("before page %d %s", s.at, s.what)
	}
	return strings.Join(told, ", ")
}

// What is lost and given again anywhere in a walk of pages is on the phone when the pull has ended, exactly
// as on a new phone; no digest heals it. // O6, B4
func TestAfterThePullHasEndedAPhoneIsLikeANewOne(t *testing.T) {
	w := newWalkTown(t)
	walks := 0
	for whose, base := range map[string]*walker{"nurse": w.nurse, "volunteer": w.volunteer} {
		full := base.anew().walk(1000)
		for _, events := range thereAndBack[whose] {
			for from, phone := range map[string]*walker{"a new phone": base, "a phone that has everybody": full} {
				for limit, who := range map[int]string{51: syncer.FirstRound, 90: ""} {
					for first := range 3 {
						for second := first; second < 4; second++ {
							steps := []walkStep{{first, events[0]}, {second, events[1]}}
							walker := phone.copy()
							walker.first = who
							if wrong := w.walkThrough(walker, limit, steps); wrong != "" {
								t.Fatalf("%s of a %s, first %q, pages of %d, %s: %s", from, whose, who, limit, tell(steps), wrong)
							}
							walks++
							for _, what := range events[2:] {
								w.happenings[what]()
							}
						}
					}
				}
			}
		}
	}
	t.Logf("%d walks", walks)
}

// The same with anything in any order, digests among it. // O6
func TestWhateverHappensDuringAWalkThePhoneEndsLikeANewOne(t *testing.T) {
	w := newWalkTown(t)
	names := []string{"digest", "digest"}
	for name := range w.happenings {
		names = append(names, name)
	}
	slices.Sort(names)
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 8))
		p := []*walker{w.nurse, w.volunteer}[r.IntN(3)/2].anew()
		switch r.IntN(4) {
		case 0, 1:
			p.walk(1000)
		case 2:
			p.first = syncer.FirstRound
		}
		steps := make([]walkStep, 2+r.IntN(5))
		for i := range steps {
			steps[i] = walkStep{r.IntN(7), names[r.IntN(len(names))]}
		}
		slices.SortStableFunc(steps, func(a, b walkStep) int { return a.at - b.at })
		if wrong := w.walkThrough(p, 51+r.IntN(60), steps); wrong != "" {
			t.Fatalf("seed %d, %s: %s", seed, tell(steps), wrong)
		}
	}
}

// The deadline of a handover passes between the pull and the comparison: nothing was missed by the pull,
// and the digest says so. // O19
func TestADigestSpeaksOfTheMomentOfThePull(t *testing.T) {
	w := newWalkTown(t)
	ann := w.phoneOf(w.ann)
	w.record(ann, care.Observations, w.readings(w.ada))
	w.sync(ann)
	p := w.nurse.walk(1000)
	if differs, moved, _ := p.compare(); len(differs)+len(moved) != 0 {
		t.Fatalf("when nothing has happened: %v differ, %v moved", differs, moved)
	}
	w.pass(3 * time.Hour) // the handover is overdue and goes on to the coordinator
	differs, moved, repaired := p.compare()
	if len(differs) != 0 || repaired != 0 {
		t.Errorf("%v differ and %d records were repaired, though the pull missed nothing", differs, repaired)
	}
	if team := care.TeamScope(w.nurses.Id); !slices.Contains(moved, team) {
		t.Errorf("moved are %v, without %s", moved, team)
	}
	p.walk(1000)
	if differs, moved, _ := p.compare(); len(differs)+len(moved) != 0 {
		t.Errorf("after the next pull: %v differ, %v moved", differs, moved)
	}
}

// What rots on a phone is found and mended: what records say, the scopes they stand in, and the list of
// scopes. // O17
func TestADigestMendsWhatRotted(t *testing.T) {
	w := newWalkTown(t)
	visit, person, mine := "visits/"+w.visit.Id, care.ClinicalScope(w.cal.Id), care.StaffScope(w.bob.Id)
	foreign := care.ClinicalScope(w.id())
	for name, rot := range map[string]func(*walker){
		"a word changed under the same version": func(p *walker) {
			r := p.records[visit]
			r.Data = []byte(strings.Replace(string(r.Data), "as every day", "as never", 1))
			p.records[visit] = r
		},
		"a record stands in a wrong scope beside the right one": func(p *walker) {
			r := p.records[visit]
			r.Scopes = []string{person, mine}
			p.records[visit] = r
		},
		"a record stands in a wrong scope alone": func(p *walker) {
			r := p.records[visit]
			r.Scopes = []string{mine}
			p.records[visit] = r
		},
		"a record stands in a scope of somebody else's": func(p *walker) {
			r := p.records[visit]
			r.Scopes = []string{person, foreign}
			p.records[visit], p.scopes[foreign] = r, true
		},
		"a scope is gone with all of it": func(p *walker) {
			delete(p.scopes, person)
			p.settle()
		},
		"records are gone and the scope is not": func(p *walker) {
			for key, r := range p.records {
				if slices.Contains(r.Scopes, person) {
					delete(p.records, key)
				}
			}
		},
		"a record that nobody has": func(p *walker) {
			r := p.records[visit]
			r.ID = w.id()
			p.records["visits/"+r.ID] = r
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := w.nurse.anew().walk(1000)
			rot(p)
			if differs, _, _ := p.compare(); len(differs) == 0 {
				t.Fatal("the digest does not notice")
			}
			if wrong := p.unlike(p.anew().walk(1000)); wrong != "" {
				t.Errorf("after the repair: %s", wrong)
			}
			if differs, _, _ := p.compare(); len(differs) != 0 {
				t.Errorf("after the repair %v still differ", differs)
			}
		})
	}
}

// A role that changes in the middle of a request, after its rights were looked up and before anything is
// read, is a reset that the cursor does not pass over.
func TestARoleThatChangesInTheMiddleOfARequestIsNotPassedOver(t *testing.T) {
	for name, request := range map[string]func(*walker){
		"the first page of a pull":  func(p *walker) { p.page(1000) },
		"a page in the middle":      func(p *walker) { p.page(51); p.page(51) },
		"the comparison of digests": func(p *walker) { p.compare() },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWalkTown(t)
			p := w.nurse.walk(1000)
			change := w.happenings["the nurse is a support worker"]
			w.meanwhile.Store(&change)
			request(p)
			if w.meanwhile.Load() != nil {
				t.Fatal("nothing changed in the middle")
			}
			if wrong := p.walk(51).unlike(p.anew().walk(1000)); wrong != "" {
				t.Error(wrong)
			}
		})
	}
}

// A clean-up that is cut short has told every phone before that it may have missed something.
func TestACleanUpThatIsCutShortLeavesNoPhoneWithWhatIsGone(t *testing.T) {
	w := newWalkTown(t)
	p := w.nurse.walk(1000)
	w.set(w.visit, map[string]any{"retracted": w.now()})
	w.sql(`INSERT INTO visits (id, patient, status) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
		SELECT printf('01jz0000000000000000%06d', i), ?, 'completed' FROM n`, w.dot.Id)
	_, head := w.srv.Store.Head()
	gone, err := w.srv.Store.FindGone(context.Background(), pbstore.Place{}, head)
	ok(t, err)
	if gone.Last || !gone.Any() {
		t.Fatal("the clean-up is not cut short: it ends, or there is nothing to remove")
	}
	ok(t, w.srv.Engine.Do(context.Background(), func(tx *pbstore.Tx) error { return tx.Forget(gone) }))
	if wrong := p.walk(1000).unlike(p.anew().walk(1000)); wrong != "" {
		t.Error(wrong)
	}
}

// Deleted and made again, as an import by hand may do, a record has one row in each of its scopes when the clean-up
// has passed, and phones have it as it is now. // O18
func TestWhatIsDeletedAndMadeAgainHasOneRowInEachScope(t *testing.T) {
	w := newWalkTown(t)
	p := w.nurse.walk(1000)
	for _, note := range []string{"made again", "and once more"} {
		w.sql(`DELETE FROM visits WHERE id = ?`, w.visit.Id)
		w.sql(`INSERT INTO visits (id, patient, status, note) VALUES (?, ?, 'completed', ?)`, w.visit.Id, w.cal.Id, note)
	}
	w.set(w.cal, map[string]any{"access_notes": "by the back door"})
	w.tick()
	rows := func() (most int) {
		ok(t, w.DB().NewQuery(`SELECT max(n) FROM (SELECT count(*) AS n FROM sync_feed GROUP BY scope, record)`).Row(&most))
		return most
	}
	if rows() < 2 {
		t.Fatal("there is nothing to clear away")
	}
	_, head := w.srv.Store.Head()
	for from, last := (pbstore.Place{}), false; !last; {
		gone, err := w.srv.Store.FindGone(context.Background(), from, head)
		ok(t, err)
		ok(t, w.srv.Engine.Do(context.Background(), func(tx *pbstore.Tx) error { return tx.Forget(gone) }))
		from, last = gone.Next, gone.Last
	}
	if n := rows(); n != 1 {
		t.Errorf("a record has %d rows in one scope", n)
	}
	if wrong := p.walk(51).unlike(p.anew().walk(1000)); wrong != "" {
		t.Error(wrong)
	}
	if got := string(p.records["visits/"+w.visit.Id].Data); !strings.Contains(got, "and once more") {
		t.Errorf("the phone has %s", got)
	}
}
