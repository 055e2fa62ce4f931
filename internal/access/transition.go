package access

import (
	"slices"

	"doorstep/internal/care"
)

// Transition is what a change of role, organisation or teams does: to what a phone holds, to what is still to
// be handed in from it, and to whom somebody has. Whoever notices such a change goes by it, and docs/protocol.md
// tells it for each kind of move.
type Transition struct {
	// Anew: everything is pulled anew, in the projection of now; what that does not bring goes from the phone at
	// once. What was written before the change is taken in by the rights of then, and stays with the team that
	// has the person.
	Anew bool
	// Narrows: clinical records were shown and are no more.
	Narrows bool
	// Drains: the role carries no phone. The phone hands in what it has, gets nothing more and is wiped.
	Drains bool
	// Loses and Gains are the names under which somebody had people and has no longer, or has now.
	Loses, Gains []string
	// Asks: those whom they have by name are with another service now: without consent to it they go.
	Asks bool
}

// Transition says what it does that somebody was one thing and is another now.
func (d *Directory) Transition(was, is care.Viewer) Transition {
	before, after := RightsOf(was), RightsOf(is)
	had, has := holdersOf(was, before.Duty), holdersOf(is, after.Duty)
	return Transition{
		Anew:    !SameStanding(was, is),
		Narrows: before.Clinical() && !after.Clinical(),
		Drains:  before.CarriesPhone() && !after.CarriesPhone(),
		Loses:   without(had, has),
		Gains:   without(has, had),
		Asks:    d.ServiceOf(was) != d.ServiceOf(is),
	}
}

// without is what of a list is not in another.
func without(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(other, s) })
}
