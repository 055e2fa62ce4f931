package arrange

import (
	"time"

	"doorstep/internal/care"
)

// MaxByHand is how many handovers one person raises by hand within ByHandWindow at most, copies of what was refused
// included. A long day has a dozen; what exceeds this is a loop in an app, or somebody with a phone that is not theirs, and
// each handover is work for a practice. The last ones are kept for emergencies. A safeguarding concern takes any number:
// nobody but its reader may look at what would be kept.
const (
	MaxByHand      = 100
	ByHandWindow   = 24 * time.Hour
	forEmergencies = 20
)

// MayRaise says whether somebody may raise one more handover by hand of a class, beside what they have raised and what the
// same change raises.
func (r *Room) MayRaise(staff string, class care.Class, same int) (bool, error) {
	most := MaxByHand
	switch {
	case class == care.Safeguarding, staff == "":
		return true, nil
	case class != care.Emergency:
		most -= forEmergencies
	}
	n, err := r.Store.RaisedBy(staff, r.Moment.Now().Add(-ByHandWindow))
	return n+same < most, err
}
