// Code generated from the fields of visits by go test ./internal/care -update; DO NOT EDIT.

package care

import (
	"encoding/json"
	"time"
)

// Visit is a record of visits, read by the names of its fields.
type Visit struct{ *Record }

// AsVisit reads a record of visits.
func AsVisit(r *Record) Visit { return Visit{r} }

// Patient is an id of patients, "" when missing.
func (r Visit) Patient() string { return r.Record.Text("patient") }

// Team is an id of teams, "" when missing.
func (r Visit) Team() string { return r.Record.Text("team") }

// Staff is an id of staff, "" when missing.
func (r Visit) Staff() string { return r.Record.Text("staff") }

// DelegatedBy is an id of staff, "" when missing.
func (r Visit) DelegatedBy() string { return r.Record.Text("delegated_by") }

// Purpose is "" when missing.
func (r Visit) Purpose() string { return r.Record.Text("purpose") }

// PlannedStart is a time, zero when missing.
func (r Visit) PlannedStart() time.Time { return r.Record.Time("planned_start") }

// PlannedStartStamp is that time as it travels, "" when missing.
func (r Visit) PlannedStartStamp() string { return r.Record.Text("planned_start") }

// PlannedEnd is a time, zero when missing.
func (r Visit) PlannedEnd() time.Time { return r.Record.Time("planned_end") }

// PlannedEndStamp is that time as it travels, "" when missing.
func (r Visit) PlannedEndStamp() string { return r.Record.Text("planned_end") }

// Status is "" when missing.
func (r Visit) Status() string { return r.Record.Text("status") }

// NoAccessKind is "" when missing.
func (r Visit) NoAccessKind() string { return r.Record.Text("no_access_kind") }

// StartedAt is a time, zero when missing.
func (r Visit) StartedAt() time.Time { return r.Record.Time("started_at") }

// StartedAtStamp is that time as it travels, "" when missing.
func (r Visit) StartedAtStamp() string { return r.Record.Text("started_at") }

// EndedAt is a time, zero when missing.
func (r Visit) EndedAt() time.Time { return r.Record.Time("ended_at") }

// EndedAtStamp is that time as it travels, "" when missing.
func (r Visit) EndedAtStamp() string { return r.Record.Text("ended_at") }

// SoftSigns are its members, sorted; nil when missing.
func (r Visit) SoftSigns() []string { l, _ := r.Get("soft_signs").([]string); return l }

// CriticalMedicine is "" when missing.
func (r Visit) CriticalMedicine() string { return r.Record.Text("critical_medicine") }

// Outcome is "" when missing.
func (r Visit) Outcome() string { return r.Record.Text("outcome") }

// Note is "" when missing.
func (r Visit) Note() string { return r.Record.Text("note") }

// Details is JSON of its shape, nil when missing.
func (r Visit) Details() json.RawMessage { return r.Record.Raw("details") }

// TimeEnteredAt is a time, zero when missing.
func (r Visit) TimeEnteredAt() time.Time { return r.Record.Time("time_entered_at") }

// TimeEnteredAtStamp is that time as it travels, "" when missing.
func (r Visit) TimeEnteredAtStamp() string { return r.Record.Text("time_entered_at") }

// Corrected is JSON of its shape, nil when missing.
func (r Visit) Corrected() json.RawMessage { return r.Record.Raw("corrected") }
