package hooks_test

import (
	"net/http"
	"strings"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// X9: whoever sets a password, in the dashboard, by an import or by hand, cannot set one that is guessed.
func TestAccounts_ACommonPasswordOrOnesOwnNameIsRefused(t *testing.T) {
	w := newWard(t)
	for _, c := range []struct {
		password string
		taken    bool
	}{
		{"1234567890", false}, {"password12", false}, {"aaaaaaaaaa", false}, {"amina.yusuf@example.org", false}, {"AminaYusuf2026", false},
		{"fennel-tractor-lemon", true},
	} {
		body := map[string]any{"password": c.password, "passwordConfirm": c.password}
		got := w.administer(t, "PATCH", "/api/collections/staff/records/"+w.nurse.Id, body)
		if taken := got.Status == http.StatusOK; taken != c.taken {
			t.Errorf("%q = %d, taken: %t: %s", c.password, got.Status, taken, got.Body)
		}
		if !c.taken && !strings.Contains(string(got.Body), "weak_password") {
			t.Errorf("%q: %s", c.password, got.Body)
		}
	}
	made := w.administer(t, "POST", "/api/collections/staff/records", map[string]any{"email": "nia.evans@example.org", "name": "Nia Evans", "role": string(care.DistrictNurse),
		"password": "Nia.Evans.1984", "passwordConfirm": "Nia.Evans.1984"})
	if made.Status != http.StatusBadRequest || !strings.Contains(string(made.Body), "weak_password") {
		t.Errorf("a new account with her own name = %d: %s", made.Status, made.Body)
	}
	if got := w.administer(t, "PATCH", "/api/collections/staff/records/"+w.nurse.Id, map[string]any{"name": "Amina Yusuf-Cole"}); got.Status != http.StatusOK {
		t.Errorf("a change that leaves the password alone = %d: %s", got.Status, got.Body)
	}
}

// X9: nobody gets round the route that slows guesses down.
func TestAccounts_PocketBaseItselfSignsNoStaffIn(t *testing.T) {
	w := newWard(t)
	for _, password := range []string{pbtest.Password, "wrong-password"} {
		got := w.call(t, "POST", "/api/collections/staff/auth-with-password", "", map[string]any{"identity": w.nurse.Email(), "password": password})
		if got.Status != http.StatusNotFound {
			t.Errorf("%q = %d: %s", password, got.Status, got.Body)
		}
	}
}

// X9: a way of signing in that no page has would lock everybody out.
func TestAccounts_WhatNoPageCanSignInWithCannotBeSwitchedOn(t *testing.T) {
	w := newWard(t)
	for _, option := range []string{"mfa", "otp", "oauth2"} {
		got := w.administer(t, "PATCH", "/api/collections/staff", map[string]any{option: map[string]any{"enabled": true}, "otp": map[string]any{"enabled": true, "duration": 180, "length": 8}})
		if got.Status != http.StatusBadRequest {
			t.Errorf("switching on %s = %d: %s", option, got.Status, got.Body)
		}
	}
	if got := w.administer(t, "PATCH", "/api/collections/staff", map[string]any{"authAlert": map[string]any{"enabled": false}}); got.Status != http.StatusOK {
		t.Errorf("another change of the collection = %d: %s", got.Status, got.Body)
	}
}
