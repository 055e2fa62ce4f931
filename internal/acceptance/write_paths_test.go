package acceptance

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// writer is a way by which records come into the database.
type writer struct {
	name   string
	create func(collection string, values map[string]any) (id string)
	update func(collection, id string, values map[string]any)
}

// writers are all of them: a phone's push, the dashboard's API, a job that saves through PocketBase,
// and SQL from another connection.
func (w *world) writers(p *phone.Phone) []writer {
	job := func(work func() error) {
		w.t.Helper()
		var failed error
		w.Cron().MustAdd("story", "0 0 1 1 *", func() { failed = work() })
		for _, j := range w.Cron().Jobs() {
			if j.Id() == "story" {
				j.Run()
			}
		}
		w.Cron().Remove("story")
		ok(w.t, failed)
	}
	return []writer{
		{"push", func(c string, v map[string]any) string {
			id := w.record(p, c, v)
			w.sync(p)
			return id
		}, func(c, id string, v map[string]any) {
			w.sync(p)
			edit(w.t, p, c, id, pairsOf(v)...)
			w.sync(p)
		}},
		{"dashboard", func(c string, v map[string]any) string {
			id := w.id()
			w.dashboard(http.MethodPost, c+"/records", with(v, "id", id))
			return id
		}, func(c, id string, v map[string]any) { w.dashboard(http.MethodPatch, c+"/records/"+id, v) }},
		{"job", func(c string, v map[string]any) string {
			id := w.id()
			job(func() error {
				collection, err := w.FindCollectionByNameOrId(c)
				if err != nil {
					return err
				}
				r := core.NewRecord(collection)
				r.Load(with(v, "id", id))
				return w.Save(r)
			})
			w.tick()
			return id
		}, func(c, id string, v map[string]any) {
			job(func() error {
				r, err := w.FindRecordById(c, id)
				if err != nil {
					return err
				}
				r.Load(v)
				return w.Save(r)
			})
			w.tick()
		}},
		{"SQL", func(c string, v map[string]any) string {
			id := w.id()
			columns, marks, args := []string{"id"}, []string{"?"}, []any{id}
			for k, x := range v {
				columns, marks, args = append(columns, `"`+k+`"`), append(marks, "?"), append(args, column(x))
			}
			w.sql("INSERT INTO "+c+" ("+strings.Join(columns, ", ")+") VALUES ("+strings.Join(marks, ", ")+")", args...)
			return id
		}, func(c, id string, v map[string]any) {
			for k, x := range v {
				w.sql("UPDATE "+c+` SET "`+k+`" = ? WHERE id = ?`, column(x), id)
			}
		}},
	}
}

// column is a value as a script would write it into a table of PocketBase's.
func column(v any) any {
	switch x := v.(type) {
	case bool:
		return fmt.Sprint(x)
	case string:
		if t, err := care.ParseStamp(x); err == nil {
			return strings.Replace(care.Stamp(t), "T", " ", 1)
		}
	}
	return v
}

// Whatever writes a record, a phone sees it and the rules judge it: a NEWS2 of 8 stands in the
// practice's inbox, and a medicine that is marked as missed afterwards does too.
func TestWritePaths_APhoneSeesAllAndTheRulesJudgeAll(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)
	for _, by := range w.writers(ann) {
		person := w.Patient(t, "Seen by "+by.name, w.practice)
		w.Caseload(t, person, w.nurses)
		w.tick()
		readings := by.create(care.Observations, w.readings(person))
		visit := by.create(care.Visits, with(w.visit(person, "Insulin due"), "critical_medicine", "not_due"))
		w.sync(bob)
		s := sees(t, bob, care.Observations, readings, "pulse", 112)
		if score := fmt.Sprint(s.Values["news2"]); !strings.Contains(score, "total:8") {
			t.Errorf("%s: the score is %s", by.name, score)
		}
		if s.Text("clinical_time") == "" || s.Text("received_at") == "" {
			t.Errorf("%s: happened at %q, received at %q", by.name, s.Text("clinical_time"), s.Text("received_at"))
		}
		sees(t, bob, care.Visits, visit, "note", "Insulin due")
		about := dbx.Params{"p": person.Id, "t": w.surgery.Id}
		raised := only(t, "handovers after "+by.name, w.rows(care.Handovers, "patient = {:p} && to_team = {:t}", about))
		if raised.GetString("class") != "E" || !slices.Equal(ruleCodes(raised), []string{"news2_7"}) {
			t.Errorf("%s raised %s for %v", by.name, raised.GetString("class"), ruleCodes(raised))
		}

		by.update(care.Visits, visit, map[string]any{"critical_medicine": "missed", "note": "Insulin not given"})
		w.sync(bob)
		sees(t, bob, care.Visits, visit, "note", "Insulin not given")
		var codes []string
		for _, h := range w.rows(care.Handovers, "patient = {:p} && to_team = {:t}", about) {
			codes = append(codes, ruleCodes(h)...)
		}
		if !slices.Contains(codes, "critical_medicine") {
			t.Errorf("%s: the missed medicine raised nothing; there is %v", by.name, codes)
		}
		w.tick()
		w.syncAll(ann, bob)
		if n := len(bob.List(care.Visits)); n == 0 {
			t.Errorf("%s: the phone lost its visits", by.name)
		}
	}
}

