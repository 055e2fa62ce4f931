package takein

import (
	"errors"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// Accept takes one mutation in and says how it ended. An error means that the store could not
// do its part and nothing of this transaction may be acknowledged; whatever is wrong with the
// mutation itself is in the result.
func (r *Room) Accept(m *care.Mutation, by By) (wire.Result, error) {
	in := r.newInput(m, by)
	o, err := in.planAndStore()
	var no *refusal
	if errors.As(err, &no) {
		o, err = in.keep(no)
	}
	if err != nil {
		return wire.Result{}, err
	}
	return in.judged(o)
}

// keep quarantines a change, unless there is no room for it.
func (in *input) keep(no *refusal) (*outcome, error) {
	if no.code == care.CodeNoRoom || in.full(len(in.m.Raw)) {
		return in.leaveOnPhone()
	}
	return in.quarantine(no)
}

// KeepFailed quarantines a mutation the server itself could not take in, with its full content. It is judged
// apart: should judging be what failed, the change is kept all the same.
func (r *Room) KeepFailed(m *care.Mutation, by By) (wire.Result, error) {
	o, err := r.newInput(m, by).quarantine(serverError())
	if err != nil {
		return wire.Result{}, err
	}
	return o.result, r.Notes.DueAt(r.Moment.Now(), care.DueJudge, care.AsIssue(o.refused).Patient())
}

// KeepTaken quarantines a mutation whose key belongs to another change.
func (r *Room) KeepTaken(m *care.Mutation, by By) (wire.Result, error) {
	in := r.newInput(m, by)
	o, err := in.keep(keyTaken())
	if err != nil {
		return wire.Result{}, err
	}
	return in.judged(o)
}
