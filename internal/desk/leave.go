package desk

import (
	"time"

	"doorstep/internal/care"
)

// Leavers decides about staff who leave, and who stay after all.
type Leavers struct {
	Lead      Lead
	Staff     StaffStore
	Work      WorkStore
	Caseloads *Caseloads
	Names     Names
}

// StaffStore reads and writes who is in service, and what their phones may do.
type StaffStore interface {
	Now() time.Time
	// Staff returns what is known of a member of staff; false when there is none.
	Staff(id string) (care.Viewer, bool)
	// NoteLeaving stores that somebody is gone from a time, and that a desk has said so.
	NoteLeaving(staff string, since time.Time, by string) error
	// LeavingNoted is the time from which a desk has said that somebody is gone; zero when none has.
	LeavingNoted(staff string) (time.Time, error)
	// OnlyAdministrator says whether nobody would be left who administers what somebody does, for good; false of whoever
	// administers nothing or is to leave already.
	OnlyAdministrator(staff string) (bool, error)
	// ForgetLeaving stores that somebody is in service.
	ForgetLeaving(staff string) error
	// DrainDevices makes the active phones of somebody hand in what they hold and take nothing more.
	DrainDevices(staff string) error
	// ReviveDevices takes that back, of the phones that it was asked of at a time or later.
	ReviveDevices(staff string, since time.Time) error
	// DevicesOf lists the phones of somebody that are in a state, by id.
	DevicesOf(staff, state string) ([]Device, error)
}

// WorkStore reads what somebody has still to do, and gives it to others.
type WorkStore interface {
	// Hanging lists what is still somebody's; of visits, those among the ids given.
	Hanging(staff string, visits []string) (Hanging, error)
	// ReassignVisits gives visits to somebody else and returns how many were changed.
	ReassignVisits(visits []string, to string, lead care.Viewer) (int, error)
	// ReassignHandover gives an open handover to somebody else; false when it is not for them.
	ReassignHandover(id, from string, to care.Viewer, by string) (bool, error)
}

// Leaving is a member of staff who goes.
type Leaving struct {
	Staff string
	At    time.Time // zero = now; may lie ahead
	To    string    // who takes over what can be handed over, "" = nobody yet
	// Visits the leaver has still to make, found beforehand: no index leads to them, and the
	// writer must not wait for a walk through all visits.
	Visits []string
}

// Left is what became of a leaver.
type Left struct {
	Staff         string    `json:"staff"`
	InactiveSince string    `json:"inactive_since"`
	Devices       []Device  `json:"devices"`
	Moved         TakenOver `json:"moved"`
	Left          Hanging   `json:"left"`
}

// TakenOver counts what a colleague took over.
type TakenOver struct {
	Visits    int `json:"visits"`
	Handovers int `json:"handovers"`
	People    int `json:"people"`
}

const noSuchStaff = "There is no such member of staff among those you look after."

// Leave notes that somebody leaves. From then on their phones hand in what they hold and get
// nothing, and what can be handed over goes to a colleague. It may be asked again, with a
// colleague for what was left.
func (s *Leavers) Leave(l Leaving) (left Left, err error) {
	v, ok := s.Staff.Staff(l.Staff)
	if !ok || !s.Lead.LooksAfter(l.Staff) {
		return left, refuse(CodeNotFound, noSuchStaff)
	}
	if l.Staff == s.Lead.Staff {
		return left, refuse(CodeYourself, "Somebody else has to note that you leave.")
	}
	if l.To != "" && (l.To == l.Staff || !s.takesOver(l.To)) {
		return left, refuse(CodeNotFound, "There is no such colleague among those you look after.")
	}
	if only, err := s.Staff.OnlyAdministrator(l.Staff); err != nil {
		return left, err
	} else if only {
		return left, refuse(CodeOnlyAdministrator, "Nobody else administers this for good and has a password. Give somebody else the role first, and have them set one.")
	}
	now := s.Staff.Now()
	since := notBefore(now, l.At)
	if v.Begun() && !v.InactiveSince.IsZero() && v.InactiveSince.Before(since) {
		since = v.InactiveSince // noted before
	} else if err := s.Staff.NoteLeaving(l.Staff, since, s.Lead.Staff); err != nil {
		return left, err
	}
	left.Staff, left.InactiveSince = l.Staff, care.Stamp(since)
	if !since.After(now) {
		if err := s.Staff.DrainDevices(l.Staff); err != nil {
			return left, err
		}
		if left.Devices, err = s.devices(l.Staff, draining); err != nil {
			return left, err
		}
	}
	if l.To != "" {
		if left.Moved, err = s.handOver(l); err != nil {
			return left, err
		}
	}
	left.Left, err = s.Work.Hanging(l.Staff, l.Visits)
	return left, err
}

// devices lists somebody's phones that are in a state; never nil.
func (s *Leavers) devices(staff, state string) ([]Device, error) {
	list, err := s.Staff.DevicesOf(staff, state)
	return append([]Device{}, Describe(list, s.Names, nil, s.Staff.Now())...), err
}

// takesOver says whether somebody in service, whom the lead looks after, can take work over.
func (s *Leavers) takesOver(staff string) bool {
	v, ok := s.Staff.Staff(staff)
	return ok && s.Lead.LooksAfter(staff) && (v.InactiveSince.IsZero() || v.InactiveSince.After(s.Staff.Now()))
}
