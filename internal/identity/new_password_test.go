package identity_test

import (
	"errors"
	"strings"
	"testing"

	"doorstep/internal/identity"
)

// X9: what is tried first is refused: common passwords, keys in a row, dates, this program, one's own name.
func TestNewPassword_WhatIsGuessedFirstIsRefused(t *testing.T) {
	const name, email = "Benedict O'Carr", "ben.ocarr@riverside.example.org"
	for _, password := range []string{
		"1234567890", "password12", "Password1!", "p@ssw0rd2026", "aaaaaaaaaa", "aaaaaaaaaab", "qwertyuiop", "1q2w3e4r5t", "abcdefghij", "letmein2026",
		"Summer2026!", "liverpoolfc", "Welcome123!", "iloveyou1234", "monkeymonkey1", "password password", "charlie1984", "01/02/1984!!", "trustno1trustno1", "Manchester1",
		"doorstep2026", "Doorstep-2026!", "district-nurse-1",
		"benedict2026", "BenedictOcarr1", "ben.ocarr@riverside.example.org", "ben.ocarr1", "Benedict-Nurse-2026", "b3nedict0carr", "ocarr-benedict!", "riverside1990", "tcideneb1990", "BENEDICTBENEDICT",
	} {
		if err := identity.CheckNewPassword(password, name, email); !errors.Is(err, identity.ErrWeakPassword) {
			t.Errorf("%q was taken (%v)", password, err)
		}
	}
}

func TestNewPassword_WordsThatHaveNothingToDoWithEachOtherAreTaken(t *testing.T) {
	for _, password := range []string{"fennel-tractor-lemon", "correct-horse-battery", "blue teapot Wednesday", "x8Kq2mVz9w", "Benedict eats seven fennels", strings.Repeat("fennel tractor ", 400),
		strings.Repeat("é fennel tractor lemon ", 5), "a" + strings.Repeat("żółty traktor ", 9)} {
		if err := identity.CheckNewPassword(password, "Benedict O'Carr", "ben.ocarr@riverside.example.org"); err != nil {
			t.Errorf("%.40q was refused: %v", password, err)
		}
	}
}
