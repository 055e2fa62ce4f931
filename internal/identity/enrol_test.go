package identity_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"doorstep/internal/identifier"
	"doorstep/internal/identity"
)

func TestEnrol_again_with_the_same_key_is_the_same_device(t *testing.T) {
	b := newBench(t)
	for name, client := range map[string]string{"a lost reply": "", "naming its client": b.dev.Client} {
		again, err := b.Enrol(t.Context(), identity.Request{Staff: nurse, PublicKey: with(t, b.phone.jwk, map[string]any{"kid": "x"}), Client: client})
		if err != nil || again.ID != b.dev.ID || again.Client != b.dev.Client {
			t.Fatalf("%s: %+v, %v", name, again, err)
		}
	}
	if len(b.store.devices) != 1 {
		t.Fatalf("%d devices", len(b.store.devices))
	}
}

func TestEnrol_with_a_fresh_client_after_a_fork_is_another_device(t *testing.T) {
	b := newBench(t)
	const fresh = "01jclient0fresh00000000000"
	d, err := b.Enrol(t.Context(), identity.Request{Staff: nurse, PublicKey: b.phone.jwk, Client: fresh})
	if err != nil || d.ID == b.dev.ID || d.Client != fresh {
		t.Fatalf("%+v, %v", d, err)
	}
}

func TestEnrol_keeps_the_client_of_a_phone_that_comes_back(t *testing.T) {
	b := newBench(t)
	d, err := b.Enrol(t.Context(), identity.Request{Staff: nurse, PublicKey: newP256(t).jwk, Client: b.dev.Client})
	if err != nil || d.ID == b.dev.ID || d.Client != b.dev.Client {
		t.Fatalf("%+v, %v", d, err)
	}
	if _, err := identifier.ParseULID(d.ID); err != nil {
		t.Fatal(err)
	}
}

func TestEnrol_refuses(t *testing.T) {
	b := newBench(t)
	fresh := func() []byte { return newEd25519(t).jwk }
	for name, c := range map[string]struct {
		r    identity.Request
		want error
	}{
		"a client of somebody else":    {identity.Request{Staff: lead, PublicKey: fresh(), Client: b.dev.Client}, identity.ErrClientTaken},
		"a key of somebody else":       {identity.Request{Staff: lead, PublicKey: b.phone.jwk}, identity.ErrKeyTaken},
		"a leaver":                     {identity.Request{Staff: leaver, PublicKey: fresh()}, identity.ErrInactive},
		"reception":                    {identity.Request{Staff: receptn, PublicKey: fresh()}, identity.ErrRole},
		"a key that is none":           {identity.Request{Staff: nurse, PublicKey: []byte(`{}`)}, identity.ErrKey},
		"a made-up code":               {identity.Request{Code: "guess", PublicKey: fresh()}, identity.ErrCode},
		"a made-up code and a session": {identity.Request{Staff: nurse, Code: "guess", PublicKey: fresh()}, identity.ErrCode},
	} {
		t.Run(name, func(t *testing.T) {
			if d, err := b.Enrol(t.Context(), c.r); !errors.Is(err, c.want) {
				t.Fatalf("got %+v, %v; want %v", d, err, c.want)
			}
		})
	}
	for state, want := range map[string]error{"lost": identity.ErrLost, "revoked": identity.ErrRevoked} {
		b.change(func(d *identity.DeviceRecord) { d.State = state })
		for _, client := range []string{"", "01jclient0fresh00000000000"} {
			if _, err := b.Enrol(t.Context(), identity.Request{Staff: nurse, PublicKey: b.phone.jwk, Client: client}); !errors.Is(err, want) {
				t.Fatalf("%s, client %q: %v", state, client, err)
			}
		}
	}
}

