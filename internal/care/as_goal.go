// Code generated from the fields of goals by go test ./internal/care -update; DO NOT EDIT.

package care

// Goal is a record of goals, read by the names of its fields.
type Goal struct{ *Record }

// AsGoal reads a record of goals.
func AsGoal(r *Record) Goal { return Goal{r} }

// Patient is an id of patients, "" when missing.
func (r Goal) Patient() string { return r.Record.Text("patient") }

// Words is "" when missing.
func (r Goal) Words() string { return r.Record.Text("words") }

// SafeWords is "" when missing.
func (r Goal) SafeWords() string { return r.Record.Text("safe_words") }

// Team is an id of teams, "" when missing.
func (r Goal) Team() string { return r.Record.Text("team") }

// Helpers are its members, sorted; nil when missing.
func (r Goal) Helpers() []string { l, _ := r.Get("helpers").([]string); return l }

// AgreedOn is "" when missing.
func (r Goal) AgreedOn() string { return r.Record.Text("agreed_on") }

// ReviewOn is "" when missing.
func (r Goal) ReviewOn() string { return r.Record.Text("review_on") }

// ReviewedOn is "" when missing.
func (r Goal) ReviewedOn() string { return r.Record.Text("reviewed_on") }

// Outcome is "" when missing.
func (r Goal) Outcome() string { return r.Record.Text("outcome") }

// Said is "" when missing.
func (r Goal) Said() string { return r.Record.Text("said") }
