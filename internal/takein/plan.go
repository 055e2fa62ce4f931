package takein

import "doorstep/internal/care"

// plan decides about every op; the first that cannot be represented refuses the mutation, with a *refusal.
func (in *input) plan() (*planned, error) {
	if in.m.Fault != nil {
		return nil, unreadable(in.m.Fault)
	}
	if err := in.permitAuthor(); err != nil {
		return nil, err
	}
	p := &planned{}
	for i := range in.m.Ops {
		if err := in.planOp(p, &in.m.Ops[i]); err != nil {
			return nil, err
		}
	}
	return p, nil
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
