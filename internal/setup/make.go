package setup

import (
	"context"
	"errors"
	"time"

	"doorstep/internal/identity"
)

// ErrStands is the error of setting up a server that somebody administers already.
var ErrStands = errors.New("somebody administers this server already: they sign in at /desk/")

// How a server was set up, as the audit tells it.
const (
	ByLink     = "link"
	ByTerminal = "terminal"
	ByDemo     = "demo"
)

// Making is all that one set-up stores.
type Making struct {
	Rows     []Row
	Accounts []Account
	By       string // ByLink, ByTerminal or ByDemo
}

// Store keeps what is set up.
type Store interface {
	// SetUp stores all of it, with a line of the audit, or nothing. It returns a one-time code for each account
	// without a password, by id. Errors: ErrStands; Problems where the store itself will not have a value.
	SetUp(ctx context.Context, m Making) (codes map[string]string, err error)
}

// Invited is somebody who is to set a password of their own.
type Invited struct{ Name, Email, Code string }

// Made is what became of a description.
type Made struct {
	// Organisation and Administrator are ids.
	Organisation, Administrator string
	Invited                     []Invited
	Warnings                    []string
}

// Make checks a tidied description and stores what it makes. Errors: Problems, ErrStands.
func Make(ctx context.Context, store Store, n *Neighbourhood, by string, newID func() (string, error)) (made Made, err error) {
	strong := identity.CheckNewPassword
	if by == ByDemo { // its password is public, and protects nothing
		strong = func(string, ...string) error { return nil }
	}
	if err := checkWith(n, strong); err != nil {
		return made, err
	}
	rows, accounts, err := Plan(n, newID)
	if err != nil {
		return made, err
	}
	codes, err := store.SetUp(ctx, Making{rows, accounts, by})
	if err != nil {
		return made, err
	}
	made.Warnings = Warnings(n)
	made.Organisation, made.Administrator = rows[1].ID, accounts[0].ID
	for _, a := range accounts {
		if code, ok := codes[a.ID]; ok {
			name, _ := a.Values["name"].(string)
			made.Invited = append(made.Invited, Invited{name, a.Email, code})
		}
	}
	return made, nil
}

// codeLife is how long the codes of those who were invited count, in words.
const codeLife = 7 * 24 * time.Hour
