// Code generated from the fields of neighbourhoods by go test ./internal/care -update; DO NOT EDIT.

package care

// Neighbourhood is a record of neighbourhoods, read by the names of its fields.
type Neighbourhood struct{ *Record }

// AsNeighbourhood reads a record of neighbourhoods.
func AsNeighbourhood(r *Record) Neighbourhood { return Neighbourhood{r} }

// Name is "" when missing.
func (r Neighbourhood) Name() string { return r.Record.Text("name") }
