package takein

import (
	"cmp"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// plan decides about every op; the first that cannot be represented refuses the mutation, with a *refusal.
func (in *input) plan() (*planned, error) {
	if in.m.Fault != nil {
		return nil, unreadable(in.m.Fault)
	}
	if err := in.followMerges(); err != nil {
		return nil, err
	}
	if err := in.permitAuthor(); err != nil {
		return nil, err
	}
	p := &planned{}
	for _, op := range asNeeded(in.m.Ops) {
		if err := in.planOp(p, op); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// asNeeded are the ops of a change, each after what it needs: who is registered first, then the visit, then what
// was recorded in it, then what alters any of them. A change is one thing; in which order a client lists it decides
// nothing.
func asNeeded(ops []care.Op) []*care.Op {
	list := make([]*care.Op, len(ops))
	sorted := true
	for i := range ops {
		list[i] = &ops[i]
		sorted = sorted && (i == 0 || need(&ops[i-1]) <= need(&ops[i]))
	}
	if !sorted {
		slices.SortStableFunc(list, func(a, b *care.Op) int { return cmp.Compare(need(a), need(b)) })
	}
	return list
}

func need(op *care.Op) int {
	switch {
	case op.Kind != care.OpCreate:
		return 3
	case op.Collection == care.Patients:
		return 0
	case op.Collection == care.Visits:
		return 1
	}
	return 2
}

func (in *input) planOp(p *planned, op *care.Op) error {
	if op.Kind == care.OpResolve {
		return in.resolve(p, op)
	}
	c, err := in.permitOp(op)
	if err != nil {
		return err
	}
	if op.Kind == care.OpCreate {
		return in.create(p, c, op)
	}
	d, err := in.load(p, c, op.ID)
	if err != nil {
		return err
	}
	if d == nil {
		return in.permitMissing(p, op)
	}
	if err := in.permitRecord(p, c, op, d); err != nil {
		return err
	}
	if c.Name == care.Handovers && slices.ContainsFunc(callsFields, func(f string) bool { _, sets := op.Set[f]; return sets }) {
		if err := in.roomForLine(p, d.rec, handover.EventCallReached); err != nil { // as which it is written into the history
			return err
		}
	}
	switch op.Kind {
	case care.OpUpdate:
		if in.recordedTwice(d, op) {
			return recordedSince()
		}
		return in.update(p, d, op)
	case care.OpAdd, care.OpRemove:
		return in.members(p, d, op)
	default: // care.OpRetract; the decoder lets no other through
		in.retract(p, d, op)
		return nil
	}
}
