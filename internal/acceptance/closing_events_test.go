package acceptance

import (
	"slices"
	"testing"

	"doorstep/collections"
	"doorstep/internal/handover"
)

// An event that closes a handover dates it in the list of what is closed.
func TestEveryEventThatClosesIsKnownToTheList(t *testing.T) {
	if got := handover.Closing(); !slices.Equal(got, collections.ClosingEvents) {
		t.Errorf("the machine closes by %v, the list is dated by %v", got, collections.ClosingEvents)
	}
}
