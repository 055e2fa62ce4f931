package pipeline

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rules"
	"doorstep/internal/wire"
)

// What nobody has decided yet is evidence too: a refused or a losing value is judged as if it had
// been stored. It raises what it would have raised, marked unverified; an alarm is never muted by a
// bad field, a lapsed grant or a merge. It is read from the open issues each time, so that neither
// the order of arrival nor a restart shows, and a decision takes it out of the evidence.

// EventOf makes evidence of a record.
func EventOf(rec *care.Record, verified bool) rules.Event {
	e := rules.Event{Collection: rec.Collection.Name, ID: rec.ID, Patient: rec.Text("patient"), Staff: rec.Author,
		At: rec.ClinicalTime, ClockKnown: rec.ClockKnown, Verified: verified, Values: rec.Values}
	switch rec.Collection.Name {
	case care.Visits:
		e.Visit, e.Team, e.Staff = rec.ID, rec.Text("team"), visitor(rec)
	case care.Observations:
		e.Visit = rec.Text("visit")
		if raw, ok := rec.Get("news2").(json.RawMessage); ok {
			e.NEWS2 = decodeScore(raw)
		}
	case care.Checkins:
		e.Team, e.Staff = rec.Text("team"), visitor(rec)
	}
	return e
}

// visitor is who was at the door: the author, but of what a desk, an import or the dashboard had
// planned the one it was planned for. What comes of it is theirs to follow.
func visitor(rec *care.Record) string {
	if who := rec.Text("staff"); rec.Client == "" && who != "" {
		return who
	}
	return rec.Author
}

func judged(collection string) bool {
	return collection == care.Visits || collection == care.Observations || collection == care.Checkins
}

// doubts is what the open issues about a person say.
type doubts struct {
	events   []rules.Event
	fresh    []rules.Event     // those of them that the running change brought
	since    time.Time         // the earliest moment the running change put in doubt
	disputed map[string]bool   // records with an open conflict: neither side counts as verified
	why      map[string]string // by record, for the text of a handover
	stored   []*care.Record    // of which values were set aside: what is left of them is evidence as it stands
	hands    []refusedHand     // handed over by hand in what was refused
}

func doubtsAbout(tx Tx, patient string) (*doubts, error) {
	issues, err := tx.OpenIssues(patient)
	if err != nil {
		return nil, err
	}
	return weigh(tx, patient, issues)
}

