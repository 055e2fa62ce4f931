// Code generated from the fields of organisations by go test ./internal/care -update; DO NOT EDIT.

package care

import (
	"encoding/json"
)

// Organisation is a record of organisations, read by the names of its fields.
type Organisation struct{ *Record }

// AsOrganisation reads a record of organisations.
func AsOrganisation(r *Record) Organisation { return Organisation{r} }

// Name is "" when missing.
func (r Organisation) Name() string { return r.Record.Text("name") }

// Kind is "" when missing.
func (r Organisation) Kind() string { return r.Record.Text("kind") }

// ODSCode is "" when missing.
func (r Organisation) ODSCode() string { return r.Record.Text("ods_code") }

// Phone is "" when missing.
func (r Organisation) Phone() string { return r.Record.Text("phone") }

// Address is "" when missing.
func (r Organisation) Address() string { return r.Record.Text("address") }

// Postcode is "" when missing.
func (r Organisation) Postcode() string { return r.Record.Text("postcode") }

// OpeningHours is JSON of its shape, nil when missing.
func (r Organisation) OpeningHours() json.RawMessage { return r.Record.Raw("opening_hours") }

// Nation is "" when missing.
func (r Organisation) Nation() string { return r.Record.Text("nation") }

// SpecialDays is JSON of its shape, nil when missing.
func (r Organisation) SpecialDays() json.RawMessage { return r.Record.Raw("special_days") }

// OutOfHours is "" when missing.
func (r Organisation) OutOfHours() string { return r.Record.Text("out_of_hours") }

// ClosedOn is "" when missing.
func (r Organisation) ClosedOn() string { return r.Record.Text("closed_on") }

// Templates is JSON of its shape, nil when missing.
func (r Organisation) Templates() json.RawMessage { return r.Record.Raw("templates") }

// RecoveryKey is JSON of its shape, nil when missing.
func (r Organisation) RecoveryKey() json.RawMessage { return r.Record.Raw("recovery_key") }

// ShiftPIN is true only where it is known to be.
func (r Organisation) ShiftPIN() bool { b, _ := r.Get("shift_pin").(bool); return b }

// OfflineLeaseHours is a whole number, and whether there is one.
func (r Organisation) OfflineLeaseHours() (int64, bool) {
	n, ok := r.Get("offline_lease_hours").(int64)
	return n, ok
}