func TestIssueCode_enrols_one_phone_once(t *testing.T) {
	b := newBench(t)
	code, expires, err := b.IssueCode(t.Context(), lead, nurse)
	if err != nil || !expires.Equal(noon.Add(10*time.Minute)) {
		t.Fatalf("%s, %v", expires, err)
	}
	phone := newEd25519(t)
	first, err := b.Enrol(t.Context(), identity.Request{Code: code, PublicKey: phone.jwk})
	if err != nil || first.Staff != nurse {
		t.Fatalf("%+v, %v", first, err)
	}
	again, err := b.Enrol(t.Context(), identity.Request{Code: code, PublicKey: phone.jwk})
	if err != nil || again.ID != first.ID {
		t.Fatalf("the reply was lost and the phone asks again: %+v, %v", again, err)
	}
	if _, err := b.Enrol(t.Context(), identity.Request{Code: code, PublicKey: newEd25519(t).jwk}); !errors.Is(err, identity.ErrCode) {
		t.Fatalf("a second phone: %v", err)
	}
	b.now = noon.Add(10 * time.Minute)
	if _, err := b.Enrol(t.Context(), identity.Request{Code: code, PublicKey: phone.jwk}); !errors.Is(err, identity.ErrCode) {
		t.Fatalf("late: %v", err)
	}
	for hash := range b.store.codes {
		if hash == code {
			t.Fatal("the code itself is stored")
		}
	}
}

// U38: a code is read out over the telephone, and typed by somebody who hears it.
func TestIssueCode_CanBeReadOutAndTyped(t *testing.T) {
	b := newBench(t)
	code, _, err := b.IssueCode(t.Context(), lead, nurse)
	if err != nil || !regexp.MustCompile(`^[0-9a-hjkmnp-tv-z]{12}$`).MatchString(code) {
		t.Fatalf("%q, %v", code, err)
	}
	typed := strings.ToUpper(code[:4] + " " + code[4:8] + "-" + code[8:])
	typed = strings.NewReplacer("0", "o", "1", "L").Replace(typed)
	if _, err := b.Enrol(t.Context(), identity.Request{Code: " " + typed + " ", PublicKey: newEd25519(t).jwk}); err != nil {
		t.Fatalf("%q was not taken for %q: %v", typed, code, err)
	}
	if _, err := b.Enrol(t.Context(), identity.Request{Code: code[:11], PublicKey: newEd25519(t).jwk}); !errors.Is(err, identity.ErrCode) {
		t.Fatalf("a part of it: %v", err)
	}
}

// K7: a code of a clock that was ahead is no longer good than any other once the clock is right.
func TestIssueCode_ACodeOfAClockThatWasAheadIsNone(t *testing.T) {
	for ahead, want := range map[time.Duration]error{time.Second: nil, time.Minute: identity.ErrCode, 365 * 24 * time.Hour: identity.ErrCode} {
		b := newBench(t)
		b.now = noon.Add(ahead)
		code, _, err := b.IssueCode(t.Context(), lead, nurse)
		if err != nil {
			t.Fatal(err)
		}
		b.now = noon
		if _, err := b.Enrol(t.Context(), identity.Request{Code: code, PublicKey: newEd25519(t).jwk}); !errors.Is(err, want) {
			t.Errorf("%s ahead: got %v, want %v", ahead, err, want)
		}
	}
}

func TestIssueCode_refuses(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		by, to string
		want   error
	}{
		"a nurse":                           {nurse, lead, identity.ErrForbidden},
		"reception":                         {receptn, nurse, identity.ErrForbidden},
		"a coordinator for a clinical role": {charity, nurse, identity.ErrForbidden},
		"somebody of another team":          {lead, stranger, identity.ErrNotFound},
		"nobody":                            {lead, "01jstaff0nobody00000000000", identity.ErrNotFound},
		"a leaver":                          {lead, leaver, identity.ErrInactive},
		"a role without a phone":            {lead, receptn, identity.ErrRole},
		"a lead for somebody in the chain":  {lead, "chain", identity.ErrForbidden},
	} {
		b.store.staff["chain"] = identity.StaffRecord{ID: "chain", Role: "care_coordinator", Teams: []string{north}}
		t.Run(name, func(t *testing.T) {
			if _, _, err := b.IssueCode(t.Context(), c.by, c.to); !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
		})
	}
	if len(b.store.codes) != 0 {
		t.Fatalf("%d codes made", len(b.store.codes))
	}
}
