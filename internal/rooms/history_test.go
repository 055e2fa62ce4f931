package rooms_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rooms"
	"doorstep/internal/rules"
	"doorstep/internal/storetest"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// Alarms are a pure function of the evidence that stands. What happens here is drawn: people record, correct,
// withdraw and decide, phones are late, records are moved to whom they are about, practices answer. After each
// change the alarms that hold are those which judging all of the evidence from nothing comes to.

// history is a store in memory in which things happen, and what can be meant by a further change.
type history struct {
	*storetest.Memory
	t     *rapid.T
	clock time.Time
	n     int // records, keys and mids are numbered
	log   []string

	visits, sets []string
}

// author is a phone's owner and phone.
type author struct {
	care.Viewer
	client string
}

func newHistory(t *rapid.T) *history {
	h := &history{Memory: storetest.NewMemory(), t: t, clock: storetest.Monday}
	h.Give(h.Town.Ben, h.Town.Nurses, storetest.Monday.Add(-90*24*time.Hour))
	return h
}

func (h *history) note(format string, args ...any) {
	h.log = append(h.log, fmt.Sprintf(format, args...))
}

// fresh is the id of a new record.
func (h *history) fresh() string { h.n++; return storetest.ID(10000 + h.n) }

func (h *history) anybody() string {
	return rapid.SampledFrom([]string{h.Town.Ada, h.Town.Ada, h.Town.Ben}).Draw(h.t, "person")
}

func (h *history) nurse() author {
	return rapid.SampledFrom([]author{{h.Town.Nurse(), storetest.ID(501)}, {h.Town.Colleague(), storetest.ID(502)}, {h.Town.Lead(), storetest.ID(503)}}).Draw(h.t, "author")
}

// ago is a moment of the last days, as a phone states it. Slots of half an hour let some coincide.
func (h *history) ago() string {
	return care.Stamp(storetest.Monday.Add(-time.Duration(rapid.IntRange(1, 200).Draw(h.t, "half hours ago")) * 30 * time.Minute))
}

func readings(t *rapid.T) map[string]any {
	set := map[string]any{"respiration_rate": 16, "spo2": 97, "on_oxygen": false, "systolic": 128, "pulse": 72, "acvpu": "A", "temperature": 36.8}
	maps.Copy(set, rapid.SampledFrom([]map[string]any{
		{}, {}, {"temperature": nil}, {"respiration_rate": 25}, {"respiration_rate": 25}, {"pulse": 131}, {"pulse": "131"}, {"respiration_rate": 25, "spo2": 1290},
		{"respiration_rate": 25, "pulse": 112}, {"respiration_rate": 25, "pulse": 112, "spo2": "91"}, {"respiration_rate": 25, "pulse": 112, "spo2": 91}, {"acvpu": "V"},
	}).Draw(t, "readings"))
	return set
}

func contact(t *rapid.T) map[string]any {
	return maps.Clone(rapid.SampledFrom([]map[string]any{
		{"status": "completed"}, {"status": "completed", "soft_signs": []string{"unsteady"}}, {"status": "completed", "critical_medicine": "missed"},
		{"status": "no_access", "no_access_kind": "no_reply"}, {"status": "no_access", "no_access_kind": "failed"}, {"status": "planned"},
		{"status": "completed", "critical_medicine": "forgotten"},
	}).Draw(t, "contact"))
}

// op is one op of a change as a phone sends it.
type op = map[string]any

// draw draws an op about a person.
func (h *history) draw(patient string) op {
	switch rapid.SampledFrom([]string{"set", "set", "set", "correction", "correction", "visit", "visit", "edit", "edit", "sign", "withdraw", "withdraw"}).Draw(h.t, "what") {
	case "correction":
		if len(h.sets) == 0 {
			break
		}
		set := with(readings(h.t), op{"patient": patient, "taken_at": h.ago(), "replaces": rapid.SampledFrom(h.sets).Draw(h.t, "corrects")})
		return h.create(care.Observations, set)
	case "visit":
		v := with(contact(h.t), op{"patient": patient})
		if rapid.Bool().Draw(h.t, "timed") {
			v["ended_at"] = h.ago()
		}
		return h.create(care.Visits, v)
	case "edit":
		if len(h.visits) == 0 {
			break
		}
		set := contact(h.t)
		if rapid.IntRange(0, 3).Draw(h.t, "when") == 0 {
			set["ended_at"] = h.ago()
		}
		delete(set, "soft_signs")
		return op{"op": "update", "collection": care.Visits, "id": rapid.SampledFrom(h.visits).Draw(h.t, "visit"), "patient": patient, "base": h.base(), "set": set}
	case "sign":
		if len(h.visits) == 0 {
			break
		}
		return op{"op": rapid.SampledFrom([]string{"add", "remove"}).Draw(h.t, "does"), "collection": care.Visits, "id": rapid.SampledFrom(h.visits).Draw(h.t, "visit"),
			"patient": patient, "base": h.base(), "field": "soft_signs", "values": []string{"unsteady"}}
	case "withdraw":
		what, list := care.Observations, h.sets
		if len(list) == 0 || len(h.visits) > 0 && rapid.Bool().Draw(h.t, "a visit") {
			what, list = care.Visits, h.visits
		}
		if len(list) == 0 {
			break
		}
		return op{"op": "retract", "collection": what, "id": rapid.SampledFrom(list).Draw(h.t, "withdraws"), "patient": patient, "base": h.base()}
	}
	set := with(readings(h.t), op{"patient": patient, "taken_at": h.ago()})
	if len(h.visits) > 0 && rapid.Bool().Draw(h.t, "at a visit") {
		set["visit"] = rapid.SampledFrom(h.visits).Draw(h.t, "visit")
	}
	return h.create(care.Observations, set)
}

func (h *history) create(collection string, set op) op {
	id := h.fresh()
	if collection == care.Visits {
		h.visits = append(h.visits, id)
	} else {
		h.sets = append(h.sets, id)
	}
	return op{"op": "create", "collection": collection, "id": id, "set": set}
}

// base is what an author had seen: everything, something, or nothing.
func (h *history) base() string {
	seen := rapid.SampledFrom([]int64{h.Seq(), h.Seq(), h.Seq() / 2, 1}).Draw(h.t, "seen")
	return fmt.Sprintf("e1.%d", seen)
}

// push lets a change of several ops arrive. Refused: something in it is no collection of ours, so it is kept whole.
func (h *history) push(who author, ops []op, refused bool) {
	if refused {
		ops = append(ops, op{"op": "create", "collection": "wound_photos", "id": h.fresh(), "set": op{"patient": h.Town.Ada}})
	}
	h.n++
	raw, err := json.Marshal(op{"mid": h.n, "key": storetest.ID(70000 + h.n), "author": who.Staff, "authored_at": care.Stamp(h.clock), "ops": ops})
	h.must(err)
	change, err := wire.DecodeKept(raw)
	h.must(err)
	h.note("%s", raw)
	h.change(func(s rooms.Store) error {
		_, err := rooms.Of(s).Changes.Accept(&change, takein.By{Viewer: who.Viewer, Client: who.client, Clock: care.DeviceClock{Known: true}})
		return err
	})
}

func (h *history) change(fn func(s rooms.Store) error) {
	h.clock = h.clock.Add(time.Second)
	h.must(h.Change(h.clock, fn))
}

func (h *history) must(err error) {
	if err != nil {
		h.t.Fatalf("%v after\n%s", err, strings.Join(h.log, "\n"))
	}
}