// Deleting a person in the dashboard takes everything about them along. Every phone sees all of it
// gone, whichever way it was written, and so does one that had unsent work about them: that is kept.
func TestWritePaths_ACascadeIsSeenAsGone(t *testing.T) {
	w := newWorld(t)
	ann, bob, lea := w.phoneOf(w.ann), w.phoneOf(w.bob), w.phoneOf(w.lea)
	bea := w.Patient(t, "Beatrice", w.practice)
	w.Caseload(t, bea, w.nurses)
	w.tick()
	for _, by := range w.writers(ann) {
		by.create(care.Visits, w.visit(w.ada, "by "+by.name))
		by.create(care.Observations, w.readings(w.ada))
	}
	other := w.record(ann, care.Visits, w.visit(bea, "Another person's visit"))
	w.syncAll(ann, bob, lea)
	w.tick()
	w.syncAll(ann, bob, lea)
	if n := len(mentions(bob, w.ada.Id)); n < 9 {
		t.Fatalf("Bob holds only %d records about her", n)
	}
	w.record(bob, care.Visits, w.visit(w.ada, "Unsent when she was deleted"))
	w.dashboard(http.MethodDelete, "patients/records/"+w.ada.Id, nil)
	w.syncAll(ann, bob, lea)
	for who, p := range map[string]*phone.Phone{"Ann": ann, "Bob": bob, "Lea": lea} {
		for _, what := range mentions(p, w.ada.Id) {
			if !strings.HasPrefix(what, care.SyncIssues) {
				t.Errorf("%s still holds %s", who, what)
			}
		}
		sees(t, p, care.Visits, other, "note", "Another person's visit")
		p.RequestDigest()
		w.sync(p)
	}
	outcome(t, bob, care.Quarantined)
	if n := len(w.rows(care.Quarantine, "content ~ 'Unsent when she was deleted'", nil)); n != 1 {
		t.Errorf("the unsent visit is kept %d times", n)
	}
}

// A visit deleted by the dashboard, by a job or by a script is gone on the phone; one that a script
// replaces is there again, and the phone ends with what a new one would get.
func TestWritePaths_DeletesByEveryWriter(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)
	var ids []string
	for range 3 {
		ids = append(ids, w.record(ann, care.Visits, w.visit(w.ada, "Wound clean")))
	}
	w.syncAll(ann, bob)
	w.dashboard(http.MethodDelete, "visits/records/"+ids[0], nil)
	r, err := w.FindRecordById(care.Visits, ids[1])
	ok(t, err)
	ok(t, w.Delete(r))
	w.sql("DELETE FROM visits WHERE id = ?", ids[2])
	w.sync(bob)
	if left := bob.List(care.Visits); len(left) != 0 {
		t.Errorf("%d visits are still shown", len(left))
	}
	w.sql(`REPLACE INTO visits (id, patient, note) VALUES (?, ?, 'Entered again')`, ids[2], w.ada.Id)
	w.sync(bob)
	sees(t, bob, care.Visits, ids[2], "note", "Entered again")
	w.sql(`REPLACE INTO visits (id, patient, note) VALUES (?, ?, 'And again')`, ids[2], w.ada.Id)
	w.sync(bob)
	sees(t, bob, care.Visits, ids[2], "note", "And again")
	fresh := w.phoneOf(w.bob)
	if a, b := fmt.Sprint(bob.Held()), fmt.Sprint(fresh.Held()); a != b {
		t.Errorf("a new phone holds something else:\n%s\n%s", a, b)
	}
}

// A push meets what the dashboard wrote a moment ago, before the server has noticed: the nurse had not
// seen it, so it is a conflict and not an overwrite.
func TestWritePaths_APushMeetsAWriteNotYetNoticed(t *testing.T) {
	w := newWorld(t)
	ann := w.phoneOf(w.ann)
	id := w.record(ann, care.Visits, w.visit(w.ada, "Wound clean"))
	w.sync(ann)
	edit(t, ann, care.Visits, id, "note", "Wound clean, dressing changed")
	other := w.SecondConnection(t)
	if _, err := other.Exec(`UPDATE visits SET note = 'Wound red' WHERE id = ?`, id); err != nil {
		t.Fatal(err)
	}
	w.sync(ann)
	conflict := only(t, "conflicts", outcome(t, ann, care.Merged).Result.Conflicts)
	if conflict.Field != "note" || fmt.Sprint(conflict.Theirs) != "Wound red" || fmt.Sprint(conflict.Yours) != "Wound clean, dressing changed" {
		t.Errorf("the conflict is %+v", conflict)
	}
	w.pass(time.Second)
	w.sync(ann)
	sees(t, ann, care.Visits, id, "note", "Wound red")
}

// Readings are deleted that had raised an alarm: it holds no more. What the practice was told stays.
func TestWritePaths_DeletedEvidenceIsJudged(t *testing.T) {
	w := newWorld(t)
	ann := w.phoneOf(w.ann)
	id := w.record(ann, care.Observations, w.readings(w.ada))
	w.sync(ann)
	var holds int
	count := func() int {
		ok(t, w.DB().NewQuery("SELECT count(*) FROM alarms WHERE record = {:r} AND holds").Bind(dbx.Params{"r": id}).Row(&holds))
		return holds
	}
	if count() == 0 {
		t.Fatal("no alarm was raised")
	}
	w.dashboard(http.MethodDelete, "observations/records/"+id, nil)
	if n := count(); n != 0 {
		t.Errorf("%d alarms still rest on readings that are gone", n)
	}
	if n := len(w.handoversTo(w.surgery)); n != 1 {
		t.Errorf("%d handovers; what the practice was told stays with it", n)
	}
}
