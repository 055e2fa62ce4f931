package handover

import (
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
)

// UndoWindow is how long an acknowledgement can be taken back by whoever gave it.
const UndoWindow = 10 * time.Minute

func (m *move) see() {
	if m.h.SeenBy != "" {
		return
	}
	m.h.SeenBy = m.actor.Staff
	if m.to != stays {
		m.h.State = care.State(m.to)
	}
	m.say(EventSeen, "")
}

func (m *move) acknowledge() {
	m.h.State = care.Acknowledged
	m.renew()
	m.h.AcknowledgedBy, m.h.AcknowledgedAt = m.actor.Staff, m.at()
	if m.h.SeenBy == "" {
		m.h.SeenBy = m.actor.Staff
	}
}

func (m *move) unacknowledge() error {
	switch {
	case m.h.AcknowledgedBy != m.actor.Staff:
		return refuse(CodeNotAllowed, m.h, "Only whoever acknowledged it can take that back.")
	case m.now.Sub(m.h.AcknowledgedAt) > UndoWindow:
		return refuse(CodeWrongState, m.h, "It was acknowledged more than %s ago. Ask a clinician to decline it or hand it on.", howLong(UndoWindow))
	}
	m.h.State = care.State(m.to)
	m.h.AcknowledgedBy, m.h.AcknowledgedAt = "", time.Time{}
	m.say(EventUnacknowledged, "")
	return nil
}

// renew starts the clock for an answer anew for whoever takes up what was overdue. With the old
// deadline the escalation job would take it from them again within seconds, for ever; how late it
// is stays in its times and its history.
func (m *move) renew() {
	if !m.h.ActDue.IsZero() && !m.h.ActDue.After(m.now) {
		_, m.h.ActDue = m.clocks.Deadlines(m.h.Class, m.now, m.calendar)
	}
}

// own makes the actor the clinician who answers for it.
func (m *move) own() {
	m.renew()
	if m.h.AcknowledgedAt.IsZero() {
		m.acknowledge()
	}
	m.h.Owner = m.actor.Staff
}

func (m *move) accept() {
	m.own()
	m.h.State = care.Accepted
	m.say(EventAccepted, "")
}

// giveBack lets a task go that its owner does not look after any more: it stays received, and somebody else may take it.
func (m *move) giveBack() error {
	if m.h.Owner != m.actor.Staff {
		return refuse(CodeNotAllowed, m.h, "Only whoever took it on can give it back.")
	}
	m.h.State, m.h.Owner = care.State(m.to), ""
	m.say(EventGivenBack, m.a.Reason)
	return nil
}

// add puts a line more into the history. One of the sender's side is said to whoever has it.
func (m *move) add() error {
	if strings.TrimSpace(m.a.Text) == "" {
		return refuse(CodeTextNeeded, m.h, "Please write what you want to add.")
	}
	m.say(EventAdded, m.a.Text)
	if !slices.Contains(m.actor.Teams, m.h.ToTeam) {
		m.h.AmendedAt = m.at()
	}
	return nil
}

func (m *move) reason() *Error {
	if strings.TrimSpace(m.a.Reason) == "" {
		return refuse(CodeReasonNeeded, m.h, "Please say why.")
	}
	return nil
}

func (m *move) decline() error {
	if m.h.Class == care.Safeguarding {
		return refuse(CodeNotAllowed, m.h, "A safeguarding concern cannot be declined. Hand it on to another safeguarding lead, or stand it down with a reason.")
	}
	if err := m.reason(); err != nil {
		return err
	}
	why := m.a.WhyDeclined()
	m.h.DeclineReason = care.Clip(why, maxDecline)
	if e := m.say(EventDeclined, why); m.a.Cause != "" {
		e.Detail = map[string]any{"cause": m.a.Cause}
	}
	m.pass(care.Declined)
	return nil
}

// maxDecline is the longest reason that is kept with the handover, in characters; its history has all of it.
const maxDecline = 2000

func (m *move) answer() error {
	if !slices.Contains(care.HandoverOutcomes, m.a.Outcome) {
		return refuse(CodeOutcomeNeeded, m.h, "Please choose an outcome.")
	}
	if m.a.Outcome == moreWork && strings.TrimSpace(m.a.Text) == "" {
		return refuse(CodeTextNeeded, m.h, "Please say what you ask the sender to do.")
	}
	m.own()
	m.h.State, m.h.Outcome, m.h.Answer = care.Done, m.a.Outcome, m.a.Text
	e := m.say(EventAnswered, m.a.Text)
	e.Detail = map[string]any{"outcome": m.a.Outcome}
	if m.a.Outcome == moreWork {
		e.Spawn = m.work()
	}
	return nil
}

