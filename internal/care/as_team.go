// Code generated from the fields of teams by go test ./internal/care -update; DO NOT EDIT.

package care

import (
	"encoding/json"
)

// Team is a record of teams, read by the names of its fields.
type Team struct{ *Record }

// AsTeam reads a record of teams.
func AsTeam(r *Record) Team { return Team{r} }

// Name is "" when missing.
func (r Team) Name() string { return r.Record.Text("name") }

// Organisation is an id of organisations, "" when missing.
func (r Team) Organisation() string { return r.Record.Text("organisation") }

// Neighbourhood is an id of neighbourhoods, "" when missing.
func (r Team) Neighbourhood() string { return r.Record.Text("neighbourhood") }

// Kind is "" when missing.
func (r Team) Kind() string { return r.Record.Text("kind") }

// Phone is "" when missing.
func (r Team) Phone() string { return r.Record.Text("phone") }

// Route is "" when missing.
func (r Team) Route() string { return r.Record.Text("route") }

// RegistrantOnCall is an id of staff, "" when missing.
func (r Team) RegistrantOnCall() string { return r.Record.Text("registrant_on_call") }

// NotHere is JSON of its shape, nil when missing.
func (r Team) NotHere() json.RawMessage { return r.Record.Raw("not_here") }

// LoneWorking is JSON of its shape, nil when missing.
func (r Team) LoneWorking() json.RawMessage { return r.Record.Raw("lone_working") }
