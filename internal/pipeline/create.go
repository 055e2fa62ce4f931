package pipeline

import (
	"encoding/json"
	"sort"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/news2"
	"doorstep/internal/wire"
)

// create plans a new record. Fields that cannot be stored are set aside, the rest applies.
func (p *plan) create(c *care.Collection, op *care.Op) error {
	patient := op.ID
	if c.Name != care.Patients {
		patient, _ = op.Set["patient"].(string)
		if !care.IsID(patient) {
			return &refusal{code: "invalid_identity", field: "patient", fix: "edit",
				message: "The change does not say whom it is about."}
		}
	}
	if err := p.permitCreate(c, patient); err != nil {
		return err
	}
	if c.Name != care.Patients {
		if person, err := p.tx.Patient(patient); err != nil {
			return err
		} else if person == nil {
			return &refusal{code: "missing_record", fix: "none", waitsFor: patient,
				message: "The person this is about has not reached the server yet."}
		}
	}
	if p.byID[c.Name+"/"+op.ID] != nil {
		return idTaken()
	}
	if len(p.m.Ops) > 1 { // a lone create finds out by inserting
		if taken, err := p.tx.Record(c, op.ID); err != nil {
			return err
		} else if taken != nil {
			return idTaken()
		}
	}
	rec := &care.Record{Collection: c, ID: op.ID, Values: make(map[string]any, len(op.Set)+2)}
	rec.Author, rec.Client = p.by.Staff, p.by.Client
	rec.AuthoredAt, rec.ReceivedAt = p.at, p.received
	rec.ClockOffset, rec.ClockKnown = p.by.Offset, p.known
	var aside []asideField
	for name, raw := range op.Set {
		f, v, why := p.check(c, name, raw)
		if why != nil {
			aside = append(aside, asideField{name, raw, why})
			continue
		}
		if v != nil {
			rec.Values[f.Name] = v
		}
	}
	d := &draft{rec: rec}
	p.keep(d)
	if c.Name == care.Handovers {
		if err := p.byHand(rec); err != nil {
			return err
		}
	}
	p.setAside(rec, patient, aside)
	return p.finish(d)
}

type asideField struct {
	name string
	raw  any
	why  *care.Problem
}

// check turns one raw value into a stored one, or says why it is set aside.
func (p *plan) check(c *care.Collection, name string, raw any) (*care.Field, any, *care.Problem) {
	f, ok := c.Field(name)
	if !ok {
		return nil, nil, &care.Problem{Code: "unknown_field", Message: "This server has no field " + quoteName(name) + " in " + c.Name + "."}
	}
	if f.Policy == care.Server {
		return nil, nil, &care.Problem{Code: "server_only", Message: "Only the server writes " + name + "."}
	}
	duty := care.DutyOf(p.by.Role)
	if duty.View == care.Limited && !f.Limited && c.Name != care.Handovers && !p.by.Approved {
		return nil, nil, &care.Problem{Code: "not_yours", Message: "Your role does not write " + name + "."}
	}
	if name == "spo2_scale" && raw != nil && !duty.SetsScale && !p.by.Approved {
		return nil, nil, &care.Problem{Code: "not_yours", Message: "The SpO2 scale is set by a clinician who is qualified to."}
	}
	v, why := f.Check(raw)
	return f, v, why
}

// setAside keeps values that could not be stored, with an issue each.
func (p *plan) setAside(rec *care.Record, patient string, fields []asideField) {
	sort.Slice(fields, func(i, j int) bool { return fields[i].name < fields[j].name })
	for _, a := range fields {
		fix := "edit"
		if a.why.Code == "server_only" || a.why.Code == "unknown_field" || a.why.Code == "not_yours" {
			fix = "supervisor"
		}
		content, err := json.Marshal(a.raw)
		if err != nil {
			content = []byte("null") // unreachable: it was decoded from JSON
		}
		q := p.issue(care.Quarantine, patient)
		set(q, map[string]any{"kind": "field", "author": p.by.Staff, "client": p.by.Client, "device": p.by.Device,
			"mid": p.m.Mid, "key": p.m.Key, "collection": rec.Collection.Name, "record": rec.ID, "field": clip(a.name, 60),
			"code": a.why.Code, "message": a.why.Message, "fix": fix, "content": json.RawMessage(content), "state": "open"})
		p.issues = append(p.issues, q)
		p.result.Issues = append(p.result.Issues, wire.Issue{ID: q.ID, Code: a.why.Code, Field: a.name, Message: a.why.Message, Fix: fix})
	}
}

