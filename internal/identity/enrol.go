package identity

import (
	"context"
	"fmt"
	"slices"
	"time"

	"doorstep/internal/identifier"
)

// longestName is how many letters the name of a phone has at most; wire.EnrolRequest says the same.
const longestName = 200

// Request is a phone that asks to be enrolled, by the member of staff who signed in (Staff)
// or with a sign-in code (Code).
type Request struct {
	Staff, Code string
	Name        string // what its owner calls the phone
	Platform    string
	Client      string // the outbox it already has; "" = give it one
	Replaces    string // the device it was before it was emptied; "" = none
	PublicKey   []byte // JWK
}

// Enrolment is a checked request as the store gets it.
type Enrolment struct {
	Staff    string
	CodeHash string // "" = Staff signed in
	Name     string
	Platform string
	Client   string
	Replaces string
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
	// Theirs are the phones of the member of staff that may do everything, and those that were withdrawn.
	Theirs []DeviceRecord
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
	// Replaced is the phone of theirs that this one was before it was emptied: it is withdrawn. "" = none.
	Replaced string
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
	others, replaced, err := e.others(f.Theirs)
	if err != nil {
		return Admission{}, err
	}
	leaving, err := makeRoom(others, e.Phones, e.At)
	return Admission{Device: DeviceRecord{ID: e.NewDevice, Client: client, Staff: f.Staff.ID, Name: nameBeside(e.Name, others),
		PublicKey: e.Key, State: stateActive, StateSince: e.At}, Leaving: leaving, Replaced: replaced}, err
}

// others are the phones in use that stay in use beside this one, and the one in whose place it comes. Whoever has the
// password of one account lets in a few phones a day, also one in place of another. Error: ErrTooManyPhones.
func (e Enrolment) others(theirs []DeviceRecord) (others []DeviceRecord, replaced string, err error) {
	withdrawn := 0
	for _, d := range theirs {
		switch {
		case d.State == stateActive && d.ID == e.Replaces:
			replaced = d.ID
		case d.State == stateActive:
			others = append(others, d)
		case e.At.Sub(d.StateSince) < idleAfter:
			withdrawn++
		}
	}
	if replaced != "" && withdrawn >= e.Phones {
		return nil, "", fmt.Errorf("%w: %d were withdrawn within a day", ErrTooManyPhones, withdrawn)
	}
	return others, replaced, nil
}

// nameBeside numbers a name that another of somebody's phones has, so that a lead who is told which one is lost knows it.
func nameBeside(name string, others []DeviceRecord) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(others, func(d DeviceRecord) bool { return d.Name == name })
	}
	numbered := name
	for n := 2; taken(numbered); n++ {
		end := fmt.Sprintf(" %d", n)
		letters := []rune(name)
		numbered = string(letters[:min(len(letters), longestName-len(end))]) + end
	}
	return numbered
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
	e := Enrolment{Staff: r.Staff, Name: r.Name, Platform: r.Platform, Client: r.Client, Replaces: r.Replaces, Key: key.JWK(), At: now, Phones: s.phones}
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
