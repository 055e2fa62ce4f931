package main

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"doorstep/internal/care"
)

// batchSize is how many visits travel together: one push, one /api/batch, or as many POSTs.
const batchSize = 20

// visit is one generated visit: about 900 bytes of JSON, the same bytes for every server.
type visit struct {
	id  string
	key string // of the mutation that carries it
	at  time.Time
	set json.RawMessage // the wire fields without the id
	// patient and note are in set too; updates need them apart.
	patient, note string
}

// content is the wire form of a visit. Most visits are uneventful; one in a hundred shows a
// soft sign and one in a hundred a missed critical medicine, so that rules raise alarms. Nobody
// answers them here, so the share of people with something open only grows.
type content struct {
	Patient      string   `json:"patient"`
	Team         string   `json:"team"`
	Staff        string   `json:"staff"`
	Purpose      string   `json:"purpose"`
	PlannedStart string   `json:"planned_start"`
	PlannedEnd   string   `json:"planned_end"`
	Status       string   `json:"status"`
	StartedAt    string   `json:"started_at"`
	EndedAt      string   `json:"ended_at"`
	SoftSigns    []string `json:"soft_signs"`
	Medicine     string   `json:"critical_medicine"`
	Outcome      string   `json:"outcome"`
	Note         string   `json:"note"`
}

// newID makes an id for records whose order plays no part.
func newID() string { return strings.ToLower(ulid.Make().String()) }

// diary makes the visits of one device. Ids are time-ordered within a device, as on phones;
// the devices' clocks run side by side, so ids of different devices interleave.
type diary struct {
	dev     device
	rnd     *rand.Rand
	entropy *rand.ChaCha8
	now     time.Time
	every   time.Duration // mean time between two visits
	calm    bool          // nothing in the visits raises an alarm
}

// newDiary spreads so many visits over a span of time that ends now. It gives the same visits for
// the same seed and device number; only their times move.
func newDiary(seed uint64, number int, dev device, now time.Time, span time.Duration, visits int) *diary {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
		key[8+i] = byte(number >> (8 * i))
	}
	return &diary{dev: dev, rnd: rand.New(rand.NewPCG(seed, uint64(number))), entropy: rand.NewChaCha8(key),
		now: now.Add(-span), every: span / time.Duration(visits+1)}
}

// id makes the next identifier: a lower-case ULID of the diary's own time.
func (d *diary) id() string {
	d.now = d.now.Add(time.Duration(1+d.rnd.IntN(9)) * time.Millisecond)
	return strings.ToLower(ulid.MustNew(ulid.Timestamp(d.now), d.entropy).String())
}

// afternoon is how old the visits are that phones push: recorded since noon, sent at 17:00.
const afternoon = 4 * time.Hour

// spacing is the mean time between two visits of a device that looks back on years of care, nights
// included. With it a person has two or three visits in any 48 hours, which is how far back rules
// look.
const spacing = 2 * time.Hour

// visit makes the next one, to a person on the caseload of the device's team.
func (d *diary) visit() visit {
	d.now = d.now.Add(d.every/2 + time.Duration(d.rnd.Int64N(int64(d.every))))
	v := visit{id: d.id(), key: d.id(), at: d.now}
	v.patient = d.dev.Patients[d.rnd.IntN(len(d.dev.Patients))]
	v.note = d.text(480)
	c := content{
		Patient: v.patient, Team: d.dev.Team, Staff: d.dev.Staff,
		Purpose: pick(d.rnd, care.VisitPurposes), Status: "completed", Outcome: pick(d.rnd, care.VisitOutcomes[:4]),
		PlannedStart: care.Stamp(d.now.Add(-50 * time.Minute)), PlannedEnd: care.Stamp(d.now.Add(-20 * time.Minute)),
		StartedAt: care.Stamp(d.now.Add(-45 * time.Minute)), EndedAt: care.Stamp(d.now.Add(-15 * time.Minute)),
		SoftSigns: []string{}, Medicine: "given", Note: v.note,
	}
	switch n := d.rnd.IntN(100); {
	case d.calm:
	case n == 0:
		c.SoftSigns = []string{pick(d.rnd, care.SoftSigns)}
	case n == 1:
		c.Medicine = "missed"
	}
	set, err := json.Marshal(c)
	if err != nil {
		panic(err) // a struct of strings always marshals
	}
	v.set = set
	return v
}

// visits makes the next n.
func (d *diary) visits(n int) []visit {
	list := make([]visit, n)
	for i := range list {
		list[i] = d.visit()
	}
	return list
}

// words are enough for notes that neither repeat nor compress suspiciously well.
var words = strings.Fields(`dressing changed wound clean dry granulating skin intact heel left right leg ulcer
	compression bandage tolerated well patient comfortable settled eating drinking small amounts family present
	daughter visiting next Tuesday insulin given self supervised glucose stable catheter draining clear urine
	bowels opened pain controlled regular paracetamol repositioned cushion mattress checked alarm working keys
	safe door advice given call surgery if worse review Friday bloods taken sent lab mobilising with frame`)

// text makes about n bytes of words.
func (d *diary) text(n int) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(pick(d.rnd, words))
		b.WriteByte(' ')
	}
	return b.String()[:n]
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }
