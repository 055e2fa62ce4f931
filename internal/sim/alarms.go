package sim

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/news2"
	"doorstep/internal/pbstore"
	"doorstep/internal/phone"
	"doorstep/internal/rules"
	"doorstep/internal/storetest"
)

// alarmRow is one alarm as the server keeps it.
type alarmRow struct {
	id, rule, patient, collection, record, at, handover string
	clockKnown, verified, holds                         bool
}

func (w *World) alarmRows() (map[string]alarmRow, error) {
	db, err := w.machine.db()
	if err != nil {
		return nil, err
	}
	rows, err := db.Query(`SELECT id, rule, patient, collection, record, clinical_time, handover, clock_known, verified, holds FROM alarms`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string]alarmRow{}
	for rows.Next() {
		var a alarmRow
		if err := rows.Scan(&a.id, &a.rule, &a.patient, &a.collection, &a.record, &a.at, &a.handover, &a.clockKnown, &a.verified, &a.holds); err != nil {
			return nil, err
		}
		found[a.id] = a
	}
	return found, rows.Err()
}

// judge is what is needed to judge the final evidence.
type judge struct {
	w     *World
	db    *stored
	rules *rules.Set
	have  map[string]alarmRow
}

// checkAlarms: what the rules see in the final evidence was raised, once, and sits in one
// handover; what was refused raised what it would have raised.
func (w *World) checkAlarms() {
	db, err := w.read(true)
	if err != nil {
		w.fail("read the tables: %v", err)
		return
	}
	have, err := w.alarmRows()
	if err != nil {
		w.fail("read the alarms: %v", err)
		return
	}
	set, broken := rules.Compile(rules.Defaults())
	if len(broken) > 0 {
		w.fail("the shipped rules do not compile: %v", broken)
		return
	}
	j := &judge{w: w, db: db, rules: set, have: have}
	holding := map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(db.rows[care.Patients])) {
		j.person(id, holding)
	}
	for _, id := range slices.Sorted(maps.Keys(have)) {
		if a := have[id]; a.holds && a.verified && !holding[id] {
			w.fail("alarm %s at %s %s of P%d holds, and the evidence does not say so", a.rule, a.collection, shortKey(a.record), w.numberOf(a.patient))
		}
	}
	j.refused()
	j.handovers()
	w.checkHanded(db)
	w.checkFromNothing(have)
	w.counts["alarms"] += len(have)
	w.counts["handovers"] += len(db.rows[care.Handovers])
}

