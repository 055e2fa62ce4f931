package care

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Record is one stored record of a synced collection.
type Record struct {
	Collection *Collection
	ID         string
	// Values by field name; see Kind for their Go types. A missing key means missing.
	Values map[string]any
	// Spoiled holds, by field, what stands in its column and is no value of it: only somebody who writes past the
	// engine can put it there. Such a field reads as missing, and was not left out by anybody.
	Spoiled map[string]string
	Meta
}

// Meta is what the server keeps beside the wire fields of every synced record.
type Meta struct {
	// Version is the number in the sequence of the last change.
	Version int64
	// Author and Client made the record; AuthoredAt is the device's time corrected by the
	// measured offset and clamped to ReceivedAt, the server's time.
	Author, Client         string
	AuthoredAt, ReceivedAt time.Time
	// ClinicalTime is when it happened at the door, corrected and clamped alike.
	ClinicalTime time.Time
	// ClockOffset is server minus device; meaningful only where ClockKnown.
	ClockOffset time.Duration
	ClockKnown  bool
	// Changed holds, for fields changed after creation only, who changed them last and when.
	Changed map[string]Change
	// Retracted is when the record was withdrawn; zero = stands.
	Retracted time.Time
	// Unreadable names fields that hold something nobody can read: they are missing in Values and were not left
	// out by anybody.
	Unreadable []string
}

// Bytes is about how much memory a record takes: what is kept is bounded by it.
func (r *Record) Bytes() int {
	const record, slot, boxed = 512, 48, 16 // the record and its maps; a place in a map, which is rarely full; a value behind an interface
	n := record + len(r.ID) + len(r.Author) + len(r.Client)
	for _, v := range r.Values {
		n += slot
		switch v := v.(type) {
		case string:
			n += boxed + len(v)
		case []string:
			for _, item := range v {
				n += boxed + len(item)
			}
		case json.RawMessage:
			n += 2*boxed + len(v)
		default:
			n += boxed
		}
	}
	for _, text := range r.Spoiled {
		n += slot + len(text)
	}
	for _, c := range r.Changed {
		n += 4*slot + len(c.Client) + len(c.Author)
	}
	return n
}

// Change is the last change of one field after the record was made.
type Change struct {
	Seq    int64     `json:"s"`
	Client string    `json:"c,omitempty"` // "" = the server or the dashboard
	Author string    `json:"a,omitempty"`
	At     time.Time `json:"t"`
	// Received is when it reached the server, where that was not at once; zero: at At.
	Received time.Time `json:"r,omitzero"`
	// Adds, for a Set: the number at which each client last added each member. A member goes
	// when whoever removes it had seen every add, or made it.
	Adds map[string]map[string]int64 `json:"m,omitempty"`
}

// Get returns the value of a field, nil when missing.
func (r *Record) Get(field string) any { return r.Values[field] }

// Text returns a text-like value, "" when missing.
func (r *Record) Text(field string) string {
	s, _ := r.Values[field].(string)
	return s
}

// Raw returns the JSON of an Object field, nil when missing.
func (r *Record) Raw(field string) json.RawMessage {
	raw, _ := r.Values[field].(json.RawMessage)
	return raw
}

// Time returns the value of a Time field; the zero time when it is missing.
func (r *Record) Time(field string) time.Time {
	t, err := ParseStamp(r.Text(field))
	if err != nil {
		return time.Time{}
	}
	return t
}

// SetAll sets several fields; nil and "" make a field missing.
func (r *Record) SetAll(values map[string]any) {
	for name, v := range values {
		if v == nil || v == "" {
			delete(r.Values, name)
			continue
		}
		r.Values[name] = v
	}
}

// Clone returns a copy whose Values and Changed can be altered without altering r.
func (r *Record) Clone() *Record {
	c := *r
	c.Values = make(map[string]any, len(r.Values)+4)
	maps.Copy(c.Values, r.Values)
	c.Changed = make(map[string]Change, len(r.Changed)+2)
	maps.Copy(c.Changed, r.Changed)
	return &c
}

// Person returns the id of the person a record is about; a person's own record is about them.
func (r *Record) Person() string {
	if r.Collection.Name == Patients {
		return r.ID
	}
	return r.Text("patient")
}

