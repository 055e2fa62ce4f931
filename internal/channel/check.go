package channel

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

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
	found = append(found, checkAgreement(r, channels)...)
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

// longestAgreed is how long it may be with whom something was agreed.
const longestAgreed = 200

// checkAgreement says what is wrong with what was agreed.
func checkAgreement(r *Route, channels []Channel) (found []Problem) {
	a := &r.Agreement
	a.With, a.On = strings.Join(strings.Fields(a.With), " "), strings.TrimSpace(a.On)
	if a.Body == "" {
		a.Body = ByReference
	}
	if !slices.Contains(Bodies, string(a.Body)) {
		found = append(found, Problem{"body", "Choose how much leaves by this way."})
	}
	if utf8.RuneCountInString(a.With) > longestAgreed {
		found = append(found, Problem{"agreed_with", "This is too long: a name and what they are there will do."})
	}
	if _, err := time.Parse(time.DateOnly, a.On); a.On != "" && err != nil {
		found = append(found, Problem{"agreed_on", "This is no day."})
	}
	if (a.With == "") != (a.On == "") {
		found = append(found, Problem{map[bool]string{true: "agreed_with", false: "agreed_on"}[a.With == ""], "Say both who agreed and on which day, or neither."})
	}
	if a.Body != InFull {
		return found
	}
	if i := slices.IndexFunc(channels, func(c Channel) bool { return c.Name() == r.Channel }); i >= 0 {
		if _, can := channels[i].(WholeSender); !can {
			return append(found, Problem{"body", "Nothing of a handover leaves this way but its class and a link."})
		}
	}
	if a.With == "" && a.On == "" {
		found = append(found, Problem{"agreed_with", "Whole handovers leave only where their receiver agreed to it: say who did, and when."})
	}
	if len(r.Digest) > 0 {
		found = append(found, Problem{"digest", "What leaves in full is not gathered: each goes at once. Leave this empty."})
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
