package desk

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/identifier"
	"doorstep/internal/wire"
)

// Corrections is what correcting a person's record reads and writes.
type Corrections interface {
	Clock
	// Record returns a stored record, nil when there is none.
	Record(c *care.Collection, id string) (*care.Record, error)
	// WhoHasNumber is somebody else than this person who is registered with an NHS number, "" for nobody.
	WhoHasNumber(number, but string) (person string, err error)
	// Present is the point of the sequence at which the store stands.
	Present() care.Base
	// TakeIn takes a change of the lead's in, as a push would.
	TakeIn(m *care.Mutation, lead care.Viewer) (wire.Result, error)
}

// Correction is what a lead puts right in a person's record.
type Correction struct {
	ID  string
	Set map[string]any // decoded but unchecked; nil takes a value away
	Was map[string]any // what the form showed of the same fields before
}

// The fields of a person in which the server writes who decided.
const (
	scaleField   = "spo2_scale"
	consentField = "consent"
)

// CorrectPerson changes fields of a person's record on the way that a phone's change goes, so that history, scores, rules
// and phones follow. It stores all of them or none: whoever corrects is still looking at the form, and is told which field
// is wrong. A field that somebody else changed since the form was opened is refused with who it was. What is stored
// already is no change.
func CorrectPerson(store Corrections, lead Lead, c Correction) (*care.Record, error) {
	patients, _ := care.ByName(care.Patients)
	rec, err := store.Record(patients, c.ID)
	if err != nil {
		return nil, err
	}
	if !lead.Knows(rec) {
		return nil, refuse(CodeNotFound, "There is no such person among yours.")
	}
	set, was := map[string]any{}, map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(c.Set)) {
		value, change, err := corrected(store, lead, rec, name, c.Set[name])
		if err != nil {
			return nil, err
		}
		if !change {
			continue
		}
		if err := unchangedSince(rec, name, c.Was[name]); err != nil {
			return nil, err
		}
		set[name], was[name] = value, rec.Get(name)
	}
	if len(set) == 0 {
		return rec, nil
	}
	m := &care.Mutation{Key: store.NewID(), Author: lead.Staff, AuthoredAt: store.Now(), Ops: []care.Op{{Kind: care.OpUpdate,
		Collection: care.Patients, ID: c.ID, Patient: c.ID, Base: store.Present(), Set: plainValues(set), Was: plainValues(was)}}}
	result, err := store.TakeIn(m, lead.Viewer)
	if err != nil {
		return nil, err
	}
	if len(result.Issues) > 0 {
		first := result.Issues[0]
		return nil, refuse(first.Code, "%s", first.Message).about(first.Field)
	}
	if result.Status != care.Applied {
		return nil, refuse(CodeInvalid, "This could not be stored.")
	}
	return store.Record(patients, c.ID)
}

// corrected is the value that a field is to have; no change where it has it already.
func corrected(store Corrections, lead Lead, rec *care.Record, name string, raw any) (value any, change bool, err error) {
	f, ok := rec.Collection.Field(name)
	if access.ProtectsAddress(name) && care.AsPatient(rec).AddressHidden() && !lead.Holds(rec.ID) {
		return nil, false, refuse(CodeInvalid, "The address is for those who visit. Somebody who has this person on a caseload can change this.").about(name)
	}
	if !ok || f.Policy == care.Server {
		return nil, false, refuse(CodeInvalid, "%s is not a field one can correct.", clipped(name)).about(clipped(name))
	}
	switch {
	case name == "family_name" && (raw == nil || raw == ""):
		return nil, false, refuse(CodeInvalid, "The family name is missing.").about(name)
	case name == scaleField && raw != nil:
		if !lead.SetsScale() {
			return nil, false, refuse(CodeInvalid, "The SpO2 scale is set by a clinician who is qualified to.").about(name)
		}
	}
	value, wrong := f.Check(raw)
	if wrong != nil {
		return nil, false, refuse(wrong.Code, "%s", wrong.Message).about(name)
	}
	if care.Same(rec.Get(name), value) {
		return nil, false, nil
	}
	switch name {
	case "nhs_number":
		return value, true, freeNumber(store, rec.ID, value)
	case scaleField:
		value, err = decidedScale(store, lead, value)
	case consentField:
		value, err = recordedConsent(store, lead, rec.Raw(consentField), value)
	}
	return value, err == nil, err
}

// freeNumber refuses an NHS number that somebody else is registered with.
func freeNumber(store Corrections, person string, value any) error {
	number, _ := value.(string)
	if number == "" {
		return nil
	}
	if parsed, err := identifier.ParseNHSNumber(number); err == nil {
		number = string(parsed)
	}
	other, err := store.WhoHasNumber(number, person)
	if err != nil || other == "" {
		return err
	}
	refused := refuse(CodeSameNumber, "Somebody else is registered with this NHS number. One of the two is wrong.").about("nhs_number")
	refused.ToldOf = other
	return refused
}

// unchangedSince refuses a field that holds something else than the form showed.
func unchangedSince(rec *care.Record, name string, shown any) error {
	f, _ := rec.Collection.Field(name)
	was, wrong := f.Check(shown)
	if wrong == nil && care.Same(rec.Get(name), was) {
		return nil
	}
	last := rec.LastChange(name)
	refused := refuse(CodeChanged, "Somebody changed this since you opened the form. Look at what it says now.").about(name)
	refused.By, refused.At = last.Author, last.At
	return refused
}

// decidedScale is a decision about the SpO2 scale with who made it and when. One for scale 2 says why.
func decidedScale(store Corrections, lead Lead, value any) (any, error) {
	raw, _ := value.(json.RawMessage)
	if raw == nil {
		return value, nil
	}
	var decided map[string]any
	if err := json.Unmarshal(raw, &decided); err != nil {
		return nil, refuse(CodeInvalid, "The SpO2 scale must be an object.").about(scaleField)
	}
	if reason, _ := decided["reason"].(string); reason == "" {
		return nil, refuse(CodeInvalid, "Say why this person is scored on this scale.").about(scaleField)
	}
	decided["author"], decided["role"], decided["date"] = lead.Staff, string(lead.Role), care.Today(store.Now())
	return care.JSON(decided), nil
}

// recordedConsent is what a person said about voluntary services before, with what they say now: who recorded it and when
// stands with it. What they said before is not rewritten.
func recordedConsent(store Corrections, lead Lead, stored json.RawMessage, value any) (any, error) {
	var before, after []map[string]any
	raw, _ := value.(json.RawMessage)
	if len(stored) > 0 && json.Unmarshal(stored, &before) != nil || len(raw) > 0 && json.Unmarshal(raw, &after) != nil {
		return nil, refuse(CodeInvalid, "What was said before cannot be read.").about(consentField)
	}
	if len(after) < len(before) || len(before) > 0 && !bytes.Equal(care.JSON(after[:len(before)]), care.JSON(before)) {
		return nil, refuse(CodeInvalid, "What was said before stays as it is; add what is said now.").about(consentField)
	}
	for _, said := range after[len(before):] {
		said["by"], said["at"] = lead.Staff, care.Stamp(store.Now())
	}
	return care.JSON(after), nil
}

// plainValues are stored values as a change on its way holds them: an object is what its JSON says.
func plainValues(stored map[string]any) map[string]any {
	plain := map[string]any{}
	for name, value := range stored {
		plain[name] = care.DecodeJSON(care.JSON(value))
	}
	return plain
}