const moreWork = "more_work_asked"

// work is the handover to the sender that an answer asks for.
func (m *move) work() *New {
	class := m.a.Class
	if class == "" {
		class = care.SameDay
	}
	team := m.h.ReplyTeam
	if team == "" {
		team = m.h.FromTeam
	}
	n := m.spawn("work", team, class, m.a.Text, "")
	n.NamedRegistrant, n.Follows = m.actor.Staff, m.h.ID
	return n
}

func (m *move) handOn() error {
	if err := m.reason(); err != nil {
		return err
	}
	switch {
	case m.a.To.ID == "" || m.a.To.ID == m.h.ToTeam:
		return refuse(CodeTeamNeeded, m.h, "Please choose the team to hand it on to.")
	case m.h.Class == care.Safeguarding && m.a.To.Kind != kindSafeguarding:
		return refuse(CodeNotAllowed, m.h, "A safeguarding concern can only go to another safeguarding lead.")
	case m.a.To.Kind == kindVoluntary && strings.TrimSpace(m.a.SafeNote) == "":
		return refuse(CodeSafeNoteNeeded, m.h, "A voluntary team sees only a note that is safe to share. Please write one with what you ask.")
	}
	from := m.h.ToTeam
	if m.a.To.Kind == kindVoluntary {
		m.h.SafeNote = m.a.SafeNote
	}
	// The team that hands it on keeps its history of the event; the next one gets its own.
	m.say(EventHandedOn, m.a.Reason).Detail = map[string]any{"from": from, "to": m.a.To.ID}
	m.send(m.a.To, care.Queued)
	m.h.Former = nil
	e := m.say(EventReceived, m.a.Text)
	e.Team = m.a.To.ID
	e.Detail, e.Deliver = map[string]any{"from": from, "to": m.a.To.ID}, true
	if m.a.To.Kind == kindVoluntary {
		e.Text = ""
	}
	return nil
}

func (m *move) recordCall() error {
	reached := m.a.Reached
	if reached && strings.TrimSpace(m.a.Name) == "" {
		return refuse(CodeNameNeeded, m.h, "Please say who you spoke to.")
	}
	m.h.CalledAt = m.a.CalledAt
	if m.h.CalledAt.IsZero() || m.h.CalledAt.After(m.now) {
		m.h.CalledAt = m.at()
	}
	m.h.CalledName, m.h.CalledRole, m.h.Reached, m.h.ReadBack = m.a.Name, m.a.CalledRole, reached, m.a.ReadBack
	kind := EventCallNotReached
	m.h.Called, m.h.CalledWhy = care.CallInVain, m.a.Why
	if reached {
		kind = EventCallReached
		m.h.Called, m.h.CalledWhy = care.CallMade, ""
	}
	m.say(kind, join(" ", m.a.Why, m.a.Text)).Detail = map[string]any{"name": m.a.Name, "role": m.a.CalledRole, "reached": reached, "read_back": m.a.ReadBack}
	if reached && m.to != stays && acknowledges(m.h, m.actor) { // else it is noted, and the clock runs on
		m.h.State = care.Acknowledged
		m.renew()
		m.h.AcknowledgedBy, m.h.AcknowledgedAt = "", m.at()
		m.say(EventAcknowledged, "By phone.")
	}
	return nil
}

func (m *move) file() error {
	if m.h.FiledBy != "" {
		e := refuse(CodeAlready, m.h, "Somebody filed this already, on %s.", when(m.h.FiledAt))
		e.By, e.At = m.h.FiledBy, m.h.FiledAt
		return e
	}
	m.h.FiledBy, m.h.FiledAt = m.actor.Staff, m.now
	m.say(EventFiled, "")
	return nil
}

func (m *move) standDown() error {
	if m.a.With != nil {
		return m.answeredWith(m.a.With)
	}
	if err := m.reason(); err != nil {
		return err
	}
	m.h.State = care.StoodDown
	e := m.say(EventStoodDown, m.a.Reason)
	if !m.h.at(m.actor.Teams) { // withdrawn by its sender: whoever has it hears of it
		e.Deliver = true
	}
	return nil
}

func (m *move) confirm() error {
	if m.h.ConfirmedBy != "" && !m.h.Unverified {
		e := refuse(CodeAlready, m.h, "Somebody confirmed this already.")
		e.By = m.h.ConfirmedBy
		return e
	}
	m.h.ConfirmedBy, m.h.Unverified = m.actor.Staff, false
	m.say(EventConfirmed, m.a.Text)
	return nil
}
