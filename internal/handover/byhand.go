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
	ToTeam                         string     // "" = the person's practice; a safeguarding concern goes to the safeguarding lead whatever it says
	SafeNote                       string     // what a voluntary team may read
	Class                          care.Class // "" = same day
	Ask                            string
	ClinicalTime                   time.Time // corrected and clamped; zero = now
	Place                          Place
}

// Lack is something that a handover by hand should have and has not: an issue about a field for its author
// and their lead.
type Lack struct {
	Field string
	Value any // what was set aside, nil for nothing
	Error *Error
}

// RaiseByHand says what becomes of a handover that a person raises. It is always raised: what it lacks is an
// issue, never a reason to hold it back. One for a voluntary team without a note that is safe to share would
// reach them empty; it goes to the care coordinator, who can write one.
func RaiseByHand(in Manual, d Directory, clocks Clocks, cal Calendar, now time.Time) (New, []Lack) {
	if in.Class.Urgency() == 0 {
		in.Class = care.SameDay
	}
	destination := care.ToPractice
	switch named, _ := d.Team(in.ToTeam); {
	case in.Class == care.Safeguarding && named.Kind != kindSafeguarding: // nobody else may read it
		destination = care.ToSafeguardingLead
	case in.ToTeam != "":
		destination = ToTeam(in.ToTeam)
	}
	at := in.ClinicalTime
	if at.IsZero() || at.After(now) {
		at = now
	}
	route := Resolve(destination, in.Place, d)
	var lacks []Lack
	if no := needsSafeNote(in, route.Team, d); no != nil {
		lacks = append(lacks, Lack{"to_team", in.ToTeam, no})
		route = nowhere(destination, in.Place, d)
	}
	n := New{ID: in.ID, Patient: in.Patient, Visit: in.Visit, FromStaff: in.FromStaff, FromTeam: in.FromTeam, ReplyTeam: in.ReplyTeam,
		NamedRegistrant: in.NamedRegistrant, Destination: destination, Route: route, Class: in.Class,
		ByHand: true, Ask: in.Ask, ClinicalTime: at, RaisedAt: now, LateBy: late(at, now)}
	if n.ReplyTeam == "" {
		n.ReplyTeam = n.FromTeam
	}
	n.State = n.Route.State()
	n.AckDue, n.ActDue = clocks.Deadlines(n.Class, at, cal)
	if no := NeedsRegistrant(in.Class, in.Role, in.NamedRegistrant); no != nil {
		lacks = append(lacks, Lack{"named_registrant", nil, no})
	}
	return n, lacks
}

// needsSafeNote says whether a handover would leave for a voluntary team with nothing for it to read. What comes
// from a voluntary team holds nothing else to begin with.
func needsSafeNote(in Manual, to Team, d Directory) *Error {
	if to.Kind != kindVoluntary || strings.TrimSpace(in.SafeNote) != "" {
		return nil
	}
	if from, ok := d.Team(in.FromTeam); ok && from.Kind == kindVoluntary {
		return nil
	}
	return &Error{Code: CodeSafeNoteNeeded, Message: "A voluntary team reads only a note that is safe to share, and this has none. It went to the care coordinator, who can write one and hand it on."}
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
