// Code generated from the fields of observations by go test ./internal/care -update; DO NOT EDIT.

package care

import (
	"encoding/json"
	"time"
)

// Observation is a record of observations, read by the names of its fields.
type Observation struct{ *Record }

// AsObservation reads a record of observations.
func AsObservation(r *Record) Observation { return Observation{r} }

// Patient is an id of patients, "" when missing.
func (r Observation) Patient() string { return r.Record.Text("patient") }

// Visit is an id of visits, "" when missing.
func (r Observation) Visit() string { return r.Record.Text("visit") }

// TakenAt is a time, zero when missing.
func (r Observation) TakenAt() time.Time { return r.Record.Time("taken_at") }

// TakenAtStamp is that time as it travels, "" when missing.
func (r Observation) TakenAtStamp() string { return r.Record.Text("taken_at") }

// RespirationRate is a whole number, and whether there is one.
func (r Observation) RespirationRate() (int64, bool) {
	n, ok := r.Get("respiration_rate").(int64)
	return n, ok
}

// SpO2 is a whole number, and whether there is one.
func (r Observation) SpO2() (int64, bool) { n, ok := r.Get("spo2").(int64); return n, ok }

// OnOxygen is true only where it is known to be.
func (r Observation) OnOxygen() bool { b, _ := r.Get("on_oxygen").(bool); return b }

// Systolic is a whole number, and whether there is one.
func (r Observation) Systolic() (int64, bool) { n, ok := r.Get("systolic").(int64); return n, ok }

// Diastolic is a whole number, and whether there is one.
func (r Observation) Diastolic() (int64, bool) { n, ok := r.Get("diastolic").(int64); return n, ok }

// Pulse is a whole number, and whether there is one.
func (r Observation) Pulse() (int64, bool) { n, ok := r.Get("pulse").(int64); return n, ok }

// ACVPU is "" when missing.
func (r Observation) ACVPU() string { return r.Record.Text("acvpu") }

// Temperature is a number, and whether there is one.
func (r Observation) Temperature() (float64, bool) {
	x, ok := r.Get("temperature").(float64)
	return x, ok
}

// BloodGlucose is a number, and whether there is one.
func (r Observation) BloodGlucose() (float64, bool) {
	x, ok := r.Get("blood_glucose").(float64)
	return x, ok
}

// Weight is a number, and whether there is one.
func (r Observation) Weight() (float64, bool) { x, ok := r.Get("weight").(float64); return x, ok }

// PainScore is a whole number, and whether there is one.
func (r Observation) PainScore() (int64, bool) { n, ok := r.Get("pain_score").(int64); return n, ok }

// Replaces is an id of observations, "" when missing.
func (r Observation) Replaces() string { return r.Record.Text("replaces") }

// TimeEnteredAt is a time, zero when missing.
func (r Observation) TimeEnteredAt() time.Time { return r.Record.Time("time_entered_at") }

// TimeEnteredAtStamp is that time as it travels, "" when missing.
func (r Observation) TimeEnteredAtStamp() string { return r.Record.Text("time_entered_at") }

// NEWS2 is JSON of its shape, nil when missing.
func (r Observation) NEWS2() json.RawMessage { return r.Record.Raw("news2") }

// Corrected is JSON of its shape, nil when missing.
func (r Observation) Corrected() json.RawMessage { return r.Record.Raw("corrected") }
