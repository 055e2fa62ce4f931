package handover

import (
	"strings"
	"time"

	"doorstep/internal/care"
)

// Manual is a handover that a person raises.
type Manual struct {
	ID, Patient, Visit             string
	FromStaff, FromTeam, ReplyTeam string
	Role                           care.Role // of the sender
	NamedRegistrant                string
	ToTeam                         string     // "" = the person's practice
	Class                          care.Class // "" = same day
	Ask                            string
	ClinicalTime                   time.Time // corrected and clamped; zero = now
	Place                          Place
}

// RaiseByHand says what becomes of a handover that a person raises. It is always raised: a
// missing registrant is an issue for its author and team lead, never a reason to hold an urgent
// handover back, so the second value is an issue and not an error. It is nil when all is well.
func RaiseByHand(in Manual, d Directory, clocks Clocks, cal Calendar, now time.Time) (New, *Error) {
	if in.Class.Urgency() == 0 {
		in.Class = care.SameDay
	}
	destination := care.ToPractice
	switch {
	case in.ToTeam != "":
		destination = ToTeam(in.ToTeam)
	case in.Class == care.Safeguarding:
		destination = care.ToSafeguardingLead
	}
	at := in.ClinicalTime
	if at.IsZero() || at.After(now) {
		at = now
	}
	n := New{ID: in.ID, Patient: in.Patient, Visit: in.Visit, FromStaff: in.FromStaff, FromTeam: in.FromTeam, ReplyTeam: in.ReplyTeam,
		NamedRegistrant: in.NamedRegistrant, Destination: destination, Route: Resolve(destination, in.Place, d), Class: in.Class,
		ByHand: true, Ask: in.Ask, ClinicalTime: at, RaisedAt: now, LateBy: late(at, now)}
	if n.ReplyTeam == "" {
		n.ReplyTeam = n.FromTeam
	}
	n.State = n.Route.State()
	n.AckDue, n.ActDue = clocks.Deadlines(n.Class, at, cal)
	return n, NeedsRegistrant(in.Class, in.Role, in.NamedRegistrant)
}

// RaiseRefused is RaiseByHand for what came in a change that was refused: it is unverified, so it goes
// to its destination and, as copies, to the lead of the sender's team and to the coordinator.
func RaiseRefused(in Manual, d Directory, clocks Clocks, cal Calendar, now time.Time) []New {
	n, _ := RaiseByHand(in, d, clocks, cal, now) // the lead who looks at it sees whether a registrant is named
	n.Unverified = true
	p := &planning{in: &Input{Patient: in.Patient, Place: in.Place, Now: now, Directory: d}, copied: map[string]*Existing{}}
	p.copy(&n)
	return append([]New{n}, p.plan.New...)
}

// NeedsRegistrant says whether an urgent handover lacks the registered clinician who stands
// behind it: E and U2 from a role that may not raise them alone (care.Duty.RaisesUrgent).
func NeedsRegistrant(class care.Class, role care.Role, registrant string) *Error {
	urgent := class == care.Emergency || class == care.Urgent
	if !urgent || care.DutyOf(role).RaisesUrgent || strings.TrimSpace(registrant) != "" {
		return nil
	}
	return &Error{Code: CodeRegistrantNeeded, Message: "An urgent handover from your role needs a named registered clinician. It has been sent; please name who you spoke to."}
}
