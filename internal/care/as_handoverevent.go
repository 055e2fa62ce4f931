// Code generated from the fields of handover_events by go test ./internal/care -update; DO NOT EDIT.

package care

import (
	"encoding/json"
	"time"
)

// HandoverEvent is a record of handover_events, read by the names of its fields.
type HandoverEvent struct{ *Record }

// AsHandoverEvent reads a record of handover_events.
func AsHandoverEvent(r *Record) HandoverEvent { return HandoverEvent{r} }

// Handover is an id of handovers, "" when missing.
func (r HandoverEvent) Handover() string { return r.Record.Text("handover") }

// Patient is an id of patients, "" when missing.
func (r HandoverEvent) Patient() string { return r.Record.Text("patient") }

// At is a time, zero when missing.
func (r HandoverEvent) At() time.Time { return r.Record.Time("at") }

// AtStamp is that time as it travels, "" when missing.
func (r HandoverEvent) AtStamp() string { return r.Record.Text("at") }

// Kind is "" when missing.
func (r HandoverEvent) Kind() string { return r.Record.Text("kind") }

// By is an id of staff, "" when missing.
func (r HandoverEvent) By() string { return r.Record.Text("by") }

// FromTeam is an id of teams, "" when missing.
func (r HandoverEvent) FromTeam() string { return r.Record.Text("from_team") }

// FromStaff is an id of staff, "" when missing.
func (r HandoverEvent) FromStaff() string { return r.Record.Text("from_staff") }

// Team is an id of teams, "" when missing.
func (r HandoverEvent) Team() string { return r.Record.Text("team") }

// Text is "" when missing.
func (r HandoverEvent) Text() string { return r.Record.Text("text") }

// Detail is JSON of its shape, nil when missing.
func (r HandoverEvent) Detail() json.RawMessage { return r.Record.Raw("detail") }
