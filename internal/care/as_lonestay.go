// Code generated from the fields of lone_stays by go test ./internal/care -update; DO NOT EDIT.

package care

import (
	"encoding/json"
	"time"
)

// LoneStay is a record of lone_stays, read by the names of its fields.
type LoneStay struct{ *Record }

// AsLoneStay reads a record of lone_stays.
func AsLoneStay(r *Record) LoneStay { return LoneStay{r} }

// Staff is an id of staff, "" when missing.
func (r LoneStay) Staff() string { return r.Record.Text("staff") }

// Team is an id of teams, "" when missing.
func (r LoneStay) Team() string { return r.Record.Text("team") }

// HomeOf is "" when missing.
func (r LoneStay) HomeOf() string { return r.Record.Text("home_of") }

// Visit is "" when missing.
func (r LoneStay) Visit() string { return r.Record.Text("visit") }

// Place is "" when missing.
func (r LoneStay) Place() string { return r.Record.Text("place") }

// Number is "" when missing.
func (r LoneStay) Number() string { return r.Record.Text("number") }

// WentInAt is a time, zero when missing.
func (r LoneStay) WentInAt() time.Time { return r.Record.Time("went_in_at") }

// WentInAtStamp is that time as it travels, "" when missing.
func (r LoneStay) WentInAtStamp() string { return r.Record.Text("went_in_at") }

// Minutes is a whole number, and whether there is one.
func (r LoneStay) Minutes() (int64, bool) { n, ok := r.Get("minutes").(int64); return n, ok }

// PanicAt is a time, zero when missing.
func (r LoneStay) PanicAt() time.Time { return r.Record.Time("panic_at") }

// PanicAtStamp is that time as it travels, "" when missing.
func (r LoneStay) PanicAtStamp() string { return r.Record.Text("panic_at") }

// SafeAt is a time, zero when missing.
func (r LoneStay) SafeAt() time.Time { return r.Record.Time("safe_at") }

// SafeAtStamp is that time as it travels, "" when missing.
func (r LoneStay) SafeAtStamp() string { return r.Record.Text("safe_at") }

// OutAt is a time, zero when missing.
func (r LoneStay) OutAt() time.Time { return r.Record.Time("out_at") }

// OutAtStamp is that time as it travels, "" when missing.
func (r LoneStay) OutAtStamp() string { return r.Record.Text("out_at") }

// DueOutAt is a time, zero when missing.
func (r LoneStay) DueOutAt() time.Time { return r.Record.Time("due_out_at") }

// DueOutAtStamp is that time as it travels, "" when missing.
func (r LoneStay) DueOutAtStamp() string { return r.Record.Text("due_out_at") }

// Alarm is "" when missing.
func (r LoneStay) Alarm() string { return r.Record.Text("alarm") }

// AlarmFrom is a time, zero when missing.
func (r LoneStay) AlarmFrom() time.Time { return r.Record.Time("alarm_from") }

// AlarmFromStamp is that time as it travels, "" when missing.
func (r LoneStay) AlarmFromStamp() string { return r.Record.Text("alarm_from") }

// PromptedAt is a time, zero when missing.
func (r LoneStay) PromptedAt() time.Time { return r.Record.Time("prompted_at") }

// PromptedAtStamp is that time as it travels, "" when missing.
func (r LoneStay) PromptedAtStamp() string { return r.Record.Text("prompted_at") }

// CoordinatorAt is a time, zero when missing.
func (r LoneStay) CoordinatorAt() time.Time { return r.Record.Time("coordinator_at") }

// CoordinatorAtStamp is that time as it travels, "" when missing.
func (r LoneStay) CoordinatorAtStamp() string { return r.Record.Text("coordinator_at") }

// ManagerAt is a time, zero when missing.
func (r LoneStay) ManagerAt() time.Time { return r.Record.Time("manager_at") }

// ManagerAtStamp is that time as it travels, "" when missing.
func (r LoneStay) ManagerAtStamp() string { return r.Record.Text("manager_at") }

// TakenBy is an id of staff, "" when missing.
func (r LoneStay) TakenBy() string { return r.Record.Text("taken_by") }

// TakenAt is a time, zero when missing.
func (r LoneStay) TakenAt() time.Time { return r.Record.Time("taken_at") }

// TakenAtStamp is that time as it travels, "" when missing.
func (r LoneStay) TakenAtStamp() string { return r.Record.Text("taken_at") }

// ClosedAt is a time, zero when missing.
func (r LoneStay) ClosedAt() time.Time { return r.Record.Time("closed_at") }

// ClosedAtStamp is that time as it travels, "" when missing.
func (r LoneStay) ClosedAtStamp() string { return r.Record.Text("closed_at") }

// ClosedBy is an id of staff, "" when missing.
func (r LoneStay) ClosedBy() string { return r.Record.Text("closed_by") }

// ClosedWhy is "" when missing.
func (r LoneStay) ClosedWhy() string { return r.Record.Text("closed_why") }

// Corrected is JSON of its shape, nil when missing.
func (r LoneStay) Corrected() json.RawMessage { return r.Record.Raw("corrected") }
