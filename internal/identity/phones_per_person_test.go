package identity_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"doorstep/internal/identity"
)

// states counts the nurse's phones by what they may do.
func (b *bench) states() map[string]int {
	n := map[string]int{}
	for _, d := range b.store.devices {
		n[d.State]++
	}
	return n
}

func (b *bench) another(t *testing.T) (identity.DeviceRecord, error) {
	t.Helper()
	return b.Enrol(t.Context(), identity.Request{Staff: nurse, PublicKey: newEd25519(t).jwk})
}

// X10: whoever has the password of one account lets in a few phones a day and no four hundred.
func TestEnrol_OnePersonHasNoMorePhonesInUseThanOneMayHave(t *testing.T) {
	b := newBench(t) // with one
	for range identity.PhonesPerPerson - 1 {
		if _, err := b.another(t); err != nil {
			t.Fatal(err)
		}
	}
	for range 400 {
		if _, err := b.another(t); !errors.Is(err, identity.ErrTooManyPhones) {
			t.Fatalf("one more: %v", err)
		}
	}
	if n := len(b.store.devices); n != identity.PhonesPerPerson {
		t.Errorf("%d phones are kept", n)
	}
	if _, err := b.Enrol(t.Context(), identity.Request{Staff: nurse, PublicKey: b.phone.jwk}); err != nil {
		t.Errorf("a phone that is in already and asks again: %v", err)
	}
	if _, err := b.Enrol(t.Context(), identity.Request{Staff: lead, PublicKey: newEd25519(t).jwk}); err != nil {
		t.Errorf("somebody else: %v", err)
	}
}

// X10: nobody is kept out by phones that lie in a drawer: the one not heard of for longest goes, and hands in what
// it holds.
func TestEnrol_ThePhoneNotHeardOfForLongestMakesRoom(t *testing.T) {
	b := newBench(t)
	var phones []string
	for i := range identity.PhonesPerPerson - 1 {
		b.now = noon.Add(time.Duration(i+1) * time.Minute)
		d, err := b.another(t)
		if err != nil {
			t.Fatal(err)
		}
		phones = append(phones, d.ID)
	}
	b.change(func(d *identity.DeviceRecord) { d.LastSeen = noon.Add(20 * time.Hour) }) // the first is the one in daily use
	b.now = noon.Add(24*time.Hour + time.Minute - time.Second)
	if _, err := b.another(t); !errors.Is(err, identity.ErrTooManyPhones) {
		t.Fatalf("a second too early: %v", err)
	}
	b.now = noon.Add(24*time.Hour + time.Minute)
	d, err := b.another(t)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.store.devices[phones[0]].State; got != "draining" {
		t.Errorf("the one that was idle longest is %s", got)
	}
	if got, want := fmt.Sprint(b.states()), fmt.Sprint(map[string]int{"active": identity.PhonesPerPerson, "draining": 1}); got != want {
		t.Errorf("there are %s, want %s", got, want)
	}
	if b.store.devices[b.dev.ID].State != "active" || b.store.devices[d.ID].State != "active" {
		t.Error("the phone in daily use, or the new one, may not do everything")
	}
}

// X10: what an account has too many of when a server gets this rule goes at the next sign-in.
func TestEnrol_WhoHasFarTooManyPhonesKeepsThoseUsedLast(t *testing.T) {
	b := newBench(t)
	for i := range 300 {
		id := fmt.Sprintf("old%03d", i)
		b.store.devices[id] = identity.DeviceRecord{ID: id, Staff: nurse, State: "active", PublicKey: id, StateSince: noon.Add(-time.Duration(i) * time.Hour)}
	}
	b.now = noon.Add(48 * time.Hour)
	if _, err := b.another(t); err != nil {
		t.Fatal(err)
	}
	if n := b.states(); n["active"] != identity.PhonesPerPerson || n["draining"] != 302-identity.PhonesPerPerson {
		t.Errorf("there are %v", n)
	}
	if b.store.devices["old000"].State != "active" || b.store.devices["old299"].State != "draining" {
		t.Error("those that went are not those used longest ago")
	}
}

// U39: who starts again on a phone has one phone afterwards, of one name; who has two of a kind can tell them apart.
func TestEnrol_APhoneThatWasEmptiedIsWithdrawnWhenItIsSetUpAnew(t *testing.T) {
	b := newBench(t)
	in := func(staff, replaces string) identity.DeviceRecord {
		t.Helper()
		d, err := b.Enrol(t.Context(), identity.Request{Staff: staff, Name: "Doorstep Android", PublicKey: newEd25519(t).jwk, Replaces: replaces})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	first, second := in(nurse, ""), in(nurse, "")
	if first.Name != "Doorstep Android" || second.Name != "Doorstep Android 2" {
		t.Errorf("they are called %q and %q", first.Name, second.Name)
	}
	again := in(nurse, first.ID)
	if again.Name != first.Name || b.store.devices[first.ID].State != "revoked" || b.store.devices[second.ID].State != "active" {
		t.Errorf("%q in place of the first, which is %s; the second is %s", again.Name, b.store.devices[first.ID].State, b.store.devices[second.ID].State)
	}
	if other := in(lead, again.ID); other.Name != "Doorstep Android" || b.store.devices[again.ID].State != "active" {
		t.Errorf("somebody else who set up this browser withdrew the nurse's phone, and has %q", other.Name)
	}
	b.change(func(d *identity.DeviceRecord) { d.State = "lost" })
	if in(nurse, b.dev.ID); b.store.devices[b.dev.ID].State != "lost" {
		t.Errorf("a lost phone is %s", b.store.devices[b.dev.ID].State)
	}
}

// X10: nor are there more in a day in place of others.
func TestEnrol_AFewPhonesADayComeInPlaceOfOthers(t *testing.T) {
	b := newBench(t)
	last := b.dev.ID
	in := func() (err error) {
		d, err := b.Enrol(t.Context(), identity.Request{Staff: nurse, PublicKey: newEd25519(t).jwk, Replaces: last})
		if err == nil {
			last = d.ID
		}
		return err
	}
	for range identity.PhonesPerPerson {
		if err := in(); err != nil {
			t.Fatal(err)
		}
	}
	if err := in(); !errors.Is(err, identity.ErrTooManyPhones) {
		t.Errorf("one more: %v", err)
	}
	b.now = b.now.Add(24 * time.Hour)
	if err := in(); err != nil {
		t.Errorf("a day later: %v", err)
	}
}

func TestEnrol_ANumberedNameIsNoLongerThanANameMayBe(t *testing.T) {
	b := newBench(t)
	for range 2 {
		d, err := b.Enrol(t.Context(), identity.Request{Staff: nurse, Name: strings.Repeat("ŵ", 200), PublicKey: newEd25519(t).jwk})
		if err != nil || len([]rune(d.Name)) != 200 {
			t.Fatalf("%d letters: %q, %v", len([]rune(d.Name)), d.Name, err)
		}
	}
}
