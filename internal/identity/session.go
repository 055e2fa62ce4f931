package identity

import (
	"fmt"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// What a phone may do with its token.
const (
	ScopeSync     = "sync"      // push and pull
	ScopePushOnly = "push_only" // send what is left; pull nothing
)

// Directives tell a phone what to do about its own standing.
const (
	DirectiveNone    = "none"
	DirectiveWipe    = "wipe"    // delete everything now
	DirectiveDrain   = "drain"   // send what is left, then delete everything
	DirectiveRelogin = "relogin" // somebody must sign in and enrol again
)

// The states of a device; care.DeviceStates lists them for the schema.
const (
	stateActive   = "active"
	stateDraining = "draining"
	stateLost     = "lost"
	stateRevoked  = "revoked"
)

// DrainWindow is how long a leaver's phone, or one being drained, may still send its work.
const DrainWindow = 30 * 24 * time.Hour

// Session identifies the device and the person of a request, with their rights of this moment.
type Session struct {
	Device, Client, Staff string
	Role                  care.Role
	Organisation          string
	Teams                 []string // shared with others: never change it in place
	// PushOnly: takes work in, gives nothing out.
	PushOnly bool
	// Directive is none or drain; wipe and relogin come as errors, without a session.
	Directive string
	// Locked: the phone is locked; it hands in what it sealed before, and reads nothing.
	Locked bool
}

// scope is that of the session's token.
func (s *Session) scope() string {
	switch {
	case s.Locked:
		return ScopeLocked
	case s.PushOnly:
		return ScopePushOnly
	}
	return ScopeSync
}

// DeviceRecord is a stored device.
type DeviceRecord struct {
	ID, Client, Staff string
	Name              string // what it is called here
	PublicKey         string // as PublicKey.JWK writes it
	LockedKey         string // the key it signs in with while it is locked, likewise; "" = none
	State             string // one of care.DeviceStates
	StateSince        time.Time
	LastSeen          time.Time // its last hello; filled in for Found.Theirs alone
}

// StaffRecord is a stored member of staff, as far as identity needs them.
type StaffRecord struct {
	ID            string
	Role          care.Role
	Organisation  string
	Teams         []string
	InactiveSince time.Time // zero = active; may lie ahead
}

// Viewer is the member of staff with what decides what they may see.
func (s StaffRecord) Viewer() care.Viewer {
	return care.Viewer{Staff: s.ID, Role: s.Role, Organisation: s.Organisation, Teams: s.Teams, InactiveSince: s.InactiveSince}
}

func (s StaffRecord) rights() access.Rights { return access.RightsOf(s.Viewer()) }

func (s StaffRecord) inactive(now time.Time) bool {
	return !s.InactiveSince.IsZero() && !now.Before(s.InactiveSince)
}

// standing decides what a device of that member of staff may do at that time. Errors: ErrLost,
// ErrRevoked, ErrRelogin; ErrRole for a role that we do not know.
func standing(d DeviceRecord, s StaffRecord, now time.Time) (Session, error) {
	session := Session{Device: d.ID, Client: d.Client, Staff: s.ID, Role: s.Role,
		Organisation: s.Organisation, Teams: s.Teams, Directive: DirectiveNone}
	switch d.State {
	case stateActive:
	case stateDraining:
		session.PushOnly = true
		// A state set by hand without its date has no end; the phone can only give.
		if !d.StateSince.IsZero() && now.After(d.StateSince.Add(DrainWindow)) {
			return Session{}, fmt.Errorf("%w: device %s draining since %s", ErrRelogin, d.ID, care.Stamp(d.StateSince))
		}
	case stateLost:
		return Session{}, fmt.Errorf("%w: %s", ErrLost, d.ID)
	default: // revoked, and any state we do not know
		return Session{}, fmt.Errorf("%w: %s", ErrRevoked, d.ID)
	}
	if s.inactive(now) {
		session.PushOnly = true
		if now.After(s.InactiveSince.Add(DrainWindow)) {
			return Session{}, fmt.Errorf("%w: staff %s inactive since %s", ErrRelogin, s.ID, care.Stamp(s.InactiveSince))
		}
	}
	if !session.PushOnly && !s.rights().CarriesPhone() {
		if !care.KnownRole(s.Role) {
			return Session{}, fmt.Errorf("%w: %s", ErrRole, s.Role)
		}
		// Somebody who was given a role without a phone hands in what they have, as a leaver does.
		session.PushOnly = true
	}
	if session.PushOnly {
		// Whatever the role became, work done before is taken in.
		session.Directive = DirectiveDrain
	}
	return session, nil
}
