package httpapi_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"doorstep/internal/care"
	reference "doorstep/internal/phone"
)

// Whatever the order in which two registrations are made one and two again, and phones write about either without having
// heard of it: no record is lost or doubled, each is filed under one of the two, each alarm exists once and where its record
// is, and in the end what was written about the dead registration is filed under it.
func TestMerge_AnyOrderOfDecisionsAndPushesLosesNothing(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			d := newMergeDay(t, seed)
			for range 40 {
				d.step()
			}
			d.end()
		})
	}
}

// mergeDay is a seeded day on which leads change their mind about two registrations.
type mergeDay struct {
	*town
	rand   *rand.Rand
	people [2]string // the survivor, and the one that is merged into it
	phones []*reference.Phone
	about  map[string]string // record → whom it was written about
	sets   []string          // of readings that score
	merged bool
}

func newMergeDay(t *testing.T, seed uint64) *mergeDay {
	w := newTown(t)
	second := w.again(w.nurses)
	return &mergeDay{town: w, rand: rand.New(rand.NewPCG(seed, 26)), people: [2]string{w.ada.Id, second.Id},
		phones: []*reference.Phone{w.phoneOf(w.ann), w.phoneOf(w.bob)}, about: map[string]string{}}
}

func (d *mergeDay) step() {
	phone := d.phones[d.rand.IntN(len(d.phones))]
	switch d.rand.IntN(8) {
	case 0:
		verb, body := "merge", map[string]any{"into": d.people[0]}
		if d.merged {
			verb, body = "unmerge", nil
		}
		into[map[string]any](d.t, d.send(d.lea, "/people/"+d.people[1]+"/"+verb, body), http.StatusOK)
		d.merged = !d.merged
		d.tick()
	case 1, 2, 3:
		if who := d.known(phone); who != "" {
			d.about[d.recordVisit(phone, who, "step")] = who
		}
	case 4:
		if who := d.known(phone); who != "" {
			readings := d.news2Of8()
			readings["patient"] = who
			id, err := phone.Create(care.Observations, readings)
			must(d.t, err)
			d.about[id], d.sets = who, append(d.sets, id)
		}
	case 5:
		d.pass(time.Duration(1+d.rand.IntN(90)) * time.Minute)
	default:
		d.sync(phone)
		d.tick()
	}
}

// known is one of the two whom a phone holds, "" for neither.
func (d *mergeDay) known(phone *reference.Phone) string {
	held := heldBy(d.t, phone, care.Patients)
	for _, i := range d.rand.Perm(2) {
		if held[d.people[i]] != nil {
			return d.people[i]
		}
	}
	return ""
}

func (d *mergeDay) end() {
	t := d.t
	d.sync(d.phones...)
	d.tick()
	if !d.merged { // let it end with an undoing, so that all of the dead registration has to come back
		into[map[string]any](t, d.send(d.lea, "/people/"+d.people[1]+"/merge", map[string]any{"into": d.people[0]}), http.StatusOK)
		d.tick()
	}
	equal(t, "filed under the dead registration", d.count(t, `SELECT (SELECT count(*) FROM visits WHERE patient = '`+d.people[1]+`') + (SELECT count(*) FROM observations WHERE patient = '`+d.people[1]+`')
		+ (SELECT count(*) FROM alarms WHERE patient = '`+d.people[1]+`') + (SELECT count(*) FROM handovers WHERE patient = '`+d.people[1]+`')`), 0)
	into[map[string]any](t, d.send(d.lea, "/people/"+d.people[1]+"/unmerge", nil), http.StatusOK)
	d.tick()
	d.sync(d.phones...)
	for id, who := range d.about {
		var is string
		must(t, d.DB().NewQuery(`SELECT patient FROM visits WHERE id = '`+id+`' UNION ALL SELECT patient FROM observations WHERE id = '`+id+`'`).Row(&is))
		equal(t, "who has "+id, is, who)
	}
	equal(t, "records", d.count(t, `SELECT (SELECT count(*) FROM visits) + (SELECT count(*) FROM observations)`), len(d.about))
	equal(t, "changes held back", d.count(t, `SELECT count(*) FROM quarantine`), 0)
	equal(t, "alarms of one rule at one record, twice", d.count(t, `SELECT count(*) FROM (SELECT 1 FROM alarms GROUP BY rule, record HAVING count(*) > 1)`), 0)
	equal(t, "alarms that are not with their record", d.count(t, `SELECT count(*) FROM alarms a JOIN observations o ON o.id = a.record WHERE o.patient <> a.patient`), 0)
	equal(t, "alarms at each set that scores", d.count(t, `SELECT count(DISTINCT record) FROM alarms`), len(d.sets))
	equal(t, "alarms whose handover is about somebody else", d.count(t, `SELECT count(*) FROM alarms a JOIN handovers h ON h.id = a.handover WHERE h.patient <> a.patient`), 0)
	equal(t, "alarms that hold and were handed to nobody", d.count(t, `SELECT count(*) FROM alarms WHERE holds AND handover = ''`), 0)
	for _, phone := range d.phones {
		for id, values := range heldBy(t, phone, care.Visits) {
			if who, known := d.about[id]; known && values["patient"] != who {
				t.Errorf("a phone has visit %s about %v", id, values["patient"])
			}
		}
	}
}
