// Code generated from the fields of handovers by go test ./internal/care -update; DO NOT EDIT.

package care

import (
	"encoding/json"
	"time"
)

// Handover is a record of handovers, read by the names of its fields.
type Handover struct{ *Record }

// AsHandover reads a record of handovers.
func AsHandover(r *Record) Handover { return Handover{r} }

// Patient is an id of patients, "" when missing.
func (r Handover) Patient() string { return r.Record.Text("patient") }

// Visit is an id of visits, "" when missing.
func (r Handover) Visit() string { return r.Record.Text("visit") }

// FromStaff is an id of staff, "" when missing.
func (r Handover) FromStaff() string { return r.Record.Text("from_staff") }

// FromTeam is an id of teams, "" when missing.
func (r Handover) FromTeam() string { return r.Record.Text("from_team") }

// ReplyTeam is an id of teams, "" when missing.
func (r Handover) ReplyTeam() string { return r.Record.Text("reply_team") }

// NamedRegistrant is an id of staff, "" when missing.
func (r Handover) NamedRegistrant() string { return r.Record.Text("named_registrant") }

// ToTeam is an id of teams, "" when missing.
func (r Handover) ToTeam() string { return r.Record.Text("to_team") }

// Class is its urgency.
func (r Handover) Class() Class { return Class(r.Record.Text("class")) }

// Rules is JSON of its shape, nil when missing.
func (r Handover) Rules() json.RawMessage { return r.Record.Raw("rules") }

// ByHand is true only where it is known to be.
func (r Handover) ByHand() bool { b, _ := r.Get("by_hand").(bool); return b }

// Situation is "" when missing.
func (r Handover) Situation() string { return r.Record.Text("situation") }

// Background is "" when missing.
func (r Handover) Background() string { return r.Record.Text("background") }

// Assessment is "" when missing.
func (r Handover) Assessment() string { return r.Record.Text("assessment") }

// Recommendation is "" when missing.
func (r Handover) Recommendation() string { return r.Record.Text("recommendation") }

// SafeNote is "" when missing.
func (r Handover) SafeNote() string { return r.Record.Text("safe_note") }

// FilledIn are its members, sorted; nil when missing.
func (r Handover) FilledIn() []string { l, _ := r.Get("filled_in").([]string); return l }

// Evidence is JSON of its shape, nil when missing.
func (r Handover) Evidence() json.RawMessage { return r.Record.Raw("evidence") }

// ConfirmedBy is an id of staff, "" when missing.
func (r Handover) ConfirmedBy() string { return r.Record.Text("confirmed_by") }

// Unverified is true only where it is known to be.
func (r Handover) Unverified() bool { b, _ := r.Get("unverified").(bool); return b }

// ClinicalTime is a time, zero when missing.
func (r Handover) ClinicalTime() time.Time { return r.Record.Time("clinical_time") }

// ClinicalTimeStamp is that time as it travels, "" when missing.
func (r Handover) ClinicalTimeStamp() string { return r.Record.Text("clinical_time") }

// RaisedAt is a time, zero when missing.
func (r Handover) RaisedAt() time.Time { return r.Record.Time("raised_at") }

// RaisedAtStamp is that time as it travels, "" when missing.
func (r Handover) RaisedAtStamp() string { return r.Record.Text("raised_at") }

// LateBySeconds is a whole number, and whether there is one.
func (r Handover) LateBySeconds() (int64, bool) {
	n, ok := r.Get("late_by_seconds").(int64)
	return n, ok
}

// SupersededBy is an id of observations, "" when missing.
func (r Handover) SupersededBy() string { return r.Record.Text("superseded_by") }

// State is where it stands.
func (r Handover) State() State { return State(r.Record.Text("state")) }

// AckDue is a time, zero when missing.
func (r Handover) AckDue() time.Time { return r.Record.Time("ack_due") }

// AckDueStamp is that time as it travels, "" when missing.
func (r Handover) AckDueStamp() string { return r.Record.Text("ack_due") }

