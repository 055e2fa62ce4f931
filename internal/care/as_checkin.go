// Code generated from the fields of checkins by go test ./internal/care -update; DO NOT EDIT.

package care

import (
	"encoding/json"
	"time"
)

// Checkin is a record of checkins, read by the names of its fields.
type Checkin struct{ *Record }

// AsCheckin reads a record of checkins.
func AsCheckin(r *Record) Checkin { return Checkin{r} }

// Patient is an id of patients, "" when missing.
func (r Checkin) Patient() string { return r.Record.Text("patient") }

// Team is an id of teams, "" when missing.
func (r Checkin) Team() string { return r.Record.Text("team") }

// Staff is an id of staff, "" when missing.
func (r Checkin) Staff() string { return r.Record.Text("staff") }

// PlannedStart is a time, zero when missing.
func (r Checkin) PlannedStart() time.Time { return r.Record.Time("planned_start") }

// PlannedStartStamp is that time as it travels, "" when missing.
func (r Checkin) PlannedStartStamp() string { return r.Record.Text("planned_start") }

// PlannedEnd is a time, zero when missing.
func (r Checkin) PlannedEnd() time.Time { return r.Record.Time("planned_end") }

// PlannedEndStamp is that time as it travels, "" when missing.
func (r Checkin) PlannedEndStamp() string { return r.Record.Text("planned_end") }

// HappenedAt is a time, zero when missing.
func (r Checkin) HappenedAt() time.Time { return r.Record.Time("happened_at") }

// HappenedAtStamp is that time as it travels, "" when missing.
func (r Checkin) HappenedAtStamp() string { return r.Record.Text("happened_at") }

// TimeEnteredAt is a time, zero when missing.
func (r Checkin) TimeEnteredAt() time.Time { return r.Record.Time("time_entered_at") }

// TimeEnteredAtStamp is that time as it travels, "" when missing.
func (r Checkin) TimeEnteredAtStamp() string { return r.Record.Text("time_entered_at") }

// Seen is true only where it is known to be.
func (r Checkin) Seen() bool { b, _ := r.Get("seen").(bool); return b }

// Wellbeing is "" when missing.
func (r Checkin) Wellbeing() string { return r.Record.Text("wellbeing") }

// Concern is "" when missing.
func (r Checkin) Concern() string { return r.Record.Text("concern") }

// Safeguarding is "" when missing.
func (r Checkin) Safeguarding() string { return r.Record.Text("safeguarding") }

// Corrected is JSON of its shape, nil when missing.
func (r Checkin) Corrected() json.RawMessage { return r.Record.Raw("corrected") }