// happen lets one thing happen.
func (h *history) happen() {
	switch rapid.SampledFrom([]string{"change", "change", "change", "change", "change", "moved", "answer", "answer", "decide", "decide", "stranger", "deleted", "fact", "fact"}).Draw(h.t, "next") {
	case "change":
		patient, n := h.anybody(), rapid.IntRange(1, 3).Draw(h.t, "ops")
		ops := make([]op, n)
		for i := range ops {
			ops[i] = h.draw(patient)
		}
		h.push(h.nurse(), ops, rapid.IntRange(0, 7).Draw(h.t, "refused") == 0)
	case "stranger": // not on their caseload: kept whole
		h.push(author{h.Town.Stranger(), storetest.ID(504)}, []op{h.draw(h.anybody())}, false)
	case "moved":
		h.move()
	case "deleted":
		h.remove()
	case "answer":
		h.answer()
	case "decide":
		h.decide()
	case "fact":
		h.fact()
	}
}

// fact sets something right, or wrong, that is known of a person: by a phone, late or not, or in the dashboard.
func (h *history) fact() {
	patient := h.anybody()
	set := maps.Clone(rapid.SampledFrom([]map[string]any{
		{"pregnant": true}, {"pregnant": false}, {"pregnant": nil}, {"date_of_birth": "2015-01-01"}, {"date_of_birth": storetest.Born}, {"date_of_birth": nil},
		{"spo2_scale": map[string]any{"scale": 2}}, {"spo2_scale": nil}, {"phone": "01632 960001"},
	}).Draw(h.t, "fact"))
	if rapid.Bool().Draw(h.t, "by phone") {
		h.push(h.nurse(), []op{{"op": "update", "collection": care.Patients, "id": patient, "patient": patient, "base": h.base(), "set": set}}, false)
		return
	}
	patients, _ := care.ByName(care.Patients)
	old, err := h.Record(patients, patient)
	h.must(err)
	rec := old.Clone()
	var fields []string
	for name, v := range set {
		if scale, ok := v.(map[string]any); ok {
			v = care.JSON(scale)
		}
		rec.SetAll(map[string]any{name: v})
		fields = append(fields, name)
	}
	h.note("%s is set to %v in the dashboard", patient, set)
	h.change(func(s rooms.Store) error {
		h.Write(rec)
		return rooms.Of(s).TakeIn.TakeInForeignWrite(rec, old, fields)
	})
}

// anyRecord draws a stored visit or set of readings, nil when there is none.
func (h *history) anyRecord() *care.Record {
	ids := slices.Concat(h.visits, h.sets)
	if len(ids) == 0 {
		return nil
	}
	id := rapid.SampledFrom(ids).Draw(h.t, "record")
	for _, name := range []string{care.Visits, care.Observations} {
		c, _ := care.ByName(name)
		rec, err := h.Record(c, id)
		if h.must(err); rec != nil {
			return rec
		}
	}
	return nil
}

// move files a record under the other person, in the dashboard.
func (h *history) move() {
	old := h.anyRecord()
	if old == nil {
		return
	}
	rec := old.Clone()
	to := h.Town.Ada
	if old.Person() == to {
		to = h.Town.Ben
	}
	rec.SetAll(map[string]any{"patient": to})
	h.note("%s moved to %s", rec.ID, to)
	h.change(func(s rooms.Store) error {
		h.Write(rec)
		return rooms.Of(s).TakeIn.TakeInForeignWrite(rec, old, []string{"patient"})
	})
}

// remove deletes a record past the engine.
func (h *history) remove() {
	rec := h.anyRecord()
	if rec == nil || !rec.Retracted.IsZero() {
		return
	}
	h.note("%s deleted", rec.ID)
	h.change(func(s rooms.Store) error {
		h.Erase(rec)
		return rooms.Of(s).TakeIn.TakeInForeignDelete(rec)
	})
}

