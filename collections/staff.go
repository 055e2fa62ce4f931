package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

const (
	// staffAuthRule keeps leavers out; their phones' unsent work goes in by a push-only token.
	staffAuthRule = `inactive_since = ""`
	// staffTokenSeconds is how long a token of PocketBase's own lasts.
	staffTokenSeconds = 15 * 60
	// staffPasswordMin is the shortest password, in characters.
	staffPasswordMin = 10
)

// Staff is a person who signs in: employed, or a volunteer.
type Staff struct{ core.BaseRecordProxy }

// Name is the person's name.
func (s *Staff) Name() string { return s.GetString("name") }

// Role is what the person may do; see care.DutyOf.
func (s *Staff) Role() care.Role { return care.Role(s.GetString("role")) }

// Organisation is the id of the organisation the person works for.
func (s *Staff) Organisation() string { return s.GetString("organisation") }

// Teams are the ids of the person's teams.
func (s *Staff) Teams() []string { return s.GetStringSlice("teams") }

// Active says that the person has not left.
func (s *Staff) Active() bool { return s.GetDateTime("inactive_since").IsZero() }

// StaffMembers is the auth collection of everyone who signs in. Nobody signs up and nobody reads it
// through the built-in routes: accounts are made by administrators and the import. Multi-factor
// sign-in is off; it can be turned on in the dashboard together with one-time passwords.
func StaffMembers() *core.Collection {
	c := build(care.StaffName)
	c.Fields.GetByName(core.FieldNamePassword).(*core.PasswordField).Min = staffPasswordMin
	c.AuthRule = types.Pointer(staffAuthRule)
	c.AuthToken.Duration = staffTokenSeconds
	c.AuthAlert.Enabled = false // staff share desks: a new place each morning is no news
	return c
}
