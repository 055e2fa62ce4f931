package takein

import (
	"doorstep/internal/care"
	"doorstep/internal/judge"
	"doorstep/internal/wire"
)

// outcome is what was written of a change, and its answer.
type outcome struct {
	*planned
	// refused is the quarantine row that keeps the change whole; nil when it was taken in.
	refused *care.Record
	result  wire.Result
}

// takenIn is what the rules look at.
func (o *outcome) takenIn() judge.TakenIn {
	t := judge.TakenIn{Issues: o.issues, Settled: o.settled}
	if o.refused != nil {
		t.Refused = append(t.Refused, o.refused)
	}
	for _, d := range o.drafts {
		if d.old == nil || d.dirty {
			t.Written = append(t.Written, judge.Written{Record: d.rec, Old: d.old})
		}
	}
	for _, m := range o.manual {
		t.Raised = append(t.Raised, judge.Raised{Patient: m.Record.Person(), ClinicalTime: m.ClinicalTime()})
	}
	return t
}
