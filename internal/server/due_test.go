package server

import (
	"slices"
	"testing"

	"doorstep/internal/care"
)

func TestEveryKindOfDueRowIsWorkedOff(t *testing.T) {
	work := DueWork(nil)
	for _, kind := range care.DueKinds {
		if work[kind] == nil {
			t.Errorf("nothing is done about a due row of kind %q", kind)
		}
	}
	for kind := range work {
		if !slices.Contains(care.DueKinds, kind) {
			t.Errorf("%q is worked off and is no kind of care.DueKinds", kind)
		}
	}
}
