package identity

import (
	"fmt"
	"slices"
	"time"
)

const (
	// PhonesPerPerson is how many phones one member of staff may have in use, unless Config says otherwise: a
	// phone, a tablet, a few browsers, and as many that were set up anew and never withdrawn.
	PhonesPerPerson = 10
	// idleAfter is how long a phone has not been heard of when it makes room for a new one. So one account gets
	// no more new phones a day than it may have, whoever uses it.
	idleAfter = 24 * time.Hour
)

// idleSince is when a phone was heard of last, or was let in.
func (d DeviceRecord) idleSince() time.Time {
	if d.LastSeen.After(d.StateSince) {
		return d.LastSeen
	}
	return d.StateSince
}

// makeRoom chooses which of somebody's phones are told to hand in what they hold and go, so that there is room
// for one more: those not heard of for longest. Error: ErrTooManyPhones when too many were in use today.
func makeRoom(phones []DeviceRecord, most int, now time.Time) (leaving []string, err error) {
	over := len(phones) + 1 - most
	if over <= 0 {
		return nil, nil
	}
	phones = slices.SortedFunc(slices.Values(phones), func(a, b DeviceRecord) int { return a.idleSince().Compare(b.idleSince()) })
	for _, d := range phones[:min(over, len(phones))] {
		if d.idleSince().Add(idleAfter).After(now) {
			return nil, fmt.Errorf("%w: %d of %d", ErrTooManyPhones, len(phones), most)
		}
		leaving = append(leaving, d.ID)
	}
	return leaving, nil
}