// Stamped notes that a field was changed after creation: by whom, when, and in which change. Where nobody can tell any
// more what was changed before, it is noted of every other field that it may have been: once this is stored, it reads
// well again, and nobody must take the others for unchanged.
func (r *Record) Stamped(field string, c Change) {
	if r.Changed == nil {
		r.Changed = map[string]Change{}
	}
	if r.ChangesUnreadable() {
		for i := range r.Collection.Fields {
			other := r.Collection.Fields[i].Name
			r.Changed[other] = r.LastChange(other)
		}
	}
	r.Changed[field] = c
}

// CalledName is what a person is called by those who see the limited projection: the name they prefer,
// else their given name; never the family name.
func (r *Record) CalledName() string {
	if name := r.Text("preferred_name"); name != "" {
		return name
	}
	return r.Text("given_name")
}

// SpO2Scale is the scale of NEWS2 on which the person's oxygen saturation is scored, 1 or 2; without a
// statement it is 1. Not ok: there is a statement that cannot be read, and the scale is not known.
func (r *Record) SpO2Scale() (scale int, ok bool) {
	if r == nil {
		return 1, true
	}
	if r.Values["spo2_scale"] == nil {
		return 1, !slices.Contains(r.Unreadable, "spo2_scale")
	}
	raw, _ := r.Values["spo2_scale"].(json.RawMessage)
	var stated struct {
		Scale float64 `json:"scale"`
	}
	if json.Unmarshal(raw, &stated) != nil || stated.Scale != 1 && stated.Scale != 2 {
		return 0, false
	}
	return int(stated.Scale), true
}

// ScaleUnreadable says that a scale was stated and nobody can tell which.
func (r *Record) ScaleUnreadable() bool {
	_, ok := r.SpO2Scale()
	return !ok
}

// ChangedField is where the server keeps which field of a record was changed when.
const ChangedField = "changed"

// ChangesUnreadable says that nobody can tell any more which field was changed when: any may have been, up to the
// record's version, by anybody.
func (r *Record) ChangesUnreadable() bool { return slices.Contains(r.Unreadable, ChangedField) }

// receivedLate is how long after it was written a change must arrive for Change to keep when.
const receivedLate = time.Minute

// ReceivedAt notes when a change reached the server.
func (c Change) ReceivedAt(t time.Time) Change {
	if t.Sub(c.At) >= receivedLate {
		c.Received = t
	}
	return c
}

// Arrived is when a change reached the server.
func (c Change) Arrived() time.Time {
	if c.Received.IsZero() {
		return c.At
	}
	return c.Received
}

// recordedBy are the fields with which somebody records a contact that was planned.
var recordedBy = []string{"status", "started_at", "ended_at", "happened_at", "seen"}

// RecordedAfterPlan says who recorded a contact that was planned before, from what is kept of its changes: whoever made
// the record only planned it. False: nobody has yet.
func RecordedAfterPlan(changed map[string]Change) (first Change, ok bool) {
	for _, field := range recordedBy {
		if c, is := changed[field]; is && c.Author != "" && (!ok || c.Seq < first.Seq) {
			first, ok = c, true
		}
	}
	return first, ok
}

// LastChange says who gave a field its present value: the creation, unless it changed since.
func (r *Record) LastChange(field string) Change {
	if c, ok := r.Changed[field]; ok {
		return c
	}
	if r.ChangesUnreadable() {
		c := Change{Seq: r.Version, At: r.ReceivedAt}
		if list, ok := r.Values[field].([]string); ok {
			c.Adds = make(map[string]map[string]int64, len(list))
			for _, member := range list {
				c.Adds[member] = map[string]int64{"": r.Version}
			}
		}
		return c
	}
	return Change{Seq: 0, Client: r.Client, Author: r.Author, At: r.AuthoredAt}
}

// clinicalFields says, by collection, which fields tell when the thing happened, best first.
var clinicalFields = map[string][]string{
	Visits:       {"ended_at", "started_at"},
	Observations: {"taken_at"},
	Checkins:     {"happened_at"},
}

