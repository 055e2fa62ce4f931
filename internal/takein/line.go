package takein

import (
	"doorstep/internal/access"
	"doorstep/internal/care"
)

// line plans a line of the history of a handover: what its author did to one that they see. They need not have its
// person; it may be a task of their team's, or one that they raised for somebody who has moved since. Whether it can
// be done as the handover stands is decided when it is stored.
func (in *input) line(p *planned, c *care.Collection, op *care.Op) error {
	about, err := in.handoverOf(p, c, op)
	if err != nil {
		return err
	}
	if taken, err := in.Store.Record(c, op.ID); err != nil || taken != nil || p.hasLine(op.ID) {
		if err == nil {
			err = idTaken()
		}
		return err
	}
	kind, _ := op.Set["kind"].(string)
	if err := in.roomForLine(p, about, kind); err != nil {
		return err
	}
	rec := &care.Record{Collection: c, ID: op.ID, Values: make(map[string]any, len(op.Set))}
	in.authored(rec)
	var aside []asideField
	for name, raw := range op.Set {
		f, v, wrong, stored := in.sift(p, c, name, raw)
		aside = append(aside, wrong...)
		if stored && v != nil {
			rec.Values[f.Name] = v
		}
	}
	rec.SetAll(map[string]any{"handover": about.ID, "patient": about.Person()})
	p.lines = append(p.lines, rec)
	in.setAsideOf(p, rec, about, about.Person(), aside)
	return nil
}

// handoverOf is the handover that a line names, where its author sees it and their role may write lines.
func (in *input) handoverOf(p *planned, c *care.Collection, op *care.Op) (*care.Record, error) {
	id, _ := op.Set["handover"].(string)
	patient, _ := op.Set["patient"].(string)
	switch {
	case !care.IsID(id):
		return nil, &refusal{code: care.CodeInvalidIdentity, field: "handover", message: "The change does not say which handover it is about."}
	case !care.IsID(patient):
		return nil, &refusal{code: care.CodeInvalidIdentity, field: "patient", message: "The change does not say whom it is about."}
	}
	named := *op // an op on the handover, as far as what is not there is answered
	named.Collection, named.ID, named.Patient = care.Handovers, id, patient
	handovers, _ := care.ByName(care.Handovers)
	d, err := in.load(p, handovers, id)
	if err != nil {
		return nil, err
	}
	if d == nil {
		return nil, in.permitMissing(p, &named)
	}
	return d.rec, in.permit(p, func(who access.Rights) *refusal {
		switch {
		case !who.MayWrite(care.Create, c.Name):
			return in.noPermission()
		case patient != d.rec.Person(), !in.sees(who, d):
			return in.notThere(who, &named)
		}
		return nil
	})
}

// roomForLine refuses a line of a kind where its author has written as many into that handover as one person may: it is
// kept whole, and whoever lets it in lends it the room. A safeguarding concern takes any number: nobody but its reader may
// look at what would be kept, and whatever is kept of one is raised anew.
func (in *input) roomForLine(p *planned, about *care.Record, kind string) error {
	if in.by.Approver != nil || isConcern(about) {
		return nil
	}
	kinds := []string{kind}
	for _, l := range p.lines {
		if care.AsHandoverEvent(l).Handover() == about.ID {
			kinds = append(kinds, kind)
		}
	}
	may, err := in.Handovers.MayAdd(about.ID, in.wrote.Staff, kinds...)
	if err == nil && !may {
		err = tooManyLines()
	}
	return err
}

// hasLine says whether this change makes a line of an id already.
func (p *planned) hasLine(id string) bool {
	for _, l := range p.lines {
		if l.ID == id {
			return true
		}
	}
	return false
}
