package takein

import (
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// permitAuthor: the author is the one the device belongs to, and was employed at the time.
func (in *input) permitAuthor() error {
	if in.m.Author != in.by.Staff {
		return &refusal{code: care.CodeAuthorMismatch,
			message: "The author is not the person this phone belongs to."}
	}
	if in.leftBefore() && in.by.Approver == nil {
		return &refusal{code: care.CodeAuthorInactive,
			message: "This was written after its author had left. A lead decides what becomes of it."}
	}
	return nil
}

// permitOp: phones write such records, and what the op refers to is not itself held back.
func (in *input) permitOp(op *care.Op) (*care.Collection, error) {
	c, ok := care.ByName(op.Collection)
	switch {
	case !ok:
		return nil, &refusal{code: care.CodeUnknownCollection, message: "This server has no collection of that name."}
	case !c.Pushable:
		return nil, &refusal{code: care.CodeNoPermission, message: "A phone cannot write " + c.Name + "."}
	case !care.IsID(op.ID):
		return nil, &refusal{code: care.CodeInvalidID, message: "The record's id is missing or not 26 lower-case letters and digits."}
	}
	return c, in.dependsOn(c, op)
}

// permit says whether an op may be done: by its author, or by whoever approved it, each with all that it takes.
// Whoever may becomes a writer of its fields; where nobody may, the last refusal counts, which is the approver's.
func (in *input) permit(p *planned, may func(access.Rights) *refusal) error {
	p.writers = p.writers[:0]
	var last *refusal
	for _, who := range in.entitled {
		if no := may(who); no != nil {
			last = no
		} else {
			p.writers = append(p.writers, who)
		}
	}
	if len(p.writers) > 0 {
		return nil
	}
	return last
}

// permitCreate: the role may create such records, and the person is or was in reach.
func (in *input) permitCreate(p *planned, c *care.Collection, patient string) error {
	return in.permit(p, func(who access.Rights) *refusal {
		switch {
		case !who.MayWrite(care.Create, c.Name):
			return in.noPermission()
		case c.Name == care.Patients, p.registers(patient): // a new person is on nobody's caseload yet
			return nil
		}
		return in.reach(who, patient)
	})
}

// permitRecord: the record is there for whoever asks, their role may change such records, and the person is or
// was in reach. What may not be seen is answered as what is not there.
func (in *input) permitRecord(p *planned, c *care.Collection, op *care.Op, d *draft) error {
	right := care.Update
	switch {
	case op.Kind == care.OpRetract:
		right = care.Retract
	case c.AppendOnly: // whoever may add one may say what they would have had it say; see update
		right = care.Create
	}
	if c.OfStaff {
		return in.permitOfStaff(p, c, right, d)
	}
	return in.permit(p, func(who access.Rights) *refusal {
		if op.Patient != "" && op.Patient != d.rec.Person() {
			return in.notTheirs(who, op, d.rec)
		}
		if !in.sees(who, d) {
			return in.notThere(who, op)
		}
		if !who.MayWrite(right, c.Name) {
			return in.noPermission()
		}
		if h := care.AsHandover(d.rec); c.Name == care.Handovers && h.FromStaff() == who.Staff && !care.ByStranger(h.Evidence()) {
			return nil // a sender records the call on their own handover, whoever holds the person now
		}
		if p.registers(d.rec.Person()) {
			return nil
		}
		return in.reach(who, d.rec.Person())
	})
}

// notTheirs is the answer about a record of somebody else than the op names. One that has been filed under another
// person since its author saw it waits for somebody who decides whose the change is; it will never come.
func (in *input) notTheirs(who access.Rights, op *care.Op, rec *care.Record) *refusal {
	no := in.notThere(who, op)
	if no.code == care.CodeMissingRecord && rec.LastChange("patient").Seq > 0 {
		return moved()
	}
	return no
}

// permitMissing refuses an op on a record that is not there.
func (in *input) permitMissing(p *planned, op *care.Op) error {
	return in.permit(p, func(who access.Rights) *refusal { return in.notThere(who, op) })
}

// notThere is the answer about a record that does not exist, or not as the op means it, or not for whoever
// asks. Only about somebody in reach does it say that a record is missing.
func (in *input) notThere(who access.Rights, op *care.Op) *refusal {
	if no := in.reach(who, op.Patient); no != nil {
		return no
	}
	return missing(op.ID)
}

// sees says whether somebody has a stored record before them, or had it when it was written.
func (in *input) sees(who access.Rights, d *draft) bool {
	return d.old == nil || who.Sees(d.rec, in.reach(who, d.rec.Person()) == nil)
}

// reach: on somebody's caseload now, or when the change was written and the clock then is known; for an
// approver, with those their desk answers for.
func (in *input) reach(who access.Rights, patient string) *refusal {
	now, then := in.Reference.Holds(who.Viewer, patient, in.at)
	if dead := in.spoken[patient]; dead != "" && !then {
		_, then = in.Reference.Holds(who.Viewer, dead, in.at) // they had the registration of which they speak
	}
	if in.moved(who.Viewer) {
		now = false // what they were reaches nobody now
	}
	if now || then && in.known || (in.by.AtDesk || who.Staff != in.by.Staff) && in.Reference.Near(who.Viewer, patient) {
		return nil
	}
	// Known to the server or not, it waits for the person to come to the author's caseload: often
	// the row that grants them is only entered after the first visit.
	no := in.noPermission()
	no.waitsFor = patient
	return no
}

// noPermission answers "not yours" and "not there" alike.
func (in *input) noPermission() *refusal {
	if in.by.Approver != nil {
		return notApproved()
	}
	return noPermission()
}

// dependsOn: what refers to a record whose create is in quarantine waits with it.
func (in *input) dependsOn(c *care.Collection, op *care.Op) error {
	if op.Kind != care.OpCreate {
		if err := in.waitFor(c, op.ID); err != nil {
			return err
		}
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		if f.Kind != care.Ref {
			continue
		}
		of, known := care.ByName(f.Ref)
		if id, ok := op.Set[f.Name].(string); ok && known && care.IsID(id) {
			if err := in.waitFor(of, id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (in *input) waitFor(c *care.Collection, record string) error {
	issue, err := in.Store.QuarantinedCreate(record)
	if err != nil || issue == "" || in.replayOf != nil && in.replayOf.ID == issue {
		return err // a change that makes both, a visit and its readings, does not wait for itself
	}
	if made, err := in.Store.Record(c, record); err != nil || made != nil {
		return err // it was mended: sent again in a form that could be read
	}
	if known, err := in.knowsOf(issue); err != nil || !known {
		return err
	}
	return &refusal{code: care.CodeDependsOn, waitsFor: record,
		message: "This belongs to a record that is itself held back, and follows as soon as that one is settled."}
}

// knowsOf says whether somebody whose rights may carry this change knows of a change that is held back: it is their
// own, they decide about it, or they have its person. To anybody else what it would make is not there.
func (in *input) knowsOf(issue string) (bool, error) {
	held, err := in.Issue(issue)
	if err != nil || held == nil {
		return false, err
	}
	i := care.AsIssue(held)
	if i.Author() == in.by.Staff {
		return true, nil
	}
	return slices.ContainsFunc(in.entitled, func(who access.Rights) bool {
		return who.Supervises(i.OwnerTeam(), in.Reference.Directory().Neighbourhood) || in.reach(who, i.Patient()) == nil
	}), nil
}
