package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Team is a part of one organisation that works in one neighbourhood and can be handed people.
type Team struct{ core.BaseRecordProxy }

// Name is how its members call it.
func (t *Team) Name() string { return t.GetString("name") }

// Organisation is the id of the organisation it belongs to.
func (t *Team) Organisation() string { return t.GetString("organisation") }

// Neighbourhood is the id of the neighbourhood it works in.
func (t *Team) Neighbourhood() string { return t.GetString("neighbourhood") }

// Kind is one of care.TeamKinds.
func (t *Team) Kind() string { return t.GetString("kind") }

// ByPhone says that a handover to it needs a call: nobody there reads an inbox.
func (t *Team) ByPhone() bool { return t.GetString("route") == "phone" }

// RegistrantOnCall is the staff id of the registrant on call, "" when nobody is named.
func (t *Team) RegistrantOnCall() string { return t.GetString("registrant_on_call") }

// Teams is the collection of teams: all staff read it. The teams of an organisation are looked up
// when a handover looks for its destination.
func Teams() *core.Collection {
	c := readable(build(care.Teams), signedIn)
	c.AddIndex("idx_teams_organisation", false, "`organisation`", "")
	return c
}
