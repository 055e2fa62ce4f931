package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Checkin is one look-in of a volunteer, by phone or at the door.
type Checkin struct{ core.BaseRecordProxy }

// Patient is the id of the person looked in on.
func (c *Checkin) Patient() string { return c.GetString("patient") }

// Team is the id of the service's team.
func (c *Checkin) Team() string { return c.GetString("team") }

// Staff is the id of the volunteer.
func (c *Checkin) Staff() string { return c.GetString("staff") }

// Checkins is the collection of check-ins. Its safeguarding field is hidden from every built-in
// read: only the safeguarding lead gets it, through a handover.
func Checkins() *core.Collection {
	return readable(build(care.Checkins), CareRecordRule(care.Checkins, "patient."))
}
