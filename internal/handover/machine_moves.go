package handover

import (
	"slices"
	"time"

	"doorstep/internal/care"
)

// What the machine does; what people do is in moves.go.

// deliver notes that a team has it. A late delivery of one that has moved on changes nothing.
func (m *move) deliver() {
	if m.a.To.ID != "" && m.a.To.ID != m.h.ToTeam {
		return
	}
	if m.to != stays {
		m.h.State = care.State(m.to)
		if m.a.To.ByPhone {
			m.h.State = care.CallNeeded
			m.say(EventCallNeeded, "This team is reached by phone only.")
			return
		}
	}
	m.say(EventSent, "")
}

// overdue passes on what has not been answered in time; before that it does nothing.
func (m *move) overdue() {
	due, ok := Due(m.h)
	if !ok || m.now.Before(due) {
		return
	}
	m.pass(care.Escalated)
}

// teamGone sends it on from a team that nobody works for any more, whatever its clock. Where there is nobody
// further it stays, and the clock goes on.
func (m *move) teamGone() {
	to, ok := NextInChain(m.h, m.a.To)
	if m.to == stays || !ok {
		return
	}
	m.send(to, care.Escalated)
	e := m.say(EventEscalated, "The team that had it takes nothing any more. It is now with the care coordinator.")
	e.Detail, e.Deliver = map[string]any{"to": to.ID}, true
}

// notHere declines for a team what it said that it takes elsewhere. Where nobody else is there it is delivered all the same.
func (m *move) notHere() {
	if _, ok := NextInChain(m.h, m.a.To); !ok || m.to == stays || !slices.Contains(care.CanBeElsewhere, string(m.h.Class)) {
		return
	}
	m.h.DeclineReason = m.a.Reason
	m.say(EventDeclined, m.a.Reason)
	m.pass(care.Declined)
}

func (m *move) raise() {
	from := m.h.Class
	if m.a.Class.Urgency() > m.h.Class.Urgency() {
		m.h.Class = m.a.Class
	}
	if m.to != stays {
		m.h.State = care.State(m.to)
		m.h.SeenBy, m.h.AcknowledgedBy, m.h.AcknowledgedAt, m.h.Owner = "", "", time.Time{}, ""
	}
	e := m.say(EventRaisedAgain, "Please acknowledge again.")
	e.Detail, e.Deliver = map[string]any{"from": string(from), "to": string(m.h.Class)}, true
}

func (m *move) join() {
	if m.to == stays {
		return
	}
	m.h.State = care.StoodDown
	m.say(EventJoined, "").Detail = map[string]any{"into": m.a.Into}
}

// misfiled stands a handover down that was never about this person, and says so to whoever has it: they may have
// begun to act.
func (m *move) misfiled() {
	if m.to == stays {
		return
	}
	m.h.State = care.StoodDown
	m.say(EventStoodDown, "What this rested on was recorded under the wrong person, and is filed under the right one now. Nothing is asked of you about this person.").Deliver = true
}

// corrected stands a handover down whose visit was corrected before anybody took it on, and says so to whoever has it.
func (m *move) corrected() {
	if m.to == stays {
		return
	}
	m.h.State = care.StoodDown
	m.say(EventStoodDown, "The visit that this rested on was corrected: what raised it was not so. Nothing is asked of you any more.").Deliver = true
}
