package plan

import (
	"time"

	"doorstep/internal/worktime"
)

// MostSoon is how many days before it is due a contact counts as due: the planner gives out a week at a time. Where somebody is
// to be seen more often than that, half of the interval.
const MostSoon = 7

// States of a contact with somebody who is on a list.
const (
	ContactOverdue = "overdue" // its day has passed
	ContactDue     = "due"     // within the next days
	ContactLater   = "later"
)

// NextContact is the last day on which somebody is to be contacted: so many days after the last contact or, where there was
// none, after they came onto the list. Phones reckon the same: pb_public/app/model/contacts.js, testdata/contacts.json.
func NextContact(last time.Time, since worktime.Date, every int) worktime.Date {
	if last.IsZero() {
		return Later(since, every)
	}
	return Later(DayOf(last), every)
}

// ContactState says how a contact stands on a day.
func ContactState(due, today worktime.Date, every int) string {
	switch {
	case before(due, today):
		return ContactOverdue
	case before(Later(today, SoonDays(every)), due):
		return ContactLater
	}
	return ContactDue
}

// SoonDays is how many days ahead a contact counts as due.
func SoonDays(every int) int { return min(MostSoon, every/2) }
