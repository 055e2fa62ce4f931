package judge

import (
	"time"

	"doorstep/internal/care"
)

// TakenIn is what one change did, or all changes of a transaction, as far as the rules may care.
type TakenIn struct {
	Written []Written
	Issues  []*care.Record // conflicts and fields set aside that it left open
	Settled []*care.Record // issues that it decided
	Raised  []Raised       // handovers by hand that it made
	// Refused are the quarantine rows that keep what was refused whole.
	Refused []*care.Record
}

// Written is a record that a change made or changed.
type Written struct {
	Record *care.Record
	Old    *care.Record // nil when the change made it
}

// Raised is a handover by hand; what the rules raise from then on in the same visit joins it.
type Raised struct {
	Patient      string
	ClinicalTime time.Time
}
