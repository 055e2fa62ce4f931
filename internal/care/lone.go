package care

import (
	"encoding/json"
	"time"
)

// LoneStays is the collection of stays at which a member of staff is alone.
const LoneStays = "lone_stays"

// What alarms there are about somebody who is alone: they did not say that they are out, or they pressed for help.
const (
	LoneOverdue = "overdue"
	LonePanic   = "panic"
)

// LoneAlarms lists them.
var LoneAlarms = []string{LoneOverdue, LonePanic}

// LongestStay is how long somebody may say that they stay, in minutes: longer is another stay.
const LongestStay = 24 * 60

// loneTimes are the times of a stay that a phone's clock fills in.
var loneTimes = []string{"went_in_at", "panic_at", "safe_at", "out_at"}

// loneStays are the times at which somebody is alone in a house or elsewhere: from "going in" until "out". They are about a
// member of staff and not about a person: whoever is alone writes them, and sees the open ones with the desk of their team.
//
// What names a person or a visit is plain text of an id: no word of safety waits until such a record has come.
var loneStays = &Collection{Name: LoneStays, Synced: true, Pushable: true, OfStaff: true, Fields: []Field{
	{Name: "staff", Kind: Ref, Ref: StaffName, Policy: Server, Limited: true}, // who is alone: its author
	{Name: "team", Kind: Ref, Ref: Teams, Policy: Immutable, Limited: true},   // whose desk looks after them
	{Name: "home_of", Kind: ID, Policy: Immutable, Limited: true},             // whose home it is
	{Name: "visit", Kind: ID, Policy: Immutable, Limited: true},
	{Name: "place", Kind: Text, Max: 200, Policy: Latest, Limited: true}, // in words, where it is nobody's home
	{Name: "number", Kind: Text, Max: 40, Policy: Latest, Limited: true}, // at which they can be rung
	{Name: "went_in_at", Kind: Time, Policy: Immutable, Limited: true},
	{Name: "minutes", Kind: Int, Min: 1, Max: LongestStay, Policy: Latest, Limited: true}, // from going in, how long they stay; null = nothing was said, and only the panic button counts
	{Name: "panic_at", Kind: Time, Policy: Latest, Limited: true},
	{Name: "safe_at", Kind: Time, Policy: Latest, Limited: true}, // the last time they said that they are safe
	{Name: "out_at", Kind: Time, Policy: Latest, Limited: true},

	{Name: "due_out_at", Kind: Time, Policy: Server, Limited: true},                                    // by the server's clock
	{Name: "alarm", Kind: Enum, Values: LoneAlarms, Policy: Server, Limited: true},                     // what its steps are about; null = nothing: they did not say how long
	{Name: "alarm_from", Kind: Time, Policy: Server, Limited: true},                                    // from when its steps count
	{Name: "prompted_at", Kind: Time, Policy: Server, Limited: true},                                   // when each was told
	{Name: "coordinator_at", Kind: Time, Policy: Server, Limited: true},                                //
	{Name: "manager_at", Kind: Time, Policy: Server, Limited: true},                                    //
	{Name: "taken_by", Kind: Ref, Ref: StaffName, Policy: Server, Limited: true},                       // who of the desk sees to it
	{Name: "taken_at", Kind: Time, Policy: Server, Limited: true},                                      //
	{Name: "closed_at", Kind: Time, Policy: Server, Limited: true},                                     // when the server heard that it is over
	{Name: "closed_by", Kind: Ref, Ref: StaffName, Policy: Server, Limited: true},                      // whoever is alone, or somebody of the desk
	{Name: "closed_why", Kind: Text, Max: 500, Policy: Server, Limited: true},                          // what the desk knows of it
	{Name: "corrected", Kind: Object, Policy: Server, Shape: correctedTimes(LoneStays), Limited: true}, // see CorrectedField
}}

// LoneWorking is after how many minutes who is told that somebody did not say that they are out, as a team sets it.
type LoneWorking struct {
	Prompt      int `json:"prompt_after"`        // whoever is alone, on their phone; from when they wanted to be out
	Coordinator int `json:"coordinator_after"`   // the desk of the team
	Manager     int `json:"manager_after"`       // whoever the team names
	Panic       int `json:"panic_manager_after"` // after the panic button the desk is told at once, the manager so much later
	// Who is the manager, with their number, in the team's words; "" = nobody is named.
	Who string `json:"manager"`
}

// UsualLoneWorking is what counts where a team has set nothing. There is no national figure; these are the project's own.
var UsualLoneWorking = LoneWorking{Prompt: 15, Coordinator: 30, Manager: 45, Panic: 10}

// loneWorking is LoneWorking as a team keeps it; what is missing is as usual.
var loneWorking = &Shape{Members: []Member{
	{Field: Field{Name: "prompt_after", Kind: Int, Min: 0, Max: 240}},
	{Field: Field{Name: "coordinator_after", Kind: Int, Min: 1, Max: 240}},
	{Field: Field{Name: "manager_after", Kind: Int, Min: 1, Max: 240}},
	{Field: Field{Name: "panic_manager_after", Kind: Int, Min: 0, Max: 240}},
	{Field: Field{Name: "manager", Kind: Text, Max: 200}},
}}

// Scan reads the column of a team, so that a directory is read row by row; what is missing, or nobody can read, is as usual.
func (w *LoneWorking) Scan(column any) error {
	raw, _ := column.(string)
	if bytes, ok := column.([]byte); ok {
		raw = string(bytes)
	}
	*w = UsualLoneWorking
	if raw != "" && json.Unmarshal([]byte(raw), w) != nil {
		*w = UsualLoneWorking
	}
	return nil
}

// InOrder says whether nobody is told before those who are nearer.
func (w LoneWorking) InOrder() bool { return w.Prompt <= w.Coordinator && w.Coordinator <= w.Manager }

// CorrectedBut are the corrected times of a record without that of one field, which somebody says by the server's clock.
func (r *Record) CorrectedBut(field string) any {
	times := r.Corrected()
	if delete(times, field); len(times) == 0 {
		return nil
	}
	return JSON(times)
}

// When is a time of a record by the server's clock; zero when missing.
func (r *Record) When(field string) time.Time {
	s, _ := r.AsItWas(field).(string)
	t, err := ParseStamp(s)
	if s == "" || err != nil {
		return time.Time{}
	}
	return t
}
