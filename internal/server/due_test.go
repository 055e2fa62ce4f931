package server

import (
	"slices"
	"testing"

	"doorstep/internal/care"
)

func TestEveryKindOfDueRowIsWorkedOff(t *testing.T) {
	for _, kind := range care.DueKinds {
		if DueWork[kind] == nil {
			t.Errorf("nothing is done about a due row of kind %q", kind)
		}
	}
	for kind := range DueWork {
		if !slices.Contains(care.DueKinds, kind) {
			t.Errorf("%q is worked off and is no kind of care.DueKinds", kind)
		}
	}
}
