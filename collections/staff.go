package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

const (
	// staffAuthRule keeps out who has left, and nobody who is going to; the unsent work of a leaver's phone goes
	// in by a push-only token. Our own sign-in decides the same by the server's clock.
	staffAuthRule = `inactive_since = "" || inactive_since > @now`
	// staffTokenSeconds is how long a token of PocketBase's own lasts.
	staffTokenSeconds = 15 * 60
	// staffPasswordMin is the shortest password, in characters.
	staffPasswordMin = 10
)

// StaffMembers is the auth collection of everyone who signs in. Nobody signs up and nobody reads it
// through the built-in routes: accounts are made by administrators and the import, and signing in
// goes through a route of ours.
func StaffMembers() *core.Collection {
	c := build(care.StaffName)
	c.Fields.GetByName(core.FieldNamePassword).(*core.PasswordField).Min = staffPasswordMin
	c.AuthRule = types.Pointer(staffAuthRule)
	c.AuthToken.Duration = staffTokenSeconds
	c.AuthAlert.Enabled = false // staff share desks: a new place each morning is no news
	return c
}
