package care

import "time"

// NotBegun stands in inactive_since of somebody whose first day is still to come: they have not left, and cannot sign in yet.
var NotBegun = time.Date(1900, time.January, 1, 0, 0, 0, 0, time.UTC)

// Begun says whether somebody's first day has come.
func (v Viewer) Begun() bool { return !v.InactiveSince.Equal(NotBegun) }

// LosesAdministration says whether a change takes from somebody what they administer, at once or on a later day.
func LosesAdministration(was, is Viewer) bool {
	before, after := DutyOf(was.Role).Administers, DutyOf(is.Role).Administers
	switch {
	case before == NoOrganisation || !was.InactiveSince.IsZero():
		return false
	case !is.InactiveSince.IsZero() || after < before:
		return true
	}
	return after == OwnOrganisation && is.Organisation != was.Organisation
}
