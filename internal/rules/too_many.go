package rules

import (
	"slices"

	"doorstep/internal/care"
)

// TooMany is raised where a person has more records than the rules look at. It is not among the rules that a
// clinical lead can change: without it, readings beyond the bound would go unseen and nobody would know.
var TooMany = &Rule{Code: "too_many_readings", Version: 1, Title: "Too many readings", State: Active,
	Class: care.Urgent, Destination: care.ToCoordinator,
	Ask: "More readings came about this person than the rules can look at, so some were not checked. Please ring whoever records them, " +
		"look at the readings yourself, and have the phone or the sensor that sends them stopped."}

// MaxInWindow is how many records of one person within a window are more than people make: one every quarter of
// an hour, day and night.
const MaxInWindow = 192

// HasTooMany says whether more than MaxInWindow of the events lie within one window, and gives the latest event.
func HasTooMany(events []Event) (last Event, tooMany bool) {
	if len(events) == 0 {
		return Event{}, false
	}
	events = slices.Clone(events)
	slices.SortFunc(events, func(a, b Event) int { return compare(&a, &b) })
	for i := MaxInWindow; i < len(events); i++ {
		tooMany = tooMany || events[i].At.Sub(events[i-MaxInWindow].At) < Window
	}
	return events[len(events)-1], tooMany
}
