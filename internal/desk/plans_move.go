package desk

import (
	"errors"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/plan"
	"doorstep/internal/worktime"
)

// MostMoved bounds how many contacts one move takes: a week of a large round.
const MostMoved = 500

// MoveVisits gives contacts to somebody else, or puts them on another day or at another time.
type MoveVisits struct {
	Team string // whose board it is
	// Contacts to move, or Round: one of them.
	Contacts []string
	Round    *Round
	// To is who makes them: nil = whoever does now, "" = nobody as yet.
	To *string
	// Days later they are, fewer than none: earlier.
	Days int
	// At is when the only one begins: minutes after midnight; nil = at the time it has.
	At *int
}

// Round is all that somebody has to make for a team from one day to another: a day when they are ill, or a week.
type Round struct {
	Staff       string // "" = what nobody has
	First, Last worktime.Date
}

// MovedVisits is what a move came to.
type MovedVisits struct {
	Moved int `json:"moved"`
	// Refused are those that stay as they are, each with the reason.
	Refused []RefusedMove `json:"refused"`
}

// RefusedMove is a contact that cannot be moved there.
type RefusedMove struct {
	ID      string `json:"id"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// move is one contact on its way.
type move struct {
	was PlannedContact
	to  PlannedContact
}

// Move moves contacts. Of several, those that can be moved are; where none can, the reason for the first is the
// refusal, and nothing is changed.
func (p *Planner) Move(m MoveVisits) (moved MovedVisits, err error) {
	moved.Refused = []RefusedMove{}
	if m.Team == "" || !slices.Contains(p.Lead.DeskTeams(), m.Team) {
		return moved, refuse(CodeNotFound, "There is no such team among yours.")
	}
	list, err := p.toMove(m)
	if err != nil {
		return moved, err
	}
	wanted := make([]move, 0, len(list))
	refused := func(id string, err error) error {
		var no *Error
		if !errors.As(err, &no) {
			return err
		}
		moved.Refused = append(moved.Refused, RefusedMove{id, no.Code, no.Message})
		return nil
	}
	for _, c := range list {
		to, err := p.wanted(m, c)
		if err == nil {
			wanted = append(wanted, move{c, to})
		} else if err = refused(c.ID, err); err != nil {
			return moved, err
		}
	}
	fitting, err := p.thatFit(wanted, refused)
	if err != nil {
		return moved, err
	}
	if len(fitting) == 0 && len(moved.Refused) > 0 {
		first := moved.Refused[0]
		return moved, &Error{Code: first.Code, Message: first.Message}
	}
	moved.Moved = len(fitting)
	return moved, p.write(m.Team, fitting)
}

// toMove are the contacts that a move names.
func (p *Planner) toMove(m MoveVisits) (list []PlannedContact, err error) {
	if m.Round == nil {
		return p.named(m)
	}
	if before := m.Round.Last.String() < m.Round.First.String(); before {
		return nil, refuse(CodeInvalid, "The last day is before the first.")
	}
	all, err := p.Rows.ToMake(ContactQuery{Kind: p.kindOf(m.Team), Teams: []string{m.Team}, From: plan.At(m.Round.First, 0), To: plan.At(plan.Later(m.Round.Last, 1), 0)})
	for _, c := range all {
		if c.Staff == m.Round.Staff && p.Lead.Near(c.Patient) {
			list = append(list, c)
		}
	}
	if len(list) > MostMoved {
		return nil, refuse(CodeInvalid, "These are %d visits; move at most %d at a time.", len(list), MostMoved)
	}
	return list, err
}

// named are the contacts that a move names by their ids; all of them have to be there.
func (p *Planner) named(m MoveVisits) ([]PlannedContact, error) {
	ids := slices.Compact(slices.Sorted(slices.Values(m.Contacts)))
	list, err := p.Rows.ContactsByID(p.kindOf(m.Team), ids)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(c PlannedContact) bool { return c.Team != m.Team || !p.Lead.Near(c.Patient) })
	if len(list) < len(ids) || len(list) == 0 {
		return nil, refuse(CodeNotFound, "There is no such visit on this board.")
	}
	return list, nil
}

// wanted is a contact as a move would have it, if that can be by itself.
func (p *Planner) wanted(m MoveVisits, c PlannedContact) (PlannedContact, error) {
	to := c
	if c.Status != "planned" {
		return to, refuse(CodeChanged, "Somebody has begun or recorded this visit since.")
	}
	if m.To != nil {
		to.Staff = *m.To
	}
	length := c.End.Sub(c.Start)
	day := plan.Later(plan.DayOf(c.Start), m.Days)
	if at := minutesOf(c.Start); m.At != nil && *m.At != at {
		to.Start, to.End = plan.At(day, *m.At), plan.At(day, *m.At).Add(length)
	} else if m.Days != 0 {
		to.Start, to.End = plan.At(day, at), plan.At(day, at).Add(length)
	}
	if !to.Start.Equal(c.Start) {
		if to.End.Before(p.Writes.Now()) {
			return to, refuse(CodeInvalid, "That time has passed.")
		}
		if why, closed := p.People.ClosedDays(c.Team)(plan.DayOf(to.Start)); closed && day != plan.DayOf(c.Start) {
			return to, refuse(CodeClosedDay, "The team is closed on %s (%s).", plan.SayDay(plan.DayOf(to.Start)), why)
		}
	}
	if err := p.lives(c.Patient); err != nil {
		return to, err
	}
	if to.Staff != c.Staff {
		return to, p.mayVisit(to.Staff, c.Patient)
	}
	return to, nil
}

func minutesOf(t time.Time) int {
	london := worktime.InLondon(t)
	return london.Hour()*60 + london.Minute()
}

// thatFit are those moves after which everybody can make what is theirs; a move that changes nothing fits.
func (p *Planner) thatFit(wanted []move, refused func(id string, err error) error) (fitting []move, err error) {
	tasks := map[string][]PlannedContact{}
	leaving := map[string]bool{}
	for _, m := range wanted {
		leaving[m.was.ID] = true
	}
	for _, m := range wanted {
		if m.was == m.to {
			continue
		}
		staff := m.to.Staff
		if staff == "" {
			fitting = append(fitting, m)
			continue
		}
		if tasks[staff] == nil {
			if tasks[staff], err = p.standing(wanted, staff, leaving); err != nil {
				return nil, err
			}
		}
		tasks[staff] = append(tasks[staff], m.to)
		if err := p.clashOf(staff, tasks[staff], m.to.ID); err != nil {
			if err := refused(m.to.ID, err); err != nil {
				return nil, err
			}
			tasks[staff][len(tasks[staff])-1] = m.was
			if m.was.Staff != staff {
				tasks[staff] = tasks[staff][:len(tasks[staff])-1]
			}
			continue
		}
		fitting = append(fitting, m)
	}
	return fitting, nil
}

// standing is what somebody has to make on the days to which things are moved, but for what is itself on its way.
func (p *Planner) standing(wanted []move, staff string, leaving map[string]bool) ([]PlannedContact, error) {
	first, last := plan.DayOf(wanted[0].to.Start), plan.DayOf(wanted[0].to.Start)
	for _, m := range wanted {
		if day := plan.DayOf(m.to.Start); day.String() < first.String() {
			first = day
		} else if day.String() > last.String() {
			last = day
		}
	}
	list, err := p.tasksOf(p.kindOf(wanted[0].was.Team), staff, first, last)
	list = slices.DeleteFunc(list, func(c PlannedContact) bool { return leaving[c.ID] })
	return append([]PlannedContact{}, list...), err
}

// write stores moves as one change of the lead's.
func (p *Planner) write(team string, moves []move) error {
	if len(moves) == 0 {
		return nil
	}
	kind := p.kindOf(team)
	m := &care.Mutation{Key: p.Writes.NewID(), Author: p.Lead.Staff, AuthoredAt: p.Writes.Now()}
	for _, mv := range moves {
		set := map[string]any{}
		if mv.to.Staff != mv.was.Staff {
			set["staff"] = mv.to.Staff
			if mv.to.Staff == "" {
				set["staff"] = nil
			}
		}
		if !mv.to.Start.Equal(mv.was.Start) {
			set["planned_start"], set["planned_end"] = care.Stamp(mv.to.Start), care.Stamp(mv.to.End)
		}
		m.Ops = append(m.Ops, care.Op{Kind: care.OpUpdate, Collection: kind, ID: mv.was.ID, Patient: mv.was.Patient, Set: set})
	}
	result, err := p.Writes.TakeInPlanned(m, care.Viewer{Staff: p.Lead.Staff, Role: p.Lead.Role, Teams: []string{team}})
	if err == nil && result.Status != care.Applied {
		err = refuse(CodeNotPlanned, "These visits could not be moved. Look whether the people are still on the caseload of the team.")
	}
	return err
}
