package care

import "time"

// OpKind is what an op does.
type OpKind string

// The ops of the protocol.
const (
	OpCreate  OpKind = "create"
	OpUpdate  OpKind = "update"
	OpAdd     OpKind = "add"
	OpRemove  OpKind = "remove"
	OpRetract OpKind = "retract"
	OpResolve OpKind = "resolve"
)

// Base is a point of the sequence: what the author had seen. The zero Base saw nothing.
type Base struct {
	Epoch string
	Seq   int64
	// History is the start of the server that said so; "" where the client does not tell.
	History string
}

// Op is one change to one record.
type Op struct {
	Kind       OpKind
	Collection string
	ID         string
	Patient    string // the person it is about; a create's own id for patients
	Base       Base
	Set        map[string]any // decoded JSON values, unchecked
	Was        map[string]any // what the author saw, unchecked
	Field      string         // add, remove
	Values     []any          // add, remove
	Issue      string         // resolve
}

// PatientInContent is the person of an op that did not name one: a create says it in its content.
func (op *Op) PatientInContent() string {
	if op.Collection == Patients {
		return op.ID
	}
	p, _ := op.Set["patient"].(string)
	return p
}

// Mutation is what an author did in one go: all of its ops take effect or none.
type Mutation struct {
	Mid        int64
	Key        string
	Author     string
	AuthoredAt time.Time // as the device's clock said
	Ops        []Op
	// Raw is the mutation's JSON as it came, for the quarantine.
	Raw []byte
	// Salvaged are the ops of a mutation that could not be read, as far as they can be made out. They are judged
	// and never stored.
	Salvaged []Op
	// Fault, when set, says why the mutation cannot be represented at all.
	Fault *Problem
}

// Status is how a mutation ended.
type Status string

// The statuses. There is no "rejected".
const (
	Applied     Status = "applied"
	Merged      Status = "merged"      // applied, but something was set aside or in conflict
	Quarantined Status = "quarantined" // kept whole, nothing applied
)
