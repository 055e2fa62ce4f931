package plan

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"doorstep/internal/worktime"
)

// furthest is how many days a visit of a closed day is moved at most; where all of them are closed, nobody goes.
const furthest = 7

// Closed says whether a team is closed on a day, and why.
type Closed func(worktime.Date) (why string, closed bool)

// Occurrence is one contact that a plan stands for.
type Occurrence struct {
	// Day is the day by the rule, and Place who goes: 0 the first, 1 the second. With the plan they are what the
	// contact is known by, wherever it is moved.
	Day   worktime.Date
	Place int
	Contact
}

// Contact is what a plan writes into a visit or check-in.
type Contact struct {
	Start   time.Time `json:"start"`
	End     time.Time `json:"end"`
	Staff   string    `json:"staff,omitempty"`
	Purpose string    `json:"purpose,omitempty"`
	Team    string    `json:"team,omitempty"`
}

// Between are the occurrences on the days from first to last, in order. Days on which the team is closed are treated
// as the plan says. The same days come of it whichever part of the calendar is asked for.
func (p *Plan) Between(first, last worktime.Date, team string, closed Closed) []Occurrence {
	byRule := p.ruleDays(Later(first, -furthest), Later(last, furthest))
	taken := map[worktime.Date]bool{}
	for _, day := range byRule {
		if on, ok := p.visited(day, closed); ok && on == day {
			taken[day] = true
		}
	}
	var list []Occurrence
	for _, day := range byRule {
		on, ok := p.visited(day, closed)
		if !ok || on != day && taken[on] {
			continue // nobody goes, or somebody goes on that day anyway
		}
		taken[on] = true
		if before(on, first) || before(last, on) {
			continue
		}
		start, end := At(on, p.from), At(on, p.to)
		if shortest := start.Add(time.Duration(p.Minutes) * time.Minute); end.Before(shortest) {
			end = shortest // the clocks go forward within the window
		}
		for place := range int(p.AtDoor) {
			list = append(list, Occurrence{day, place, Contact{start, end, p.staffOf(place), p.Purpose, team}})
		}
	}
	slices.SortStableFunc(list, func(a, b Occurrence) int { return a.Start.Compare(b.Start) })
	return list
}

// ruleDays are the days of the rule within a part of the calendar.
func (p *Plan) ruleDays(first, last worktime.Date) (days []worktime.Date) {
	for day := range p.rule.days(p.start) {
		if before(last, day) || p.until != (worktime.Date{}) && before(p.until, day) {
			break
		}
		if !before(day, first) {
			days = append(days, day)
		}
	}
	return days
}

// visited is the day on which somebody goes for a day of the rule; false: nobody does.
func (p *Plan) visited(day worktime.Date, closed Closed) (worktime.Date, bool) {
	if _, no := closed(day); !no || ClosedDays(p.Closed) == Visit {
		return day, true
	}
	step := map[ClosedDays]int{Before: -1, After: 1}[ClosedDays(p.Closed)]
	for n := 1; step != 0 && n <= furthest; n++ {
		on := Later(day, step*n)
		if before(on, p.start) {
			return on, false
		}
		if _, no := closed(on); !no {
			return on, true
		}
	}
	return day, false
}

// OnlyClosed says why a plan would come to nothing within its next days because the team is closed whenever it falls;
// nil where somebody goes, or it does not fall at all. First is the day to begin with.
func (p *Plan) OnlyClosed(first worktime.Date, closed Closed) error {
	if before(first, p.start) {
		first = p.start
	}
	var days []worktime.Date
	for day := range p.between(first) {
		if days = append(days, day); len(days) == furthest {
			break
		}
	}
	why := ""
	for _, day := range days {
		if _, ok := p.visited(day, closed); ok {
			return nil
		}
		why, _ = closed(day)
	}
	if len(days) == 0 {
		return nil
	}
	return fault("closed_days", "The team is closed on %s (%s), and so on whenever this falls. Choose other days, or say that somebody goes all the same.", SayDay(days[0]), why)
}

func (p *Plan) between(first worktime.Date) iter.Seq[worktime.Date] {
	return func(yield func(worktime.Date) bool) {
		for day := range p.rule.days(p.start) {
			if p.until != (worktime.Date{}) && before(p.until, day) || !before(day, first) && !yield(day) {
				return
			}
		}
	}
}

// SayDay writes a day for people: Monday 30 November.
func SayDay(d worktime.Date) string { return noon(d).Format("Monday 2 January") }

// ContactID is the id of the contact of an occurrence: the same whenever it is worked out. Turn counts how often the
// plan has withdrawn one of that day before. It begins with the day, as the ids that phones make begin with a time.
func ContactID(plan string, day worktime.Date, place, turn int) string {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], uint64(noon(day).UnixMilli())<<16)
	sum := sha256.Sum256([]byte(strings.Join([]string{"plan", plan, day.String(), strconv.Itoa(place), strconv.Itoa(turn)}, "\x00")))
	copy(raw[6:], sum[:])
	return strings.ToLower(ulid.ULID(raw).String())
}

// String names a contact for a log.
func (o Occurrence) String() string { return fmt.Sprintf("%s/%d", o.Day, o.Place) }
