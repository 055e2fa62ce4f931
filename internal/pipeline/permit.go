package pipeline

import (
	"doorstep/internal/care"
)

// permitAuthor: the author is the one the device belongs to, and was employed at the time.
func (p *plan) permitAuthor() error {
	if p.m.Author != p.by.Staff {
		return &refusal{code: "author_mismatch", fix: "supervisor",
			message: "The author is not the person this phone belongs to."}
	}
	if !p.by.InactiveSince.IsZero() && p.at.After(p.by.InactiveSince) && !p.by.Approved {
		return &refusal{code: "author_inactive", fix: "supervisor",
			message: "This was written after its author had left. A lead decides what becomes of it."}
	}
	return nil
}

// permitCreate: the role may create such records, and the person is or was in reach.
func (p *plan) permitCreate(c *care.Collection, patient string) error {
	if !care.DutyOf(p.by.Role).May(care.Create, c.Name) && !p.by.Approved {
		return noPermission()
	}
	if c.Name == care.Patients {
		return nil // a new person is on nobody's caseload yet
	}
	return p.permitPatient(patient)
}

func (p *plan) permitRecord(c *care.Collection, op *care.Op, rec *care.Record) error {
	right := care.Update
	if op.Kind == care.OpRetract {
		right = care.Retract
	}
	if !care.DutyOf(p.by.Role).May(right, c.Name) && !p.by.Approved {
		return noPermission()
	}
	if c.Name == care.Handovers && rec.Text("from_staff") == p.by.Staff {
		return nil // a sender records the call on their own handover, whoever holds the person now
	}
	return p.permitPatient(personOf(rec))
}

// permitPatient: on the author's caseload now, or when it was written and the clock then is known.
func (p *plan) permitPatient(patient string) error {
	if p.by.Approved {
		return nil
	}
	now, then := p.tx.Holds(p.by.Viewer, patient, p.at)
	if now || (then && p.known) {
		return nil
	}
	// Known to the server or not, it waits for the person to come to the author's caseload: often
	// the row that grants them is only entered after the first visit.
	no := noPermission()
	no.waitsFor = patient
	return no
}

// noPermission answers "not yours" and "not there" alike.
func noPermission() *refusal {
	return &refusal{code: "no_permission", fix: "supervisor",
		message: "This person is not on your caseload, or your role may not make this change. It is kept for the team's lead."}
}

// dependsOn: what refers to a record whose create is in quarantine waits with it.
func (p *plan) dependsOn(c *care.Collection, op *care.Op) error {
	if op.Kind != care.OpCreate {
		if err := p.waitFor(op.ID); err != nil {
			return err
		}
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		if f.Kind != care.Ref {
			continue
		}
		if id, ok := op.Set[f.Name].(string); ok && care.IsID(id) {
			if err := p.waitFor(id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *plan) waitFor(record string) error {
	issue, err := p.tx.QuarantinedCreate(record)
	if err != nil || issue == "" || p.again != nil && p.again.ID == issue {
		return err // a change that makes both, a visit and its readings, does not wait for itself
	}
	return &refusal{code: "depends_on", fix: "none", waitsFor: record,
		message: "This belongs to a record that is itself held back, and follows as soon as that one is settled (issue " + issue + ")."}
}

// personOf returns the person a record is about.
func personOf(rec *care.Record) string {
	if rec.Collection.Name == care.Patients {
		return rec.ID
	}
	return rec.Text("patient")
}