// finish adds what the server derives from the record's own fields.
func (p *plan) finish(d *draft) error {
	rec := d.rec
	p.timeRecord(d)
	p.correct(d)
	if rec.Collection.Name == care.Observations && (d.old == nil || d.ever) {
		person, err := p.tx.Patient(rec.Text("patient"))
		if err != nil {
			return err
		}
		var now any
		if score := Score(rec.Values, person, rec.ClinicalTime); score != nil {
			raw, err := json.Marshal(score)
			if err != nil {
				return err
			}
			now = json.RawMessage(raw)
		}
		if !care.Equal(rec.Values["news2"], now) {
			rec.Values["news2"] = now
			d.fields = append(d.fields, "news2")
		}
	}
	return nil
}

// timeRecord sets when it happened: the record's own time corrected, else when it was written.
func (p *plan) timeRecord(d *draft) {
	rec := d.rec
	field := care.ClinicalField(rec.Collection.Name, rec.Values)
	switch {
	case field == "":
		rec.ClinicalTime = p.at
	case d.old == nil || !care.Equal(d.old.Get(field), rec.Get(field)):
		t, _ := care.ParseStamp(rec.Text(field)) // checked when it was stored
		rec.ClinicalTime, _ = p.by.Correct(t, p.received)
	}
}

// correct keeps, beside each time as the phone's clock said it, the time as it was.
func (p *plan) correct(d *draft) {
	rec := d.rec
	times := care.TimesOf(rec.Collection.Name)
	if len(times) == 0 || d.old != nil && !d.ever {
		return
	}
	was := map[string]string{}
	if raw, ok := rec.Get(care.CorrectedField).(json.RawMessage); ok {
		_ = json.Unmarshal(raw, &was) // written by us
	}
	now := map[string]string{}
	for _, f := range times {
		said := rec.Text(f)
		t, err := care.ParseStamp(said)
		switch {
		case said == "" || err != nil:
		case d.old != nil && care.Equal(d.old.Get(f), rec.Get(f)):
			if at := was[f]; at != "" {
				now[f] = at
			}
		default:
			if t, _ = p.by.Correct(t, p.received); care.Stamp(t) != said {
				now[f] = care.Stamp(t)
			}
		}
	}
	var value any
	if len(now) > 0 {
		value = jsonOf(now)
	}
	if care.Equal(rec.Get(care.CorrectedField), value) {
		return
	}
	put(rec, map[string]any{care.CorrectedField: value})
	d.fields = append(d.fields, care.CorrectedField)
}

// Score computes NEWS2 from stored values for a person at a time; nil for a set that holds nothing it scores.
func Score(values map[string]any, person *care.Record, at time.Time) *news2.Score {
	if !care.AnyScored(values) {
		return nil
	}
	var r news2.Reading
	r.RespirationRate = whole(values["respiration_rate"])
	r.SpO2 = whole(values["spo2"])
	r.Systolic = whole(values["systolic"])
	r.Pulse = whole(values["pulse"])
	if b, ok := values["on_oxygen"].(bool); ok {
		r.OnOxygen = &b
	}
	if s, ok := values["acvpu"].(string); ok {
		c := news2.Consciousness(s)
		r.ACVPU = &c
	}
	if x, ok := values["temperature"].(float64); ok {
		t := news2.Tenths(int(x*10 + 0.5))
		r.Temperature = &t
	}
	facts := personFacts(person, at)
	score := news2.Calculate(r, facts)
	if person.ScaleUnreadable() { // the graver of the two: nobody may be scored mildly by mistake
		facts.Scale = 2
		if other := news2.Calculate(r, facts); other.FloorTotal > score.FloorTotal {
			score = other
		}
	}
	return &score
}

func personFacts(person *care.Record, at time.Time) news2.Person {
	facts := news2.Person{Scale: 1}
	if person == nil {
		return facts
	}
	if born, err := time.Parse(time.DateOnly, person.Text("date_of_birth")); err == nil {
		facts.Age = news2.AgeAt(born, at)
	}
	if b, ok := person.Get("pregnant").(bool); ok {
		facts.Pregnant = &b
	}
	if scale, ok := person.SpO2Scale(); ok {
		facts.Scale = scale
	}
	return facts
}

func whole(v any) *int {
	if n, ok := v.(int64); ok {
		i := int(n)
		return &i
	}
	return nil
}

func set(rec *care.Record, values map[string]any) {
	for k, v := range values {
		if v != nil && v != "" {
			rec.Values[k] = v
		}
	}
}

func quoteName(s string) string { return `"` + clip(s, 40) + `"` }

func clip(s string, n int) string {
	r := []rune(s)
	if len(r) > n {
		return string(r[:n])
	}
	return s
}