// weigh reads issues about a person as evidence.
func weigh(tx Tx, patient string, issues []*care.Record) (_ *doubts, err error) {
	d := &doubts{disputed: map[string]bool{}, why: map[string]string{}}
	aside := map[string][]*care.Record{} // by record and mutation: one set of readings
	var sets []string
	for _, issue := range issues {
		switch {
		case issue.Collection.Name == care.Conflicts:
			err = d.conflict(tx, issue)
		case issue.Text("kind") == "mutation":
			err = d.refused(tx, issue, patient)
		default:
			set := issue.Text("record") + " " + issue.Text("key")
			if aside[set] == nil {
				sets = append(sets, set)
			}
			aside[set] = append(aside[set], issue)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, set := range sets {
		if err := d.aside(tx, aside[set]); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// aside adds a record as it would be with the values that were set aside, as far as they can be
// understood.
func (d *doubts) aside(tx Tx, issues []*care.Record) error {
	stored, err := about(tx, issues[0])
	if err != nil || stored == nil {
		return err
	}
	d.stored = append(d.stored, stored)
	variant := clone(stored)
	found := false
	for _, issue := range issues {
		f, ok := stored.Collection.Field(issue.Text("field"))
		if !ok {
			continue
		}
		d.doubt(stored.ID, "set aside: "+issue.Text("message"))
		if v, ok := lenient(f, decoded(rawOf(issue, "content"))); ok {
			variant.Values[f.Name] = v
			found = true
		}
	}
	if !found {
		return nil
	}
	return d.add(tx, issues[0], variant, stored)
}

// conflict adds a record as it would be with the value that lost.
func (d *doubts) conflict(tx Tx, issue *care.Record) error {
	stored, err := about(tx, issue)
	if err != nil || stored == nil {
		return err
	}
	d.disputed[stored.ID] = true
	d.touch(tx, issue, stored.ClinicalTime)
	f, ok := stored.Collection.Field(issue.Text("field"))
	if !ok { // a withdrawal against an edit: the record itself is in dispute
		return nil
	}
	d.doubt(stored.ID, "two people recorded different values of "+f.Name)
	variant := clone(stored)
	delete(variant.Values, f.Name)
	if v, why := f.Check(decoded(rawOf(issue, "lost"))); why == nil && v != nil {
		variant.Values[f.Name] = v
	}
	return d.add(tx, issue, variant, stored)
}

// refused adds what a quarantined mutation says about a person, op by op.
func (d *doubts) refused(tx Tx, issue *care.Record, patient string) error {
	ops := opsOf(kept(issue))
	d.hands = append(d.hands, handsOf(issue, ops, patient)...)
	for i, op := range ops {
		c, ok := care.ByName(op.Collection)
		if !ok || !judged(op.Collection) || op.Patient != patient {
			continue
		}
		variant := &care.Record{Collection: c, ID: op.ID, Values: map[string]any{}}
		variant.Author = issue.Author
		stored, err := tx.Record(c, op.ID)
		if err != nil {
			return err
		}
		if stored != nil && op.Kind != care.OpCreate && personOf(stored) == patient {
			variant = clone(stored)
		} else {
			stored = nil
		}
		if !care.IsID(variant.ID) {
			variant.ID = rules.ID("refused", issue.Text("key"), strconv.Itoa(i))
		}
		for name, raw := range op.Set {
			if f, ok := c.Field(name); ok && f.Policy != care.Server {
				if v, ok := lenient(f, raw); ok {
					variant.Values[name] = v
				}
			}
		}
		variant.Values["patient"] = patient
		d.doubt(variant.ID, "held back: "+issue.Text("message"))
		if err := d.add(tx, issue, variant, stored); err != nil {
			return err
		}
	}
	return nil
}

// add makes evidence of a record as it might be. It happened when the stored one did, unless the
// value in doubt says otherwise: that is read by the clock of whoever wrote it.
func (d *doubts) add(tx Tx, issue, variant, stored *care.Record) error {
	field := care.ClinicalField(variant.Collection.Name, variant.Values)
	if stored == nil || (field != "" && !care.Equal(stored.Get(field), variant.Get(field))) {
		variant.ClinicalTime, variant.ClockKnown = issue.AuthoredAt, issue.ClockKnown
		by := By{Offset: issue.ClockOffset, OffsetKnown: issue.ClockKnown}
		if t, err := care.ParseStamp(variant.Text(field)); err == nil {
			variant.ClinicalTime, _ = by.Correct(t, issue.ReceivedAt)
		}
	}
	e := EventOf(variant, false)
	if e.Collection == care.Observations {
		person, err := tx.Patient(e.Patient)
		if err != nil {
			return err
		}
		e.NEWS2 = Score(variant.Values, person, variant.ClinicalTime)
	}
	d.events = append(d.events, e)
	if issue.Version == tx.Seq() {
		d.fresh = append(d.fresh, e)
	}
	d.touch(tx, issue, e.At)
	return nil
}

// touch notes from when on the running change put something in doubt.
func (d *doubts) touch(tx Tx, issue *care.Record, at time.Time) {
	if issue.Version == tx.Seq() {
		d.since = earliest(d.since, at)
	}
}

// doubt remembers why a value of a record is not verified; the first reason is shown.
func (d *doubts) doubt(record, why string) {
	if d.why[record] == "" {
		d.why[record] = why
	}
}

// about is the stored record an issue is about, nil when there is none or rules do not judge it.
func about(tx Tx, issue *care.Record) (*care.Record, error) {
	c, ok := care.ByName(issue.Text("collection"))
	if !ok || !judged(c.Name) {
		return nil, nil
	}
	return tx.Record(c, issue.Text("record"))
}

// kept is the mutation a quarantine row keeps, as far as it can be read.
func kept(issue *care.Record) *care.Mutation {
	raw := rawOf(issue, "content")
	if raw == nil {
		raw, _ = base64.StdEncoding.DecodeString(issue.Text("raw")) // written by us
	}
	m, err := wire.DecodeKept(raw)
	if err != nil {
		return &care.Mutation{Raw: raw, Fault: &care.Problem{Code: "malformed"}}
	}
	return &m
}

// decoded reads a kept JSON value as a push would bring it.
func decoded(raw []byte) any {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return nil
	}
	return v
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

func rawOf(rec *care.Record, field string) []byte {
	raw, _ := rec.Get(field).(json.RawMessage)
	return raw
}
