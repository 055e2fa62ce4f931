package access

import (
	"slices"

	"doorstep/internal/care"
)

// Stay is somebody who is alone somewhere, as the desk of their team sees it. Times are by the server's clock, as stamps; ""
// = not.
type Stay struct {
	ID, Staff, Team, Home, Place, Number            string
	WentInAt, DueOutAt, PanicAt, SafeAt, OutAt      string
	Alarm, AlarmFrom                                string
	PromptedAt, CoordinatorAt, ManagerAt            string
	TakenBy, TakenAt, ClosedAt, ClosedBy, ClosedWhy string
}

// SeeStay is a stay of somebody who is alone as somebody at a desk sees it; nil where another team looks after them. Whose
// home it is, they learn where they may know the person; survivor is who is meant where a registration is named that was made one
// with another.
func (a *Access) SeeStay(rec *care.Record, survivor func(person string) string) *Stay {
	if rec == nil || rec.Collection.Name != care.LoneStays || !slices.Contains(a.DeskTeams(), care.AsLoneStay(rec).Team()) {
		return nil
	}
	s := care.AsLoneStay(rec)
	at := func(field string) string { return care.Stamp(rec.When(field)) }
	seen := &Stay{ID: rec.ID, Staff: rec.Author, Team: s.Team(), Place: s.Place(), Number: s.Number(), WentInAt: at("went_in_at"), DueOutAt: at("due_out_at"),
		PanicAt: at("panic_at"), SafeAt: at("safe_at"), OutAt: at("out_at"), PromptedAt: at("prompted_at"), CoordinatorAt: at("coordinator_at"), ManagerAt: at("manager_at"),
		TakenBy: s.TakenBy(), TakenAt: at("taken_at"), ClosedAt: at("closed_at"), ClosedBy: s.ClosedBy(), ClosedWhy: s.ClosedWhy()}
	if seen.PromptedAt+seen.CoordinatorAt+seen.ManagerAt != "" {
		seen.Alarm, seen.AlarmFrom = s.Alarm(), at("alarm_from")
	}
	if home := survivor(s.HomeOf()); home != "" && a.Near(home) {
		seen.Home = home
	}
	return seen
}