// TimeEnteredField holds when somebody entered the times of a record by hand; missing where they are those at which
// its form was opened and finished. It says nothing of when the thing happened.
const TimeEnteredField = "time_entered_at"

// CorrectedField names the field that holds, by the name of a time field, that time corrected by the offset
// of the phone that wrote it and never later than its receipt: what is to be shown. The time field keeps what
// the phone's clock said. A time that needed no correction is not in it; null where none did.
const CorrectedField = "corrected"

// Corrected reads the corrected times of a record, by the name of the field.
func (r *Record) Corrected() map[string]string {
	times := map[string]string{}
	if raw := r.Raw(CorrectedField); raw != nil {
		_ = json.Unmarshal(raw, &times) // written by us
	}
	return times
}

// AsItWas is the value of a field; of a time, that time by the server's clock, as it is to be shown.
func (r *Record) AsItWas(field string) any {
	if at := r.Corrected()[field]; at != "" {
		return at
	}
	return r.Get(field)
}

// recordedIn are the fields of a contact in which somebody records what happened; of a visit its status too, which also
// says of a plan that it is one.
var recordedIn = map[string][]string{
	Visits:   {"started_at", "ended_at", "note", "outcome", "soft_signs", "critical_medicine", "no_access_kind"},
	Checkins: {"happened_at", "seen", "wellbeing", "concern", "safeguarding"},
}

// Records says whether whoever writes a field of a contact says that it happened: of a visit with a status its status
// does, for a note may be on a plan.
func (r *Record) Records(field string) bool {
	if r.Collection.Name == Visits && AsVisit(r).Status() != "" {
		return field == "status"
	}
	return slices.Contains(recordedIn[r.Collection.Name], field)
}

// OnlyPlanned says whether a record is a plan as yet: nobody has recorded that anything happened.
func OnlyPlanned(r *Record) bool {
	nothing := !slices.ContainsFunc(recordedIn[r.Collection.Name], func(f string) bool { return r.Get(f) != nil })
	switch r.Collection.Name {
	case Visits:
		status := AsVisit(r).Status()
		return status == "planned" || status == "" && r.Get("planned_start") != nil && nothing
	case Checkins:
		return nothing
	}
	return false
}

// sentAgain is the name under which a line of a handover's history keeps the number it was written under.
const sentAgain = "sent_again"

// SentAgain notes of a line of a handover's history, which is sent again as it is, the number it was written under: by
// that goes who has seen it.
func (r *Record) SentAgain() {
	if _, noted := r.Changed[sentAgain]; r.Collection.Name == HandoverEvents && !noted {
		r.Stamped(sentAgain, Change{Seq: r.Version})
	}
}

// WrittenUnder is the number under which a line of a handover's history was written, however often it was sent since.
func (r *Record) WrittenUnder() int64 {
	if c, again := r.Changed[sentAgain]; again {
		return c.Seq
	}
	return r.Version
}

// SameLimited says whether two states of a person are the same for whoever sees what is safe to share.
func SameLimited(a, b *Record) bool {
	if a.CalledName() != b.CalledName() {
		return false
	}
	for i := range a.Collection.Fields {
		f := &a.Collection.Fields[i]
		if f.Name != "preferred_name" && f.Limited && !Equal(a.Get(f.Name), b.Get(f.Name)) {
			return false
		}
	}
	return a.Retracted.Equal(b.Retracted)
}

// Reference is a field of a record that names another one.
type Reference struct{ Collection, ID, Field string }

// TimesOf lists the time fields of a collection that a phone's clock fills in: when something happened, and when
// somebody entered that.
func TimesOf(collection string) []string { return phoneTimes[collection] }

var phoneTimes = func() map[string][]string {
	times := make(map[string][]string, len(clinicalFields))
	for collection, fields := range clinicalFields {
		times[collection] = append(slices.Clone(fields), TimeEnteredField)
	}
	times[LoneStays] = loneTimes
	return times
}()

// ClinicalField returns the first of the record's own time fields that is filled, "" when none.
func ClinicalField(collection string, values map[string]any) string {
	for _, f := range clinicalFields[collection] {
		if s, _ := values[f].(string); s != "" {
			return f
		}
	}
	return ""
}
