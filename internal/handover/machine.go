package handover

import (
	"time"

	"doorstep/internal/care"
)

// Machine moves handovers between states. It holds no state of its own.
type Machine struct {
	Clocks   Clocks
	Calendar Calendar
}

// Apply does one thing to a handover and returns it as it then stands, with what to write into
// its history. No events means that nothing changed. The error is always an *[Error], and then
// nothing is to be stored. Whether the handover given is still the stored one is for the store
// to check; see [Already].
func (m Machine) Apply(h Handover, a Action, actor Actor, now time.Time) (Handover, []Event, error) {
	cells, ok := table[a.Kind]
	if !ok {
		return h, nil, refuse(CodeWrongState, h, "There is no action %q.", string(a.Kind))
	}
	i, ok := position[h.State]
	if !ok {
		return h, nil, refuse(CodeWrongState, h, "The handover is in no known state.")
	}
	if err := permitted(h, a.Kind, actor); err != nil {
		return h, nil, err
	}
	switch cells[i] {
	case already:
		return h, nil, Already(h)
	case wrong:
		return h, nil, refuse(CodeWrongState, h, "%s", misplaced(a.Kind, h))
	}
	mv := move{clocks: m.Clocks, calendar: m.Calendar, before: h, h: h, a: a, actor: actor, now: now, to: cells[i]}
	if err := mv.do(); err != nil {
		return h, nil, err
	}
	if mv.h.State != h.State {
		mv.h.StateBy, mv.h.StateAt = actor.Staff, now
	}
	return mv.h, mv.events, nil
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

// misplaced says why an action is not possible from where the handover stands.
func misplaced(k Kind, h Handover) string {
	switch {
	case h.State == care.CallNeeded:
		return "This team is reached by phone only. Record the call: one that reached a named person is the acknowledgement."
	case k == Unacknowledge:
		return "There is no acknowledgement to take back."
	case k == GiveBack:
		return "Nobody has taken it on."
	case k == File:
		return "Acknowledge it before filing it."
	case k == Decline:
		return "You are the end of the chain: accept it, answer it, hand it on or stand it down."
	case h.State == care.Done:
		return "It has been answered."
	case h.State == care.StoodDown:
		return "It has been stood down."
	}
	return "That is not possible from where the handover stands."
}
