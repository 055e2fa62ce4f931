package access

import (
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
)

// Person is who something is about, as far as the reader may know.
type Person struct {
	ID              string `json:"id"`
	FamilyName      string `json:"family_name,omitempty"`
	GivenName       string `json:"given_name,omitempty"`
	PreferredName   string `json:"preferred_name,omitempty"`
	DateOfBirth     string `json:"date_of_birth,omitempty"`
	NHSNumber       string `json:"nhs_number,omitempty"` // 3-3-4
	NHSNumberStatus string `json:"nhs_number_status,omitempty"`
	Address         string `json:"address,omitempty"`
	Postcode        string `json:"postcode,omitempty"`
	Phone           string `json:"phone,omitempty"`
	DiedOn          string `json:"died_on,omitempty"`
	// AddressHidden: where they live and how they are rung is for those who visit, and left out for anybody else.
	AddressHidden      bool     `json:"address_hidden,omitempty"`
	Practice           string   `json:"practice,omitempty"`
	CommunicationNeeds []string `json:"communication_needs,omitempty"`
	RiskNote           string   `json:"risk_note,omitempty"`
	// Unreadable names fields that are stored and cannot be read at the moment.
	Unreadable []string `json:"unreadable,omitempty"`
}

// SeePersonNear is a person as somebody sees them at a desk: by name only where they are theirs; see Near.
func (a *Access) SeePersonNear(id string, record *care.Record) Person {
	if !a.Near(id) {
		return Person{ID: id}
	}
	return a.SeePerson(FullView, id, record)
}

// SeePerson is a person as somebody sees them who may see what is about them in that projection. A
// limited reader learns who it is only where the person is on their own caseload, which takes the
// person's consent. Record is nil where there is none.
func (a *Access) SeePerson(about Projection, id string, record *care.Record) Person {
	return a.seePerson(about, id, record, a.Holds(id))
}

// seePerson is SeePerson for somebody to whom the person is known by name, or is not.
func (a *Access) seePerson(about Projection, id string, record *care.Record, known bool) Person {
	out := Person{ID: id}
	limited := a.Limited() || about == LimitedView
	if record == nil || limited && !known {
		return out
	}
	s := &Seen{Projection: FullView, rec: record, shows: func(field string) bool {
		f, ok := record.Collection.Field(field)
		return ok && (!limited || f.Limited)
	}}
	out.PreferredName, out.Address, out.Postcode, out.Phone, out.RiskNote = s.Text("preferred_name"), s.Text("address"), s.Text("postcode"), s.Text("phone"), s.Text("risk_note")
	out.DiedOn, out.AddressHidden = s.Text("died_on"), addressHidden(record)
	if a.hidesAddress(record) {
		out.Address, out.Postcode, out.Phone = "", "", ""
	}
	out.CommunicationNeeds = s.List("communication_needs")
	if slices.Contains(record.Unreadable, "communication_needs") {
		out.Unreadable = []string{"communication_needs"}
	}
	if limited {
		out.PreferredName = record.CalledName()
		return out
	}
	out.FamilyName, out.GivenName, out.DateOfBirth, out.Practice = s.Text("family_name"), s.Text("given_name"), s.Text("date_of_birth"), s.Text("practice")
	out.NHSNumber, out.NHSNumberStatus = identifier.NHSNumber(s.Text("nhs_number")).Display(), s.Text("nhs_number_status")
	return out
}

// PersonRecord is all that somebody sees of a person's record at a desk, and whom it names.
type PersonRecord struct {
	ID      string
	Version int64
	Fields  map[string]any // those that hold something, by name
	// Unreadable are the fields that hold what nobody can read.
	Unreadable []string
	// Staff and Organisations are those that the fields name, by id; one may stand there twice.
	Staff, Organisations []string
}

// SeePersonRecord is a person's record as somebody sees it at a desk; nil where there is none, or it was withdrawn.
func (a *Access) SeePersonRecord(record *care.Record) *PersonRecord {
	if record == nil || !record.Retracted.IsZero() {
		return nil
	}
	seen, _ := a.SeeRecord(record)
	out := &PersonRecord{ID: record.ID, Version: record.Version, Fields: seen.Fields}
	for _, name := range append(record.Misshapen(), record.Unreadable...) {
		if _, _, shown := a.SeeStored(record, name); shown {
			out.Unreadable = append(out.Unreadable, name)
		}
	}
	shown := func(field string) any { return care.DecodeJSON(care.JSON(seen.Fields[field])) }
	text := func(of any, name string) string {
		object, _ := of.(map[string]any)
		t, _ := object[name].(string)
		return t
	}
	consents, _ := shown("consent").([]any)
	for _, said := range consents {
		out.Staff, out.Organisations = append(out.Staff, text(said, "by")), append(out.Organisations, text(said, "service"))
	}
	lead, _ := seen.Fields["lead"].(string)
	practice, _ := seen.Fields["practice"].(string)
	out.Staff, out.Organisations = append(out.Staff, lead, text(shown("spo2_scale"), "author")), append(out.Organisations, practice)
	return out
}
