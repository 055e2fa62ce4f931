package handover

import (
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// move is one action under way.
type move struct {
	clocks    Clocks
	calendar  Calendar
	before, h Handover
	a         Action
	actor     Actor
	now       time.Time
	to        cell
	events    []Event
}

// say notes an event with the team in whose name it is done.
func (m *move) say(kind, text string) *Event {
	m.events = append(m.events, Event{Kind: kind, At: m.at(), By: m.actor.Staff, Team: m.team(), Text: text})
	return &m.events[len(m.events)-1]
}

// at is when it was done.
func (m *move) at() time.Time {
	if m.a.At.IsZero() || m.a.At.After(m.now) {
		return m.now
	}
	return m.a.At
}

// team is the one in whose name it is done: that which has the handover, but where somebody acts for one that it was
// escalated away from.
func (m *move) team() string {
	if m.actor.System || slices.Contains(m.actor.Teams, m.h.ToTeam) {
		return m.h.ToTeam
	}
	for _, former := range slices.Backward(m.h.Former) {
		if slices.Contains(m.actor.Teams, former) {
			return former
		}
	}
	return m.h.ToTeam
}

// pass gives the handover to the next in the chain, where it starts with a clock of its own.
// The chain is short: the destination, the care coordinator, and then it has failed and stays
// with whoever has it. Safeguarding never leaves the safeguarding lead; the coordinator is told
// that it waits, without its content.
func (m *move) pass(as care.State) {
	to, ok := NextInChain(m.h, m.a.To)
	if m.h.Class == care.Safeguarding {
		m.passSafeguarding()
		return
	}
	if !ok {
		m.h.State = care.Failed
		e := m.say(EventFailed, "Nobody answered in time, and there is nobody further to ask. It stays here until it is answered.")
		e.Team, e.Deliver = m.h.ToTeam, true
		return
	}
	if as == care.Escalated {
		m.h.Former = append(slices.Clone(m.h.Former), m.h.ToTeam)
	}
	from := m.h.ToTeam
	m.send(to, as)
	e := m.say(EventEscalated, "It is now with the care coordinator.")
	e.Team, e.Detail, e.Deliver = to.ID, map[string]any{"to": to.ID}, true
	if as == care.Escalated { // they may still answer; whoever declined has said no
		e.Text = "No answer in time. " + e.Text
		e.Detail["from"] = from
	}
}

func (m *move) passSafeguarding() {
	if m.h.State == care.Escalated {
		m.h.State = care.Failed
		m.say(EventFailed, "The safeguarding lead did not answer in time. It stays here until it is answered.").Deliver = true
		return
	}
	m.h.State = care.Escalated
	m.restartClocks()
	e := m.say(EventEscalated, "No answer in time. The care coordinator is asked to ring the safeguarding lead.")
	e.Deliver = true
	if m.a.To.ID != "" {
		e.Spawn = m.spawn("unanswered", m.a.To.ID, care.Urgent,
			"Please ring the safeguarding lead now: a safeguarding concern about this person has not been answered in time.",
			"A safeguarding concern waits for the safeguarding lead. Its content is for them only.")
	}
}

// send puts the handover before another team.
func (m *move) send(to Team, as care.State) {
	m.h.ToTeam, m.h.State = to.ID, as
	m.restartClocks()
}

// restartClocks clears what the last holder did, which its history keeps, and starts the clocks.
func (m *move) restartClocks() {
	m.h.SeenBy, m.h.AcknowledgedBy, m.h.AcknowledgedAt, m.h.Owner = "", "", time.Time{}, ""
	m.h.AckDue, m.h.ActDue = m.clocks.Deadlines(m.h.Class, m.now, m.calendar)
}

// spawn makes a handover that follows from this one. Its id follows too: it is made once.
func (m *move) spawn(what, team string, class care.Class, ask, note string) *New {
	n := &New{ID: rules.ID(what, m.h.ID), Patient: m.h.Patient, Visit: m.h.Visit, FromStaff: m.actor.Staff, FromTeam: m.team(),
		ReplyTeam: m.team(), Destination: ToTeam(team), Route: Route{Key: team, Team: Team{ID: team}}, State: care.Queued, Class: class,
		ByHand: true, ClinicalTime: m.now, RaisedAt: m.now, Ask: ask, Note: note}
	n.AckDue, n.ActDue = m.clocks.Deadlines(class, m.now, m.calendar)
	return n
}