// ActDue is a time, zero when missing.
func (r Handover) ActDue() time.Time { return r.Record.Time("act_due") }

// ActDueStamp is that time as it travels, "" when missing.
func (r Handover) ActDueStamp() string { return r.Record.Text("act_due") }

// SeenBy is an id of staff, "" when missing.
func (r Handover) SeenBy() string { return r.Record.Text("seen_by") }

// AcknowledgedBy is an id of staff, "" when missing.
func (r Handover) AcknowledgedBy() string { return r.Record.Text("acknowledged_by") }

// AcknowledgedAt is a time, zero when missing.
func (r Handover) AcknowledgedAt() time.Time { return r.Record.Time("acknowledged_at") }

// AcknowledgedAtStamp is that time as it travels, "" when missing.
func (r Handover) AcknowledgedAtStamp() string { return r.Record.Text("acknowledged_at") }

// Owner is an id of staff, "" when missing.
func (r Handover) Owner() string { return r.Record.Text("owner") }

// Called is "" when missing.
func (r Handover) Called() string { return r.Record.Text("called") }

// CalledWhy is "" when missing.
func (r Handover) CalledWhy() string { return r.Record.Text("called_why") }

// CalledAt is a time, zero when missing.
func (r Handover) CalledAt() time.Time { return r.Record.Time("called_at") }

// CalledAtStamp is that time as it travels, "" when missing.
func (r Handover) CalledAtStamp() string { return r.Record.Text("called_at") }

// CalledName is "" when missing.
func (r Handover) CalledName() string { return r.Record.Text("called_name") }

// CalledRole is "" when missing.
func (r Handover) CalledRole() string { return r.Record.Text("called_role") }

// Reached is true only where it is known to be.
func (r Handover) Reached() bool { b, _ := r.Get("reached").(bool); return b }

// ReadBack is true only where it is known to be.
func (r Handover) ReadBack() bool { b, _ := r.Get("read_back").(bool); return b }

// Called999 is "" when missing.
func (r Handover) Called999() string { return r.Record.Text("called_999") }

// Called999Why is "" when missing.
func (r Handover) Called999Why() string { return r.Record.Text("called_999_why") }

// Called999At is a time, zero when missing.
func (r Handover) Called999At() time.Time { return r.Record.Time("called_999_at") }

// Called999AtStamp is that time as it travels, "" when missing.
func (r Handover) Called999AtStamp() string { return r.Record.Text("called_999_at") }

// Called999Name is "" when missing.
func (r Handover) Called999Name() string { return r.Record.Text("called_999_name") }

// Called999ReadBack is true only where it is known to be.
func (r Handover) Called999ReadBack() bool { b, _ := r.Get("called_999_read_back").(bool); return b }

// DeclineReason is "" when missing.
func (r Handover) DeclineReason() string { return r.Record.Text("decline_reason") }

// Outcome is "" when missing.
func (r Handover) Outcome() string { return r.Record.Text("outcome") }

// Answer is "" when missing.
func (r Handover) Answer() string { return r.Record.Text("answer") }

// FiledBy is an id of staff, "" when missing.
func (r Handover) FiledBy() string { return r.Record.Text("filed_by") }

// FiledAt is a time, zero when missing.
func (r Handover) FiledAt() time.Time { return r.Record.Time("filed_at") }

// FiledAtStamp is that time as it travels, "" when missing.
func (r Handover) FiledAtStamp() string { return r.Record.Text("filed_at") }

// Follows is an id of handovers, "" when missing.
func (r Handover) Follows() string { return r.Record.Text("follows") }

// AmendedAt is a time, zero when missing.
func (r Handover) AmendedAt() time.Time { return r.Record.Time("amended_at") }

// AmendedAtStamp is that time as it travels, "" when missing.
func (r Handover) AmendedAtStamp() string { return r.Record.Text("amended_at") }
