// Code generated from the fields of patients by go test ./internal/care -update; DO NOT EDIT.

package care

import (
	"encoding/json"
)

// Patient is a record of patients, read by the names of its fields.
type Patient struct{ *Record }

// AsPatient reads a record of patients.
func AsPatient(r *Record) Patient { return Patient{r} }

// NHSNumber is "" when missing.
func (r Patient) NHSNumber() string { return r.Record.Text("nhs_number") }

// NHSNumberStatus is "" when missing.
func (r Patient) NHSNumberStatus() string { return r.Record.Text("nhs_number_status") }

// FamilyName is "" when missing.
func (r Patient) FamilyName() string { return r.Record.Text("family_name") }

// GivenName is "" when missing.
func (r Patient) GivenName() string { return r.Record.Text("given_name") }

// PreferredName is "" when missing.
func (r Patient) PreferredName() string { return r.Record.Text("preferred_name") }

// DateOfBirth is "" when missing.
func (r Patient) DateOfBirth() string { return r.Record.Text("date_of_birth") }

// DiedOn is "" when missing.
func (r Patient) DiedOn() string { return r.Record.Text("died_on") }

// Pregnant is true only where it is known to be.
func (r Patient) Pregnant() bool { b, _ := r.Get("pregnant").(bool); return b }

// Address is "" when missing.
func (r Patient) Address() string { return r.Record.Text("address") }

// Postcode is "" when missing.
func (r Patient) Postcode() string { return r.Record.Text("postcode") }

// LSOA is "" when missing.
func (r Patient) LSOA() string { return r.Record.Text("lsoa") }

// Phone is "" when missing.
func (r Patient) Phone() string { return r.Record.Text("phone") }

// AddressHidden is true only where it is known to be.
func (r Patient) AddressHidden() bool { b, _ := r.Get("address_hidden").(bool); return b }

// Practice is an id of organisations, "" when missing.
func (r Patient) Practice() string { return r.Record.Text("practice") }

// Lead is an id of staff, "" when missing.
func (r Patient) Lead() string { return r.Record.Text("lead") }

// CommunicationNeeds are its members, sorted; nil when missing.
func (r Patient) CommunicationNeeds() []string {
	l, _ := r.Get("communication_needs").([]string)
	return l
}

// AccessNotes is "" when missing.
func (r Patient) AccessNotes() string { return r.Record.Text("access_notes") }

// RiskNote is "" when missing.
func (r Patient) RiskNote() string { return r.Record.Text("risk_note") }

// Consent is JSON of its shape, nil when missing.
func (r Patient) Consent() json.RawMessage { return r.Record.Raw("consent") }

// Objection is true only where it is known to be.
func (r Patient) Objection() bool { b, _ := r.Get("objection").(bool); return b }

// ContactLists is JSON of its shape, nil when missing.
func (r Patient) ContactLists() json.RawMessage { return r.Record.Raw("contact_lists") }

// SharedLists is JSON of its shape, nil when missing.
func (r Patient) SharedLists() json.RawMessage { return r.Record.Raw("shared_lists") }

// MergedInto is an id of patients, "" when missing.
func (r Patient) MergedInto() string { return r.Record.Text("merged_into") }
