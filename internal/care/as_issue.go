// Code generated from the fields of sync_issues by go test ./internal/care -update; DO NOT EDIT.

package care

import (
	"encoding/json"
	"time"
)

// Issue is a record of sync_issues, read by the names of its fields.
type Issue struct{ *Record }

// AsIssue reads a record of sync_issues.
func AsIssue(r *Record) Issue { return Issue{r} }

// Patient is an id of patients, "" when missing.
func (r Issue) Patient() string { return r.Record.Text("patient") }

// Collection is "" when missing.
func (r Issue) Collection() string { return r.Record.Text("collection") }

// About is "" when missing.
func (r Issue) About() string { return r.Record.Text("record") }

// Field is "" when missing.
func (r Issue) Field() string { return r.Record.Text("field") }

// Policy is "" when missing.
func (r Issue) Policy() string { return r.Record.Text("policy") }

// Before is JSON of its shape, nil when missing.
func (r Issue) Before() json.RawMessage { return r.Record.Raw("before") }

// Kept is JSON of its shape, nil when missing.
func (r Issue) Kept() json.RawMessage { return r.Record.Raw("kept") }

// Lost is JSON of its shape, nil when missing.
func (r Issue) Lost() json.RawMessage { return r.Record.Raw("lost") }

// KeptBy is an id of staff, "" when missing.
func (r Issue) KeptBy() string { return r.Record.Text("kept_by") }

// KeptAt is a time, zero when missing.
func (r Issue) KeptAt() time.Time { return r.Record.Time("kept_at") }

// KeptAtStamp is that time as it travels, "" when missing.
func (r Issue) KeptAtStamp() string { return r.Record.Text("kept_at") }

// LostBy is an id of staff, "" when missing.
func (r Issue) LostBy() string { return r.Record.Text("lost_by") }

// LostAt is a time, zero when missing.
func (r Issue) LostAt() time.Time { return r.Record.Time("lost_at") }

// LostAtStamp is that time as it travels, "" when missing.
func (r Issue) LostAtStamp() string { return r.Record.Text("lost_at") }

// OwnerTeam is an id of teams, "" when missing.
func (r Issue) OwnerTeam() string { return r.Record.Text("owner_team") }

// OpenedAt is a time, zero when missing.
func (r Issue) OpenedAt() time.Time { return r.Record.Time("opened_at") }

// OpenedAtStamp is that time as it travels, "" when missing.
func (r Issue) OpenedAtStamp() string { return r.Record.Text("opened_at") }

// DueAt is a time, zero when missing.
func (r Issue) DueAt() time.Time { return r.Record.Time("due_at") }

// DueAtStamp is that time as it travels, "" when missing.
func (r Issue) DueAtStamp() string { return r.Record.Text("due_at") }

// EscalatedAt is a time, zero when missing.
func (r Issue) EscalatedAt() time.Time { return r.Record.Time("escalated_at") }

// EscalatedAtStamp is that time as it travels, "" when missing.
func (r Issue) EscalatedAtStamp() string { return r.Record.Text("escalated_at") }

// EscalatedFrom is an id of teams, "" when missing.
func (r Issue) EscalatedFrom() string { return r.Record.Text("escalated_from") }

// State is "" when missing.
func (r Issue) State() string { return r.Record.Text("state") }

// ResolvedBy is an id of staff, "" when missing.
func (r Issue) ResolvedBy() string { return r.Record.Text("resolved_by") }

// ResolvedAt is a time, zero when missing.
func (r Issue) ResolvedAt() time.Time { return r.Record.Time("resolved_at") }

// ResolvedAtStamp is that time as it travels, "" when missing.
func (r Issue) ResolvedAtStamp() string { return r.Record.Text("resolved_at") }

// Resolution is JSON of its shape, nil when missing.
func (r Issue) Resolution() json.RawMessage { return r.Record.Raw("resolution") }

// Kind is "" when missing.
func (r Issue) Kind() string { return r.Record.Text("kind") }

// Client is "" when missing.
func (r Issue) Client() string { return r.Record.Text("client") }

// Device is an id of devices, "" when missing.
func (r Issue) Device() string { return r.Record.Text("device") }

// Mid is a whole number, and whether there is one.
func (r Issue) Mid() (int64, bool) { n, ok := r.Get("mid").(int64); return n, ok }

// Key is "" when missing.
func (r Issue) Key() string { return r.Record.Text("key") }

// Author is an id of staff, "" when missing.
func (r Issue) Author() string { return r.Record.Text("author") }

// Code is "" when missing.
func (r Issue) Code() string { return r.Record.Text("code") }

// Message is "" when missing.
func (r Issue) Message() string { return r.Record.Text("message") }

// Fix is "" when missing.
func (r Issue) Fix() string { return r.Record.Text("fix") }

// WaitsFor is "" when missing.
func (r Issue) WaitsFor() string { return r.Record.Text("waits_for") }

// Content is JSON of its shape, nil when missing.
func (r Issue) Content() json.RawMessage { return r.Record.Raw("content") }

// Raw is "" when missing.
func (r Issue) Raw() string { return r.Record.Text("raw") }
