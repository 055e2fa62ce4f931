package pipeline

import (
	"encoding/json"
	"strconv"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// A suspect is a refused or a losing value seen as evidence: what would have been judged had it
// been stored. It raises what it would have raised, marked unverified; an alarm is never muted
// by a bad field, a lapsed grant or a merge.

// EventOf makes evidence of a record.
func EventOf(rec *care.Record, verified bool) rules.Event {
	e := rules.Event{Collection: rec.Collection.Name, ID: rec.ID, Patient: rec.Text("patient"), Staff: rec.Author,
		At: rec.ClinicalTime, ClockKnown: rec.ClockKnown, Verified: verified, Values: rec.Values}
	switch rec.Collection.Name {
	case care.Visits:
		e.Visit, e.Team = rec.ID, rec.Text("team")
	case care.Observations:
		e.Visit = rec.Text("visit")
		if raw, ok := rec.Get("news2").(json.RawMessage); ok {
			e.NEWS2 = decodeScore(raw)
		}
	case care.Checkins:
		e.Team = rec.Text("team")
	}
	return e
}

func judged(collection string) bool {
	return collection == care.Visits || collection == care.Observations || collection == care.Checkins
}

// suspectAside judges the record as it would be with the values that were set aside, as far as
// they can be understood.
func (p *plan) suspectAside(rec *care.Record, fields []asideField) {
	if !judged(rec.Collection.Name) {
		return
	}
	variant := clone(rec)
	found := false
	for _, a := range fields {
		f, ok := rec.Collection.Field(a.name)
		if !ok {
			continue
		}
		p.doubt(rec.ID, "set aside: "+a.why.Message)
		if v, ok := lenient(f, a.raw); ok {
			variant.Values[a.name] = v
			found = true
		}
	}
	if found {
		p.suspectRecord(variant)
	}
}

// suspectLoser judges the record as it would be with the value that lost.
func (p *plan) suspectLoser(d *draft, f *care.Field, lost any) {
	if !judged(d.rec.Collection.Name) || f.Name == "" {
		return
	}
	variant := clone(d.rec)
	if lost == nil {
		delete(variant.Values, f.Name)
	} else {
		variant.Values[f.Name] = lost
	}
	p.doubt(d.rec.ID, "two people recorded different values of "+f.Name)
	p.suspectRecord(variant)
}

// doubt remembers, for the text of a handover, why a value of a record is not verified.
func (p *plan) doubt(record, why string) {
	if p.doubts == nil {
		p.doubts = map[string]string{}
	}
	if p.doubts[record] == "" {
		p.doubts[record] = why
	}
}

// suspectRefused judges what a quarantined mutation says, op by op.
func (p *plan) suspectRefused(no *refusal) {
	for i := range p.ops() {
		op := &p.ops()[i]
		c, ok := care.ByName(op.Collection)
		if !ok || !judged(op.Collection) || !care.IsID(op.Patient) {
			continue
		}
		variant := &care.Record{Collection: c, ID: op.ID, Values: map[string]any{}}
		if stored, err := p.tx.Record(c, op.ID); err == nil && stored != nil && op.Kind != care.OpCreate && personOf(stored) == op.Patient {
			variant = clone(stored)
		}
		if !care.IsID(variant.ID) {
			variant.ID = rules.ID("refused", p.m.Key, strconv.Itoa(i))
		}
		variant.Author = p.by.Staff
		for name, raw := range op.Set {
			if f, ok := c.Field(name); ok && f.Policy != care.Server {
				if v, ok := lenient(f, raw); ok {
					variant.Values[name] = v
				}
			}
		}
		variant.Values["patient"] = op.Patient
		p.doubt(variant.ID, "held back: "+no.message)
		p.suspectRecord(variant)
	}
}

func (p *plan) suspectRecord(variant *care.Record) {
	if p.by.Faults.MuteRefused {
		return
	}
	variant.ClinicalTime, variant.ClockKnown = p.at, p.known
	if field := care.ClinicalField(variant.Collection.Name, variant.Values); field != "" {
		if t, err := care.ParseStamp(variant.Text(field)); err == nil {
			variant.ClinicalTime, _ = p.by.Correct(t, p.received)
		}
	}
	e := EventOf(variant, false)
	if e.Staff == "" {
		e.Staff = p.by.Staff
	}
	if variant.Collection.Name == care.Observations {
		person, err := p.tx.Patient(e.Patient)
		if err != nil {
			return
		}
		score := Score(variant.Values, person, variant.ClinicalTime)
		e.NEWS2 = &score
	}
	p.suspect = append(p.suspect, e)
}

// lenient reads a value as its author must have meant it: "25" is 25. What is out of range or
// cannot be understood stays unread; the other readings of the set still count.
func lenient(f *care.Field, raw any) (any, bool) {
	if s, ok := raw.(string); ok && (f.Kind == care.Int || f.Kind == care.Decimal) {
		raw = json.Number(s)
	}
	if s, ok := raw.(string); ok && f.Kind == care.Bool {
		switch s {
		case "true", "yes":
			raw = true
		case "false", "no":
			raw = false
		}
	}
	if s, ok := raw.(string); ok && f.Kind == care.Text && f.Max > 0 {
		raw = clip(s, int(f.Max))
	}
	v, why := f.Check(raw)
	return v, why == nil && v != nil
}

// window is how far back the evidence reaches around what changed.
const window = rules.Window

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
