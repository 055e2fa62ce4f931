package handover

import (
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// move is one action under way.
type move struct {
	Machine
	before, h Handover
	a         Action
	actor     Actor
	now       time.Time
	to        cell
	events    []Event
}

// do carries the action out. The switch has no default: every action is named.
func (m *move) do() error {
	switch m.a.Kind {
	case See:
		m.see()
	case Acknowledge:
		m.acknowledge()
		m.say(EventAcknowledged, m.a.Text)
	case Unacknowledge:
		return m.unacknowledge()
	case Accept:
		m.accept()
	case Decline:
		return m.decline()
	case Answer:
		return m.answer()
	case HandOn:
		return m.handOn()
	case RecordCall:
		return m.recordCall()
	case File:
		return m.file()
	case StandDown:
		return m.standDown()
	case Confirm:
		return m.confirm()
	case GiveBack:
		return m.giveBack()
	case Read:
		m.say(EventRead, "")
	case Add:
		return m.add()
	case Deliver:
		m.deliver()
	case Overdue:
		m.overdue()
	case TeamGone:
		m.teamGone()
	case NotHere:
		m.notHere()
	case Raise:
		m.raise()
	case Join:
		m.join()
	case Misfiled:
		m.misfiled()
	case Corrected:
		m.corrected()
	}
	return nil
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
		_, m.h.ActDue = m.Clocks.Deadlines(m.h.Class, m.now, m.Calendar)
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
	m.say(EventDeclined, why)
	m.pass(care.Declined)
	return nil
}

// maxDecline is the longest reason that is kept with the handover, in characters; its history has all of it.
const maxDecline = 2000

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
	m.h.AckDue, m.h.ActDue = m.Clocks.Deadlines(m.h.Class, m.now, m.Calendar)
}

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

// spawn makes a handover that follows from this one. Its id follows too: it is made once.
func (m *move) spawn(what, team string, class care.Class, ask, note string) *New {
	n := &New{ID: rules.ID(what, m.h.ID), Patient: m.h.Patient, Visit: m.h.Visit, FromStaff: m.actor.Staff, FromTeam: m.team(),
		ReplyTeam: m.team(), Destination: ToTeam(team), Route: Route{Key: team, Team: Team{ID: team}}, State: care.Queued, Class: class,
		ByHand: true, ClinicalTime: m.now, RaisedAt: m.now, Ask: ask, Note: note}
	n.AckDue, n.ActDue = m.Clocks.Deadlines(class, m.now, m.Calendar)
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
