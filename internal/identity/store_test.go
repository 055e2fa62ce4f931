package identity_test

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/identity"
)

// shelf is a Store in a map: the one on PocketBase is tested with its routes.
type shelf struct {
	mu      sync.Mutex
	reads   int
	devices map[string]identity.DeviceRecord
	staff   map[string]identity.StaffRecord
	codes   map[string]identity.SignInCode
	used    map[string]time.Time
	broken  error
	// beforeReturn runs once, between a read of a device and its use.
	beforeReturn func()
}

func (s *shelf) Device(_ context.Context, id string) (identity.DeviceRecord, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	if s.broken != nil {
		return identity.DeviceRecord{}, s.broken
	}
	d, ok := s.devices[id]
	if !ok {
		return d, identity.ErrNotFound
	}
	if hook := s.beforeReturn; hook != nil {
		s.beforeReturn = nil
		hook()
	}
	return d, nil
}

func (s *shelf) Staff(_ context.Context, id string) (identity.StaffRecord, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.staff[id]
	if !ok {
		return r, identity.ErrNotFound
	}
	return r, nil
}

func (s *shelf) RememberAssertion(_ context.Context, key string, expires, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, at := range s.used {
		if at.Before(now) {
			delete(s.used, k)
		}
	}
	if _, ok := s.used[key]; ok {
		return identity.ErrReplayed
	}
	s.used[key] = expires
	return nil
}

func (s *shelf) Enrol(_ context.Context, e identity.Enrolment) (identity.DeviceRecord, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found identity.Found
	if e.CodeHash != "" {
		if c, ok := s.codes[e.CodeHash]; ok {
			found.Code, e.Staff = &c, c.Staff
		}
	}
	found.Staff = s.staff[e.Staff]
	for _, d := range s.devices {
		if d.PublicKey == e.Key {
			found.Keys = append(found.Keys, d)
		}
		if e.Client != "" && d.Client == e.Client {
			found.ClientOwner = d.Staff
		}
		if d.Staff == e.Staff && (d.State == "active" || d.State == "revoked") {
			found.Theirs = append(found.Theirs, d)
		}
	}
	a, err := e.Admit(found)
	if err != nil || a.Repeat {
		return a.Device, err
	}
	for _, id := range a.Leaving {
		d := s.devices[id]
		d.State, d.StateSince = "draining", e.At
		s.devices[id] = d
	}
	if d, ok := s.devices[a.Replaced]; ok {
		d.State, d.StateSince = "revoked", e.At
		s.devices[d.ID] = d
	}
	s.devices[a.Device.ID] = a.Device
	if found.Code != nil {
		found.Code.UsedAt = e.At
		s.codes[e.CodeHash] = *found.Code
	}
	return a.Device, nil
}

func (s *shelf) KeepLockedKey(_ context.Context, device, key string) error {
	d := s.devices[device]
	d.LockedKey = key
	s.devices[device] = d
	return nil
}

func (s *shelf) AddCode(_ context.Context, c identity.SignInCode, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[c.Hash] = c
	return nil
}

// People of the tests.
const (
	nurse    = "01jstaff0nurse000000000000"
	leaver   = "01jstaff0leaver00000000000"
	lead     = "01jstaff0lead0000000000000"
	receptn  = "01jstaff0reception00000000"
	stranger = "01jstaff0stranger000000000"
	charity  = "01jstaff0charity0000000000"
	north    = "01jteam0north0000000000000"
	south    = "01jteam0south0000000000000"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// bench is a service with a clock to turn, one nurse's phone and its key.
type bench struct {
	*identity.Service
	store *shelf
	now   time.Time
	phone *key
	dev   identity.DeviceRecord
}

func newBench(t testing.TB) *bench {
	t.Helper()
	b := &bench{now: noon, phone: newP256(t), store: &shelf{
		devices: map[string]identity.DeviceRecord{}, codes: map[string]identity.SignInCode{}, used: map[string]time.Time{},
		staff: map[string]identity.StaffRecord{
			nurse:    {ID: nurse, Role: care.DistrictNurse, Organisation: "trust", Teams: []string{north}},
			leaver:   {ID: leaver, Role: care.DistrictNurse, Teams: []string{north}, InactiveSince: noon.Add(-time.Hour)},
			lead:     {ID: lead, Role: care.TeamLead, Teams: []string{north}},
			receptn:  {ID: receptn, Role: care.Reception, Teams: []string{north}},
			stranger: {ID: stranger, Role: care.DistrictNurse, Teams: []string{south}},
			charity:  {ID: charity, Role: care.VolunteerCoordinator, Teams: []string{north}},
		}}}
	keys, err := identity.LoadKeyring(filepath.Join(t.TempDir(), identity.KeyFile), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b.Service = identity.New(identity.Config{Store: b.store, Keys: keys, Clock: func() time.Time { return b.now }})
	b.dev, err = b.Enrol(t.Context(), identity.Request{Staff: nurse, Name: "Phone", Platform: "android", PublicKey: b.phone.jwk})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) change(f func(*identity.DeviceRecord)) {
	d := b.store.devices[b.dev.ID]
	f(&d)
	b.store.devices[b.dev.ID] = d
}

func (b *bench) changeNurse(f func(*identity.StaffRecord)) {
	s := b.store.staff[nurse]
	f(&s)
	b.store.staff[nurse] = s
}
