// Code generated from the fields of goal_steps by go test ./internal/care -update; DO NOT EDIT.

package care

// GoalStep is a record of goal_steps, read by the names of its fields.
type GoalStep struct{ *Record }

// AsGoalStep reads a record of goal_steps.
func AsGoalStep(r *Record) GoalStep { return GoalStep{r} }

// Patient is an id of patients, "" when missing.
func (r GoalStep) Patient() string { return r.Record.Text("patient") }

// Goal is an id of goals, "" when missing.
func (r GoalStep) Goal() string { return r.Record.Text("goal") }

// Task is "" when missing.
func (r GoalStep) Task() string { return r.Record.Text("task") }

// Helper is an id of organisations, "" when missing.
func (r GoalStep) Helper() string { return r.Record.Text("helper") }

// DueOn is "" when missing.
func (r GoalStep) DueOn() string { return r.Record.Text("due_on") }

// DoneOn is "" when missing.
func (r GoalStep) DoneOn() string { return r.Record.Text("done_on") }
