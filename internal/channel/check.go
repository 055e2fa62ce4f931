package channel

import (
	"slices"
	"time"

	"doorstep/internal/care"
)

// Problem is what is wrong with a field of a route, for whoever set it.
type Problem struct{ Field, Message string }

// MostDigests is how many digests a day has at most; MostRoutes, how many ways a team has.
const (
	MostDigests = 6
	MostRoutes  = 10
)

const unknownChannel = "There is no such way."

// Check puts a route in order and says what is wrong with it. Channels are those that this server has; none where nobody told it where it is
// reached.
func Check(r *Route, channels []Channel) (found []Problem) {
	at := slices.IndexFunc(channels, func(c Channel) bool { return c.Name() == r.Channel })
	switch {
	case at < 0 && len(channels) == 0:
		found = append(found, Problem{"channel", "This server cannot say where it is reached, so that nothing leaves with a link. Whoever runs it sets that up with --url."})
	case at < 0 && r.Channel == "email":
		found = append(found, Problem{"channel", "This server sends no e-mail. Whoever runs it sets it up with --mail-server."})
	case at < 0:
		found = append(found, Problem{"channel", unknownChannel})
	default:
		if problem := channels[at].Problem(r.Address); problem != "" {
			found = append(found, Problem{"address", problem})
		}
	}
	if len(r.Classes) == 0 {
		found = append(found, Problem{"classes", "Choose at least one: nothing leaves by a way that takes no class."})
	}
	if slices.ContainsFunc(r.Classes, func(c care.Class) bool { return !slices.Contains(care.Classes, string(c)) }) {
		found = append(found, Problem{"classes", "One of these is no class."})
	}
	r.Classes = slices.Compact(slices.SortedFunc(slices.Values(r.Classes), func(a, b care.Class) int {
		return slices.Index(care.Classes, string(a)) - slices.Index(care.Classes, string(b))
	}))
	if !slices.Contains(HoursOfRoutes, string(r.Hours)) {
		found = append(found, Problem{"hours", "Choose when this way is used."})
	}
	wrong := slices.ContainsFunc(r.Digest, func(clock string) bool {
		t, err := time.Parse(clockLayout, clock)
		return err != nil || t.Format(clockLayout) != clock
	})
	r.Digest = slices.Compact(slices.Sorted(slices.Values(r.Digest)))
	switch {
	case wrong:
		found = append(found, Problem{"digest", "Write each time of day as 08:30."})
	case len(r.Digest) > MostDigests:
		found = append(found, Problem{"digest", "These are more than six: then it is not gathered any more."})
	}
	return found
}

// Arrange gives the routes of a team their places, so that one stands at a place: from 1 on, in the order given, with the
// moved one at its own.
func Arrange(others []Route, moved *Route) (changed []Route) {
	slices.SortFunc(others, func(a, b Route) int { return a.Place - b.Place })
	at := min(max(moved.Place, 1), len(others)+1)
	if moved.Place == 0 { // not said: at the end
		at = len(others) + 1
	}
	moved.Place = at
	for i := range others {
		place := i + 1
		if place >= at {
			place++
		}
		if others[i].Place != place {
			others[i].Place = place
			changed = append(changed, others[i])
		}
	}
	return changed
}
