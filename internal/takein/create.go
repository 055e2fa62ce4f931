package takein

import (
	"time"

	"doorstep/internal/care"
)

// create plans a new record. Fields that cannot be stored are set aside, the rest applies.
func (in *input) create(p *planned, c *care.Collection, op *care.Op) error {
	if c.Name == care.HandoverEvents {
		return in.line(p, c, op)
	}
	patient, err := in.personOfCreate(p, c, op)
	if err != nil {
		return err
	}
	if err := in.freeID(p, c, op.ID); err != nil {
		return err
	}
	rec := &care.Record{Collection: c, ID: op.ID, Values: make(map[string]any, len(op.Set)+2)}
	in.authored(rec)
	var aside []asideField
	for name, raw := range op.Set {
		f, v, wrong, stored := in.sift(p, c, name, raw)
		aside = append(aside, wrong...)
		if !stored {
			continue
		}
		if why, err := in.fits(p, rec, patient, f, v); err != nil {
			return err
		} else if why != nil {
			aside = append(aside, asideField{name, care.JSON(raw), why})
			continue
		}
		if v != nil {
			rec.Values[f.Name] = v
		}
	}
	d := &draft{rec: rec}
	p.keep(d)
	if c.Name == care.Handovers {
		if err := in.planManual(p, rec); err != nil {
			return err
		}
	}
	in.setAside(p, rec, patient, aside)
	in.doubtNumber(d)
	return in.derive(p, d)
}

// personOfCreate says whom a new record is about: somebody who is there and in reach, or a new person.
func (in *input) personOfCreate(p *planned, c *care.Collection, op *care.Op) (string, error) {
	if c.Name == care.Patients {
		return op.ID, in.permitCreate(p, c, op.ID)
	}
	if c.OfStaff {
		return "", in.permitOfStaff(p, c, care.Create, nil)
	}
	patient, _ := op.Set["patient"].(string)
	if !care.IsID(patient) {
		return "", &refusal{code: care.CodeInvalidIdentity, field: "patient",
			message: "The change does not say whom it is about."}
	}
	if err := in.permitCreate(p, c, patient); err != nil {
		return "", err
	}
	person, err := in.person(p, patient)
	if err == nil && person == nil {
		err = missingPerson(patient)
	}
	return patient, err
}

// freeID refuses a new record whose id is taken.
func (in *input) freeID(p *planned, c *care.Collection, id string) error {
	if p.draftOf(c, id) != nil {
		return idTaken()
	}
	if len(in.m.Ops) == 1 {
		return nil // a lone create finds out by inserting
	}
	taken, err := in.Store.Record(c, id)
	if err == nil && taken != nil {
		err = idTaken()
	}
	return err
}

// happened is when what a handover by hand is about happened: the earliest of what the same change records of its visit,
// else when it was written. What was recorded before and is only changed by now says nothing of it.
func (in *input) happened(p *planned, handover *care.Record) time.Time {
	at, visit := in.at, care.AsHandover(handover).Visit()
	for _, d := range p.drafts {
		recorded := d.old == nil || care.OnlyPlanned(d.old)
		if recorded && visit != "" && visitOf(d.rec) == visit && !d.rec.ClinicalTime.IsZero() && d.rec.ClinicalTime.Before(at) {
			at = d.rec.ClinicalTime
		}
	}
	return at
}

// visitOf is the visit that a record is, or belongs to; "" for none.
func visitOf(rec *care.Record) string {
	switch rec.Collection.Name {
	case care.Visits:
		return rec.ID
	case care.Observations:
		return care.AsObservation(rec).Visit()
	}
	return ""
}

// roomForHandover refuses a handover by hand where its author has raised as many as one person may: it is kept whole, and
// whoever lets it in lends it the room.
func (in *input) roomForHandover(p *planned, rec *care.Record) error {
	if in.by.Approver != nil {
		return nil
	}
	may, err := in.Handovers.MayRaise(in.by.Staff, care.AsHandover(rec).Class(), len(p.manual))
	if err == nil && !may {
		err = tooManyHandovers()
	}
	return err
}

// planManual plans a handover by hand: it goes out even where it lacks something, which is an issue.
func (in *input) planManual(p *planned, rec *care.Record) error {
	person, err := in.person(p, rec.Person())
	if err != nil {
		return err
	}
	if err := in.roomForHandover(p, rec); err != nil {
		return err
	}
	manual, lacks := in.Handovers.PlanManual(rec, person, in.wrote, in.happened(p, rec))
	p.manual = append(p.manual, manual)
	for _, l := range lacks {
		q := in.newHeld(care.HeldField, rec.Person(), true)
		q.SetAll(map[string]any{"collection": care.Handovers, "record": rec.ID, "field": l.Field,
			"code": l.Error.Code, "message": l.Error.Message, "fix": care.FixOf(l.Error.Code), "content": care.JSON(l.Value)})
		p.notice(q, l.Field)
	}
	return nil
}
