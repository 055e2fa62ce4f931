package demo

import (
	"encoding/json"
	"strconv"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/news2"
	"doorstep/internal/rules"
)

// alarmsOnce: all evidence is judged again, from the readings up, by the pure judge: what is
// stored, what was refused and what lost. Every alarm it finds stands in the table once and in
// exactly one handover; no other alarm does; and every handover was raised and sent once.
func alarmsOnce(w *witnesses) *verdict {
	v := &verdict{promise: "Every alarm was raised, and raised once"}
	set, err := w.books.ruleSet()
	if err != nil {
		v.breaks("the rules cannot be read: %v", err)
		return v
	}
	should := w.books.judge(set)
	doubtful := w.doubtful(set)
	seen := map[string]bool{}
	for _, a := range w.books.alarms {
		v.evidence++
		if seen[a.id] {
			v.breaks("alarm %s stands twice", short(a.id))
		}
		seen[a.id] = true
		v.oneHandover(w.books, a)
		switch {
		case !a.holds:
			if should[a.id] {
				v.breaks("alarm %s (%s) holds, and the table says it does not", short(a.id), a.rule)
			}
		case !should[a.id] && !doubtful[a.id]:
			v.breaks("alarm %s (%s) rests on nothing", short(a.id), a.rule)
		}
	}
	for _, ids := range []map[string]bool{should, doubtful} {
		for id := range ids {
			if !seen[id] {
				v.breaks("alarm %s was never raised", short(id))
			}
		}
	}
	v.handovers(w.books)
	v.of = "alarms in " + counted(len(w.books.rows[care.Handovers]), "handover")
	return v
}

// oneHandover: an alarm is in one handover, which names its rule and is about its person.
func (v *verdict) oneHandover(b *books, a alarmLine) {
	h := b.rows[care.Handovers][a.handover]
	if h == nil {
		v.breaks("alarm %s (%s) is in no handover", short(a.id), a.rule)
		return
	}
	if h.text("patient") != a.patient {
		v.breaks("alarm %s is in a handover about somebody else", short(a.id))
	}
	if !a.holds {
		return
	}
	var reasons []struct {
		ID string `json:"id"`
	}
	raw, _ := h.values["rules"].(json.RawMessage)
	if len(raw) > 0 && json.Unmarshal(raw, &reasons) != nil {
		v.breaks("the reasons of handover %s cannot be read", short(h.id))
	}
	n := 0
	for _, r := range reasons {
		if r.ID == a.rule {
			n++
		}
	}
	if n != 1 {
		v.breaks("handover %s names the rule %s %d times", short(h.id), a.rule, n)
	}
}

// handovers: each was raised once, and put before a team once each time it was meant to be.
func (v *verdict) handovers(b *books) {
	raised := map[string]int{}
	for _, e := range b.rows[care.HandoverEvents] {
		if e.text("kind") == "raised" {
			raised[e.text("handover")]++
		}
		if b.rows[care.Handovers][e.text("handover")] == nil {
			v.breaks("event %s belongs to no handover", short(e.id))
		}
	}
	for id, h := range b.rows[care.Handovers] {
		if raised[id] != 1 {
			v.breaks("handover %s was raised %d times", short(id), raised[id])
		}
		if h.text("to_team") == "" {
			v.breaks("handover %s stands with nobody", short(id))
		}
		if h.text("state") == string(care.Queued) {
			v.breaks("handover %s was never sent", short(id))
		}
	}
}

// ruleSet compiles the rules in force, as the tables have them.
func (b *books) ruleSet() (*rules.Set, error) {
	set, broken := rules.Compile(b.rules)
	for _, r := range broken {
		return nil, &brokenRule{r}
	}
	return set, nil
}

type brokenRule struct{ rules.Broken }

// Error implements error.
func (r *brokenRule) Error() string { return r.Rule.Code + ": " + r.Reason }

