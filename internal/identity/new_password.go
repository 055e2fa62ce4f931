package identity

import (
	"errors"
	"slices"
	"strings"
	"unicode"

	"doorstep/internal/commonwords"

	"github.com/trustelem/zxcvbn/matching"
	"github.com/trustelem/zxcvbn/scoring"
)

// Limits of a new password. Guesses at the sign-in are slowed to four a minute, so what a guesser who knows
// the usual words, keyboards and years needs a thousand million tries for is safe there; whoever holds the
// database tries that many in months, an account at a time.
const (
	passwordGuesses = 1e9 // by the estimate of zxcvbn
	// estimated is how much of a password is looked at, in bytes: the estimate takes longer than in proportion.
	estimated = 72
	// nameLetters is the shortest part of somebody's name that counts as such.
	nameLetters = 3
)

// ErrWeakPassword is said to whoever sets one.
var ErrWeakPassword = errors.New("This password is too easily guessed: it is a common one, a pattern of keys, or the name of the person or of this program with little added. Use three or four words that have nothing to do with each other") //nolint:staticcheck // shown as it stands

// CheckNewPassword refuses a password that is common, or made of what is known of whose it is: their name, their
// e-mail address. Error: ErrWeakPassword.
func CheckNewPassword(password string, about ...string) error {
	known := []string{"doorstep", "nhs", "nurse", "district", "practice", "surgery", "visit", "caseload"}
	for _, text := range about {
		known = append(known, namesIn(text)...)
	}
	if len(password) > estimated {
		password = strings.ToValidUTF8(password[:estimated], "") // a letter may be of several bytes
	}
	rest := strings.ToLower(password) // what somebody would have to guess who tries these words first
	for _, word := range known {
		if len(word) >= nameLetters {
			rest = strings.ReplaceAll(rest, word, "")
		}
	}
	if guesses(password, known) < passwordGuesses || rest != password && guesses(rest, nil) < passwordGuesses {
		return ErrWeakPassword
	}
	return nil
}

// guesses is how many tries a password takes of somebody who tries these words and the common ones. A dictionary is made of
// those that it may hold, for this one time.
func guesses(password string, known []string) float64 {
	found := append(matching.Omnimatch(password, known), matching.Omnimatch(password, commonwords.In(password))...)
	return scoring.MostGuessableMatchSequence(password, found, false).Guesses
}

// namesIn are the words of a name or an address, in lower case, each by itself, and all without what is between them.
func namesIn(text string) []string {
	text = strings.ToLower(text)
	local, _, _ := strings.Cut(text, "@")
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	names := []string{text, local, strings.Join(words, "")}
	for _, word := range words {
		if len(word) >= nameLetters {
			names = append(names, word, backwards(word))
		}
	}
	return names
}

func backwards(word string) string {
	runes := []rune(word)
	slices.Reverse(runes)
	return string(runes)
}