// checkFromNothing: the alarms that hold, of what is in doubt as well, are those that judging everything that is
// stored comes to as if it had come at once.
func (w *World) checkFromNothing(have map[string]alarmRow) {
	should := map[string]bool{} // by alarm: verified
	err := w.machine.srv.Engine.Do(context.Background(), func(tx *pbstore.Tx) error {
		for _, patient := range w.town.patients {
			alarms, err := storetest.FromNothing(tx, patient)
			if err != nil {
				return err
			}
			for i := range alarms {
				should[alarms[i].ID] = alarms[i].Verified
			}
		}
		return nil
	})
	if err != nil {
		w.fail("judge from nothing: %v", err)
		return
	}
	for _, id := range slices.Sorted(maps.Keys(have)) {
		a := have[id]
		verified, holds := should[id]
		if a.holds != holds || holds && a.verified != verified {
			w.fail("alarm %s at %s %s of P%d holds: %v (verified %v); judged from nothing: %v (verified %v)", a.rule, a.collection, shortKey(a.record),
				w.numberOf(a.patient), a.holds, a.verified, holds, verified)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(should)) {
		if _, known := have[id]; !known {
			w.fail("an alarm %s was never raised that judging from nothing comes to", shortKey(id))
		}
	}
}

// numberOf is a person's number in the story.
func (w *World) numberOf(patient string) int { return slices.Index(w.town.patients, patient) }

// record makes a noun of a stored row.
func record(r *row) *care.Record {
	rec := &care.Record{Collection: r.collection, ID: r.id, Values: r.values}
	rec.Author, rec.Client, rec.ClockKnown, rec.Version = r.author, r.client, r.clockKnown, r.version
	rec.ClinicalTime, _ = care.ParseStamp(r.clinical) // "" where there is none
	return rec
}

func (j *judge) person(id string, holding map[string]bool) {
	disputed, replaced := map[string]bool{}, map[string]bool{}
	for _, c := range j.db.rows[care.Conflicts] {
		if c.text("state") == "open" {
			disputed[c.text("record")] = true
		}
	}
	for _, o := range j.db.rows[care.Observations] {
		if by := o.text("replaces"); by != "" && !o.retracted {
			replaced[by] = true
		}
	}
	var events []rules.Event
	for _, name := range []string{care.Visits, care.Observations, care.Checkins} {
		for _, r := range j.db.rows[name] {
			if r.retracted || r.text("patient") != id {
				continue
			}
			e := rules.EventOf(record(r), !disputed[r.id])
			e.Replaced = replaced[r.id]
			events = append(events, e)
		}
	}
	person := rules.Patient{ID: id, Values: j.db.rows[care.Patients][id].values}
	for _, a := range j.rules.Judge(person, events).Alarms {
		holding[a.ID] = true
		row, ok := j.have[a.ID]
		switch {
		case !ok:
			j.w.fail("%s holds at %s %s of P%d, and was never raised", a.Rule.Code, a.Event.Collection, shortKey(a.Event.ID), j.w.numberOf(id))
		case !row.holds:
			j.w.fail("%s holds at %s %s of P%d, and is noted as past", a.Rule.Code, a.Event.Collection, shortKey(a.Event.ID), j.w.numberOf(id))
		case j.db.rows[care.Handovers][row.handover] == nil:
			j.w.fail("%s at %s %s of P%d sits in no handover", a.Rule.Code, a.Event.Collection, shortKey(a.Event.ID), j.w.numberOf(id))
		}
	}
}

// refused: readings of changes that were held back raise what they would have raised.
func (j *judge) refused() {
	for _, q := range j.db.rows[care.Quarantine] {
		raw, ok := q.values["content"].(json.RawMessage)
		if q.text("kind") != "mutation" || !ok {
			continue
		}
		var kept struct {
			Ops []phone.Op `json:"ops"`
		}
		if err := json.Unmarshal(raw, &kept); err != nil {
			j.w.fail("what quarantine keeps of %s cannot be read: %v", shortKey(q.text("key")), err)
			continue
		}
		for i := range kept.Ops {
			j.refusedOp(q, &kept.Ops[i])
		}
	}
}

func (j *judge) refusedOp(q *row, op *phone.Op) {
	c, ok := care.ByName(op.Collection)
	patient, _ := op.Set["patient"].(string)
	if !ok || op.Op != string(care.OpCreate) || (c.Name != care.Observations && c.Name != care.Visits) {
		return
	}
	who := j.db.rows[care.Patients][patient]
	if who == nil {
		return
	}
	values := map[string]any{}
	for name, v := range op.Set {
		b, err := json.Marshal(v)
		if err != nil {
			continue
		}
		parsed, err := jsonValue(b)
		if err != nil {
			continue
		}
		if f, ok := c.Field(name); ok && f.Policy != care.Server {
			if text, ok := parsed.(string); ok && (f.Kind == care.Int || f.Kind == care.Decimal) {
				parsed = json.Number(text) // a reading in quotes is a reading
			}
			if v, why := f.Check(parsed); why == nil && v != nil {
				values[name] = v
			}
		}
	}
	e := rules.Event{Collection: c.Name, ID: op.ID, Patient: patient, Values: values}
	e.At, _ = care.ParseStamp(q.text("opened_at"))
	if c.Name == care.Observations {
		e.NEWS2 = rules.ScoreOf(values, record(who), e.At)
	}
	for _, r := range j.rules.Triggers(rules.Patient{ID: patient, Values: who.values}, e) {
		if r.State != rules.Active || r.Unless != "" {
			continue
		}
		raised := slices.ContainsFunc(j.w.onceOne(patient), func(person string) bool {
			row, has := j.have[rules.AlarmID(r.Code, person, op.ID)]
			return has && j.db.rows[care.Handovers][row.handover] != nil
		})
		if !raised {
			j.w.fail("%s was refused (%s), and its alarm %s was muted", shortKey(q.text("key")), q.text("code"), r.Code)
		}
	}
}

// handovers: each was raised once, for a cause, and is only superseded by what came later.
func (j *judge) handovers() {
	causes := map[string][]alarmRow{}
	for _, a := range j.have {
		causes[a.handover] = append(causes[a.handover], a)
	}
	raised := map[string]int{}
	for _, e := range j.db.rows[care.HandoverEvents] {
		if e.text("kind") == "raised" {
			raised[e.text("handover")]++
		}
	}
	for _, id := range slices.Sorted(maps.Keys(j.db.rows[care.Handovers])) {
		h := j.db.rows[care.Handovers][id]
		if n := raised[id]; n != 1 {
			j.w.fail("handover %s was raised %d times", shortKey(id), n)
		}
		if by := h.text("superseded_by"); by != "" {
			j.superseded(h, by, causes[id])
		}
	}
}

// superseded: a complete set, by times whose offsets are known later than every cause, below
// every trigger of the score.
func (j *judge) superseded(h *row, by string, causes []alarmRow) {
	set := j.db.rows[care.Observations][by]
	if set == nil {
		j.w.fail("handover %s is superseded by a set that is not there", shortKey(h.id))
		return
	}
	var score news2.Score
	if raw, ok := set.values["news2"].(json.RawMessage); !ok || json.Unmarshal(raw, &score) != nil || score.Status != news2.StatusComplete {
		j.w.fail("handover %s is superseded by an incomplete set", shortKey(h.id))
	}
	for _, a := range causes {
		if !a.holds || a.collection != care.Observations {
			continue
		}
		if strings.TrimSpace(a.at) >= set.clinical || !a.clockKnown || !set.clockKnown {
			j.w.fail("handover %s of %s (clock known: %v) is superseded by a set of %s (clock known: %v)", shortKey(h.id), a.at, a.clockKnown, set.clinical, set.clockKnown)
		}
	}
}