// judge judges everything that is stored, person by person, and returns the ids of the alarms that
// hold.
func (b *books) judge(set *rules.Set) map[string]bool {
	disputed := map[string]bool{}
	for _, c := range b.rows[care.Conflicts] {
		if c.text("state") == care.IssueOpen {
			disputed[c.text("record")] = true
		}
	}
	replaced := map[string]bool{}
	for _, o := range b.rows[care.Observations] {
		if !o.retracted && o.text("replaces") != "" {
			replaced[o.text("replaces")] = true
		}
	}
	people := map[string][]rules.Event{}
	for _, name := range []string{care.Visits, care.Observations, care.Checkins} {
		for id, r := range b.rows[name] {
			if r.retracted {
				continue
			}
			e := b.event(r, r.values)
			e.Verified, e.Replaced = !disputed[id], replaced[id]
			people[e.Patient] = append(people[e.Patient], e)
		}
	}
	holds := map[string]bool{}
	for id, events := range people {
		for _, a := range set.Judge(rules.Patient{ID: id, Values: b.rows[care.Patients][id].values}, events).Alarms {
			holds[a.ID] = true
		}
	}
	return holds
}

// event makes evidence of a record with the values given, scored anew.
func (b *books) event(r *row, values map[string]any) rules.Event {
	e := rules.Event{Collection: r.collection, ID: r.id, Patient: r.text("patient"), Staff: r.author, Team: r.text("team"),
		At: r.clinical, ClockKnown: r.clockKnown, Values: values}
	switch r.collection {
	case care.Visits:
		e.Visit = r.id
	case care.Observations:
		e.Visit = r.text("visit")
		score := b.score(values, e.Patient, e.At)
		e.NEWS2 = &score
	}
	return e
}

// score calculates NEWS2 from stored readings.
func (b *books) score(values map[string]any, patient string, at time.Time) news2.Score {
	plain := readings{}
	for name, v := range values {
		if n, ok := v.(int64); ok {
			v = int(n)
		}
		plain[name] = v
	}
	person := news2.Person{Scale: 1}
	if p := b.rows[care.Patients][patient]; p != nil {
		if born, err := time.Parse(time.DateOnly, p.text("date_of_birth")); err == nil {
			person.Age = news2.AgeAt(born, at)
		}
		var scale struct {
			Scale int `json:"scale"`
		}
		if raw, ok := p.values["spo2_scale"].(json.RawMessage); ok && json.Unmarshal(raw, &scale) == nil && scale.Scale == 2 {
			person.Scale = 2
		}
	}
	return news2.Calculate(plain.reading(), person)
}

// doubtful are the alarms that what people recorded would have raised had none of it been refused
// or lost: judged from the tape, by the triggers alone.
func (w *witnesses) doubtful(set *rules.Set) map[string]bool {
	ids := map[string]bool{}
	refused := map[string]bool{}
	for _, q := range w.books.rows[care.Quarantine] {
		refused[q.text("key")] = true
	}
	for _, c := range w.books.rows[care.Conflicts] {
		refused[c.text("record")] = true
	}
	for _, e := range w.tape.entries {
		for _, n := range e.notes {
			if (n.kind != care.OpCreate && n.kind != care.OpUpdate) || !refused[e.key] && !refused[n.id] {
				continue
			}
			switch n.collection {
			case care.Visits, care.Observations, care.Checkins:
			default:
				continue
			}
			r := &row{collection: n.collection, id: n.id, values: map[string]any{}}
			if have := w.books.rows[n.collection][n.id]; have != nil {
				for k, x := range have.values {
					r.values[k] = x
				}
			}
			r.values["patient"] = n.patient
			c, _ := care.ByName(n.collection)
			for name, raw := range n.set {
				if f, ok := c.Field(name); ok {
					if x, ok := meant(f, raw); ok {
						r.values[name] = x
					}
				}
			}
			r.clinical = e.at
			person := w.books.rows[care.Patients][n.patient]
			if person == nil {
				continue
			}
			for _, rule := range set.Triggers(rules.Patient{ID: n.patient, Values: person.values}, w.books.event(r, r.values)) {
				if rule.State == rules.Active && rule.Unless == "" {
					ids[rules.AlarmID(rule.Code, n.patient, n.id)] = true
				}
			}
		}
	}
	return ids
}

// meant reads a value as its author meant it: "26" is 26.
func meant(f *care.Field, raw any) (any, bool) {
	if s, ok := raw.(string); ok && f.Kind == care.Int {
		n, err := strconv.ParseInt(s, 10, 64)
		return n, err == nil
	}
	v, why := f.Check(raw)
	return v, why == nil
}