// answer lets a practice or the clock do something to a handover.
func (h *history) answer() {
	list, err := h.EveryHandover(h.anybody())
	if h.must(err); len(list) == 0 {
		return
	}
	rec := rapid.SampledFrom(list).Draw(h.t, "handover")
	do := rapid.SampledFrom([]handover.Kind{handover.Acknowledge, handover.Accept, handover.Answer, handover.Answer, handover.Decline, handover.Overdue}).Draw(h.t, "does")
	h.note("%s of %s", do, rec.ID)
	h.change(func(s rooms.Store) error {
		r := rooms.Of(s).Arrange
		if do == handover.Overdue {
			return r.Overdue(rec.ID)
		}
		_, err := r.Act(rec.ID, handover.Action{Kind: do, Outcome: "advice_given", Text: "ok", Reason: "no"},
			handover.Actor{Staff: h.Town.Guy, Role: care.DutyGP, Teams: []string{care.AsHandover(rec).ToTeam()}}, 0)
		if _, refused := err.(*handover.Error); refused { //nolint:errorlint // it is never wrapped
			return nil
		}
		return err
	})
}

// decide lets the lead settle an issue.
func (h *history) decide() {
	open, err := h.OpenIssues(h.anybody())
	if h.must(err); len(open) == 0 {
		return
	}
	issue := rapid.SampledFrom(open).Draw(h.t, "issue")
	i := care.AsIssue(issue)
	set := op{}
	if rapid.Bool().Draw(h.t, "takes the other side") {
		switch {
		case i.Policy() == care.PolicyRetract:
			set["retract"] = true
		case i.Policy() == care.PolicyRetracted:
			set["retract"] = false
		case issue.Collection.Name == care.Conflicts:
			set[i.Field()] = care.DecodeJSON(i.Lost())
		case i.Field() == "pulse":
			set["pulse"] = 131
		}
	}
	h.push(author{h.Town.Lead(), storetest.ID(503)}, []op{{"op": "resolve", "issue": issue.ID, "patient": i.Patient(), "base": fmt.Sprintf("e1.%d", h.Seq()), "set": set}}, false)
}

// check compares what holds with what the evidence says, and the score of each reading with that of its person.
func (h *history) check() {
	sets, _ := care.ByName(care.Observations)
	for _, id := range h.sets {
		rec, err := h.Record(sets, id)
		h.must(err)
		if rec == nil || !rec.Retracted.IsZero() {
			continue
		}
		person, err := h.Patient(rec.Person())
		h.must(err)
		if want := care.JSON(rules.ScoreOf(rec.Values, person, rec.ClinicalTime)); string(rec.Raw("news2")) != string(want) {
			h.t.Fatalf("%s scores %s, and should\n\t%s\nafter\n%s", id, rec.Raw("news2"), want, strings.Join(h.log, "\n"))
		}
	}
	for _, patient := range []string{h.Town.Ada, h.Town.Ben} {
		known, err := h.Alarms(patient, storetest.Monday.Add(-30*24*time.Hour))
		h.must(err)
		var holds []string
		for _, a := range known {
			if !a.Holds {
				continue
			}
			holds = append(holds, fmt.Sprintf("%s at %s (verified %v)", a.Rule, a.Record, a.Verified))
			handovers, _ := care.ByName(care.Handovers)
			to, err := h.Record(handovers, a.Handover)
			if h.must(err); to == nil || care.AsHandover(to).Patient() != patient {
				h.t.Fatalf("%s at %s of %s sits in no handover about them after\n%s", a.Rule, a.Record, patient, strings.Join(h.log, "\n"))
			}
		}
		should, err := storetest.FromNothing(h.Memory, patient)
		h.must(err)
		var want []string
		for _, a := range should {
			want = append(want, fmt.Sprintf("%s at %s (verified %v)", a.Rule, a.Record, a.Verified))
		}
		slices.Sort(holds)
		slices.Sort(want)
		if !slices.Equal(holds, want) {
			h.t.Fatalf("of %s hold\n\t%s\nand the evidence says\n\t%s\nafter\n%s", patient, strings.Join(holds, "\n\t"), strings.Join(want, "\n\t"), strings.Join(h.log, "\n"))
		}
	}
}

// O3, O4, O5.
func TestRooms_AlarmsFollowFromTheEvidenceThatStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newHistory(t)
		for range rapid.IntRange(1, 25).Draw(t, "changes") {
			h.happen()
			h.check()
		}
	})
}
