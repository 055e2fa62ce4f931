package access

import (
	"encoding/json"
	"slices"

	"doorstep/internal/care"
)

// Projection is how much of a record a reader gets.
type Projection string

// The projections.
const (
	// NoView: not even that it is there.
	NoView Projection = ""
	// FullView: the whole record but sealed fields.
	FullView Projection = "full"
	// LimitedView: what is safe to share; of a handover the ask and the note that is safe to share.
	LimitedView Projection = "limited"
	// SealedView: a safeguarding concern, whose content is for the safeguarding lead only.
	SealedView Projection = "sealed"
	// GivenView: a handover that one's team gave away, once it is closed: about whom it was, how it ended, and what
	// one's own team wrote in its history.
	GivenView Projection = "given"
)

// Showing is how much of one stored value leaves the server.
type Showing int

const (
	// Hidden: the field is not part of what the reader gets.
	Hidden Showing = iota
	// Whole: the value as it is stored.
	Whole
	// Called: what the person is called by, in the place of the name they prefer.
	Called
	// Receipt: that there is something, not what.
	Receipt
	// ReceiptIfConcern: the value, but of a safeguarding concern a receipt.
	ReceiptIfConcern
)

// concernContent are the fields of handovers, and of their history, whose content is for the
// safeguarding lead alone where it is a safeguarding concern. That lead carries no device, so no
// pull ever brings it; everybody else keeps a receipt.
var concernContent = map[string][]string{
	care.Handovers:      {"situation", "background", "assessment", "recommendation", "safe_note", "evidence", "decline_reason", "answer"},
	care.HandoverEvents: {"text", "detail"},
}

// OnPhones says how much of a field a phone gets whose owner has that view. Every record that is
// pulled, in SQL, and every value in the answer to a push goes by it.
func OnPhones(view care.View, c *care.Collection, f *care.Field) Showing {
	switch {
	case view != care.Clinical && !f.Limited:
		return Hidden
	case view != care.Clinical && c.Name == care.Patients && f.Name == "preferred_name":
		return Called
	case f.Sealed:
		return Receipt
	case slices.Contains(concernContent[c.Name], f.Name):
		return ReceiptIfConcern
	}
	return Whole
}

// SeeValue is a value of a field as a phone's owner may see it, outside of its record: in the answer
// to a push. Nil where they may not. Concern: the record is a safeguarding concern. No field: a retraction.
func (a *Access) SeeValue(collection, field string, value any, concern bool) any {
	if field == "" {
		return value
	}
	c, ok := care.ByName(collection)
	if !ok {
		return nil
	}
	f, ok := c.Field(field)
	if !ok {
		return nil
	}
	switch showing := OnPhones(a.Duty.View, c, f); {
	case showing == Receipt, showing == ReceiptIfConcern && concern:
		return care.SealedReceipt
	case showing == Whole, showing == ReceiptIfConcern:
		return value
	}
	return nil
}

// SeeSide is one side of a conflict about a stored record as somebody may see it, outside of the record; nil and
// false where the record is not theirs to see, or is not there.
func (a *Access) SeeSide(rec *care.Record, field string, value any) (shown any, sees bool) {
	if rec == nil || !a.Sees(rec, a.Near(rec.Person())) || a.hides(rec, field) {
		return nil, false
	}
	concern := false
	if rec.Collection.Name == care.Handovers {
		concern = care.AsHandover(rec).Class() == care.Safeguarding
		if a.onlyFollows(rec) && !follows(rec.Collection, field) {
			return nil, false
		}
	}
	return a.SeeValue(rec.Collection.Name, field, value, concern), true
}

// Seen is a stored record as one reader may see it. Answers are made of it and never of the record
// itself: what its reader may not see reads as missing.
type Seen struct {
	ID         string
	Version    int64
	Projection Projection

	rec   *care.Record
	shows func(field string) bool
}

// Value is the value of a field; nil for one that is missing or not for this reader.
func (s *Seen) Value(field string) any {
	if s.rec == nil || s.Projection == NoView || !s.shows(field) {
		return nil
	}
	f, ok := s.rec.Collection.Field(field)
	if !ok || f.Sealed || f.Kind == care.Object && !f.Holds(s.rec.Raw(field)) {
		return nil
	}
	return s.rec.Get(field)
}

// Text is the value of a text-like field, "" for none.
func (s *Seen) Text(field string) string { t, _ := s.Value(field).(string); return t }

// Flag is the value of a yes or no, false for none.
func (s *Seen) Flag(field string) bool { b, _ := s.Value(field).(bool); return b }

// Number is the value of a whole number, 0 for none.
func (s *Seen) Number(field string) int64 { n, _ := s.Value(field).(int64); return n }

// List is the value of a list, nil for none.
func (s *Seen) List(field string) []string { l, _ := s.Value(field).([]string); return l }

// JSON is the value of an object, nil for none.
func (s *Seen) JSON(field string) json.RawMessage {
	raw, _ := s.Value(field).(json.RawMessage)
	return raw
}

// Unreadable names the fields which this reader would see and nobody can read at the moment.
func (s *Seen) Unreadable() (names []string) {
	for _, name := range append(s.rec.Misshapen(), s.rec.Unreadable...) {
		if f, ok := s.rec.Collection.Field(name); ok && !f.Sealed && s.Projection != NoView && s.shows(name) {
			names = append(names, name)
		}
	}
	return names
}

// Evidence is what a handover keeps of the records behind it, for [Seen.Quoted] to be shown of it;
// nil where the reader sees none of it.
func (s *Seen) Evidence() json.RawMessage {
	if s.Projection != FullView && s.Projection != LimitedView {
		return nil
	}
	return s.rec.Raw("evidence")
}

// Quoted are values of another record that a handover quotes as evidence, as far as its reader may
// see them: for a full reader all but what is sealed, for the safeguarding lead that too, for a limited one what
// their own projection holds, which no reading is; of a sealed handover nothing.
func (s *Seen) Quoted(collection string, values map[string]any) map[string]any {
	shown := map[string]any{}
	c, ok := care.ByName(collection)
	if !ok || s.Projection != FullView && s.Projection != LimitedView {
		return shown
	}
	concern := s.Projection == FullView && care.AsHandover(s.rec).Class() == care.Safeguarding // whose reader is the safeguarding lead
	for name, value := range values {
		if f, ok := c.Field(name); ok && (concern || !f.Sealed) && (f.Limited || s.Projection == FullView) {
			shown[name] = value
		}
	}
	return shown
}
