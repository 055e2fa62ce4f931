package channel

import (
	"context"
	"encoding/json"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/delivery"
)

// Body is how much of a handover leaves by a route.
type Body string

// The bodies of a route.
const (
	ByReference Body = "reference" // a class and a link
	InFull      Body = "full"      // and all that the receiver's team sees of it, as its agreement says
)

// Bodies lists them.
var Bodies = []string{string(ByReference), string(InFull)}

// Agreement is what was agreed with whoever runs a receiver. Body in full, and a receiver that reads, need one.
type Agreement struct {
	Body Body
	With string // who agreed there
	On   string // the day, as 2026-11-30
}

// Stands says whether something was agreed.
func (a Agreement) Stands() bool { return a.With != "" && a.On != "" }

// WholeSender is a channel whose receiver can be trusted with a whole handover: what it sends is encrypted and signed, and goes
// to one program. No mailbox is one.
type WholeSender interface {
	Channel
	// SendWhole sends a notice with the handover itself, a bundle of FHIR R4. Its error is that of Send.
	SendWhole(ctx context.Context, r Route, n Notice, whole json.RawMessage) error
}

// Whole reads the handover of an item for the receiver of a route, and notes that it leaves; nil where nothing of it is for them.
type Whole func(ctx context.Context, r Route, item delivery.Item) (json.RawMessage, error)

// inFull says whether an item leaves in full by a route: one handover, that is no safeguarding concern, by an agreement
// that says so.
func inFull(r *Route, item *delivery.Item) bool {
	return r.Agreement.Body == InFull && r.Agreement.Stands() && item.Handover != "" && len(item.Classes) == 1 && !slices.Contains(item.Classes, care.Safeguarding) && !IsOnce(item.Key)
}
