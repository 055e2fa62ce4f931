package acceptance

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/testkit/pbtest"
)

// piece is one thing that happened to a person: a visit or a set, under a name of the story.
type piece struct {
	name       string
	collection string
	values     map[string]any // but patient and references
	visit      string         // name of the visit a set was taken at, "" for none
	replaces   string         // name of the set it corrects
	refused    bool           // sent along with something the server does not know: held back whole
	phone      int            // whose phone: 0 or 1
}

// drawDays draws three days of a person's care: visits with and without concerns, sets that are
// well, raised, incomplete, half refused or refused, some of them corrections of others.
func drawDays(r *rand.Rand, end time.Time) []piece {
	slots := r.Perm(100)
	when := func() string {
		slot := slots[0]
		slots = slots[1:]
		return care.Stamp(end.Add(-time.Duration(slot*43+5) * time.Minute))
	}
	base := map[string]any{"respiration_rate": 16, "spo2": 97, "on_oxygen": false, "systolic": 128, "pulse": 72, "acvpu": "A", "temperature": 36.8}
	kinds := []map[string]any{
		base,
		with(base, "respiration_rate", 25), // a single three
		with(base, "respiration_rate", 25, "pulse", 112),                      // 5
		with(base, "respiration_rate", 25, "pulse", 112, "temperature", 38.4), // 6
		with(base, "respiration_rate", 25, "pulse", 112, "spo2", 91),          // 8
		with(base, "respiration_rate", 25, "pulse", 112, "spo2", "91"),        // 5, and 8 with what is refused
		with(base, "temperature", nil),                                        // incomplete and well
	}
	var list []piece
	var visits, sets []string
	for i := range 2 + r.IntN(3) {
		p := piece{name: fmt.Sprintf("visit %d", i), collection: care.Visits, phone: r.IntN(2),
			values: map[string]any{"status": "completed", "ended_at": when()}}
		switch r.IntN(4) {
		case 0:
			p.values["soft_signs"] = []string{"unsteady"}
		case 1:
			p.values["critical_medicine"] = "missed"
		case 2:
			p.values["status"], p.values["no_access_kind"] = "no_access", "no_reply"
		}
		list, visits = append(list, p), append(visits, p.name)
	}
	for i := range 3 + r.IntN(5) {
		p := piece{name: fmt.Sprintf("set %d", i), collection: care.Observations, phone: r.IntN(2), refused: r.IntN(8) == 0,
			values: with(kinds[r.IntN(len(kinds))], "taken_at", when())}
		if r.IntN(2) == 0 {
			p.visit = visits[r.IntN(len(visits))]
		}
		if len(sets) > 0 && r.IntN(6) == 0 {
			p.replaces = sets[r.IntN(len(sets))]
		}
		list = append(list, p)
		if !p.refused { // what names a refused record is held back with it, and so hangs on which came first
			sets = append(sets, p.name)
		}
	}
	return list
}

