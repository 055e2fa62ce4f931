package identity

import (
	"context"
	"fmt"
	"time"

	"doorstep/internal/identifier"
)

// Request is a phone that asks to be enrolled, by the member of staff who signed in (Staff)
// or with a sign-in code (Code).
type Request struct {
	Staff, Code string
	Name        string // what its owner calls the phone
	Platform    string
	Client      string // the outbox it already has; "" = give it one
	PublicKey   []byte // JWK
}

// Enrolment is a checked request as the store gets it.
type Enrolment struct {
	Staff    string
	CodeHash string // "" = Staff signed in
	Name     string
	Platform string
	Client   string
	Key      string // as PublicKey.JWK writes it
	At       time.Time
	// Phones is how many one member of staff may have in use.
	Phones int
	// NewDevice and NewClient are the ids to use where one is needed.
	NewDevice, NewClient string
}

// Found holds the stored rows that bear on an enrolment.
type Found struct {
	Staff StaffRecord
	// Code is the sign-in code named, nil when there is none of that hash.
	Code *SignInCode
	// Keys are the devices with that public key, of any owner, the latest first.
	Keys []DeviceRecord
	// InUse are the phones of the member of staff that may do everything.
	InUse []DeviceRecord
	// ClientOwner is the member of staff whose the named client is, "" when nobody's.
	ClientOwner string
}

// Admission is the decision on an enrolment.
type Admission struct {
	Device DeviceRecord
	// Repeat: the device is already there, as the lost reply to an earlier request said.
	Repeat bool
	// Leaving are phones of theirs that make room for it: they hand in what they hold, and get nothing more.
	Leaving []string
}

// Admit decides from the stored rows. The store writes the decision in the same transaction,
// and marks the code used unless it is a repeat. Errors: ErrCode, ErrInactive, ErrRole,
// ErrKeyTaken, ErrLost, ErrRevoked, ErrClientTaken, ErrTooManyPhones.
func (e Enrolment) Admit(f Found) (Admission, error) {
	if e.CodeHash != "" && (f.Code == nil || !f.Code.counts(e.At)) {
		return Admission{}, ErrCode
	}
	repeat, known := e.sameDevice(f)
	if e.CodeHash != "" && !f.Code.UsedAt.IsZero() && !known {
		return Admission{}, fmt.Errorf("%w: used", ErrCode)
	}
	if f.Staff.inactive(e.At) {
		return Admission{}, fmt.Errorf("%w: %s", ErrInactive, f.Staff.ID)
	}
	if !f.Staff.rights().CarriesPhone() {
		return Admission{}, fmt.Errorf("%w: %s", ErrRole, f.Staff.Role)
	}
	for _, d := range f.Keys {
		switch {
		case d.Staff != f.Staff.ID:
			return Admission{}, ErrKeyTaken
		case d.State == stateLost: // the finder of the phone has its key
			return Admission{}, fmt.Errorf("%w: %s", ErrLost, d.ID)
		case d.State == stateRevoked:
			return Admission{}, fmt.Errorf("%w: %s", ErrRevoked, d.ID)
		}
	}
	if known {
		return Admission{Device: repeat, Repeat: true}, nil
	}
	client := e.Client
	switch {
	case client == "":
		client = e.NewClient
	case f.ClientOwner != "" && f.ClientOwner != f.Staff.ID:
		return Admission{}, ErrClientTaken
	}
	leaving, err := makeRoom(f.InUse, e.Phones, e.At)
	return Admission{Device: DeviceRecord{ID: e.NewDevice, Client: client, Staff: f.Staff.ID,
		PublicKey: e.Key, State: stateActive, StateSince: e.At}, Leaving: leaving}, err
}

// sameDevice finds the device an earlier request made: same owner, same key and, where the
// phone names one, same client. With another client it is a phone that forked and starts a
// new numbering: a new device.
func (e Enrolment) sameDevice(f Found) (DeviceRecord, bool) {
	for _, d := range f.Keys {
		if d.Staff == f.Staff.ID && (e.Client == "" || e.Client == d.Client) {
			return d, true
		}
	}
	return DeviceRecord{}, false
}

// Enrol binds a phone to a member of staff. Sent again with the same key it returns the same
// device. Errors: ErrKey and those of [Enrolment.Admit].
func (s *Service) Enrol(ctx context.Context, r Request) (DeviceRecord, error) {
	key, err := ParseJWK(r.PublicKey)
	if err != nil {
		return DeviceRecord{}, err
	}
	now := s.clock()
	e := Enrolment{Staff: r.Staff, Name: r.Name, Platform: r.Platform, Client: r.Client, Key: key.JWK(), At: now, Phones: s.phones}
	if r.Code != "" {
		e.Staff, e.CodeHash = "", hashCode(r.Code)
	}
	for _, id := range []*string{&e.NewDevice, &e.NewClient} {
		made, err := identifier.NewULID(now, s.random)
		if err != nil {
			return DeviceRecord{}, err
		}
		*id = string(made)
	}
	return s.store.Enrol(ctx, e)
}
