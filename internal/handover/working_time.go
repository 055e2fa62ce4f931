package handover

import (
	"slices"
	"time"

	"doorstep/internal/care"
)

// Hours are the working time of one destination before it changed, and since.
type Hours struct{ Was, Is Calendar }

// ByWorkingTime are the classes of which something is due in working time.
func (c Clocks) ByWorkingTime() (classes []string) {
	for _, class := range care.Classes {
		clock := c[care.Class(class)]
		for _, s := range []Span{clock.Acknowledge, clock.Act} {
			if (s.Core > 0 || s.WorkingDays > 0 || s.WorkingDay) && !slices.Contains(classes, class) {
				classes = append(classes, class)
			}
		}
	}
	return classes
}

// Moved are the deadlines of a handover after working time has changed: one that was set by how it was, is as it would
// be set now, and never earlier than people were told. From when a deadline counts is not kept; it is one of the
// moments at which something happened to the handover.
func (c Clocks) Moved(h Handover, events []Event, now time.Time, hours ...Hours) (ack, act time.Time) {
	ack, act = h.AckDue, h.ActDue
	if h.State.OffTheClock() {
		return ack, act
	}
	for _, from := range moments(h, events) {
		for _, cal := range hours {
			ackWas, actWas := c.Deadlines(h.Class, from, cal.Was)
			ackIs, actIs := c.Deadlines(h.Class, from, cal.Is)
			if ackWas.Equal(h.AckDue) && h.AckDue.After(now) {
				ack = later(ack, ackIs)
			}
			if actWas.Equal(h.ActDue) && h.ActDue.After(now) {
				act = later(act, actIs)
			}
		}
	}
	return ack, act
}

// moments are those at which something happened to a handover, as they are stored.
func moments(h Handover, events []Event) []time.Time {
	list := []time.Time{h.ClinicalTime, h.RaisedAt}
	for _, e := range events {
		list = append(list, e.At)
	}
	list = slices.DeleteFunc(list, time.Time.IsZero)
	slices.SortFunc(list, time.Time.Compare)
	return slices.CompactFunc(list, time.Time.Equal)
}