// happen lets the pieces reach the server in an order, in batches, and says what came of them in
// the names of the story.
func (w *world) happen(r *rand.Rand, phones [2]*phone.Phone, pieces, order []piece) string {
	w.t.Helper()
	person := w.Patient(w.t, "Arrival", w.practice)
	w.Caseload(w.t, person, w.nurses)
	if err := w.srv.Engine.Settle(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	ids, names := map[string]string{}, map[string]string{}
	for _, p := range pieces { // in the story's order, so that ids sort alike in every telling
		ids[p.name] = pbtest.ID()
		names[ids[p.name]] = p.name
	}
	for _, p := range order {
		values := with(p.values, "patient", person.Id)
		if p.visit != "" {
			values["visit"] = ids[p.visit]
		}
		if p.replaces != "" {
			values["replaces"] = ids[p.replaces]
		}
		_, err := phones[p.phone].InOne(func(c *phone.Change) {
			c.CreateAs(p.collection, ids[p.name], values)
			if p.refused {
				c.Create("wound_photos", map[string]any{"patient": person.Id})
			}
		})
		ok(w.t, err)
		if r.IntN(2) == 0 {
			w.sync(phones[p.phone])
		}
	}
	w.syncAll(phones[r.IntN(2)], phones[0], phones[1])
	return w.cameOf(person, names)
}

// cameOf describes a person's handovers and alarms: all that must not depend on the arrival.
func (w *world) cameOf(person *core.Record, names map[string]string) string {
	w.t.Helper()
	of := map[string][]string{} // alarms by handover
	rows := []struct {
		Rule     string `db:"rule"`
		Record   string `db:"record"`
		Handover string `db:"handover"`
		Verified bool   `db:"verified"`
	}{}
	ok(w.t, w.DB().NewQuery(`SELECT rule, record, handover, verified FROM alarms WHERE patient = {:p} AND holds`).Bind(dbx.Params{"p": person.Id}).All(&rows))
	for _, a := range rows {
		of[a.Handover] = append(of[a.Handover], fmt.Sprintf("%s at %s (verified %v)", a.Rule, names[a.Record], a.Verified))
	}
	var lines []string
	for _, h := range w.rows(care.Handovers, "patient = {:p} && state != 'stood_down'", dbx.Params{"p": person.Id}) {
		alarms := of[h.Id]
		delete(of, h.Id)
		sort.Strings(alarms)
		var kept struct {
			CopyOf string `json:"copy_of"`
		}
		_ = json.Unmarshal([]byte(h.GetString("evidence")), &kept)
		if kept.CopyOf != "" || len(alarms) == 0 {
			continue // a copy follows its original; one whose evidence was corrected stays with whoever was told
		}
		// What people were told is never taken back by itself, so what stood in a handover for a
		// while leaves its class, its deadline and the word "unverified" behind. Which alarms it
		// holds, since when, and what superseded it, must not depend on the arrival.
		lines = append(lines, fmt.Sprintf("to %s: rules %v, since %s, superseded by %q\n\t%s", w.nameOf(h.GetString("to_team")),
			ruleCodes(h), h.GetString("clinical_time"), names[h.GetString("superseded_by")], strings.Join(alarms, "\n\t")))
	}
	for id, alarms := range of {
		lines = append(lines, fmt.Sprintf("in no open handover (%s): %v", id, alarms))
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// The same evidence pushed by two phones in several orders and batchings comes to the same alarms
// and handovers. Each seed is a story of its own; a failing one says all there is to tell again.
func TestStory_ArrivalOrderAndBatchingChangeNothing(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	w.threeMissed()
	phones := [2]*phone.Phone{w.phoneOf(w.ann), w.phoneOf(w.bob)}
	end := w.now().Truncate(time.Minute)
	for seed := range uint64(4) { // internal/rooms tells many more, on a store in memory
		r := rand.New(rand.NewPCG(seed, 1))
		pieces := drawDays(r, end)
		inOrder := slices.SortedFunc(slices.Values(pieces), func(a, b piece) int { return strings.Compare(whenOf(a), whenOf(b)) })
		want := w.happen(r, phones, pieces, inOrder)
		for telling := range 4 {
			order := slices.Clone(pieces)
			r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			if got := w.happen(r, phones, pieces, order); got != want {
				var arrived []string
				for _, p := range order {
					arrived = append(arrived, fmt.Sprintf("%s by phone %d at %s: %v visit %q replaces %q refused %v", p.name, p.phone, whenOf(p), p.values, p.visit, p.replaces, p.refused))
				}
				t.Fatalf("seed %d, telling %d\n%s\n\nin order it comes to\n%s\n\nthis way to\n%s", seed, telling, strings.Join(arrived, "\n"), want, got)
			}
		}
	}
}

func whenOf(p piece) string {
	if s, ok := p.values["taken_at"].(string); ok {
		return s
	}
	return p.values["ended_at"].(string)
}
